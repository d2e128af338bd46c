/* SPDX-License-Identifier: MIT */
/* A tenth of the weight decay. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const double now = sft__weight_decay(c);
    char         text[40];
    if (!(now > 0)) return false;
    return sft__edit(c, out, "optimizer.weight_decay=%s", now > 1e-5 ? sft__two_digits(now / 10, text, sizeof text) : "0");
}

const sft_remedy sft_remedy_less_decay = {
    .name = "less_decay", .doc = "a tenth of the weight decay", .math = "w -= lr decay w",
    .edit = edit,
};
