/* SPDX-License-Identifier: MIT */
/* The rate falls by a factor at regular steps, as torch.optim.lr_scheduler.StepLR. */
#include "optim/optim.h"

#include <math.h>

typedef struct conf {
    int64_t size;
    double  epochs, gamma;
} conf;

static const sft_field fields[] = {
    { "size", SFT_INT, offsetof(conf, size), 0, 1, 1e15,
      .doc = "steps between two falls; auto: a third of the run, or see epochs",
      .aliases = "step_size steps every", .flags = SFT_MAIN | SFT_AUTO },
    { "epochs", SFT_REAL, offsetof(conf, epochs), 0, 0, 1e9,
      .doc = "the same in epochs; counts when size is auto", .aliases = "size_epochs" },
    { "gamma", SFT_REAL, offsetof(conf, gamma), 0.1, 0, 1,
      .doc = "what the rate is multiplied with", .aliases = "factor drop",
      .flags = SFT_LOG | SFT_ABOVE_LOW },
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    int64_t     size = k->size;
    if (size < 1)
        size = k->epochs > 0 ? llround(k->epochs * (double)t.steps_per_epoch) : (t.steps + 2) / 3;
    if (size < 1) size = 1;
    return lr * pow(k->gamma, (double)(t.step / size));
}

const sft_schedule sft_schedule_step = {
    .name = "step",
    .aliases = "steplr StepLR step_decay",
    .doc = "falls by a factor at regular steps",
    .math = "lr gamma^floor(t / size)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
