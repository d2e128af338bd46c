/* SPDX-License-Identifier: MIT */
/* The rate stays. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__edit_schedule(c, out, "constant");
}

const sft_remedy sft_remedy_constant_schedule = {
    .name = "constant_schedule", .doc = "the rate stays, behind its warm-up", .math = "lr",
    .edit = edit,
};
