/* SPDX-License-Identifier: MIT */
/* tanhshrink: what tanh takes away. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

extern const sft_op sft_op_tanhshrink;

#ifdef SFT_REAL_DOUBLE
#define LIMIT 1e-4
#else
#define LIMIT 0.04f
#endif

SFT_INLINE real square(real x)
{
    return x * x;
}

/* Near zero x and tanh x cancel: there the series x^3 / 3 - 2 x^5 / 15 + 17 x^7 / 315 - 62 x^9 / 2835 stands for it. */
SFT_INLINE real bend(real x)
{
    real w = x * x, near = w * x * ((real)(1.0 / 3) - w * ((real)(2.0 / 15) - w * ((real)(17.0 / 315) - w * (real)(62.0 / 2835))));
    real far = x - sft__vtanh(x);
    return w < LIMIT ? near : far;
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
        dx[i] = dy[i] * square(sft__vtanh(x[i]));
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_tanhshrink, options);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_tanhshrink = {
    .name = "tanhshrink", .aliases = "tanh_shrink Tanhshrink", .doc = "what the hyperbolic tangent takes away",
    .math = "y = x - tanh(x); torch.nn.Tanhshrink",
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .cases = cases,
};
