/* SPDX-License-Identifier: MIT */
/* relu: the positive part. */
#include "base/hot.h"
#include "ops/op.h"

#include <math.h>

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? 0 : x[i]; /* this way round NaN stays NaN */
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] : 0;
}

static double gain(const void *conf)
{
    (void)conf;
    return sqrt(2);
}

static bool kink(const void *conf, double x, double eps)
{
    (void)conf;
    return fabs(x) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_relu = {
    .name = "relu", .aliases = "ReLU rectifier", .doc = "rectified linear unit",
    .math = "y = max(x, 0)",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .kink = kink, .cases = cases,
};
