/* SPDX-License-Identifier: MIT */
/* The rate is above what curvature allows, and the loss did not come back. */
/* A rate above the limit alone is no fault: networks catapult to flatter ground (Lewkowycz et al. 2020) or live at the edge of
 * stability (Cohen et al. 2021) and learn well. What counts is where the loss is at the end of the course. */
#include "doctor/pace.h"

#include <math.h>

enum { STEPS_LEAST = 20 };

static bool too_high_for_it(const sft_chart *c)
{
    const sft_curvature *y = &c->curvature;
    return (y->known && y->sharpness > y->limit) || c->course.rate_peak >= y->critical;
}

/* Not finite, and it was the pace: above the limit, or the loss had doubled on the way. Data that are not finite fail at once. */
static bool blew_up(const sft_chart *c)
{
    const sft_course *k = &c->course;
    return k->failed && k->steps > 0 && (too_high_for_it(c) || !(sft__course_peak(k) < 2 * k->start_loss));
}

/* 5 % above the start is more than a batch's noise in a quarter of the steps. A peak of twice the start is a jump; it is stuck
 * where it landed if that is no better than ignoring the input, or if seven tenths of the start are left and it no longer
 * falls. */
static bool got_stuck(const sft_chart *c)
{
    const sft_course *k = &c->course;
    if (k->failed || k->steps < STEPS_LEAST) return false;
    const double late = sft__course_late(k), peak = sft__course_peak(k);
    const bool   risen = late > 1.05 * k->start_loss && k->end_loss > 1.05 * k->start_loss;
    const bool   stays = sft__loss_of_ignorance(c, late) || (late > 0.7 * k->start_loss && sft__course_fall(k, NULL) < 0.02);
    return (risen && peak > 1.2 * k->start_loss) || (peak > 2 * k->start_loss && stays && too_high_for_it(c));
}

static const char *limit_said(const sft_chart *c)
{
    const sft_curvature *y = &c->curvature;
    if (y->known && y->sharpness > y->limit)
        return sft__say(c, "; at the start the steepest direction (sharpness %.3g) is stable up to a rate of %.2g, and the "
                           "recipe's is %.2g", y->sharpness, y->rate_limit, c->recipe->lr);
    if (c->course.rate_peak >= y->critical)
        return sft__say(c, "; at the start a single step lowers the loss up to a rate of about %.2g, and the plan reaches %.2g",
                           y->critical / 2, c->course.rate_peak);
    return "";
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const bool        blown = blew_up(c);
    if (!blown && !got_stuck(c)) return false;
    const double late = sft__course_late(k);
    f->severity = blown || late > k->start_loss || sft__loss_of_ignorance(c, late) ? SFT_FATAL : SFT_FAULT;
    f->value = c->recipe->lr;
    f->limit = c->curvature.known ? c->curvature.rate_limit : c->curvature.critical;
    if (blown)
        f->evidence = sft__say(c, "step %lld was not finite, after the batch loss had gone from %.3g to %.3g%s",
                                  (long long)k->steps + 1, k->start_loss, sft__course_peak(k), limit_said(c));
    else
        f->evidence = sft__say(c, "the loss went from %.3g up to %.3g and is %.3g after %lld steps%s", k->start_loss,
                                  sft__course_peak(k), late, (long long)k->steps, limit_said(c));
    return true;
}

const sft_symptom sft_symptom_rate_too_high = {
    .name = "rate_too_high", .aliases = "lr_too_high lr_too_large divergence diverges",
    .doc = "the learning rate is too high: the loss jumped away and did not come back",
    .math = "rate > limit / sharpness, or L(w - rate g) > L(w); and behind a peak of 2 L(0) the loss stays above 0.9 prior or "
            "0.7 L(0)",
    .source = "Cohen et al. 2021; Lewkowycz et al. 2020; Kalra and Barkeshli 2024",
    .origin = SFT_FROM_PACE, .explains = "*", .judge = judge,
    .remedies = "lower_rate gentler_rates warm_up add_clipping add_batchnorm default_optimizer",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=10\ntrain: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=1\ntrain: {epochs: 4, batch: 64}\n",
};
