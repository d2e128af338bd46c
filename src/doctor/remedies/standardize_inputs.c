/* SPDX-License-Identifier: MIT */
/* Inputs of mean 0 and deviation 1. */
#include "doctor/surgery.h"

#include "data/parts.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const int how = c->recipe->split_conf.standardize;
    if (how != SFT_STANDARDIZE_NONE && how != SFT_STANDARDIZE_GLOBAL) return false;
    return sft__edit(c, out, "split.standardize=auto");
}

const sft_remedy sft_remedy_standardize_inputs = {
    .name = "standardize_inputs", .doc = "inputs of mean 0 and deviation 1, by feature or channel",
    .math = "x = (x - mean) / deviation, of the training samples",
    .edit = edit,
};
