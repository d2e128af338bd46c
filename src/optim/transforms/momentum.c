/* SPDX-License-Identifier: MIT */
/* Momentum as PyTorch has it: a running sum of gradients (Polyak, 1964), with Nesterov's
 * look ahead (Sutskever et al., 2013). */
#include "optim/transforms/transforms.h"

SFT_HOT static void gather(int64_t n, real mu, real keep, const real *restrict g, real *restrict m)
{
    for (int64_t i = 0; i < n; i++)
        m[i] = mu * m[i] + keep * g[i];
}

SFT_HOT static void gather_and_look_ahead(int64_t n, real mu, real keep, const real *restrict g,
                                          real *restrict m, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        m[i] = mu * m[i] + keep * g[i];
        y[i] = g[i] + mu * m[i];
    }
}

/* PyTorch's first buffer is the gradient itself, without dampening. */
static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_momentum *k = conf;
    coef[0] = step == 1 ? 1.0 : 1.0 - k->dampening;
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_momentum *k = conf;
    real mu = (real)k->momentum, keep = (real)b->coef[0], *m = b->slot[0];
    if (!k->nesterov) {
        gather(b->n, mu, keep, b->in, m);
        return m;
    }
    gather_and_look_ahead(b->n, mu, keep, b->in, m, b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_momentum *)conf)->momentum = momentum;
}

const sft_transform sft_transform_momentum = {
    .name = "momentum",
    .doc = "running sum of gradients",
    .math = "m = momentum m + (1 - dampening) u; u = m, or with nesterov u + momentum m",
    .slots = 1,
    .slot_name = { "momentum_buffer" },
    .prepare = prepare,
    .apply = apply,
    .set_momentum = set_momentum,
};
