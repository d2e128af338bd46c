/* SPDX-License-Identifier: MIT */
/* The loss that belongs to the targets. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    if (!c->recipe->loss_record) return false;
    return sft__edit(c, out, "loss=auto");
}

const sft_remedy sft_remedy_default_loss = {
    .name = "default_loss", .doc = "the loss that belongs to the targets",
    .math = "cross_entropy of classes, bce of yes and no, mse of numbers",
    .edit = edit,
};
