/* SPDX-License-Identifier: MIT */
/* The rate falls as a power of what is left: torch.optim.lr_scheduler.PolynomialLR, and with an end
 * Keras's PolynomialDecay. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double power, total, min;
    int    unit;
} conf;

static const sft_field fields[] = {
    { "power", SFT_REAL, offsetof(conf, power), 1, 0, 100, .doc = "1: a straight line",
      .flags = SFT_MAIN | SFT_ABOVE_LOW },
    { "total_iters", SFT_REAL, offsetof(conf, total), 0, 0, 1e15,
      .doc = "length of the fall; auto: the run", .aliases = "length decay_steps",
      .flags = SFT_AUTO | SFT_ABOVE_LOW },
    SFT_MIN_FIELD(conf, "at the end"),
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      total = sft__span(k->total, k->unit, 1, t);
    return k->min + (lr - k->min) * pow(1 - fmin((double)t.step, total) / total, k->power);
}

const sft_schedule sft_schedule_polynomial = {
    .name = "polynomial",
    .aliases = "poly PolynomialLR PolynomialDecay",
    .doc = "falls as a power of what is left of the run (PyTorch's PolynomialLR)",
    .math = "min + (lr - min) (1 - t / total_iters)^power",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
