/* SPDX-License-Identifier: MIT */
/* The rate falls by the same factor again and again: torch.optim.lr_scheduler.ExponentialLR, and
 * with decay_steps and staircase Keras's ExponentialDecay. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double gamma, every;
    bool   staircase;
    int    unit;
} conf;

static const sft_field fields[] = {
    { "gamma", SFT_REAL, offsetof(conf, gamma), 0, 0, 1,
      .doc = "what the rate is multiplied with; auto: so that a hundredth is left at the end",
      .aliases = "factor decay_rate", .flags = SFT_MAIN | SFT_AUTO | SFT_LOG | SFT_ABOVE_LOW },
    { "every", SFT_REAL, offsetof(conf, every), 1, 0, 1e15, .doc = "from one fall to the next",
      .aliases = "decay_steps decay_epochs", .flags = SFT_ABOVE_LOW },
    { "staircase", SFT_FLAG, offsetof(conf, staircase), 1,
      .doc = "falls at once; otherwise a little at every step" },
    SFT_UNIT_FIELD(conf, "epoch"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      every = sft__span(k->every, k->unit, 1, t), times = (double)t.step / every;
    double      gamma = isnan(k->gamma) ? pow(0.01, every / fmax((double)t.steps, every)) : k->gamma;
    return lr * pow(gamma, k->staircase ? floor(times) : times);
}

const sft_schedule sft_schedule_exponential = {
    .name = "exponential",
    .aliases = "exp ExponentialLR ExponentialDecay",
    .doc = "falls by the same factor every epoch (PyTorch's ExponentialLR)",
    .math = "lr gamma^floor(t / every); without staircase lr gamma^(t / every)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
