/* SPDX-License-Identifier: MIT */
/* Adagrad (Duchi, Hazan and Singer, 2011): the gradient over the root of the sum of all its squares. */
#include "optim/transforms/transforms.h"

SFT_HOT static void update(int64_t n, real start, real scale, real eps, const real *restrict g,
                           real *restrict sum, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        sum[i] = (sum[i] + start) + g[i] * g[i];
        y[i] = scale * g[i] / (SFT_ROOT(sum[i]) + eps);
    }
}

/* Slots are zero before the first step: the sum's start joins there. */
static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_adagrad *k = conf;
    coef[0] = step == 1 ? k->start : 0;
    coef[1] = 1.0 / (1.0 + (double)(step - 1) * k->lr_decay);
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_adagrad *k = conf;
    update(b->n, (real)b->coef[0], (real)b->coef[1], (real)k->eps, b->in, b->slot[0], b->out);
    return b->out;
}

const sft_transform sft_transform_adagrad = {
    .name = "adagrad",
    .doc = "divides by the root of the sum of squares",
    .math = "s += u^2; u /= (1 + (t-1) lr_decay) (sqrt(s) + eps)",
    .slots = 1,
    .slot_name = { "sum" },
    .prepare = prepare,
    .apply = apply,
};
