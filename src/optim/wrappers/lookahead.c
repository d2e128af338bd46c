/* SPDX-License-Identifier: MIT */
/* Lookahead (Zhang, Lucas, Hinton and Ba, 2019): the optimiser walks k steps with fast weights, then slow weights go a share
 * of the way and the fast ones start again from there (their algorithm 1). The optimiser's own state goes on, as in the
 * paper's experiments. */
#include "optim/method.h"

#include <string.h>

typedef struct conf {
    int64_t k;
    double  alpha;
} conf;

static const sft_field fields[] = {
    { "k", SFT_INT, offsetof(conf, k), 5, 1, 1e9, .doc = "steps between two slow ones",
      .aliases = "sync_period la_steps", .flags = SFT_MAIN },
    { "alpha", SFT_REAL, offsetof(conf, alpha), 0.5, 0, 1,
      .doc = "share of the way that the slow weights go", .aliases = "slow_step_size la_alpha",
      .flags = SFT_ABOVE_LOW },
    SFT_FIELD_END
};

static sft_needs needs(const void *conf_)
{
    (void)conf_;
    return (sft_needs){ .kept = 1 };
}

static sft_status before(const void *conf_, sft_walk *k)
{
    (void)conf_;
    if (k->step == 1) memcpy(k->array[0], k->w, (size_t)k->v.n * sizeof *k->w);
    return SFT_OK;
}

static void after(const void *conf_, sft_walk *k)
{
    const conf *c = conf_;
    if (k->step % c->k != 0) return;
    real *slow = k->array[0];
    sft__vectors_mix(&k->v, c->alpha, k->w, 1 - c->alpha, slow, slow);
    memcpy(k->w, slow, (size_t)k->v.n * sizeof *slow);
}

static const char *const names[] = { "slow", NULL };

static const sft_method method = {
    .needs = needs, .array_name = names, .before = before, .after = after
};

const sft_wrapper sft_wrapper_lookahead = {
    .name = "lookahead",
    .aliases = "Lookahead",
    .doc = "slow weights follow the optimiser's every k steps and pull it back (Zhang et al. 2019)",
    .math = "every k steps: slow += alpha (w - slow); w = slow",
    .conf_size = sizeof(conf),
    .fields = fields,
    .method = &method,
};
