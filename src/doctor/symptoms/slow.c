/* SPDX-License-Identifier: MIT */
/* The loss falls, but the plan will not do: nothing named explains it. */
#include "doctor/pace.h"

#include <math.h>

/* Of the fixed samples' loss, which has no batch noise: 2 % since the look at half the way, so it is not at rest; and half of
 * the loss is left at the end of the plan. A model that has what the neighbours know is done whatever its loss. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (k->failed || k->steps < 50 || k->looks < 2) return false;
    const double before = k->look[k->looks - 2].loss, fall = (before - k->end_loss) / before, forecast = sft__course_forecast(k);
    if (!(forecast > 0.5 * k->start_loss) || !(fall > 0.02) || !(k->end_loss < k->start_loss)) return false;
    if (!isnan(c->samples.neighbours) && !sft__below_neighbours(c)) return false;
    f->severity = SFT_ADVISORY;
    f->value = forecast / k->start_loss;
    f->limit = 0.5;
    f->evidence = sft__say(c, "the loss fell by %.1f %% from step %lld to %lld, and the plan's %lld steps bring it from %.3g to "
                              "%.3g at best", 100 * fall, (long long)k->look[k->looks - 2].step, (long long)k->steps,
                              (long long)k->planned, k->start_loss, forecast);
    return true;
}

const sft_symptom sft_symptom_slow = {
    .name = "slow", .aliases = "slow_convergence slow_converge",
    .doc = "the loss falls too slowly for the plan, and nothing else explains it",
    .math = "forecast > L(0) / 2 while L still falls by more than 2 % over the last half",
    .source = "Zhang et al. 2021 (AutoTrainer); Roulet et al. 2024",
    .origin = SFT_FROM_RESULT, .explains = "", .judge = judge,
    .remedies = "switch_to_adam add_batchnorm higher_rate train_longer",
    .sick = "data: spirals\nmodel: linear 32 | tanh | linear 32 | tanh | linear\noptimizer: adam lr=0.01\n"
            "train: {epochs: 30, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: momentum lr=0.05\n"
            "train: {epochs: 4, batch: 64}\n",
};
