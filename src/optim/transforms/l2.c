/* SPDX-License-Identifier: MIT */
/* Weight decay as an L2 penalty: the gradient of weight_decay / 2 |w|^2 joins the
 * loss's, before everything else. */
#include "optim/transforms/transforms.h"

SFT_HOT static void add_weights(int64_t n, real wd, const real *restrict w, const real *restrict x,
                                real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] + wd * w[i];
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_decay *k = conf;
    if (!(b->decay > 0))
        return b->in;
    add_weights(b->n, (real)(b->decay * k->weight_decay), b->w, b->in, b->out);
    return b->out;
}

const sft_transform sft_transform_l2 = {
    .name = "l2",
    .doc = "L2 penalty: joins the gradient",
    .math = "u += weight_decay w",
    .apply = apply,
};
