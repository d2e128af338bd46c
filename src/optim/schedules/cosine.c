/* SPDX-License-Identifier: MIT */
/* The rate falls along half a cosine (Loshchilov and Hutter, 2017, without its restarts):
 * torch.optim.lr_scheduler.CosineAnnealingLR, which rises again behind a T_max that is given. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double min, t_max;
    int    unit;
} conf;

static const sft_field fields[] = {
    SFT_MIN_FIELD(conf, "at the end"),
    { "t_max", SFT_REAL, offsetof(conf, t_max), 0, 0, 1e15,
      .doc = "length of the fall, behind which the rate rises again; auto: the run",
      .aliases = "T_max length decay_steps", .flags = SFT_AUTO | SFT_ABOVE_LOW },
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf  *k = conf_;
    const double pi = 3.14159265358979323846;
    double       done = t.steps > 0 ? fmin((double)t.step / (double)t.steps, 1) : 0;
    if (!isnan(k->t_max))
        done = (double)t.step / sft__span(k->t_max, k->unit, 1, t);
    return k->min + (lr - k->min) * (1 + cos(pi * done)) / 2;
}

const sft_schedule sft_schedule_cosine = {
    .name = "cosine",
    .aliases = "cosine_annealing CosineAnnealingLR CosineDecay",
    .doc = "falls along half a cosine to the end of the run (PyTorch's CosineAnnealingLR)",
    .math = "min + (lr - min) (1 + cos(pi t / t_max)) / 2",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
