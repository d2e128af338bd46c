/* SPDX-License-Identifier: MIT */
/* An L1 penalty: the (sub)gradient l1 sign(w) joins the loss's. Weights come near zero and change sides there; they are
 * not held at it, as a proximal step would. */
#include "optim/transforms/transforms.h"

SFT_HOT static void add_signs(int64_t n, real l1, const real *restrict w, const real *restrict x,
                              real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] + l1 * ((real)(w[i] > 0) - (real)(w[i] < 0));
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_l1 *k = conf;
    if (!(b->decay > 0)) return b->in;
    add_signs(b->n, (real)(b->decay * k->l1), b->w, b->in, b->out);
    return b->out;
}

const sft_transform sft_transform_l1 = {
    .name = "l1",
    .doc = "L1 penalty: joins the gradient",
    .math = "u += l1 sign(w)",
    .apply = apply,
};
