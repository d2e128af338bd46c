/* SPDX-License-Identifier: MIT */
/* mish: a smooth unit with its own gate (Misra 2019). */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

extern const sft_op sft_op_mish;

/* With e = exp x, tanh(log(1 + e)) = n / (n + 2), n = e (e + 2): no logarithm. From x = 20 on the gate is 1 in any precision of
 * ours, and e is held there so that e^2 stays finite. */
typedef struct gate {
    real t, dt;                 /* tanh(softplus x) and its slope */
} gate;

SFT_INLINE gate gate_of(real x)
{
    real e = sft__vexp(x > 20 ? 20 : x), n = e * (e + 2), under = 1 / (n + 2);
    real t = n * under, one_less = 2 * under;   /* 1 - t */
    real sigmoid = e / (1 + e);
    return (gate){ t, one_less * (1 + t) * sigmoid };
}

SFT_INLINE real bend(real x)
{
    return x * gate_of(x).t;
}

SFT_INLINE real slope(real x)
{
    gate g = gate_of(x);
    return g.t + x * g.dt;
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
    (void)y;
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * slope(x[i]);
}

static double gain(const void *options)
{
    return sft__act_gain(&sft_op_mish, options);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_mish = {
    .name = "mish", .aliases = "Mish", .doc = "self-gated smooth unit",
    .math = "y = x tanh(log(1 + exp(x))); Misra 2019, eq. 1",
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_ACTIVATION,
    .shape = sft__act_shape, .forward = sft__act_forward, .backward = sft__act_backward,
    .apply = apply, .derive = derive, .gain = gain, .cases = cases,
};
