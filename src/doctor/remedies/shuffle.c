/* SPDX-License-Identifier: MIT */
/* A new order of the samples in each epoch. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    if (c->recipe->train_conf.shuffle) return false;
    return sft__edit(c, out, "train.shuffle=true");
}

const sft_remedy sft_remedy_shuffle = {
    .name = "shuffle", .doc = "a new order of the samples in each epoch", .math = "batches are draws from all the samples",
    .edit = edit,
};
