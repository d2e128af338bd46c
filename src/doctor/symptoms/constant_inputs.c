/* SPDX-License-Identifier: MIT */
/* Features that never change tell nothing; where none does, samples cannot be told apart. */
#include "doctor/doctor.h"

#include "base/text.h"

/* Borders of images are constant as a rule: only tables are asked about some. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const int64_t all = sft__count(c->data->facts.shape), flat = c->samples.constant;
    if (flat == 0 || (flat < all && c->data->facts.shape.rank > 1)) return false;
    f->severity = flat == all ? SFT_FATAL : SFT_ADVISORY;
    f->value = (double)flat;
    f->limit = 0;
    f->evidence = flat == all
        ? sft__say(c, "none of the %lld features changes over %lld training samples: all inputs are the same, and no network can "
                      "tell them apart", (long long)all, (long long)c->samples.samples)
        : sft__say(c, "%lld of %lld features never change over %lld training samples: they tell the network nothing",
                   (long long)flat, (long long)all, (long long)c->samples.samples);
    return true;
}

const sft_symptom sft_symptom_constant_inputs = {
    .name = "constant_inputs", .aliases = "constant_features",
    .doc = "features that are the same in all samples",
    .math = "sd(x_j) = 0",
    .source = "Breck et al. 2019 (data validation for machine learning)",
    .origin = SFT_FROM_DATA, .explains = "* tiny_inputs random_labels", .judge = judge,
    .remedies = "",
    .sick = "data: blobs box=0 noise=0\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64}\n",
    .well = "data: blobs\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 64}\n",
};
