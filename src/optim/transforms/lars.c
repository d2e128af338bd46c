/* SPDX-License-Identifier: MIT */
/* The local rate of LARS (You, Gitman and Ginsburg, 2017): gradient and decay as long as a share of the tensor's weights. */
#include "optim/transforms/transforms.h"

SFT_HOT static void scale(int64_t n, real factor, real wd, const real *restrict w,
                          const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = factor * (x[i] + wd * w[i]);
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_trust *k = conf;
    if (!(b->decay > 0) && !k->always) return b->in;
    double wd = b->decay * k->weight_decay, factor = 1;
    if (b->norm_w > 0 && b->norm_in > 0)
        factor = k->coefficient * b->norm_w / (b->norm_in + wd * b->norm_w + k->eps);
    if (!isfinite(b->norm_in)) factor = b->norm_in; /* a bad gradient shows */
    if (k->clip && factor > 1) factor = 1;
    scale(b->n, (real)factor, (real)wd, b->w, b->in, b->out);
    return b->out;
}

const sft_transform sft_transform_lars = {
    .name = "lars",
    .doc = "gradient as long as a share of the tensor's weights",
    .math = "u = eta |w| / (|u| + weight_decay |w| + eps) (u + weight_decay w) for each tensor",
    .apply = apply,
    .norms = true,
};
