/* SPDX-License-Identifier: MIT */
/* Precision, recall and F1: a macro mean over classes, a micro one over samples, a mean weighted by the classes' sizes.
 * As scikit-learn's: 0 / 0 is 0, and a class that neither occurs nor is predicted is left out. With yes-or-no targets the classes are
 * the outputs, and a yes is what is looked for. */
#include "metrics/metric.h"

#include <string.h>

typedef struct counts {         /* of one class */
    double hit, said, true_ones; /* predicted and true; predicted; true */
} counts;

static counts *count(const sft_predictions *p)
{
    counts *k = p->work;
    memset(k, 0, (size_t)p->outputs * sizeof *k);
    for (int64_t r = 0; r < p->rows; r++) {
        if (p->task == SFT_CLASSES) {
            int64_t said = sft__predicted(p, r), label = p->label[r];
            k[said].said++;
            k[label].true_ones++;
            k[label].hit += said == label;
        }
        for (int64_t i = 0; p->task == SFT_BINARY && i < p->outputs; i++) {
            bool said = p->out[r * p->outputs + i] > 0, yes = sft__is_yes(p, r, i);
            k[i].said += said;
            k[i].true_ones += yes;
            k[i].hit += said && yes;
        }
    }
    return k;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double precision_of(counts k) { return ratio(k.hit, k.said); }
static double recall_of(counts k) { return ratio(k.hit, k.true_ones); }
static double f1_of(counts k) { return ratio(2 * k.hit, k.said + k.true_ones); }

static double macro_mean(const sft_predictions *p, double (*of)(counts))
{
    const counts *k = count(p);
    double        sum = 0, classes = 0;
    for (int64_t i = 0; i < p->outputs; i++) {
        sum += of(k[i]);
        classes += k[i].said + k[i].true_ones > 0 || p->task == SFT_BINARY;
    }
    return ratio(sum, classes);
}

static double weighted_mean(const sft_predictions *p, double (*of)(counts))
{
    const counts *k = count(p);
    double        sum = 0, all = 0;
    for (int64_t i = 0; i < p->outputs; i++) {
        sum += of(k[i]) * k[i].true_ones;
        all += k[i].true_ones;
    }
    return ratio(sum, all);
}

static double micro_mean(const sft_predictions *p, double (*of)(counts))
{
    const counts *k = count(p);
    counts        all = { 0 };
    for (int64_t i = 0; i < p->outputs; i++) {
        all.hit += k[i].hit;
        all.said += k[i].said;
        all.true_ones += k[i].true_ones;
    }
    return of(all);
}

#define METRIC(what, mean, words, means, formula, over)                                            \
    static double what##_##mean(const sft_measure_record *m, const sft_predictions *p)                    \
    {                                                                                              \
        (void)m;                                                                                   \
        return mean##_mean(p, what##_of);                                                          \
    }                                                                                              \
    const sft_measure_record sft_metric_##what##_##mean = {                                               \
        .name = #what "_" #mean, .aliases = words, .doc = means, .math = formula ", " over,        \
        .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY), .score = what##_##mean,                 \
    };

#define MACRO    "mean over classes"
#define MICRO    "counts of all classes together"
#define WEIGHTED "mean over classes, weighted by their samples"
#define PRECISION "true and predicted / predicted"
#define RECALL    "true and predicted / true"
#define F1        "2 precision recall / (precision + recall)"

METRIC(precision, macro, "precision macro_precision", "share of what was predicted as a class that is of it", PRECISION, MACRO)
METRIC(precision, micro, "micro_precision", "precision over all classes together", PRECISION, MICRO)
METRIC(precision, weighted, "weighted_precision", "precision, large classes counting more", PRECISION, WEIGHTED)
METRIC(recall, macro, "recall macro_recall sensitivity", "share of a class that is predicted as it", RECALL, MACRO)
METRIC(recall, micro, "micro_recall", "recall over all classes together", RECALL, MICRO)
METRIC(recall, weighted, "weighted_recall", "recall, large classes counting more", RECALL, WEIGHTED)
METRIC(f1, macro, "f1 macro_f1 f1_score", "harmonic mean of precision and recall", F1, MACRO)
METRIC(f1, micro, "micro_f1", "F1 over all classes together", F1, MICRO)
METRIC(f1, weighted, "weighted_f1", "F1, large classes counting more", F1, WEIGHTED)
