/* SPDX-License-Identifier: MIT */
/* Warm-up, and the rate of a step. */
#include "optim/optim.h"

#include <math.h>

const sft_seen sft__seen_start = { .scale = 1 };

const sft_field sft__warmup_fields[] = {
    { "warmup", SFT_INT, offsetof(sft_warmup, warmup), 0, 0, 1e15,
      .doc = "steps over which the rate rises to lr", .aliases = "warmup_steps warmup_iters" },
    { "warmup_epochs", SFT_REAL, offsetof(sft_warmup, warmup_epochs), 0, 0, 1e9,
      .doc = "the same in epochs; counts when warmup is 0" },
    { "warmup_start", SFT_REAL, offsetof(sft_warmup, warmup_start), 0, 0, 1,
      .doc = "share of lr that the rise begins at" },
    SFT_FIELD_END
};

int64_t sft__warmup_steps(const sft_warmup *w, int64_t steps_per_epoch)
{
    return w->warmup > 0 ? w->warmup : llround(w->warmup_epochs * (double)steps_per_epoch);
}

/* The place in time without its warm-up. */
static sft_when after(int64_t rise, sft_when t)
{
    t.step = t.step > rise ? t.step - rise : 0;
    t.steps -= rise;
    t.warmup = rise;
    return t;
}

double sft__rate(const sft_schedule *s, const void *conf, const sft_warmup *w, double lr,
                 sft_when t)
{
    int64_t rise = sft__warmup_steps(w, t.steps_per_epoch);
    if (t.step < rise)
        return lr * (w->warmup_start + (1 - w->warmup_start) * (double)(t.step + 1) / (double)rise);
    return s->rate(conf, lr, after(rise, t));
}

double sft__momentum(const sft_schedule *s, const void *conf, const sft_warmup *w, sft_when t)
{
    int64_t rise = sft__warmup_steps(w, t.steps_per_epoch);
    return s->momentum ? s->momentum(conf, after(rise, t)) : NAN;
}
