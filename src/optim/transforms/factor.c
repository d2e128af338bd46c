/* SPDX-License-Identifier: MIT */
/* A factor on the rate of some tensors. */
#include "optim/transforms/transforms.h"

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_factor *k = conf;
    const real        factor = (real)k->factor;
    for (int64_t i = 0; i < b->n; i++)
        b->out[i] = factor * b->in[i];
    return b->out;
}

const sft_transform sft_transform_factor = {
    .name = "factor",
    .doc = "a factor on the rate",
    .math = "u *= factor",
    .apply = apply,
};
