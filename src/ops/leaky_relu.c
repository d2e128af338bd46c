/* SPDX-License-Identifier: MIT */
/* leaky_relu: the positive part, and a little of the negative one. */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>

typedef struct conf {
    double negative_slope;
} conf;

static const sft_field fields[] = {
    { .name = "negative_slope", .kind = SFT_REAL, .offset = offsetof(conf, negative_slope), .def = 0.01, .high = 1,
      .doc = "slope below zero", .aliases = "slope alpha", .flags = SFT_MAIN },
    SFT_FIELD_END
};

SFT_HOT static void apply(const void *options, int64_t n, const real *x, real *y)
{
    real slope = (real)((const conf *)options)->negative_slope;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] > 0 ? x[i] : slope * x[i];
}

SFT_HOT static void derive(const void *options, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    real slope = (real)((const conf *)options)->negative_slope;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > 0 ? dy[i] : slope * dy[i];
}

static double gain(const void *options)
{
    const conf *k = options;
    return sqrt(2 / (1 + k->negative_slope * k->negative_slope));
}

static bool kink(const void *options, double x, double eps)
{
    (void)options;
    return fabs(x) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "0.2", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_leaky_relu = {
    .name = "leaky_relu", .aliases = "LeakyReLU lrelu", .doc = "leaky rectified linear unit",
    .math = "y = x if x > 0 else negative_slope x",
    .conf_size = sizeof(conf), .fields = fields,
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .kink = kink, .cases = cases,
};
