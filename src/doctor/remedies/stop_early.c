/* SPDX-License-Identifier: MIT */
/* Training ends when validation no longer improves, with the best weights. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    if (c->recipe->stop_conf.patience > 0 || c->data->facts.count[SFT_VALIDATION] == 0) return false;
    return sft__edit(c, out, "early_stop.patience=5");
}

const sft_remedy sft_remedy_stop_early = {
    .name = "stop_early", .doc = "ends when validation no longer improves, with the weights of the best evaluation",
    .math = "argmin over epochs of the validation loss",
    .edit = edit,
};
