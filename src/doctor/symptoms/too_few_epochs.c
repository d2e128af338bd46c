/* SPDX-License-Identifier: MIT */
/* The plan ends while the loss still falls. */
#include "doctor/pace.h"

#include <math.h>

/* Losses fall like powers of the step: what one doubling brought, the next will nearly bring. Worth a word above 5 % and two
 * standard errors, while a twentieth of the loss is left and validation is at its lowest. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const int64_t     n = k->steps, eighth = n / 8;
    if (!sft__course_whole(k) || n < 16) return false;
    const double a = sft__course_loss(k, n / 2 - eighth, n / 2), b = sft__course_loss(k, n - eighth, n);
    const double se = hypot(sft__course_se(k, n / 2 - eighth, n / 2), sft__course_se(k, n - eighth, n)), gain = 1 - b / a;
    const bool   held = k->evals < 2 || !(k->eval[k->evals - 1].rise > 0);
    if (!(gain > 0.05) || !(a - b > 2 * se) || !held || b < 0.05 * k->start_loss) return false;
    if (k->lr[n - 1] < 0.1 * k->rate_peak) return false; /* the schedule has ended it: only another plan would go on */
    f->severity = SFT_ADVISORY;
    f->value = gain;
    f->limit = 0.05;
    f->evidence = sft__say(c, "the loss fell from %.3g to %.3g over the second half of the %lld steps and still falls: twice the "
                              "steps would bring it to about %.3g (%.0f %% less; standard error %.0f %%)", a, b, (long long)n,
                              b * b / a, 100 * gain, 100 * se / a);
    return true;
}

const sft_symptom sft_symptom_too_few_epochs = {
    .name = "too_few_epochs", .aliases = "too_short insufficient_epochs",
    .doc = "the plan ends while the loss still falls",
    .math = "1 - L(n) / L(n/2) > 0.05 and > 2 se",
    .source = "Hestness et al. 2017; Prechelt 1998; Srivastava et al. 2014",
    .origin = SFT_FROM_RESULT, .explains = "slow", .judge = judge,
    .remedies = "train_longer higher_rate less_dropout", /* with dropout training takes two to three times as long */
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.05\ntrain: {epochs: 2, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: adam lr=0.01\nschedule: cosine\n"
            "train: {epochs: 7, batch: 128}\n",
};
