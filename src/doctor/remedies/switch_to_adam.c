/* SPDX-License-Identifier: MIT */
/* A step size for every weight. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const char *adaptive = "adam amsgrad nadam radam adamax lamb";
    if (sft__named(c->recipe->optimizer_record->name, "adamw", adaptive)) return false;
    return sft__edit(c, out, "optimizer=adamw");
}

const sft_remedy sft_remedy_switch_to_adam = {
    .name = "switch_to_adam", .doc = "adamw with its own rate", .math = "steps independent of the gradient's scale",
    .edit = edit,
};
