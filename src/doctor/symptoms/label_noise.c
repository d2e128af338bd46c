/* SPDX-License-Identifier: MIT */
/* Labels that are wrong at random: unlike those nearby, and hardly rarer where these agree best. Overlap of classes is
 * rarer there. */
#include "doctor/doctor.h"

#include <math.h>

enum { FEW_SAMPLES = 500 };

/* Labels of validation may be right where those of training are wrong: then its loss lies far below. */
static bool is_cleaner(const sft_eval_point *e)
{
    return e->train_loss > 1.3 * e->loss;
}

/* Nobody is right more often on labels of which such a share is wrong. One and a half standard errors, where it was best. */
static bool validation_knows_better(const sft_chart *c, double rate)
{
    const double          n = (double)c->data->facts.count[SFT_VALIDATION];
    const sft_eval_point *best = NULL;
    for (int i = 0; i < c->course.evals; i++)
        if (!best || c->course.eval[i].accuracy > best->accuracy) best = &c->course.eval[i];
    return best && best->accuracy > 1 - rate + 1.5 * sqrt(rate * (1 - rate) / n) && !is_cleaner(best);
}

/* Training labels are known more often than they are right: the wrong ones are learned by heart. Two standard errors. */
static bool by_heart(const sft_chart *c, double rate)
{
    const double n = (double)c->start.samples;
    return c->course.eval_mode_accuracy > 1 - rate + 2 * sqrt(rate * (1 - rate) / n);
}

/* How often neighbours drawn at random would have another label, were classes equally frequent. */
static double chance(const sft_chart *c)
{
    return c->data->facts.task == SFT_BINARY ? 0.5 : 1 - 1 / (double)c->samples.seen;
}

/* Where few samples agree, noise and overlap look the same; few samples say little; before a network has tried it may be the
 * distances' fault; and what is not learned by heart does no harm. */
static bool hint_only(const sft_chart *c, double rate)
{
    const bool few = c->data->facts.count[SFT_TRAIN] < FEW_SAMPLES || c->samples.odd > 0.6 * chance(c);
    return few || c->course.evals == 0 || !by_heart(c, rate);
}

/* Distances say nothing where the nearest sample is hardly nearer than others. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const double         rate = y->odd_best;
    if (!(rate >= 0.1) || rate < 0.8 * y->odd || y->odd > 0.8 * chance(c) || y->nearness > 0.2) return false;
    if (validation_knows_better(c, rate)) return false;
    f->severity = hint_only(c, rate) ? SFT_ADVISORY : SFT_FAULT;
    f->value = rate;
    f->limit = 0.1;
    f->evidence = sft__say(c, "%.0f %% of the labels are unlike those of the samples nearby, and %.0f %% are where "
                              "these agree best; classes that only overlap are purer there: it looks as if so many were "
                              "wrong%s",
                           100 * y->odd, 100 * rate, f->severity == SFT_ADVISORY ? ", or the inputs do not tell" : "");
    return true;
}

const sft_symptom sft_symptom_label_noise = {
    .name = "label_noise", .aliases = "noisy_labels wrong_labels mislabelled",
    .doc = "labels that are wrong here and there",
    .math = "share of labels unlike their 5 to 20 nearest where these agree best >= 0.1, and >= 0.8 of the share over "
            "all samples; a hint only as long as training labels are not known better than that, and where it is above 0.6 of chance",
    .source = "Wilson 1972 (edited nearest neighbours); Northcutt et al. 2021; Zhang et al. 2017",
    .origin = SFT_FROM_DATA, .explains = "overfits", .judge = judge,
    .remedies = "label_smoothing stop_early more_decay",
    .sick = "data: moons label_noise=0.2\nmodel: linear 64 | relu | linear 64 | relu | linear\n"
            "optimizer: adam lr=0.01\ntrain: {epochs: 100, batch: 32}\n",
    .well = "data: blobs classes=2 box=1\nmodel: linear 32 | relu | linear\noptimizer: adam lr=0.01\n"
            "train: {epochs: 10, batch: 32}\n",
};
