/* SPDX-License-Identifier: MIT */
/* Half cosines one after another, each from the top (SGDR; Loshchilov and Hutter, 2017):
 * torch.optim.lr_scheduler.CosineAnnealingWarmRestarts stepped every batch. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double  t_0, min, m_mult;
    int64_t t_mult;
    int     unit;
} conf;

static const sft_field fields[] = {
    { "t_0", SFT_REAL, offsetof(conf, t_0), 0, 0, 1e15,
      .doc = "length of the first cosine; auto: a quarter of the run",
      .aliases = "T_0 first_decay_steps", .flags = SFT_MAIN | SFT_AUTO | SFT_ABOVE_LOW },
    { "t_mult", SFT_INT, offsetof(conf, t_mult), 1, 1, 1000,
      .doc = "each is so many times as long as the one before", .aliases = "T_mult t_mul cycle_mul" },
    { "m_mult", SFT_REAL, offsetof(conf, m_mult), 1, 0, 1,
      .doc = "what the top is multiplied with at each restart", .aliases = "m_mul cycle_decay",
      .flags = SFT_ABOVE_LOW },
    SFT_MIN_FIELD(conf, "before each restart"),
    SFT_UNIT_FIELD(conf, "epoch"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      length = sft__span(k->t_0, k->unit, 0.25, t), at = (double)t.step, cycle = 0;
    if (k->t_mult == 1) {
        cycle = floor(at / length);
        at -= cycle * length;
    }
    for (; at >= length; cycle++) {
        at -= length;
        length *= (double)k->t_mult;
    }
    double top = k->min + (lr - k->min) * pow(k->m_mult, cycle);
    return sft__along_cosine(top, k->min, at / length);
}

const sft_schedule sft_schedule_cosine_restarts = {
    .name = "cosine_restarts",
    .aliases = "sgdr CosineAnnealingWarmRestarts CosineDecayRestarts",
    .doc = "half cosines with restarts from the top (PyTorch's CosineAnnealingWarmRestarts)",
    .math = "min + (lr - min) m_mult^i (1 + cos(pi t_i / T_i)) / 2, T_i = t_0 t_mult^i",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
