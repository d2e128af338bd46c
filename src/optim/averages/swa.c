/* SPDX-License-Identifier: MIT */
/* Stochastic weight averaging (Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, 2018): the plain mean of the weights along
 * the last part of the run, as torch.optim.swa_utils.AveragedModel has it, with SWALR's rate if wanted. */
/* Where norms keep running averages, those are counted anew over the training samples when the averaged weights are used
 * (their section 3.2; torch.optim.swa_utils.update_bn). */
#include "optim/method.h"

#include <math.h>

typedef struct conf {
    double  start;
    int64_t every;
    double  lr, anneal_epochs;
} conf;

static const sft_field fields[] = {
    { "start", SFT_REAL, offsetof(conf, start), 0.75, 0, 1,
      .doc = "share of the run behind which averaging begins", .aliases = "swa_start swa_epoch_start",
      .flags = SFT_MAIN | SFT_BELOW_HIGH },
    { "every", SFT_INT, offsetof(conf, every), 0, 1, 1e15,
      .doc = "steps between two averaged weights; auto: an epoch", .aliases = "swa_freq cycle",
      .flags = SFT_AUTO },
    { "lr", SFT_REAL, offsetof(conf, lr), 0, 0, 1e6,
      .doc = "rate while averaging; auto: the schedule's", .aliases = "swa_lr swa_lrs learning_rate",
      .flags = SFT_AUTO | SFT_LOG },
    { "anneal_epochs", SFT_REAL, offsetof(conf, anneal_epochs), 0, 0, 1e9,
      .doc = "epochs over which the rate goes to lr, along half a cosine", .aliases = "annealing_epochs" },
    SFT_FIELD_END
};

static sft_needs needs(const void *conf_)
{
    (void)conf_;
    return (sft_needs){ .kept = 1, .numbers = 1 };
}

static int64_t first_step(const conf *c, sft_when t) { return (int64_t)floor(c->start * (double)t.steps); }

/* At the end of each stretch, and of the run: a short one has an average too. */
static void after(const void *conf_, sft_walk *k)
{
    const conf *c = conf_;
    int64_t     done = k->when.step + 1, start = first_step(c, k->when);
    bool        due = c->every > 0 ? (done - start) % c->every == 0 : done % k->when.steps_per_epoch == 0;
    if (done <= start || !(due || done == k->when.steps)) return;
    k->number[0] += 1;
    sft__average_towards(k, 1 / k->number[0], k->array[0]);
}

/* From the schedule's rate to lr, as SWALR's cosine. */
static double rate(const void *conf_, double lr, sft_when t)
{
    const conf  *c = conf_;
    const double pi = 3.14159265358979323846;
    double       since = (double)(t.step - first_step(c, t)), length = c->anneal_epochs * (double)t.steps_per_epoch;
    if (isnan(c->lr) || since < 0) return lr;
    double done = length > 0 ? fmin(1, since / length) : 1, share = (1 - cos(pi * done)) / 2;
    return share * c->lr + (1 - share) * lr;
}

static const sft_method method = { .needs = needs, .after = after };

const sft_average sft_average_swa = {
    .name = "swa",
    .aliases = "SWA",
    .doc = "mean of the weights along the end of the run, norms' averages counted anew (Izmailov et al. 2018)",
    .math = "a += (w - a)/n, n = 1, 2 … from start on",
    .conf_size = sizeof(conf),
    .fields = fields,
    .method = &method,
    .recount = true,
    .rate = rate,
};
