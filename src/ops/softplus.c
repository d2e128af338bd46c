/* SPDX-License-Identifier: MIT */
/* softplus: a smooth relu. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

typedef struct conf {
    double beta, threshold;
} conf;

static const sft_field fields[] = {
    { .name = "beta", .kind = SFT_REAL, .offset = offsetof(conf, beta), .def = 1, .high = 1e6,
      .doc = "sharpness of the bend", .flags = SFT_MAIN | SFT_ABOVE_LOW },
    { .name = "threshold", .kind = SFT_REAL, .offset = offsetof(conf, threshold), .def = 20, .low = -1e6, .high = 1e6,
      .doc = "y = x where beta x is above this" },
    SFT_FIELD_END
};

/* log(1 + exp z) = max(z, 0) + log(1 + exp(-|z|)): nothing overflows */
SFT_INLINE real smooth(real z)
{
    real size = z < 0 ? -z : z, positive = z < 0 ? 0 : z;
    return positive + sft__vlog1p(sft__vexp(-size));
}

SFT_HOT static void apply(const void *options, int64_t n, const real *x, real *y)
{
    const conf *k = options;
    real        beta = (real)k->beta, limit = (real)k->threshold;
    SFT_APART
    for (int64_t i = 0; i < n; i++) {
        real z = x[i] * beta, soft = smooth(z) / beta;
        y[i] = z > limit ? x[i] : soft;
    }
}

SFT_HOT static void derive(const void *options, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    const conf *k = options;
    real        beta = (real)k->beta, limit = (real)k->threshold;
    (void)y;
    SFT_APART
    for (int64_t i = 0; i < n; i++) {
        real z = x[i] * beta, slope = dy[i] * sft__vsigmoid(z);
        dx[i] = z > limit ? dy[i] : slope;
    }
}

extern const sft_op sft_op_softplus;

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_softplus, options);
}

static bool kink(const void *options, double x, double eps)
{
    const conf *k = options;
    return fabs(x - k->threshold / k->beta) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "beta=2 threshold=3", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_softplus = {
    .name = "softplus", .aliases = "Softplus", .doc = "smooth rectifier",
    .math = "y = log(1 + exp(beta x)) / beta", .conf_size = sizeof(conf), .fields = fields,
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .kink = kink, .cases = cases,
};
