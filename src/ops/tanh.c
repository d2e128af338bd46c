/* SPDX-License-Identifier: MIT */
/* tanh: the hyperbolic tangent. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = sft__vtanh(x[i]);
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * (1 - y[i] * y[i]);
}

static double gain(const void *conf)
{
    (void)conf;
    return 5.0 / 3;          /* as torch.nn.init.calculate_gain */
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_tanh = {
    .name = "tanh", .aliases = "Tanh", .doc = "hyperbolic tangent",
    .math = "y = tanh(x)",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .xavier = true, .cases = cases,
};
