/* SPDX-License-Identifier: MIT */
/* The rate falls as one over time: Keras's InverseTimeDecay. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double rate, every;
    bool   staircase;
    int    unit;
} conf;

static const sft_field fields[] = {
    { "decay_rate", SFT_REAL, offsetof(conf, rate), 1, 0, 1e6, .doc = "how fast it falls",
      .flags = SFT_MAIN },
    { "decay_steps", SFT_REAL, offsetof(conf, every), 0, 0, 1e15,
      .doc = "length in which lr falls to lr / (1 + decay_rate); auto: a tenth of the run",
      .aliases = "every decay_epochs", .flags = SFT_AUTO | SFT_ABOVE_LOW },
    { "staircase", SFT_FLAG, offsetof(conf, staircase), 0, .doc = "falls at once every decay_steps" },
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      times = (double)t.step / sft__span(k->every, k->unit, 0.1, t);
    return lr / (1 + k->rate * (k->staircase ? floor(times) : times));
}

const sft_schedule sft_schedule_inverse_time = {
    .name = "inverse_time",
    .aliases = "InverseTimeDecay",
    .doc = "falls as one over time (Keras's InverseTimeDecay)",
    .math = "lr / (1 + decay_rate t / decay_steps)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
