/* SPDX-License-Identifier: MIT */
/* So large a batch that the plan has too few steps. */
#include "doctor/pace.h"

#include <math.h>

/* Beyond ten times B_simple a larger batch hardly makes a better gradient, so what it costs is steps; 200 is few for any
 * network. At the start gradients agree and B_simple is small for everyone, so it is the larger one of the start and of the
 * end. A fault where there are fewer than 100 steps and three tenths of the loss are left, advice where one is. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const double      batch = (double)(c->recipe->train_conf.batch * c->recipe->train_conf.accumulate);
    const double      forecast = sft__course_forecast(k), noise = fmax(c->curvature.noise.batch, k->noise.batch);
    if (k->failed || k->planned >= 200 || k->steps < 4 || !c->curvature.noise.known || !k->noise.known ||
        !(batch > 10 * noise)) return false;
    if (!(forecast > 0.1 * k->start_loss) || !(k->end_loss < k->start_loss)) return false;
    f->severity = k->planned < 100 && forecast > 0.3 * k->start_loss ? SFT_FAULT : SFT_ADVISORY;
    f->value = batch;
    f->limit = 10 * noise;
    f->evidence = sft__say(c, "batches of %.0f leave the plan %lld steps, which end at a loss of %.3g of the %.3g at the start; "
                              "noise and gradient are as large in batches of %.3g already", batch, (long long)k->planned,
                              forecast, k->start_loss, noise);
    return true;
}

const sft_symptom sft_symptom_batch_too_large = {
    .name = "batch_too_large", .aliases = "too_few_steps",
    .doc = "a batch so large that the plan has too few steps",
    .math = "B > 10 B_simple and fewer than 200 steps, with L(end) > 0.1 L(0)",
    .source = "McCandlish et al. 2018; Shallue et al. 2019",
    .origin = SFT_FROM_PACE, .explains = "slow too_few_epochs underfits", .judge = judge,
    .remedies = "smaller_batch higher_rate train_longer",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 2000}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.5\ntrain: {epochs: 10, batch: 128}\n",
};
