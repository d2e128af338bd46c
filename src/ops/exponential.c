/* SPDX-License-Identifier: MIT */
/* exponential: for outputs that are counts, rates or scales, as keras.activations.exponential; between layers values explode. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

SFT_HOT static void apply(const void *conf, int64_t n, const real *x, real *y)
{
    (void)conf;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = sft__vexp(x[i]);
}

SFT_HOT static void derive(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * y[i];
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_exponential = {
    .name = "exponential", .aliases = "exp Exponential", .doc = "positive outputs, such as rates and scales",
    .math = "y = exp(x); keras.activations.exponential",
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .cases = cases,
};
