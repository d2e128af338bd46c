/* SPDX-License-Identifier: MIT */
/* hardtanh: tanh in three straight pieces (Collobert 2004). */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>

typedef struct conf {
    double min_val, max_val;
} conf;

static const sft_field fields[] = {
    { .name = "min_val", .kind = SFT_REAL, .offset = offsetof(conf, min_val), .def = -1, .low = -1e6, .high = 0,
      .doc = "smallest output" },
    { .name = "max_val", .kind = SFT_REAL, .offset = offsetof(conf, max_val), .def = 1, .low = 0, .high = 1e6,
      .doc = "largest output", .flags = SFT_ABOVE_LOW },
    SFT_FIELD_END
};

extern const sft_op sft_op_hardtanh;

SFT_INLINE real clip(real low, real high, real x)
{
    real above = x < low ? low : x; /* this way round NaN stays NaN */
    return above > high ? high : above;
}

SFT_HOT static void apply(const void *options, int64_t n, const real *x, real *y)
{
    real low = (real)((const conf *)options)->min_val, high = (real)((const conf *)options)->max_val;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = clip(low, high, x[i]);
}

SFT_HOT static void derive(const void *options, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    real low = (real)((const conf *)options)->min_val, high = (real)((const conf *)options)->max_val;
    (void)x;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = y[i] > low && y[i] < high ? dy[i] : 0;
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_hardtanh, options);
}

static bool kink(const void *options, double x, double eps)
{
    const conf *k = options;
    return fabs(x - k->min_val) < eps || fabs(x - k->max_val) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "min_val=-0.5 max_val=2", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_hardtanh = {
    .name = "hardtanh", .aliases = "hard_tanh Hardtanh", .doc = "hyperbolic tangent in straight pieces",
    .math = "y = min(max(x, min_val), max_val); torch.nn.Hardtanh",
    .conf_size = sizeof(conf), .fields = fields,
    .traits = SFT_READS_OUT | SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .xavier = true, .kink = kink, .cases = cases,
};
