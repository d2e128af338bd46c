/* SPDX-License-Identifier: MIT */
/* The loss bounces from side to side of a valley and no longer falls. */
/* At the edge of stability gradients turn, too, while the loss goes on falling: that is no fault and does not stand. */
#include "doctor/pace.h"

#include <math.h>

/* Successive gradients of noise alone have cosine 0; -0.15 over half a course is many standard errors from it. Still at 2 % a
 * quarter, the loss stands. Below a tenth of the start it has arrived, and bouncing there is what a decaying rate would have
 * ended anyway; above 0.7, or where nothing was learned, it was thrown out, which is rate_too_high. Strong, twice
 * that cosine above the limit, it is a fault. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (k->failed || k->steps < 40 || !c->curvature.known) return false;
    const double turn = sft__course_turn(k), fall = sft__course_fall(k, NULL), late = sft__course_late(k);
    const double share = c->curvature.sharpness / c->curvature.limit;
    if (!(turn < -0.15) || !(fall < 0.02) || !(share > 0.5) || late < 0.1 * k->start_loss ||
        late > 0.7 * k->start_loss)
        return false;
    if (sft__loss_of_ignorance(c, late)) return false;
    f->severity = turn < -0.3 && share > 1 && fall < 0.01 ? SFT_FAULT : SFT_ADVISORY;
    f->value = turn;
    f->limit = -0.15;
    f->evidence = sft__say(c, "each gradient points back across the last step (mean cosine %.2f) and the loss stands at %.3g "
                              "(%+.1f %% over the last quarter); rate x sharpness was %.2g of the stability limit at the start",
                              turn, late, -100 * fall, share);
    return true;
}

const sft_symptom sft_symptom_rate_oscillates = {
    .name = "rate_oscillates", .aliases = "oscillation oscillating bouncing",
    .doc = "steps go from side to side of a valley without getting lower",
    .math = "mean cos(g_t, g_t-1) < -0.15, the loss falls by less than 2 % a quarter, rate sharpness > limit / 2",
    .source = "Bahamou and Goldfarb 2019; Schneider et al. 2021 (Cockpit); Cohen et al. 2021",
    .origin = SFT_FROM_PACE, .explains = "slow underfits noisy_batches", .judge = judge,
    .remedies = "cosine_schedule lower_rate larger_batch",
    .sick = "data: digits\nmodel: flatten | linear\noptimizer: sgd lr=8\ntrain: {epochs: 10, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear\noptimizer: sgd lr=0.3\ntrain: {epochs: 10, batch: 64}\n",
};
