/* SPDX-License-Identifier: MIT */
/* The momentum of Muon: a running mean of gradients, with Nesterov's look ahead, as torch.optim.Muon has it. */
#include "optim/transforms/transforms.h"

SFT_HOT static void gather(int64_t n, real mu, real take, const real *restrict g, real *restrict m)
{
    for (int64_t i = 0; i < n; i++)
        m[i] = mu * m[i] + take * g[i];
}

SFT_HOT static void gather_and_look_ahead(int64_t n, real mu, real take, const real *restrict g,
                                          real *restrict m, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        m[i] = mu * m[i] + take * g[i];
        y[i] = take * g[i] + mu * m[i];
    }
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_running_mean *k = conf;
    real               mu = (real)k->momentum, take = (real)(1 - k->momentum);
    if (!k->nesterov) {
        gather(b->n, mu, take, b->in, b->slot[0]);
        return b->slot[0];
    }
    gather_and_look_ahead(b->n, mu, take, b->in, b->slot[0], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_running_mean *)conf)->momentum = momentum;
}

const sft_transform sft_transform_average = {
    .name = "average",
    .doc = "running mean of gradients",
    .math = "m = momentum m + (1-momentum) u; u = m, or with nesterov (1-momentum) u + momentum m",
    .slots = 1,
    .slot_name = { "momentum_buffer" },
    .apply = apply,
    .set_momentum = set_momentum,
};
