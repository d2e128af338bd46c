/* SPDX-License-Identifier: MIT */
/* relu6: relu that ends at six (Krizhevsky 2010; MobileNet). */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>

extern const sft_op sft_op_relu6;

SFT_INLINE real ceiling(real x)
{
    real low = x < 0 ? 0 : x;   /* this way round NaN stays NaN */
    return low > 6 ? 6 : low;
}

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = ceiling(x[i]);
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 && y[i] < 6 ? dy[i] : 0;
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_relu6, options);
}

static bool kink(const void *options, double x, double eps)
{
    (void)options;
    return fabs(x) < eps || fabs(x - 6) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_relu6 = {
    .name = "relu6", .aliases = "ReLU6", .doc = "rectified linear unit with a ceiling of 6",
    .math = "y = min(max(x, 0), 6); torch.nn.ReLU6",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .kink = kink, .cases = cases,
};
