/* SPDX-License-Identifier: MIT */
/* The model cannot do what is easy: training has come to rest far above what the samples' neighbours know. */
#include "doctor/pace.h"

#include <math.h>

/* At rest: 3 % a quarter, gradients that have nothing in common, and a plan that will bring no more than another fifth.
 * Plateaus on the way down look like this, too, so it is a fault only at the end of the plan, and at a rate that is not far
 * below its limit (Adam's usual rate is a hundredth of what it would be stable at, and less at the start). Neighbours in the raw inputs are a low bar: where they know 10 points more, capacity is missing. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (k->failed || k->steps < 100 || !sft__below_neighbours(c)) return false;
    const double fall = sft__course_fall(k, NULL), turn = sft__course_turn(k);
    if (!(fabs(fall) < 0.03) || !(fabs(turn) < 0.1) || sft__course_forecast(k) < 0.8 * k->end_loss) return false;
    const double usual = sft__pace_of(c->recipe).adaptive ? 1000 : 30;
    const bool   brisk = c->curvature.known && usual * c->curvature.sharpness > c->curvature.limit;
    f->severity = sft__course_whole(k) && brisk ? SFT_FAULT : SFT_ADVISORY;
    f->value = k->eval_mode_accuracy;
    f->limit = c->samples.neighbours;
    f->evidence = sft__say(c, "training has come to rest at an accuracy of %.1f %% (loss %.3g, %.1f %% down over the last "
                              "quarter), and one of the five nearest samples, taken at random, has the right label %.1f %% of "
                              "the time", 100 * k->eval_mode_accuracy, sft__course_late(k), 100 * fall,
                              100 * c->samples.neighbours);
    return true;
}

const sft_symptom sft_symptom_underfits = {
    .name = "underfits", .aliases = "underfitting too_small capacity",
    .doc = "the model is too small or too simple for what the samples show",
    .math = "training accuracy < share of the 5 nearest samples with the same label - 0.1 - 3 se, at rest",
    .source = "Goodfellow, Bengio, Courville 2016, section 5.2; Karpathy 2019",
    .origin = SFT_FROM_RESULT, .explains = "slow", .judge = judge,
    .remedies = "wider_layers less_dropout less_decay train_longer",
    .sick = "data: circles\nmodel: linear\noptimizer: sgd lr=0.5\ntrain: {epochs: 13, batch: 64}\n",
    .well = "data: circles\nmodel: linear 32 | relu | linear\noptimizer: adam lr=0.01\ntrain: {epochs: 15, batch: 64}\n",
};
