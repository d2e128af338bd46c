/* SPDX-License-Identifier: MIT */
/* Warm-up, stable, decay: the rate stays until the last part of the run and falls there (Hu et al.,
 * 2024, MiniCPM; the shape sqrt is Hägele et al.'s, 2024). */
#include "optim/schedules/span.h"

#include <math.h>

enum { LINEAR, SQRT, COSINE };

typedef struct conf {
    double decay, length, min;
    int    shape, unit;
} conf;

static const char *const shapes[] = { "linear", "sqrt", "cosine", NULL };

static const sft_field fields[] = {
    { "decay", SFT_REAL, offsetof(conf, decay), 0.2, 0, 1,
      .doc = "share of the whole run that the fall takes", .aliases = "cooldown",
      .flags = SFT_MAIN },
    { "decay_steps", SFT_REAL, offsetof(conf, length), 0, 0, 1e15,
      .doc = "the same as a length; auto: see decay", .aliases = "decay_epochs",
      .flags = SFT_AUTO | SFT_ABOVE_LOW },
    { "shape", SFT_WORD, offsetof(conf, shape), .doc = "of the fall; sqrt: 1 - sqrt(s)",
      .text = "linear", .words = shapes },
    SFT_MIN_FIELD(conf, "at the end"),
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double whole = (double)(t.steps + t.warmup), left = (double)(t.steps - t.step);
    double fall = isnan(k->length) ? k->decay * whole : sft__span(k->length, k->unit, 0, t);
    fall = fmin(fall, (double)t.steps);
    double s = left < fall ? fmin(1 - left / fall, 1) : 0;
    if (k->shape == COSINE)
        return sft__along_cosine(lr, k->min, s);
    return sft__along_line(lr, k->min, k->shape == SQRT ? sqrt(s) : s);
}

const sft_schedule sft_schedule_wsd = {
    .name = "wsd",
    .aliases = "warmup_stable_decay trapezoid",
    .doc = "stays, and falls in the last part of the run (Hu et al. 2024)",
    .math = "lr; in the last decay of the run min + (lr - min) (1 - s), s from 0 to 1",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
