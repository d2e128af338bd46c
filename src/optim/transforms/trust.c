/* SPDX-License-Identifier: MIT */
/* The trust ratio of LAMB (You et al., 2020): an update as long as its tensor's weights. */
#include "optim/transforms/transforms.h"

SFT_HOT static void multiply(int64_t n, real factor, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = factor * x[i];
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_trust *k = conf;
    if (!(b->decay > 0) && !k->always) return b->in;
    double ratio = b->norm_w > 0 && b->norm_in > 0 ? b->norm_w / b->norm_in : 1;
    if (!isfinite(b->norm_in)) ratio = b->norm_in; /* a bad gradient shows */
    if (k->clip && ratio > 1) ratio = 1;
    multiply(b->n, (real)ratio, b->in, b->out);
    return b->out;
}

const sft_transform sft_transform_trust = {
    .name = "trust",
    .doc = "update as long as the tensor's weights",
    .math = "u *= |w| / |u| for each tensor",
    .apply = apply,
    .norms = true,
};
