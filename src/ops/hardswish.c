/* SPDX-License-Identifier: MIT */
/* hardswish: swish with a sigmoid of straight pieces (Howard et al. 2019, MobileNetV3). */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>

extern const sft_op sft_op_hardswish;

SFT_INLINE real bend(real x)
{
    real y = x + 3;
    y = y < 0 ? 0 : y;          /* this way round NaN stays NaN */
    y = y > 6 ? 6 : y;
    return x * y * (real)(1.0 / 6);
}

/* (2 x + 3) / 6 between -3 and 3 */
SFT_INLINE real slope(real x)
{
    real inner = x * (real)(1.0 / 3) + (real)0.5;
    inner = x <= -3 ? 0 : inner;
    return x >= 3 ? 1 : inner;
}

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = bend(x[i]);
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)y;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * slope(x[i]);
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_hardswish, options);
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

const sft_op sft_op_hardswish = {
    .name = "hardswish", .aliases = "hard_swish Hardswish", .doc = "swish in cheap pieces",
    .math = "y = x min(max(x + 3, 0), 6) / 6; Howard et al. 2019, sec. 5.2",
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .kink = kink, .cases = cases,
};
