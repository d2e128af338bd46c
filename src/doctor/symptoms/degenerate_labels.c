/* SPDX-License-Identifier: MIT */
/* Labels among which there is nothing to choose: one class only, or one target for all. */
#include "doctor/doctor.h"

static bool one_answer(const sft_chart *c, sft_finding *f, const char *what)
{
    f->severity = SFT_FATAL;
    f->value = f->limit = 1;
    f->evidence = sft__say(c, "all %lld training samples have the same %s: the same answer for every input is right, and nothing "
                              "else is learned", (long long)c->data->facts.count[SFT_TRAIN], what);
    return true;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    switch (c->data->facts.task) {
    case SFT_REGRESSION: return !(y->target_std > 0) && one_answer(c, f, "target");
    /* seen: outputs that are neither always 0 nor always 1; numbers beyond these are loss_mismatch's */
    case SFT_BINARY: return y->seen == 0 && y->target_low >= 0 && y->target_high <= 1 && one_answer(c, f, "label");
    default: break;
    }
    if (y->seen == 1) return one_answer(c, f, "label");
    if (y->seen == y->classes) return false;
    f->severity = SFT_ADVISORY;
    f->value = (double)y->seen;
    f->limit = (double)y->classes;
    f->evidence = sft__say(c, "%lld of %lld classes never occur in training: their outputs only learn to be low",
                           (long long)(y->classes - y->seen), (long long)y->classes);
    return true;
}

const sft_symptom sft_symptom_degenerate_labels = {
    .name = "degenerate_labels", .aliases = "one_class single_class constant_target",
    .doc = "one label for all samples, or classes without a sample",
    .math = "H(label) = 0",
    .source = "Schoop et al. 2021 (UMLAUT); Breck et al. 2019",
    .origin = SFT_FROM_DATA, .explains = "* random_labels class_imbalance raw_targets", .judge = judge,
    .remedies = "",
    .sick = "data: blobs n=200 classes=2 imbalance=1e9\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 32}\n",
    .well = "data: blobs n=200 classes=2\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 32}\n",
};
