/* SPDX-License-Identifier: MIT */
/* Momentum as PyTorch has it: a running sum of gradients (Polyak, 1964), with Nesterov's
 * look ahead (Sutskever et al., 2013). */
#include "optim/transforms/transforms.h"

/* m = mu m + keep g;  u = m, or g + mu m. */
SFT_HOT static void heavy_ball(int64_t n, real mu, real keep, real *restrict m, real *restrict u)
{
    for (int64_t i = 0; i < n; i++) {
        m[i] = mu * m[i] + keep * u[i];
        u[i] = m[i];
    }
}

SFT_HOT static void nesterov(int64_t n, real mu, real keep, real *restrict m, real *restrict u)
{
    for (int64_t i = 0; i < n; i++) {
        m[i] = mu * m[i] + keep * u[i];
        u[i] += mu * m[i];
    }
}

static void apply(const void *conf, const sft_block *b)
{
    const sft_momentum *k = conf;
    /* PyTorch's first buffer is the gradient itself, without dampening. */
    double keep = b->step == 1 ? 1.0 : 1.0 - k->dampening;
    (k->nesterov ? nesterov : heavy_ball)(b->n, (real)k->momentum, (real)keep, b->slot[0], b->u);
}

const sft_transform sft_transform_momentum = {
    .name = "momentum",
    .doc = "running sum of gradients",
    .math = "m = momentum m + (1 - dampening) u; u = m",
    .slots = 1,
    .slot_name = { "momentum_buffer" },
    .apply = apply,
};
