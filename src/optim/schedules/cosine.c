/* SPDX-License-Identifier: MIT */
/* The rate falls along half a cosine to the end of the run (Loshchilov and Hutter, 2017, without
 * its restarts). */
#include "optim/optim.h"

#include <math.h>

typedef struct conf {
    double min;
} conf;

static const sft_field fields[] = { { "min", SFT_REAL, offsetof(conf, min), 0, 0, 1e6,
                                      .doc = "rate at the end", .aliases = "eta_min min_lr lr_min",
                                      .flags = SFT_LOG },
                                    SFT_FIELD_END };

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf  *k = conf_;
    const double pi = 3.14159265358979323846;
    double       done = t.steps > 0 ? (double)t.step / (double)t.steps : 0;
    return k->min + (lr - k->min) * (1 + cos(pi * fmin(done, 1))) / 2;
}

const sft_schedule sft_schedule_cosine = {
    .name = "cosine",
    .aliases = "cosine_annealing CosineAnnealingLR",
    .doc = "falls along half a cosine to the end of the run",
    .math = "min + (lr - min) (1 + cos(pi t / T)) / 2",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
