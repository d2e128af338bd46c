/* SPDX-License-Identifier: MIT */
/* selu: the self-normalising unit (Klambauer et al. 2017): with LeCun's initialisation signals settle at mean 0, variance 1. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

#define ALPHA ((real)1.6732632423543772848170429916717)
#define SCALE ((real)1.0507009873554804934193349852946)

/* Both sides are computed and one is taken, so that loops vectorise. */
SFT_INLINE real bend(real x)
{
    real below = ALPHA * sft__vexpm1(x > 0 ? 0 : x);
    return SCALE * (x > 0 ? x : below);
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
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] * SCALE : dy[i] * (y[i] + SCALE * ALPHA);
}

static double gain(const void *conf)
{
    (void)conf;
    return 0.75;                /* torch.nn.init.calculate_gain; for self-normalising nets the paper wants 1 (lecun_normal) */
}

static bool kink(const void *options, double x, double eps)
{
    (void)options;
    return fabs(x) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_selu = {
    .name = "selu", .aliases = "SELU", .doc = "scaled exponential linear unit",
    .math = "y = s x if x > 0 else s a (exp(x) - 1), s = 1.0507, a = 1.6733; Klambauer et al. 2017, eq. 2",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .lecun = true, .kink = kink, .cases = cases,
};
