/* SPDX-License-Identifier: MIT */
/* RAdam (Liu et al., 2020): Adam that waits with its division until the running square can be trusted. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real keep1, take1, keep2, take2, scale, root, eps;
} rates;

SFT_HOT static void average(int64_t n, const rates *k, const real *restrict g, real *restrict m,
                            real *restrict v)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        m[i] = r.keep1 * m[i] + r.take1 * g[i];
        v[i] = r.keep2 * v[i] + r.take2 * (g[i] * g[i]);
    }
}

SFT_HOT static void divide(int64_t n, const rates *k, const real *restrict m, const real *restrict v,
                           real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++)
        y[i] = r.scale * m[i] / (SFT_ROOT(v[i]) * r.root + r.eps);
}

SFT_HOT static void only_mean(int64_t n, real scale, const real *restrict m, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = scale * m[i];
}

/* rho is the length of the average that the running square stands for; the rectifier needs more than 5. With eps beside the
 * uncorrected root, as in torch.optim.RAdam: rect sqrt(1 - b2^t) / (sqrt(v) + eps). */
static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_adam *k = conf;
    double          t = (double)step, p2 = pow(k->beta2, t), top = 2 / (1 - k->beta2) - 1,
           rho = top - 2 * t * p2 / (1 - p2);
    coef[0] = 1.0 / (1.0 - pow(k->beta1, t));
    coef[1] = rho > 5;
    if (rho > 5)
        coef[0] *= sqrt(1 - p2) * sqrt((rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho));
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
        .root = 1,
        .eps = (real)k->eps,
    };
    average(b->n, &r, b->in, b->slot[0], b->slot[1]);
    if (b->coef[1] > 0)
        divide(b->n, &r, b->slot[0], b->slot[1], b->out);
    else
        only_mean(b->n, r.scale, b->slot[0], b->out);
    return b->out;
}

static void set_momentum(void *conf, double momentum)
{
    ((sft_adam *)conf)->beta1 = momentum;
}

const sft_transform sft_transform_radam = {
    .name = "radam",
    .doc = "Adam that rectifies the variance of its first steps",
    .math = "r_t = 2/(1-b2)-1 - 2t b2^t/(1-b2^t); u = m/(1-b1^t), and where r_t > 5 times "
            "sqrt((r_t-4)(r_t-2)r/((r-4)(r-2)r_t)) sqrt(1-b2^t) / (sqrt(v) + eps)",
    .slots = 2,
    .slot_name = { "exp_avg", "exp_avg_sq" },
    .prepare = prepare,
    .apply = apply,
    .set_momentum = set_momentum,
};
