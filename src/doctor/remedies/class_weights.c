/* SPDX-License-Identifier: MIT */
/* Rare classes count more in the loss. */
#include "doctor/surgery.h"

#include "base/text.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const char *now = sft_recipe_get(c->recipe, "loss.class_weights");
    if (c->data->facts.task != SFT_CLASSES) return false;
    if (now) return sft__text_is(now, "none") && sft__edit(c, out, "loss.class_weights=balanced");
    return !c->recipe->loss_record && sft__edit(c, out, "loss=cross_entropy class_weights=balanced");
}

const sft_remedy sft_remedy_class_weights = {
    .name = "class_weights", .doc = "rare classes count more in the loss",
    .math = "w = samples / (classes samples_of_class)",
    .edit = edit,
};
