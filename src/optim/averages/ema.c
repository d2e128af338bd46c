/* SPDX-License-Identifier: MIT */
/* An exponential moving average of the weights (Polyak and Juditsky, 1992, with forgetting), as
 * torch.optim.swa_utils.get_ema_multi_avg_fn has it: the first weights are taken whole, then a = d a + (1 - d) w. */
/* Running averages of norms are averaged likewise (use_buffers=True): they lag as the weights do, so the two fit together.
 * warmup is TensorFlow's: with it the average looks back over about the last tenth of the run while that is short. */
#include "optim/method.h"

#include <math.h>

typedef struct conf {
    double  decay;
    bool    warmup;
    int64_t every;
} conf;

static const sft_field fields[] = {
    { "decay", SFT_REAL, offsetof(conf, decay), 0.999, 0, 1,
      .doc = "how much of the average stays at each step", .aliases = "beta momentum ema_decay",
      .flags = SFT_MAIN | SFT_BELOW_HIGH },
    { "warmup", SFT_FLAG, offsetof(conf, warmup), 1, 0, 1,
      .doc = "less stays at first: at most (1 + t)/(10 + t) after t steps", .aliases = "use_warmup ema_warmup" },
    { "every", SFT_INT, offsetof(conf, every), 1, 1, 1e15, .doc = "steps between two",
      .aliases = "update_every" },
    SFT_FIELD_END
};

static sft_needs needs(const void *conf_)
{
    (void)conf_;
    return (sft_needs){ .kept = 1, .numbers = 1 };
}

static void after(const void *conf_, sft_walk *k)
{
    const conf *c = conf_;
    if (k->step % c->every != 0) return;
    double t = k->number[0], keep = c->decay;
    if (c->warmup) keep = fmin(keep, (1 + t) / (10 + t));
    sft__average_towards(k, t > 0 ? 1 - keep : 1, k->array[0]);
    k->number[0] = t + 1;
}

static const sft_method method = { .needs = needs, .after = after };

const sft_average sft_average_ema = {
    .name = "ema",
    .aliases = "EMA exponential",
    .doc = "exponential moving average of the weights, norms' running averages included (torch.optim.swa_utils)",
    .math = "a = d a + (1 - d) w, d = min(decay, (1 + t)/(10 + t))",
    .conf_size = sizeof(conf),
    .fields = fields,
    .method = &method,
};
