/* SPDX-License-Identifier: MIT */
/* The rate is so low that the plan ends before the valley is reached. */
#include "doctor/pace.h"

#include <math.h>

/* How much alike successive gradients would be without their noise: cos = 1 / (1 + tr S / (B |G|^2)) for the same G. With the
 * smaller of the ratios at the start and at the end, so that no plateau, where |G| is next to nothing, makes much of little. */
static double persistence(const sft_chart *c)
{
    const double batch = (double)(c->recipe->train_conf.batch * c->recipe->train_conf.accumulate);
    const double noise = fmin(c->curvature.noise.batch, c->course.noise.batch);
    return isfinite(noise) ? fmin(1, sft__course_turn(&c->course) * (1 + noise / batch)) : NAN;
}

/* What successive gradients must have in common: a forecast is not worth much where they turn. At the end of a plan that was carried out
 * nothing is forecast, and with a rate of less than a thousandth of the stable one it is enough that they do not turn at random. */
static double wanted(const sft_chart *c, double share)
{
    return sft__course_whole(&c->course) && share < 1e-3 ? 0.3 : 0.7;
}

/* All of: half of the loss is left when the plan ends; the rate could grow 30-fold and still be stable, and 10-fold without
 * one step too far; the gradient keeps its direction (0.7 without noise; at least 0.1 with it, or the estimate is worth
 * nothing). One of them alone is no fault: Adam's usual rate is a hundredth of its limit, and plateaus have forecasts like
 * these. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course    *k = &c->course;
    const sft_curvature *y = &c->curvature;
    const double         forecast = sft__course_forecast(k), share = y->known && y->sharpness > 0 ? y->sharpness / y->limit : NAN;
    if (k->failed || k->steps < 20 || !(forecast > 0.5 * k->start_loss) || !(share < 1.0 / 30)) return false;
    if (!(10 * k->rate_peak < y->critical) || !(persistence(c) > wanted(c, share)) || !(sft__course_turn(k) > 0.1)) return false;
    f->value = k->rate_peak;
    f->limit = y->rate_limit / 30;
    f->evidence = sft__say(c, "%lld steps took the loss from %.3g to %.3g, and all %lld of the plan will bring it to %.3g at "
                              "best; the gradient keeps its direction (cosine %.2f without noise) and the rate is %.2g of what "
                              "would be stable", (long long)k->steps, k->start_loss, k->end_loss, (long long)k->planned, forecast,
                              persistence(c), share);
    return true;
}

const sft_symptom sft_symptom_rate_too_low = {
    .name = "rate_too_low", .aliases = "lr_too_low lr_too_small",
    .doc = "the learning rate is so low that the plan ends long before the loss does",
    .math = "rate sharpness / limit < 1/30, forecast > L(0) / 2, and successive gradients agree: cos (1 + B_simple / B) > 0.7 "
            "(0.3 where the plan has ended and rate sharpness / limit < 1/1000)",
    .source = "Schneider et al. 2021 (Cockpit); McCandlish et al. 2018; Cohen et al. 2021",
    .origin = SFT_FROM_PACE, .explains = "slow too_few_epochs underfits over_regularised batch_too_large", .judge = judge,
    .remedies = "higher_rate default_optimizer switch_to_adam",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.0003\ntrain: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: adam lr=0.003\ntrain: {epochs: 4, batch: 64}\n",
};
