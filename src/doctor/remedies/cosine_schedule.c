/* SPDX-License-Identifier: MIT */
/* The rate falls along half a cosine. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__edit_schedule(c, out, "cosine");
}

const sft_remedy sft_remedy_cosine_schedule = {
    .name = "cosine_schedule", .doc = "the rate falls to the end of the run", .math = "lr (1 + cos(pi t)) / 2",
    .edit = edit,
};
