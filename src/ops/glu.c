/* SPDX-License-Identifier: MIT */
/* glu: one half of the channels, gated by the other (Dauphin et al. 2017). */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/gates.h"
#include "ops/vmath.h"

SFT_HOT static void halves(int64_t half, const real *restrict a, const real *restrict b, real *restrict y)
{
    for (int64_t i = 0; i < half; i++)
        y[i] = a[i] * sft__vsigmoid(b[i]);
}

/* da = dy s(b); db = dy a s(b) (1 - s(b)) */
SFT_HOT static void back(int64_t half, bool add, const real *restrict a, const real *restrict b, const real *restrict dy,
                         real *restrict da, real *restrict db)
{
    for (int64_t i = 0; i < half; i++) {
        real s = sft__vsigmoid(b[i]), ga = dy[i] * s, gb = dy[i] * a[i] * (s * (1 - s));
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
    return 1.84623;             /* 1 / sqrt(E s(z)^2), z standard normal, and E a^2 = 1 */
}

static const sft_case cases[] = {
    { "", { 1, { 8 } }, 3 },
    { "", { 3, { 4, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_glu = {
    .name = "glu", .aliases = "GLU", .doc = "gated linear unit: halves the channels (PyTorch's dim=1)",
    .math = "y = a sigmoid(b), x = [a, b]; Dauphin et al. 2017, sec. 3", .traits = SFT_READS_IN,
    .shape = sft__gate_shape, .forward = forward, .backward = backward, .gain = gain, .cases = cases,
};
