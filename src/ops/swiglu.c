/* SPDX-License-Identifier: MIT */
/* swiglu: one half of the channels through swish, times the other (Shazeer 2020). */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/gates.h"
#include "ops/vmath.h"

SFT_HOT static void halves(int64_t half, const real *restrict a, const real *restrict b, real *restrict y)
{
    for (int64_t i = 0; i < half; i++)
        y[i] = a[i] * sft__vsigmoid(a[i]) * b[i];
}

/* da = dy b (s + a s (1 - s)), s = s(a); db = dy a s */
SFT_HOT static void back(int64_t half, bool add, const real *restrict a, const real *restrict b, const real *restrict dy,
                         real *restrict da, real *restrict db)
{
    for (int64_t i = 0; i < half; i++) {
        real s = sft__vsigmoid(a[i]), ga = dy[i] * b[i] * (s + a[i] * (s * (1 - s))), gb = dy[i] * (a[i] * s);
        da[i] = add ? da[i] + ga : ga;
        db[i] = add ? db[i] + gb : gb;
    }
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft__gates_forward(n, p, halves);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft__gates_backward(n, p, back);
}

static double gain(const void *conf)
{
    (void)conf;
    return 1.6765;              /* silu's: 1 / sqrt(E silu(z)^2), z standard normal, and E b^2 = 1 */
}

static const sft_case cases[] = {
    { "", { 1, { 8 } }, 3 },
    { "", { 3, { 4, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_swiglu = {
    .name = "swiglu", .aliases = "SwiGLU", .doc = "gated unit with swish: halves the channels",
    .math = "y = silu(a) b, x = [a, b]; Shazeer 2020, eq. 6", .traits = SFT_READS_IN,
    .shape = sft__gate_shape, .forward = forward, .backward = backward, .gain = gain, .cases = cases,
};
