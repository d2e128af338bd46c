/* SPDX-License-Identifier: MIT */
/* Numbers to predict with mean 0 and deviation 1, while they are learned. */
#include "doctor/surgery.h"

/* An activation at the end keeps outputs in a range that the targets were chosen for. */
static bool ends_open(const sft_chart *c)
{
    const sft_layer *last = sft__output_layer(sft__open_model(c));
    for (const sft_layer *l = last ? last->next : NULL; l; l = l->next)
        if (sft__is_bend(l)) return false;
    return true;
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    const sft_recipe *r = c->recipe;
    (void)f;
    if (c->data->facts.task != SFT_REGRESSION || r->split_conf.standardize_targets) return false;
    if ((r->loss_record && r->loss_record->literal) || !ends_open(c)) return false;
    return sft__edit(c, out, "split.standardize_targets=true");
}

const sft_remedy sft_remedy_standardize_targets = {
    .name = "standardize_targets", .aliases = "scale_targets",
    .doc = "targets of mean 0 and deviation 1 while they are learned; predictions stay as they were",
    .math = "t = (t - mean) / deviation, of the training samples",
    .edit = edit,
};
