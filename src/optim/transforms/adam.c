/* SPDX-License-Identifier: MIT */
/* Adam (Kingma and Ba, 2015): the gradient's running mean over the root of its running square. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real keep1, take1, keep2, take2; /* m = keep1 m + take1 g;  v = keep2 v + take2 g^2 */
    real scale, root, eps;           /* y = scale m / (sqrt(v) root + eps) */
} rates;

SFT_HOT static void update(int64_t n, const rates *k, const real *restrict g, real *restrict m,
                           real *restrict v, real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        m[i] = r.keep1 * m[i] + r.take1 * g[i];
        v[i] = r.keep2 * v[i] + r.take2 * (g[i] * g[i]);
        y[i] = r.scale * m[i] / (SFT_ROOT(v[i]) * r.root + r.eps);
    }
}

/* The corrections 1 / (1 - beta^t) undo the start from zero; they need double, as 1 - beta2^t
 * begins at 0.001. */
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
    update(b->n, &r, b->in, b->slot[0], b->slot[1], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_adam *)conf)->beta1 = momentum;
}

const sft_transform sft_transform_adam = {
    .name = "adam",
    .doc = "running mean over the root of the running square",
    .math =
        "m = b1 m + (1-b1) u; v = b2 v + (1-b2) u^2; u = m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps)",
    .slots = 2,
    .slot_name = { "exp_avg", "exp_avg_sq" },
    .prepare = prepare,
    .apply = apply,
    .set_momentum = set_momentum,
};
