/* SPDX-License-Identifier: MIT */
/* gelu: the input times the share of a normal distribution below it (Hendrycks and Gimpel 2016). */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

enum { EXACT, TANH };

typedef struct conf {
    int approximate;
} conf;

static const char *const words[] = { "none", "tanh", NULL };

static const sft_field fields[] = {
    { .name = "approximate", .kind = SFT_WORD, .offset = offsetof(conf, approximate),
      .doc = "tanh: the cheaper formula of the paper", .text = "none", .words = words, .flags = SFT_MAIN },
    SFT_FIELD_END
};

#define ROOT_HALF ((real)0.70710678118654752440)        /* sqrt(1/2) */
#define DENSITY ((real)0.39894228040143267794)          /* 1 / sqrt(2 pi) */
#define ROOT_2_PI ((real)0.79788456080286535588)        /* sqrt(2 / pi) */
#define CUBIC ((real)0.044715)

/* P(x) + x p(x): P and p are the normal distribution and its density */
SFT_INLINE real slope_exact(real x)
{
    real below = (real)0.5 * (1 + sft__verf(x * ROOT_HALF));
    return below + x * (DENSITY * sft__vexp(-(real)0.5 * (x * x)));
}

/* t = tanh u, u = sqrt(2/pi) (x + 0.044715 x^3): (1 + t) / 2 + x (1 - t^2) u' / 2 */
SFT_INLINE real slope_tanh(real x)
{
    real w = x * x, t = sft__vtanh(ROOT_2_PI * (x + CUBIC * (w * x)));
    real du = ROOT_2_PI * (1 + 3 * CUBIC * w);
    du = t * t < 1 ? du : 0;    /* far out: 0 times infinity */
    return (real)0.5 * (1 + t) + (real)0.5 * x * (1 - t * t) * du;
}

SFT_HOT static void apply_exact(int64_t n, const real *x, real *y)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = (real)0.5 * x[i] * (1 + sft__verf(x[i] * ROOT_HALF));
}

SFT_HOT static void apply_tanh(int64_t n, const real *x, real *y)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = (real)0.5 * x[i] * (1 + sft__vtanh(ROOT_2_PI * (x[i] + CUBIC * (x[i] * x[i] * x[i]))));
}

SFT_HOT static void derive_exact(int64_t n, const real *x, const real *dy, real *dx)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * slope_exact(x[i]);
}

SFT_HOT static void derive_tanh(int64_t n, const real *x, const real *dy, real *dx)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * slope_tanh(x[i]);
}

static void apply(const void *options, int64_t n, const real *x, real *y)
{
    const conf *k = options;
    (k->approximate == TANH ? apply_tanh : apply_exact)(n, x, y);
}

static void derive(const void *options, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    const conf *k = options;
    (void)y;
    (k->approximate == TANH ? derive_tanh : derive_exact)(n, x, dy, dx);
}

extern const sft_op sft_op_gelu;

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_gelu, options);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "approximate=tanh", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_gelu = {
    .name = "gelu", .aliases = "GELU", .doc = "Gaussian error linear unit",
    .math = "y = x P(Z < x), Z standard normal", .conf_size = sizeof(conf), .fields = fields,
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .cases = cases,
};
