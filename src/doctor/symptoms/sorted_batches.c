/* SPDX-License-Identifier: MIT */
/* Samples that come class after class: each batch pulls the network to its own class. */
#include "doctor/doctor.h"

/* A batch with half of the entropy that a random one has knows few of the classes; below 0.8 it is noticeably poorer. Chance
 * stays within a few hundredths of 1, because both orders have batches of the same size. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const double order = c->samples.order;
    if (!(order < 0.8)) return false;
    f->severity = order < 0.5 ? SFT_FAULT : SFT_ADVISORY;
    f->value = order;
    f->limit = 0.8;
    f->evidence = sft__say(c, "the labels of a batch have %.2f of the entropy of random batches: samples come sorted and "
                              "train.shuffle is off, so that batches forget each other's classes", order);
    return true;
}

const sft_symptom sft_symptom_sorted_batches = {
    .name = "sorted_batches", .aliases = "unshuffled sorted_data",
    .doc = "batches of one class after the other",
    .math = "mean H(labels of a batch) / mean H(labels of a random batch)",
    .source = "Bengio 2012, section 3 (practical recommendations); McCloskey, Cohen 1989 (interference)",
    .origin = SFT_FROM_DATA, .explains = "*", .judge = judge,
    .remedies = "shuffle",
    .sick = "data: blobs n=2000 classes=4 sorted=true\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64, shuffle: false}\n",
    .well = "data: blobs n=2000 classes=4\nmodel: linear 16 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64, shuffle: false}\n",
};
