/* SPDX-License-Identifier: MIT */
/* accuracy and top-k accuracy. */
#include "metrics/metric.h"

static double accuracy(const sft_measure_record *m, const sft_predictions *p)
{
    int64_t right = 0;
    (void)m;
    for (int64_t r = 0; r < p->rows; r++) {
        bool good = p->task != SFT_CLASSES || sft__predicted(p, r) == p->label[r];
        for (int64_t i = 0; p->task == SFT_BINARY && i < p->outputs; i++)
            good = good && sft__is_yes(p, r, i) == (p->out[r * p->outputs + i] > 0);
        right += good;
    }
    return (double)right / (double)p->rows;
}

/* The label is among the k largest outputs; of equal ones the first count as larger, as for accuracy. */
static double top(const sft_measure_record *m, const sft_predictions *p)
{
    int64_t right = 0;
    for (int64_t r = 0; r < p->rows; r++) {
        const real *x = p->out + r * p->outputs;
        int64_t     label = p->label[r], above = 0;
        for (int64_t i = 0; i < p->outputs; i++)
            above += !(x[i] <= x[label]) || (x[i] == x[label] && i < label); /* a NaN is never right */
        right += above < m->k;
    }
    return (double)right / (double)p->rows;
}

const sft_measure_record sft_metric_accuracy = {
    .name = "accuracy", .aliases = "acc", .doc = "share of samples that are right in all their outputs",
    .math = "right / samples; right: argmax x = label, or x > 0 where yes", .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY),
    .score = accuracy,
};

#define TOP(number)                                                                                \
    const sft_measure_record sft_metric_top##number = {                                                   \
        .name = "top" #number, .aliases = "top_" #number " acc@" #number " top" #number "_accuracy", \
        .doc = "share of samples whose class is among the " #number " likeliest",                  \
        .math = "#(rank of x[label] <= " #number ") / samples", .tasks = 1u << SFT_CLASSES, .k = number, .score = top, \
    };
TOP(2)
TOP(3)
TOP(5)
TOP(10)
