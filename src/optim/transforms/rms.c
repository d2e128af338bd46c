/* SPDX-License-Identifier: MIT */
/* RMSprop (Tieleman and Hinton, 2012): the gradient over the root of its running square. */
#include "optim/transforms/transforms.h"

SFT_HOT static void update(int64_t n, real keep, real take, real eps, const real *restrict g,
                           real *restrict v, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        v[i] = keep * v[i] + take * (g[i] * g[i]);
        y[i] = g[i] / (SFT_ROOT(v[i]) + eps);
    }
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_rms *k = conf;
    update(b->n, (real)k->alpha, (real)(1.0 - k->alpha), (real)k->eps, b->in, b->slot[0], b->out);
    return b->out;
}

const sft_transform sft_transform_rms = {
    .name = "rms",
    .doc = "divides by the root of the running square",
    .math = "v = alpha v + (1-alpha) u^2; u /= sqrt(v) + eps",
    .slots = 1,
    .slot_name = { "square_avg" },
    .apply = apply,
};
