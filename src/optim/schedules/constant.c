/* SPDX-License-Identifier: MIT */
/* The rate stays. */
#include "optim/optim.h"

static const sft_field fields[] = { SFT_FIELD_END };

static double rate(const void *conf, double lr, sft_when t)
{
    (void)conf;
    (void)t;
    return lr;
}

const sft_schedule sft_schedule_constant = {
    .name = "constant",
    .aliases = "none const fixed",
    .doc = "the rate stays",
    .math = "lr",
    .fields = fields,
    .rate = rate,
};
