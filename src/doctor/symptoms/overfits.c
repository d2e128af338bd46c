/* SPDX-License-Identifier: MIT */
/* Validation gets worse while training gets better. */
#include "doctor/pace.h"

#include <math.h>

/* Three evaluations in a row above the lowest by two standard errors (paired by sample: an epoch's ups and downs are not it),
 * while the training loss falls. Confidence alone raises the loss and no decision: a fault needs a quarter of the lowest loss
 * and a twentieth of the loss at the start, or an accuracy that fell by two standard errors. */
static const sft_eval_point *lowest(const sft_course *k)
{
    const sft_eval_point *best = &k->eval[0];
    for (int i = 1; i < k->evals; i++)
        if (k->eval[i].loss < best->loss) best = &k->eval[i];
    return best;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (k->failed || k->evals < 5) return false;
    const sft_eval_point *best = lowest(k), *last = &k->eval[k->evals - 1];
    for (int i = k->evals - 3; i < k->evals; i++)
        if (&k->eval[i] <= best || !(k->eval[i].rise > 2 * k->eval[i].rise_se)) return false;
    if (!(last->train_loss < best->train_loss) || !(last->rise > 0.05 * best->loss)) return false;
    const double n = (double)c->data->facts.count[SFT_VALIDATION], p = best->accuracy;
    const bool   decisions = best->accuracy - last->accuracy > 2 * sqrt(p * (1 - p) / n);
    f->severity = (last->rise > 0.25 * best->loss && last->rise > 0.05 * k->start_loss) || decisions ? SFT_FAULT : SFT_ADVISORY;
    if (c->recipe->stop_conf.patience > 0 && c->recipe->stop_conf.restore_best) f->severity = SFT_ADVISORY;
    f->value = last->rise;
    f->limit = 2 * last->rise_se;
    f->evidence = sft__say(c, "validation was lowest after epoch %lld (%.3g) and is %.3g now, %.2g +- %.1g higher, while the "
                              "training loss went from %.3g to %.3g", (long long)best->epoch, best->loss, last->loss, last->rise,
                              last->rise_se, best->train_loss, last->train_loss);
    return true;
}

const sft_symptom sft_symptom_overfits = {
    .name = "overfits", .aliases = "overfitting",
    .doc = "the validation loss rises while the training loss falls",
    .math = "L_val - min L_val > 2 se (paired) at three evaluations in a row",
    .source = "Prechelt 1998; Bousquet and Elisseeff 2002",
    .origin = SFT_FROM_RESULT, .explains = "", .judge = judge,
    .remedies = "stop_early more_dropout more_decay",
    .sick = "data: gaussian n=160 features=20 distance=0.2\nsplit: {validation: 0.5}\nmodel: linear 64 | relu | linear\n"
            "optimizer: adam lr=0.01\n"
            "train: {epochs: 60, batch: 32}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.5\ntrain: {epochs: 15, batch: 256}\n",
};
