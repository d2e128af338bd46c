/* SPDX-License-Identifier: MIT */
/* What probabilities are worth: log_loss, perplexity, and ece, the error of calibration. */
#include "metrics/metric.h"

#include <math.h>

static double log_loss(const sft_measure_record *m, const sft_predictions *p)
{
    double sum = 0;
    int64_t n = p->outputs;
    (void)m;
    for (int64_t r = 0; r < p->rows; r++) {
        if (p->task == SFT_CLASSES)
            sum += sft__log_z(p, r) - (double)p->out[r * n + p->label[r]];
        for (int64_t i = 0; p->task == SFT_BINARY && i < n; i++) {
            double x = (double)p->out[r * n + i], wrong = sft__is_yes(p, r, i) ? -x : x;
            sum += (fmax(wrong, 0) + log1p(exp(-fabs(x)))) / (double)n;
        }
    }
    return sum / (double)p->rows;
}

static double perplexity(const sft_measure_record *m, const sft_predictions *p)
{
    return exp(log_loss(m, p));
}

enum { BINS = 15 };

typedef struct bins {
    double n[BINS], sure[BINS], right[BINS];
} bins;

static void drop_in(bins *b, double sure, bool right)
{
    int i = (int)(ceil(sure * BINS)) - 1; /* (0, 1/15], (1/15, 2/15] … */
    i = i < 0 ? 0 : i >= BINS ? BINS - 1 : i;
    b->n[i]++;
    b->sure[i] += sure;
    b->right[i] += right;
}

static double ece(const sft_measure_record *m, const sft_predictions *p)
{
    bins    b = { .n = { 0 } };
    int64_t n = p->outputs;
    double  sum = 0, all = 0;
    (void)m;
    for (int64_t r = 0; r < p->rows; r++) {
        if (p->task == SFT_CLASSES) {
            int64_t said = sft__predicted(p, r);
            double  sure = exp((double)p->out[r * n + said] - sft__log_z(p, r));
            if (isnan(sure))
                return sure;
            drop_in(&b, sure, said == p->label[r]);
        }
        for (int64_t i = 0; p->task == SFT_BINARY && i < n; i++) {
            double x = (double)p->out[r * n + i];
            if (isnan(x))
                return x;
            drop_in(&b, 1 / (1 + exp(-fabs(x))), (x > 0) == sft__is_yes(p, r, i));
        }
    }
    for (int i = 0; i < BINS; i++) {
        sum += fabs(b.sure[i] - b.right[i]);
        all += b.n[i];
    }
    return sum / all;
}

const sft_measure_record sft_metric_ece = {
    .name = "ece", .aliases = "calibration_error expected_calibration_error", .doc = "how far confidence is from accuracy, 15 bins",
    .math = "sum over bins of n / N |accuracy - mean confidence|  (Guo et al. 2017, eq. 3)",
    .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY), .lower = true, .score = ece,
};

const sft_measure_record sft_metric_log_loss = {
    .name = "log_loss", .aliases = "nll", .doc = "cross entropy, whatever loss was trained",
    .math = "mean of -log softmax(x)[label], or of binary cross entropy", .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY),
    .lower = true, .score = log_loss,
};

const sft_measure_record sft_metric_perplexity = {
    .name = "perplexity", .aliases = "ppl", .doc = "how many equally likely classes the answer is like a guess among",
    .math = "exp(log_loss)", .tasks = 1u << SFT_CLASSES, .lower = true, .score = perplexity,
};
