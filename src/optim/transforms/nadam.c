/* SPDX-License-Identifier: MIT */
/* NAdam (Dozat, 2016): Adam with Nesterov's look ahead, its momentum warmed up as torch.optim.NAdam has it. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real keep1, take1, keep2, take2, root, eps, now, then; /* y = (now g + then m) / (sqrt(v) root + eps) */
} rates;

SFT_HOT static void update(int64_t n, const rates *k, const real *restrict g, real *restrict m,
                           real *restrict v, real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        m[i] = r.keep1 * m[i] + r.take1 * g[i];
        v[i] = r.keep2 * v[i] + r.take2 * (g[i] * g[i]);
        y[i] = (r.now * g[i] + r.then * m[i]) / (SFT_ROOT(v[i]) * r.root + r.eps);
    }
}

/* mu_t = b1 (1 - 0.96^(t d) / 2), and the product of all so far: a pure function of the step. Below 2^-60 the product no longer
 * shows in 1 - product. */
static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_nadam *k = conf;
    double           ratio = pow(0.96, k->momentum_decay), power = 1, product = 1;
    for (int64_t t = 1; t <= step && product > 0x1p-60; t++) {
        power *= ratio;
        product *= k->beta1 * (1 - 0.5 * power);
    }
    double mu = k->beta1 * (1 - 0.5 * pow(ratio, (double)step)),
           next = k->beta1 * (1 - 0.5 * pow(ratio, (double)step + 1));
    coef[0] = (1 - mu) / (1 - product);
    coef[1] = next / (1 - product * next);
    coef[2] = 1.0 / sqrt(1.0 - pow(k->beta2, (double)step));
}

static const real *apply(const void *conf, const sft_block *b)
{
    const sft_nadam *k = conf;
    const rates      r = {
        .keep1 = (real)k->beta1,
        .take1 = (real)(1.0 - k->beta1),
        .keep2 = (real)k->beta2,
        .take2 = (real)(1.0 - k->beta2),
        .root = (real)b->coef[2],
        .eps = (real)k->eps,
        .now = (real)b->coef[0],
        .then = (real)b->coef[1],
    };
    update(b->n, &r, b->in, b->slot[0], b->slot[1], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_nadam *)conf)->beta1 = momentum;
}

const sft_transform sft_transform_nadam = {
    .name = "nadam",
    .doc = "Adam that looks ahead along its momentum",
    .math = "mu_t = b1 (1 - 0.96^(t d)/2), P_t = mu_1 ... mu_t; u = ((1-mu_t)/(1-P_t) u + "
            "mu_t+1/(1-P_t+1) m) / (sqrt(v/(1-b2^t)) + eps)",
    .slots = 2,
    .slot_name = { "exp_avg", "exp_avg_sq" },
    .prepare = prepare,
    .apply = apply,
    .set_momentum = set_momentum,
};
