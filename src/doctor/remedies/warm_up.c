/* SPDX-License-Identifier: MIT */
/* The rate rises over the first steps. */
#include "doctor/surgery.h"

#include "base/text.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const sft_recipe *r = c->recipe;
    const int64_t     planned = sft__planned_steps(r, c->data), steps = planned / 20 < 200 ? planned / 20 : 200;
    if (r->warmup.warmup > 0 || r->warmup.warmup_epochs > 0 || steps < 2 || sft__text_is(r->schedule_record->name, "one_cycle"))
        return false;
    return sft__edit(c, out, "schedule.warmup=%lld", (long long)steps);
}

const sft_remedy sft_remedy_warm_up = {
    .name = "warm_up", .doc = "the rate rises over the first twentieth of the run, 200 steps at most",
    .math = "sharpness falls before the rate is whole",
    .edit = edit,
};
