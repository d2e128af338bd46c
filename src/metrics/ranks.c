/* SPDX-License-Identifier: MIT */
/* auroc and average_precision: how well outputs rank the yeses above the noes; classes are taken one against the rest by their
 * softmax. Equal scores share their rank. A class without a yes or without a no has no such number and is left out. */
#include "metrics/metric.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double score, yes;          /* yes: 1 or 0 */
} ranked;

static int by_score(const void *a, const void *b)
{
    double x = ((const ranked *)a)->score, y = ((const ranked *)b)->score;
    return x < y ? -1 : x > y;
}

/* log_z: of every row, where there are classes */
static ranked *sort_output(const sft_predictions *p, int64_t output, const double *log_z, double *yeses)
{
    ranked *list = p->work;
    *yeses = 0;
    for (int64_t r = 0; r < p->rows; r++) {
        double x = (double)p->out[r * p->outputs + output];
        bool   classes = p->task == SFT_CLASSES;
        list[r].score = classes ? x - log_z[r] : x;
        list[r].yes = classes ? p->label[r] == output : sft__is_yes(p, r, output);
        *yeses += list[r].yes;
        if (isnan(list[r].score))
            return NULL;
    }
    qsort(list, (size_t)p->rows, sizeof *list, by_score);
    return list;
}

/* One past the last that has the score of list[i]. */
static int64_t equals(const ranked *list, int64_t n, int64_t i)
{
    double score = list[i].score;
    while (i < n && list[i].score == score)
        i++;
    return i;
}

/* The probability that a yes ranks above a no, a tie counting one half (Mann and Whitney 1947). */
static double area(const ranked *list, int64_t n, double yeses)
{
    double below = 0, wins = 0; /* noes so far */
    for (int64_t i = 0, end; i < n; i = end) {
        double yes = 0;
        end = equals(list, n, i);
        for (int64_t k = i; k < end; k++)
            yes += list[k].yes;
        double no = (double)(end - i) - yes;
        wins += yes * (below + no / 2);
        below += no;
    }
    return wins / (yeses * ((double)n - yeses));
}

/* The sum over thresholds, from the highest down, of the gain in recall times the precision there. */
static double precision_area(const ranked *list, int64_t n, double yeses)
{
    double hits = 0, sum = 0;
    for (int64_t end = n, i; end > 0; end = i) {
        double yes = 0, score = list[end - 1].score;
        for (i = end; i > 0 && list[i - 1].score == score; i--)
            yes += list[i - 1].yes;
        hits += yes;
        sum += yes * hits / (double)(n - i);
    }
    return sum / yeses;
}

static double mean_over(const sft_predictions *p, double (*of)(const ranked *, int64_t, double))
{
    double sum = 0, count = 0, yeses, *log_z = (double *)((ranked *)p->work + p->rows);
    for (int64_t r = 0; p->task == SFT_CLASSES && r < p->rows; r++)
        log_z[r] = sft__log_z(p, r);
    for (int64_t i = 0; i < p->outputs; i++) {
        const ranked *list = sort_output(p, i, log_z, &yeses);
        if (!list)
            return (double)NAN;
        if (!(yeses > 0) || !(yeses < (double)p->rows))
            continue;
        sum += of(list, p->rows, yeses);
        count++;
    }
    return count > 0 ? sum / count : (double)NAN;
}

static double auroc(const sft_measure_record *m, const sft_predictions *p)
{
    (void)m;
    return mean_over(p, area);
}

static double average_precision(const sft_measure_record *m, const sft_predictions *p)
{
    (void)m;
    return mean_over(p, precision_area);
}

const sft_measure_record sft_metric_auroc = {
    .name = "auroc", .aliases = "auc roc_auc AUROC roc_auc_score", .doc = "area under the ROC curve; classes one against the rest",
    .math = "P(x of a yes > x of a no) + P(equal) / 2, mean over classes  (Mann and Whitney 1947)",
    .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY), .score = auroc,
};

const sft_measure_record sft_metric_average_precision = {
    .name = "average_precision", .aliases = "ap auprc average_precision_score",
    .doc = "area under precision over recall; classes one against the rest",
    .math = "sum over thresholds of (gain of recall) precision, mean over classes  (as scikit-learn's)",
    .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY), .score = average_precision,
};
