/* SPDX-License-Identifier: MIT */
/* Adadelta (Zeiler, 2012): RMSprop whose step has the units of a weight, by the running square of past steps. */
#include "optim/transforms/transforms.h"

SFT_HOT static void update(int64_t n, real keep, real take, real eps, const real *restrict g,
                           real *restrict v, real *restrict d, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        v[i] = keep * v[i] + take * (g[i] * g[i]);
        y[i] = SFT_ROOT(d[i] + eps) / SFT_ROOT(v[i] + eps) * g[i];
        d[i] = keep * d[i] + take * (y[i] * y[i]);
    }
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_adadelta *k = conf;
    update(b->n, (real)k->rho, (real)(1.0 - k->rho), (real)k->eps, b->in, b->slot[0], b->slot[1],
           b->out);
    return b->out;
}

const sft_transform sft_transform_adadelta = {
    .name = "adadelta",
    .doc = "steps as large as the running square of past steps says",
    .math = "v = rho v + (1-rho) u^2; u = sqrt(d + eps)/sqrt(v + eps) u; d = rho d + (1-rho) u^2",
    .slots = 2,
    .slot_name = { "square_avg", "acc_delta" },
    .apply = apply,
};
