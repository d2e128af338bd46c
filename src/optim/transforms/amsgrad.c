/* SPDX-License-Identifier: MIT */
/* AMSGrad (Reddi, Kale and Kumar, 2018): Adam whose running square never falls, so that steps never grow. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real keep1, take1, keep2, take2, scale, root, eps; /* as in adam.c */
} rates;

SFT_HOT static void update(int64_t n, const rates *k, const real *restrict g, real *restrict m,
                           real *restrict v, real *restrict top, real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        m[i] = r.keep1 * m[i] + r.take1 * g[i];
        v[i] = r.keep2 * v[i] + r.take2 * (g[i] * g[i]);
        top[i] = top[i] > v[i] ? top[i] : v[i];
        y[i] = r.scale * m[i] / (SFT_ROOT(top[i]) * r.root + r.eps);
    }
}

static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_adam *k = conf;
    coef[0] = 1.0 / (1.0 - pow(k->beta1, (double)step));
    coef[1] = 1.0 / sqrt(1.0 - pow(k->beta2, (double)step));
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_adam *k = conf;
    const rates     r = {
        .keep1 = (real)k->beta1,
        .take1 = (real)(1.0 - k->beta1),
        .keep2 = (real)k->beta2,
        .take2 = (real)(1.0 - k->beta2),
        .scale = (real)b->coef[0],
        .root = (real)b->coef[1],
        .eps = (real)k->eps,
    };
    update(b->n, &r, b->in, b->slot[0], b->slot[1], b->slot[2], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_adam *)conf)->beta1 = momentum;
}

const sft_transform sft_transform_amsgrad = {
    .name = "amsgrad",
    .doc = "Adam over the largest running square so far",
    .math = "m = b1 m + (1-b1) u; v = b2 v + (1-b2) u^2; x = max(x, v); "
            "u = m/(1-b1^t) / (sqrt(x/(1-b2^t)) + eps)",
    .slots = 3,
    .slot_name = { "exp_avg", "exp_avg_sq", "max_exp_avg_sq" },
    .prepare = prepare,
    .apply = apply,
    .set_momentum = set_momentum,
};
