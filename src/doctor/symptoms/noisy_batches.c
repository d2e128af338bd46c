/* SPDX-License-Identifier: MIT */
/* Gradients of batches are nearly all noise, and the loss stands where the noise keeps it. */
#include "doctor/pace.h"

#include <math.h>

/* What the noise keeps of the loss: on a bowl, steps of a rate hold it up by rate tr S / (4 B). The step of a momentum counts
 * 1 / (1 - m) times, that of an optimiser that divides by sqrt(v) by as much. */
static double held_up(const sft_chart *c, double batch)
{
    const sft_pace p = sft__pace_of(c->recipe);
    const double   mean = p.adaptive ? 1 : 1 - p.momentum, root = p.adaptive ? c->curvature.root + p.eps : 1;
    return p.known ? p.lr / mean / root * c->course.noise.trace / (4 * batch) : NAN;
}

/* Ten times below B_simple a step's noise has ten times the gradient's power (McCandlish et al. 2018). That alone is how every
 * run ends; it is worth a word where a tenth of the loss is the noise's, the loss stands, and the rate is not on its way down. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const double      batch = (double)(c->recipe->train_conf.batch * c->recipe->train_conf.accumulate);
    if (k->failed || k->steps < 100 || !k->noise.known || !(k->noise.batch > 10 * batch)) return false;
    const double turn = sft__course_turn(k), fall = sft__course_fall(k, NULL), late = sft__course_late(k), held = held_up(c,
                                                                                                                          batch);
    if (!(fall < 0.02) || !(fabs(turn) < 0.1) || !(held > 0.1 * late) || k->lr[k->steps - 1] < 0.5 * k->rate_peak) return false;
    f->severity = SFT_ADVISORY;
    f->value = batch;
    f->limit = k->noise.batch / 10;
    const char *enough = isinf(k->noise.batch) ? "in no batch" : sft__say(c, "only in batches of %.3g", k->noise.batch);
    f->evidence = sft__say(c, "a batch has %.0f samples, and at the end gradients outweigh their noise %s; "
                              "the loss stands at %.3g, of which the noise keeps about %.2g, and successive gradients have "
                              "nothing in common (cosine %.2f)", batch, enough, late, fmin(held, late), turn);
    return true;
}

const sft_symptom sft_symptom_noisy_batches = {
    .name = "noisy_batches", .aliases = "batch_too_small gradient_noise",
    .doc = "small batches: steps are mostly noise and the loss stands at its level",
    .math = "B < B_simple / 10, B_simple = tr S / |G|^2",
    .source = "McCandlish et al. 2018",
    .origin = SFT_FROM_PACE, .explains = "slow", .judge = judge,
    .remedies = "cosine_schedule larger_batch lower_rate",
    .sick = "data: mnist1d\nmodel: flatten | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 1, batch: 2}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 4, batch: 32}\n",
};
