/* SPDX-License-Identifier: MIT */
/* The rate falls by a factor at given places: torch.optim.lr_scheduler.MultiStepLR. Without places
 * it falls at half and at three quarters of the run, as He et al. (2016) trained on CIFAR-10. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    sft_reals milestones;
    double    gamma;
    int       unit;
} conf;

static const sft_field fields[] = {
    { "milestones", SFT_REALS, offsetof(conf, milestones), 0, 0, 1e15,
      .doc = "where it falls; auto: at half and at three quarters of the run",
      .aliases = "decay_milestones boundaries", .flags = SFT_MAIN | SFT_AUTO },
    { "gamma", SFT_REAL, offsetof(conf, gamma), 0.1, 0, 1,
      .doc = "what the rate is multiplied with", .aliases = "factor drop decay_rate",
      .flags = SFT_LOG | SFT_ABOVE_LOW },
    SFT_UNIT_FIELD(conf, "epoch"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    static const double shares[] = { 0.5, 0.75 };
    const conf         *k = conf_;
    bool                given = k->milestones.n > 0;
    int                 falls = 0;
    for (int i = 0; i < (given ? k->milestones.n : 2); i++)
        falls += (double)t.step >= (given ? sft__span(k->milestones.v[i], k->unit, 0, t)
                                          : sft__span(NAN, k->unit, shares[i], t));
    return lr * pow(k->gamma, falls);
}

static sft_status check(sft_ctx *c, sft_pos pos, const void *conf_)
{
    const conf *k = conf_;
    return sft__check_rising(c, pos, "milestones", &k->milestones);
}

const sft_schedule sft_schedule_multistep = {
    .name = "multistep",
    .aliases = "multi_step MultiStepLR",
    .doc = "falls by a factor at given places (PyTorch's MultiStepLR)",
    .math = "lr gamma^(milestones up to t)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
    .check = check,
};
