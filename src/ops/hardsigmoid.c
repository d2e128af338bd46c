/* SPDX-License-Identifier: MIT */
/* hardsigmoid: the logistic function in three straight pieces (Howard et al. 2019). */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>

SFT_INLINE real ramp(real x)
{
    real y = x * (real)(1.0 / 6) + (real)0.5;
    y = y < 0 ? 0 : y;          /* this way round NaN stays NaN */
    return y > 1 ? 1 : y;
}

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = ramp(x[i]);
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 && y[i] < 1 ? dy[i] * (real)(1.0 / 6) : 0;
}

static bool kink(const void *options, double x, double eps)
{
    (void)options;
    return fabs(x + 3) < eps || fabs(x - 3) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_hardsigmoid = {
    .name = "hardsigmoid", .aliases = "hard_sigmoid Hardsigmoid", .doc = "logistic sigmoid in straight pieces",
    .math = "y = min(max(x / 6 + 1/2, 0), 1); torch.nn.Hardsigmoid",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .xavier = true, .kink = kink, .cases = cases,
};
