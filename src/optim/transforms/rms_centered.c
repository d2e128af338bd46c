/* SPDX-License-Identifier: MIT */
/* Centred RMSprop (Graves, 2013): the gradient over its running deviation. */
#include "optim/transforms/transforms.h"

/* v - m^2 is a variance; rounding may bring it below zero. */
SFT_HOT static void update(int64_t n, real keep, real take, real eps, const real *restrict g,
                           real *restrict v, real *restrict m, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        v[i] = keep * v[i] + take * (g[i] * g[i]);
        m[i] = keep * m[i] + take * g[i];
        real spread = v[i] - m[i] * m[i];
        spread = spread < 0 ? 0 : spread;
        y[i] = g[i] / (SFT_ROOT(spread) + eps);
    }
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_rms *k = conf;
    update(b->n, (real)k->alpha, (real)(1.0 - k->alpha), (real)k->eps, b->in, b->slot[0],
           b->slot[1], b->out);
    return b->out;
}

const sft_transform sft_transform_rms_centered = {
    .name = "rms_centered",
    .doc = "divides by the running deviation",
    .math = "v = alpha v + (1-alpha) u^2; m = alpha m + (1-alpha) u; u /= sqrt(v - m^2) + eps",
    .slots = 2,
    .slot_name = { "square_avg", "grad_avg" },
    .apply = apply,
};
