/* SPDX-License-Identifier: MIT */
/* The schedule spends the rate at the beginning: most of the plan is done at a rate of next to nothing. */
#include "doctor/pace.h"

/* Cosine and linear schedules spend a fifth of their rate in the first tenth, steps by 10 at a third of the plan nearly a
 * third. A run that has lost nine tenths of its loss by then has not missed the rest. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (k->failed || k->planned < 20 || !(k->rate_first >= 0.9)) return false;
    f->severity = k->end_loss > 0.1 * k->start_loss ? SFT_FAULT : SFT_ADVISORY;
    f->value = k->rate_first;
    f->limit = 0.9;
    f->evidence = sft__say(c, "%.0f %% of the summed rate is spent in the first tenth of the %lld steps; after %lld the rate is "
                              "%.2g, begun at %.2g, and the loss %.3g", 100 * k->rate_first, (long long)k->planned,
                              (long long)k->steps, k->lr[k->steps - 1], k->rate_peak, k->end_loss);
    return true;
}

const sft_symptom sft_symptom_dead_schedule = {
    .name = "dead_schedule", .aliases = "schedule_too_fast decays_too_fast",
    .doc = "the schedule spends nearly all of the rate in the first tenth of the plan",
    .math = "sum of the rate over the first tenth > 0.9 of its sum",
    .source = "Wu et al. 2018 (short-horizon bias); Li, Yumer and Ramanan 2020 (budgeted training)",
    .origin = SFT_FROM_PACE, .explains = "rate_too_low slow too_few_epochs underfits", .judge = judge,
    .remedies = "cosine_schedule constant_schedule",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.03\nschedule: exponential 0.05\n"
            "train: {epochs: 20, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.1\nschedule: cosine\n"
            "train: {epochs: 20, batch: 64}\n",
};
