/* SPDX-License-Identifier: MIT */
/* Up and down between two rates (Smith, 2017), momentum the other way round:
 * torch.optim.lr_scheduler.CyclicLR with lr as its max_lr. */
#include "optim/schedules/span.h"

#include <math.h>

enum { TRIANGULAR, TRIANGULAR2, EXP_RANGE };

typedef struct conf {
    double base_lr, up, down, gamma, base_momentum, max_momentum;
    int    mode, unit;
    bool   cycle_momentum;
} conf;

static const char *const modes[] = { "triangular", "triangular2", "exp_range", NULL };

static const sft_field fields[] = {
    { "mode", SFT_WORD, offsetof(conf, mode),
      .doc = "the same height, half of it each time, or gamma^t of it", .text = "triangular",
      .words = modes, .flags = SFT_MAIN },
    { "base_lr", SFT_REAL, offsetof(conf, base_lr), 0, 0, 1e6,
      .doc = "the lower rate; auto: a quarter of lr", .flags = SFT_AUTO | SFT_LOG },
    { "step_size_up", SFT_REAL, offsetof(conf, up), 0, 0, 1e15,
      .doc = "length of a rise; auto: two epochs (PyTorch: 2000 steps)", .aliases = "step_size",
      .flags = SFT_AUTO | SFT_ABOVE_LOW },
    { "step_size_down", SFT_REAL, offsetof(conf, down), 0, 0, 1e15,
      .doc = "length of a fall; auto: that of a rise", .flags = SFT_AUTO | SFT_ABOVE_LOW },
    { "gamma", SFT_REAL, offsetof(conf, gamma), 1, 0, 1, .doc = "for exp_range, a step",
      .flags = SFT_ABOVE_LOW },
    { "cycle_momentum", SFT_FLAG, offsetof(conf, cycle_momentum), 1,
      .doc = "momentum, or Adam's beta1, falls where the rate rises; without either it stays" },
    { "base_momentum", SFT_REAL, offsetof(conf, base_momentum), 0.8, 0, 1,
      .doc = "momentum at the highest rate", .flags = SFT_BELOW_HIGH },
    { "max_momentum", SFT_REAL, offsetof(conf, max_momentum), 0.9, 0, 1,
      .doc = "momentum at the lowest rate", .flags = SFT_BELOW_HIGH },
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

/* How high above the ground, from 0 to 1. */
static double height(const conf *k, sft_when t)
{
    double up = isnan(k->up) ? sft__span(2, SFT_UNIT_EPOCH, 0, t) : sft__span(k->up, k->unit, 0, t);
    double down = isnan(k->down) ? up : sft__span(k->down, k->unit, 0, t);
    double cycle = floor((double)t.step / (up + down)), at = (double)t.step - cycle * (up + down);
    double scale = at <= up ? at / up : 1 - (at - up) / down;
    switch (k->mode) {
    case TRIANGULAR2:
        return scale / pow(2, cycle);
    case EXP_RANGE:
        return scale * pow(k->gamma, (double)t.step);
    default:
        return scale;
    }
}

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      base = isnan(k->base_lr) ? lr / 4 : k->base_lr;
    return base + (lr - base) * height(k, t);
}

static double momentum(const void *conf_, sft_when t)
{
    const conf *k = conf_;
    if (!k->cycle_momentum)
        return NAN;
    return k->max_momentum - (k->max_momentum - k->base_momentum) * height(k, t);
}

const sft_schedule sft_schedule_cyclic = {
    .name = "cyclic",
    .aliases = "clr CyclicLR",
    .doc = "up and down between two rates (PyTorch's CyclicLR)",
    .math = "base_lr + (lr - base_lr) tri(t) h; h = 1, 2^-cycle or gamma^t",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
    .momentum = momentum,
};
