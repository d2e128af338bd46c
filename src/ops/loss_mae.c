/* SPDX-License-Identifier: MIT */
/* mae: absolute error, the mean over a sample's outputs. */
#include "ops/elementwise.h"

#include <math.h>

static double term(const void *conf, int64_t i, double x, double t, double *slope)
{
    (void)conf, (void)i;
    *slope = (x > t) - (x < t);
    return fabs(x - t);
}

static void eval(const void *conf, const sft_loss_pass *p, double *sum, double *right)
{
    (void)right;
    sft__eval_terms(p, conf, term, sum);
}

static const sft_case cases[] = {
    { "", { 1, { 3 } }, 4 },
    { "", { 1, { 1 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_mae = {
    .name = "mae", .aliases = "L1Loss l1 l1_loss mean_absolute_error", .doc = "mean absolute error",
    .math = "L = mean |x - t|", .tasks = 1u << SFT_REGRESSION, .eval = eval, .cases = cases,
};
