/* SPDX-License-Identifier: MIT */
/* A tenth of the rate. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__edit_rate(c, out, c->recipe->lr / 10);
}

const sft_remedy sft_remedy_gentler_rates = {
    .name = "gentler_rates", .aliases = "much_lower_rate", .doc = "a tenth of the learning rate", .math = "lr / 10",
    .edit = edit,
};
