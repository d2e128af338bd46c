/* SPDX-License-Identifier: MIT */
/* A class so frequent that saying nothing else is nearly right. */
#include "doctor/doctor.h"

#include "base/text.h"

#include <math.h>

/* Are the classes weighted already, by the sampler or by the loss? */
static bool weighted(const sft_recipe *r)
{
    for (int i = 0; i < r->loss.n; i++)
        if (r->loss.arg[i].key && !sft__text_is(r->loss.arg[i].value, "none"))
            if (sft__named(r->loss.arg[i].key, "class_weights", "weight class_weight pos_weight")) return true;
    return r->train_conf.sampler == SFT_SAMPLER_WEIGHTED;
}

/* 0: as good as the commonest class alone; 1: all right. NaN: nothing was trained. */
static double above_majority(const sft_chart *c)
{
    return c->course.steps > 0 ? (sft__chart_now(c)->accuracy - c->samples.majority) / (1 - c->samples.majority) : NAN;
}

/* Below 0.8 of the entropy of equal classes, as two classes one to three have it; of classes that occur: those that do not are
 * degenerate_labels' matter. Imbalance as such does no harm: it is a
 * fault where the network has found the commonest class, two hundredths are noise of the probe, and less than a tenth of the
 * rest. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const sft_task       task = c->data->facts.task;
    const bool           binary = task == SFT_BINARY && y->classes == 1;
    const double         most = log(binary ? 2 : (double)y->seen), ratio = y->entropy / most, won = above_majority(c);
    if ((task != SFT_CLASSES && !binary) || y->seen < (binary ? 1 : 2) || !(ratio < 0.8) || weighted(c->recipe)) return false;
    const bool gave_up = won < 0.1 && sft__chart_now(c)->accuracy > y->majority - 0.02;
    f->severity = gave_up ? SFT_FAULT : SFT_ADVISORY;
    f->value = ratio;
    f->limit = 0.8;
    f->evidence = gave_up
        ? sft__say(c, "the largest class has %.1f %% of the training samples, and the network does no better than to say it "
                      "always: %.1f %% are right (label entropy %.2f of equal classes')", 100 * y->majority,
                      100 * sft__chart_now(c)->accuracy, ratio)
        : sft__say(c, "the largest class has %.1f %% of the training samples (label entropy %.2f of equal classes'): accuracy "
                      "flatters; look at f1 or balanced accuracy", 100 * y->majority, ratio);
    return true;
}

const sft_symptom sft_symptom_class_imbalance = {
    .name = "class_imbalance", .aliases = "imbalance",
    .doc = "one class outweighs the others",
    .math = "H(label) / log classes < 0.8",
    .source = "Buda, Maki, Mazurowski 2018; Cui et al. 2019",
    .origin = SFT_FROM_DATA, .explains = "", .judge = judge,
    .remedies = "class_weights",
    .sick = "data: blobs n=2000 classes=2 imbalance=30 box=0.7\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64}\n",
    .well = "data: blobs n=2000 classes=3 imbalance=3\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64}\n",
};
