/* SPDX-License-Identifier: MIT */
/* Adamax (Kingma and Ba, 2015, section 7.1): Adam in the infinity norm. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real keep1, take1, keep2, scale, eps;
} rates;

SFT_HOT static void update(int64_t n, const rates *k, const real *restrict g, real *restrict m,
                           real *restrict top, real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        real old = r.keep2 * top[i], size = SFT_ABS(g[i]) + r.eps;
        m[i] = r.keep1 * m[i] + r.take1 * g[i];
        top[i] = old > size ? old : size;
        y[i] = r.scale * m[i] / top[i];
    }
}

static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_adam *k = conf;
    coef[0] = 1.0 / (1.0 - pow(k->beta1, (double)step));
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_adam *k = conf;
    const rates     r = {
        .keep1 = (real)k->beta1,
        .take1 = (real)(1.0 - k->beta1),
        .keep2 = (real)k->beta2,
        .scale = (real)b->coef[0],
        .eps = (real)k->eps,
    };
    update(b->n, &r, b->in, b->slot[0], b->slot[1], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_adam *)conf)->beta1 = momentum;
}

const sft_transform sft_transform_adamax = {
    .name = "adamax",
    .doc = "running mean over the decaying maximum",
    .math = "m = b1 m + (1-b1) u; x = max(b2 x, |u| + eps); u = m/(1-b1^t) / x",
    .slots = 2,
    .slot_name = { "exp_avg", "exp_inf" },
    .prepare = prepare,
    .apply = apply,
    .set_momentum = set_momentum,
};
