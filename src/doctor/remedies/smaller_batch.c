/* SPDX-License-Identifier: MIT */
/* A quarter of the batch. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const int64_t now = c->recipe->train_conf.batch;
    if (now <= 8 || c->recipe->optimizer_record->method) return false;
    return sft__edit(c, out, "train.batch=%lld", (long long)(now / 4 > 8 ? now / 4 : 8));
}

const sft_remedy sft_remedy_smaller_batch = {
    .name = "smaller_batch", .doc = "a quarter of the batch, 8 at least",
    .math = "four times the steps for the same samples",
    .edit = edit,
};
