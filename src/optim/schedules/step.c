/* SPDX-License-Identifier: MIT */
/* The rate falls by a factor at regular distances: torch.optim.lr_scheduler.StepLR. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double step_size, gamma;
    int    unit;
} conf;

static const sft_field fields[] = {
    { "step_size", SFT_REAL, offsetof(conf, step_size), 0, 0, 1e15,
      .doc = "from one fall to the next; auto: a third of the run", .aliases = "every decay_epochs",
      .flags = SFT_MAIN | SFT_AUTO | SFT_ABOVE_LOW },
    { "gamma", SFT_REAL, offsetof(conf, gamma), 0.1, 0, 1,
      .doc = "what the rate is multiplied with", .aliases = "factor drop decay_rate",
      .flags = SFT_LOG | SFT_ABOVE_LOW },
    SFT_UNIT_FIELD(conf, "epoch"),
    SFT_FIELD_END
};

/* Falls stand at whole steps. */
static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      size = ceil(sft__span(k->step_size, k->unit, 1.0 / 3, t) - 1e-9);
    return lr * pow(k->gamma, floor((double)t.step / size));
}

const sft_schedule sft_schedule_step = {
    .name = "step",
    .aliases = "steplr StepLR step_decay",
    .doc = "falls by a factor at regular distances (PyTorch's StepLR)",
    .math = "lr gamma^floor(t / step_size)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
