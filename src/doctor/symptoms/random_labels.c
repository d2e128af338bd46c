/* SPDX-License-Identifier: MIT */
/* Labels that have nothing to do with the inputs: shuffled, shifted by a row, read from the wrong column. */
#include "doctor/doctor.h"

#include <math.h>

enum { FEW_SAMPLES = 500, MANY_FEATURES = 64 };

/* Validation that beats the commonest class by three standard errors: something was there to be learned. */
static bool validation_learned(const sft_chart *c)
{
    const double n = (double)c->data->facts.count[SFT_VALIDATION], p = c->samples.majority;
    for (int i = 0; i < c->course.evals; i++)
        if (c->course.eval[i].accuracy > p + 3 * sqrt(p * (1 - p) / n)) return true;
    return false;
}

/* Three deviations of shuffled labels: one data set in a thousand whose labels mean something falls below. Few samples
 * have few neighbours, near or not: their silence is a hint only. So it is in many dimensions, where distances say little, unless
 * training finds nothing either. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const double         z = (y->neighbours - y->chance) / fmax(y->chance_sd, 1e-4);
    const int64_t few_classes = c->data->facts.task == SFT_BINARY ? 1 : 2;
    if (isnan(y->neighbours) || y->seen < few_classes || z > 3 || validation_learned(c)) return false;
    const bool few = c->data->facts.count[SFT_TRAIN] < FEW_SAMPLES, far = sft__count(c->data->facts.shape) > MANY_FEATURES;
    f->severity = few || (far && c->course.evals == 0) ? SFT_ADVISORY : SFT_FAULT;
    f->value = z;
    f->limit = 3;
    f->evidence = sft__say(c, "of a sample's 5 nearest neighbours %.1f %% have its label (mean of classes), and %.1f +- %.1f %% "
                              "when labels are shuffled: they have nothing to do with the inputs; see whether both are in the "
                              "same order",
                           100 * y->neighbours, 100 * y->chance, 100 * y->chance_sd);
    return true;
}

const sft_symptom sft_symptom_random_labels = {
    .name = "random_labels", .aliases = "shuffled_labels misaligned_labels",
    .doc = "labels that the inputs do not tell",
    .math = "(share of 5 nearest neighbours with the same label - its mean over shuffled labels) / its deviation < 3",
    .source = "Ojala, Garriga 2010 (permutation tests of classifiers); Zhang et al. 2017",
    .origin = SFT_FROM_DATA, .explains = "*", .judge = judge,
    .remedies = "",
    .sick = "data: blobs box=0 classes=2\nmodel: linear 32 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64}\n",
    .well = "data: moons noise=0.2\nmodel: linear 32 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 64}\n",
};
