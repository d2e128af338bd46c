/* SPDX-License-Identifier: MIT */
/* Rprop (Riedmiller and Braun, 1993), as torch.optim.Rprop: a step for every weight, longer while the gradient's sign stays. */
#include "optim/transforms/transforms.h"

typedef struct rates {
    real down, up, least, most, per_rate;
} rates;

/* Where the sign turns, this step is left out and forgotten. */
SFT_HOT static void update(int64_t n, const rates *k, const real *restrict g, real *restrict prev,
                           real *restrict size, real *restrict y)
{
    rates r = *k;
    for (int64_t i = 0; i < n; i++) {
        real turn = g[i] * prev[i], s = size[i] * (turn > 0 ? r.up : turn < 0 ? r.down : 1),
             now = turn < 0 ? 0 : g[i];
        s = s < r.least ? r.least : s;
        size[i] = s > r.most ? r.most : s;
        y[i] = SFT_SIGN(now) * (size[i] * r.per_rate) + 0 * g[i];
        prev[i] = now;
    }
}

/* Slots are zero before the first step: every weight's step starts as the learning rate. */
static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    (void)conf;
    coef[0] = step == 1;
}

/* The update is multiplied by the rate, which only says how long the first steps are. */
static const real *apply(const void *conf, const sft_block *b)
{
    const sft_rprop *k = conf;
    const rates      r = { (real)k->down, (real)k->up, (real)k->least, (real)k->most,
                           (real)(b->lr > 0 ? 1 / b->lr : 0) };
    for (int64_t i = 0; b->coef[0] > 0 && i < b->n; i++)
        b->slot[1][i] = (real)b->lr;
    update(b->n, &r, b->in, b->slot[0], b->slot[1], b->out);
    return b->out;
}

const sft_transform sft_transform_rprop = {
    .name = "rprop",
    .doc = "sign of the gradient times a step that grows while the sign stays",
    .math = "s *= eta+ where u u' > 0, eta- (and u = 0) where u u' < 0, within bounds; "
            "w -= sign(u) s",
    .slots = 2,
    .slot_name = { "prev", "step_size" },
    .prepare = prepare,
    .apply = apply,
};
