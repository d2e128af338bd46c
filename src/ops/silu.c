/* SPDX-License-Identifier: MIT */
/* silu: the input times its sigmoid. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

extern const sft_op sft_op_silu;

/* s + x s (1 - s) */
SFT_INLINE real slope(real x)
{
    real s = sft__vsigmoid(x);
    return s + x * (s * (1 - s));
}

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * sft__vsigmoid(x[i]);
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)y;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * slope(x[i]);
}

static double gain(const void *conf)
{
    return sft__act_gain(&sft_op_silu, conf);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_silu = {
    .name = "silu", .aliases = "SiLU swish Swish", .doc = "sigmoid linear unit (swish)",
    .math = "y = x sigmoid(x)",
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .cases = cases,
};
