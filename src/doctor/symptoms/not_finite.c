/* SPDX-License-Identifier: MIT */
/* NaN or infinity ended the probe run. Never a first cause where anything else stands upstream. */
#include "doctor/doctor.h"

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (!k->failed) return false;
    f->severity = SFT_FATAL;
    f->value = (double)k->steps + 1;
    f->limit = (double)k->planned;
    f->evidence = sft__say(c, "training ends at step %lld of %lld: %s", (long long)k->steps + 1, (long long)k->planned,
                           k->failure);
    return true;
}

const sft_symptom sft_symptom_not_finite = {
    .name = "not_finite", .aliases = "nan nan_inf nan_loss",
    .doc = "NaN or infinity ends training",
    .math = "loss or gradient is NaN or infinite",
    .source = "Wardat et al. 2021, DeepLocalize",
    .origin = SFT_FROM_SIGNAL, .follows = true, .judge = judge,
    .remedies = "lower_rate add_clipping warm_up default_init",
    .sick = "data: digits\nmodel: flatten | repeat 3 ( linear 64 | relu ) | linear\noptimizer: sgd lr=3\n"
            "train: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | repeat 3 ( linear 64 | relu ) | linear\noptimizer: sgd lr=0.05\n"
            "train: {epochs: 8, batch: 64}\n",
};
