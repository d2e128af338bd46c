/* SPDX-License-Identifier: MIT */
/* Four times the batch. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const int64_t now = c->recipe->train_conf.batch, all = c->data->facts.count[SFT_TRAIN];
    const int64_t wanted = now < 8 ? 32 : 4 * now, batch = wanted < all ? wanted : all;
    if (batch <= now || batch > 1 << 20) return false;
    return sft__edit(c, out, "train.batch=%lld", (long long)batch);
}

const sft_remedy sft_remedy_larger_batch = {
    .name = "larger_batch", .doc = "four times the batch, 32 at least", .math = "noise of the gradient ~ 1 / sqrt(batch)",
    .edit = edit,
};
