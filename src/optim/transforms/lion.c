/* SPDX-License-Identifier: MIT */
/* Lion (Chen et al., 2023): the sign of a momentum that has looked at the newest gradient. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real keep1, take1, keep2, take2;
} rates;

SFT_HOT static void update(int64_t n, const rates *k, const real *restrict g, real *restrict m,
                           real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        real c = r.keep1 * m[i] + r.take1 * g[i];
        y[i] = SFT_SIGN(c);
        m[i] = r.keep2 * m[i] + r.take2 * g[i];
    }
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_lion *k = conf;
    const rates     r = { (real)k->beta1, (real)(1.0 - k->beta1), (real)k->beta2,
                          (real)(1.0 - k->beta2) };
    update(b->n, &r, b->in, b->slot[0], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_lion *)conf)->beta1 = momentum;
}

const sft_transform sft_transform_lion = {
    .name = "lion",
    .doc = "the sign of a running mean",
    .math = "u' = sign(b1 m + (1-b1) u); m = b2 m + (1-b2) u",
    .slots = 1,
    .slot_name = { "exp_avg" },
    .apply = apply,
    .set_momentum = set_momentum,
};
