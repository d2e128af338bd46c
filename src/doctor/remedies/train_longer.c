/* SPDX-License-Identifier: MIT */
/* Twice the run. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const sft_train_conf *k = &c->recipe->train_conf;
    if (k->steps > 0) return sft__edit(c, out, "train.steps=%lld", (long long)(2 * k->steps));
    return sft__edit(c, out, "train.epochs=%lld", (long long)(2 * k->epochs));
}

const sft_remedy sft_remedy_train_longer = {
    .name = "train_longer", .doc = "twice the run", .math = "loss ~ a + b steps^-c",
    .edit = edit,
};
