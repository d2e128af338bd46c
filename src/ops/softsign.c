/* SPDX-License-Identifier: MIT */
/* softsign: a sigmoid with slow tails (Bergstra et al. 2009). */
#include "base/hot.h"
#include "ops/conf.h"

extern const sft_op sft_op_softsign;

SFT_INLINE real size(real x)
{
    return x < 0 ? -x : x;
}

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] / (1 + size(x[i]));
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * ((1 - size(y[i])) * (1 - size(y[i]))); /* 1 - |y| = 1 / (1 + |x|) */
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_softsign, options);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_softsign = {
    .name = "softsign", .aliases = "Softsign soft_sign", .doc = "sigmoid with slow tails",
    .math = "y = x / (1 + |x|); torch.nn.Softsign",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .xavier = true, .cases = cases,
};
