/* SPDX-License-Identifier: MIT */
/* Decoupled weight decay (Loshchilov and Hutter, 2019): joins the update behind
 * Adam, so that its division does not touch it. */
#include "optim/transforms/transforms.h"

SFT_HOT static void add_weights(int64_t n, real wd, const real *restrict w, real *restrict u)
{
    for (int64_t i = 0; i < n; i++) u[i] += wd * w[i];
}

static void apply(const void *conf, const sft_block *b)
{
    const sft_decay *k = conf;
    if (b->decay) add_weights(b->n, (real)k->weight_decay, b->w, b->u);
}

const sft_transform sft_transform_decay = {
    .name = "decay",
    .doc = "decoupled weight decay: joins the update",
    .math = "u += weight_decay w",
    .apply = apply,
};
