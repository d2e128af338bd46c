/* SPDX-License-Identifier: MIT */
/* The rate is above what curvature allows, and the loss did not come back; or units did not. */
/* A rate above the limit alone is no fault: networks catapult to flatter ground (Lewkowycz et al. 2020) or live at the edge of
 * stability (Cohen et al. 2021) and learn well. What counts is where the loss is at the end of the course. */
#include "doctor/flow.h"
#include "doctor/pace.h"

#include <math.h>

enum { STEPS_LEAST = 20, FIRST_STEPS = 10 };

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

/* The layer with most units that were alive and that the first steps killed for good, more than half of it; -1: none. A unit dies where
 * one step takes it past all samples, so the steps are too long for what a unit can bear, whatever the rest still learns. Only with a
 * rate within a third of the stable one: units also die of their first values. */
static int killed(const sft_chart *c)
{
    const sft_course    *k = &c->course;
    const sft_curvature *y = &c->curvature;
    const sft_look      *now = sft__chart_now(c);
    int                  most = -1;
    if (k->failed || k->steps < STEPS_LEAST || !y->known || !(3 * y->sharpness > y->limit)) return -1;
    for (int i = 0; i < now->n; i++) {
        const sft_layer_look *l = &now->layer[i];
        if (isnan(l->dead) || sft__squashes(l->node) || c->start.layer[i].dead > 0.1 || !(l->dead - l->linear > 0.5)) continue;
        const int at = sft__half_dead(c, i);
        if (at < 0 || at >= k->looks || k->look[at].step > FIRST_STEPS) continue;
        if (most < 0 || l->dead > now->layer[most].dead) most = i;
    }
    return most;
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

static const char *loss_said(const sft_chart *c, bool blown)
{
    const sft_course *k = &c->course;
    if (blown)
        return sft__say(c, "step %lld was not finite, after the batch loss had gone from %.3g to %.3g%s", (long long)k->steps + 1,
                        k->start_loss, sft__course_peak(k), limit_said(c));
    return sft__say(c, "the loss went from %.3g up to %.3g and is %.3g after %lld steps%s", k->start_loss, sft__course_peak(k),
                    sft__course_late(k), (long long)k->steps, limit_said(c));
}

static const char *killed_said(const sft_chart *c, int layer)
{
    const sft_layer_look *y = &sft__chart_now(c)->layer[layer];
    return sft__say(c, "the first %lld steps killed %.0f of the %lld units of %s, and none of the samples looked at wakes them; the rate "
                       "is %.2g of what the steepest direction is stable at", (long long)c->course.look[sft__half_dead(c, layer)].step,
                    y->dead * (double)y->units, (long long)y->units, y->node->label, c->curvature.sharpness / c->curvature.limit);
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const bool blown = blew_up(c), loss = blown || got_stuck(c);
    const int  layer = loss ? -1 : killed(c);
    if (!loss && layer < 0) return false;
    const double late = sft__course_late(&c->course);
    const bool   lost = blown || late > c->course.start_loss || sft__loss_of_ignorance(c, late);
    f->severity = loss && lost ? SFT_FATAL : SFT_FAULT;
    f->value = c->recipe->lr;
    f->limit = c->curvature.known ? c->curvature.rate_limit : c->curvature.critical;
    f->evidence = loss ? loss_said(c, blown) : killed_said(c, layer);
    if (layer >= 0) f->node = sft__chart_now(c)->layer[layer].node;
    return true;
}

const sft_symptom sft_symptom_rate_too_high = {
    .name = "rate_too_high", .aliases = "lr_too_high lr_too_large divergence diverges",
    .doc = "the learning rate is too high: the loss jumped away and did not come back, or the first steps killed units",
    .math = "rate > limit / sharpness, or L(w - rate g) > L(w); and behind a peak of 2 L(0) the loss stays above 0.9 prior or "
            "0.7 L(0); or rate > limit / (3 sharpness) and more than half of a layer dies in 10 steps",
    .source = "Cohen et al. 2021; Lewkowycz et al. 2020; Kalra and Barkeshli 2024; Lu et al. 2019",
    .origin = SFT_FROM_PACE, .explains = "*", .judge = judge,
    .remedies = "lower_rate gentler_rates warm_up add_clipping add_batchnorm default_optimizer",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=10\ntrain: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=1\ntrain: {epochs: 4, batch: 64}\n",
};
