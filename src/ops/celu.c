/* SPDX-License-Identifier: MIT */
/* celu: elu with a slope that is continuous for every alpha (Barron 2017). */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

typedef struct conf {
    double alpha;
} conf;

static const sft_field fields[] = {
    { .name = "alpha", .kind = SFT_REAL, .offset = offsetof(conf, alpha), .def = 1, .high = 100,
      .doc = "minus the limit for very negative x", .flags = SFT_MAIN | SFT_ABOVE_LOW },
    SFT_FIELD_END
};

extern const sft_op sft_op_celu;

/* Both sides are computed and one is taken, so that loops vectorise. */
SFT_INLINE real bend(real alpha, real x)
{
    real below = alpha * sft__vexpm1(x > 0 ? 0 : x / alpha);
    return x > 0 ? x : below;
}

SFT_HOT static void apply(const void *options, int64_t n, const real *x, real *y)
{
    real alpha = (real)((const conf *)options)->alpha;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = bend(alpha, x[i]);
}

SFT_HOT static void derive(const void *options, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    real alpha = (real)((const conf *)options)->alpha;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] / alpha + 1);
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_celu, options);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "0.5", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_celu = {
    .name = "celu", .aliases = "CELU", .doc = "continuously differentiable exponential linear unit",
    .math = "y = x if x > 0 else alpha (exp(x / alpha) - 1); Barron 2017, eq. 2",
    .conf_size = sizeof(conf), .fields = fields,
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .cases = cases,
};
