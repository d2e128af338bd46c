/* SPDX-License-Identifier: MIT */
/* A tenth of each target is spread over all classes: a wrong label pulls less. */
#include "doctor/surgery.h"

#include "base/text.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const char *now = sft_recipe_get(c->recipe, "loss.label_smoothing");
    if (c->data->facts.task != SFT_CLASSES) return false;
    if (now) return sft__text_is(now, "0") && sft__edit(c, out, "loss.label_smoothing=0.1");
    return !c->recipe->loss_record && sft__edit(c, out, "loss=cross_entropy label_smoothing=0.1");
}

const sft_remedy sft_remedy_label_smoothing = {
    .name = "label_smoothing", .doc = "a tenth of each target is spread over all classes",
    .math = "target = 0.9 onehot + 0.1 / classes",
    .edit = edit,
};
