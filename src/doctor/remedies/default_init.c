/* SPDX-License-Identifier: MIT */
/* First values by the activation that follows: Kaiming, Xavier or LeCun. */
#include "base/text.h"
#include "doctor/doctor.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    if (sft__text_is(c->recipe->bound[SFT_INIT_SECTION].name, "auto")) return false;
    out->edit[out->n++] = "init=auto";
    return true;
}

const sft_remedy sft_remedy_default_init = {
    .name = "default_init", .doc = "first values by the activation that follows", .math = "variance = gain^2 / fan",
    .edit = edit,
};
