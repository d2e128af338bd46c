/* SPDX-License-Identifier: MIT */
/* How fast a trainer learns: the rate and momentum of a step, and what evaluations make of them. */
#include "base/text.h"
#include "train/train.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sft_when at(const sft_trainer *t, int64_t step)
{
    return (sft_when){ .step = step,
                       .steps = t->steps,
                       .steps_per_epoch = t->steps_per_epoch,
                       .seen = &t->seen };
}

double sft_trainer_rate(const sft_trainer *t, int64_t step, double *momentum)
{
    if (!t || step < 1)
        return NAN;
    const sft_recipe *r = t->recipe;
    sft_when when = at(t, step - 1);
    if (momentum)
        *momentum = sft__momentum(r->schedule_record, r->schedule_conf, &r->warmup, when);
    double lr = sft__rate(r->schedule_record, r->schedule_conf, &r->warmup, t->lr, when);
    return r->average_record->rate ? r->average_record->rate(r->average_conf, lr, when) : lr;
}

/* A range test has rates of its own, and the momentum that is. */
double sft__set_pace(sft_trainer *t)
{
    if (t->forced_lr > 0)
        return t->forced_lr;
    double momentum = NAN, lr = sft_trainer_rate(t, t->step + 1, &momentum);
    if (!isnan(momentum))
        sft__update_momentum(&t->update, momentum);
    return lr;
}

sft_status sft_trainer_observe(sft_trainer *t, const sft_scores *validation)
{
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    if (!validation)
        return sft__fail(t->ctx, SFT_E002, "sft_trainer_observe needs scores — they are NULL");
    const sft_recipe *r = t->recipe;
    bool risen = t->step > sft__warmup_steps(&r->warmup, t->steps_per_epoch);
    if (r->schedule_record->observe && risen && validation->count > 0)
        r->schedule_record->observe(r->schedule_conf, t->lr, &t->seen, validation->loss,
                                    validation->accuracy);
    return SFT_OK;
}

sft_status sft__check_pace(sft_trainer *t)
{
    sft_recipe *r = t->recipe;
    const char *monitor = sft_recipe_get(r, "schedule.monitor");
    t->seen = sft__seen_start;
    if (!r->schedule_record->observe)
        return sft_code(t->ctx);
    if (sft__text_is(monitor, "accuracy") && t->net->task == SFT_REGRESSION)
        return sft__fail(t->ctx, SFT_E113,
                         "schedule.monitor is accuracy, and regression has none — use "
                         "schedule.monitor=loss");
    if (!t->loader[SFT_VALIDATION])
        sft__note(t->ctx, SFT_WARN, "W245",
                  "schedule %s has nothing to watch: there are no validation samples, so the rate "
                  "stays — set split.validation",
                  r->schedule_record->name);
    return sft_code(t->ctx);
}

/* ---- in a checkpoint: every number by its bits ----------------------------------------------- */

enum { WORDS = 5 };
_Static_assert(sizeof(sft_seen) == WORDS * sizeof(uint64_t), "numbers of 64 bits without gaps");

const char *sft__seen_text(sft_arena *a, const sft_trainer *t)
{
    uint64_t w[WORDS];
    memcpy(w, &t->seen, sizeof w);
    return sft__arena_printf(a, "%s %016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                             " %016" PRIx64, t->recipe->schedule_record->name, w[0], w[1], w[2],
                             w[3], w[4]);
}

bool sft__seen_read(const sft_trainer *t, const char *text, sft_seen *seen)
{
    const char *name = t->recipe->schedule_record->name;
    size_t n = strlen(name);
    *seen = sft__seen_start;
    if (!t->recipe->schedule_record->observe || !text || strncmp(text, name, n) || text[n] != ' ')
        return true;            /* of another schedule: this one has seen nothing yet */
    if (strlen(text + n) != WORDS * 17 ||
        strspn(text + n, " 0123456789abcdef") != strlen(text + n))
        return false;
    uint64_t w[WORDS];
    for (int i = 0; i < WORDS; i++)
        w[i] = strtoull(text + n + 1 + i * 17, NULL, 16);
    memcpy(seen, w, sizeof *seen);
    return seen->scale >= 0 && seen->scale <= 1 && seen->count >= 0 && seen->waits >= 0 &&
           seen->rests >= 0;
}
