/* SPDX-License-Identifier: MIT */
/* Ten times the weight decay. */
#include "doctor/surgery.h"

#include <math.h>

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const double now = sft__weight_decay(c);
    char         text[40];
    if (isnan(now) || now >= 1) return false;
    return sft__edit(c, out, "optimizer.weight_decay=%s", sft__two_digits(now > 0 ? 10 * now : 1e-3, text, sizeof text));
}

const sft_remedy sft_remedy_more_decay = {
    .name = "more_decay", .doc = "ten times the weight decay, 0.001 where there is none", .math = "w -= lr decay w",
    .edit = edit,
};
