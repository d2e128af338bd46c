/* SPDX-License-Identifier: MIT */
/* First values by the activation that follows: Kaiming, Xavier or LeCun. */
#include "doctor/surgery.h"

#include "base/text.h"

/* Rules by name go, too: they would still rule. */
static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const bool usual = sft__text_is(c->recipe->bound[SFT_INIT_SECTION].name, "auto"), ruled = c->recipe->init_layers.n > 0;
    if (usual && !ruled) return false;
    return (usual || sft__edit(c, out, "init=auto")) && (!ruled || sft__edit(c, out, "~init_layers"));
}

const sft_remedy sft_remedy_default_init = {
    .name = "default_init", .doc = "first values by the activation that follows", .math = "variance = gain^2 / fan",
    .edit = edit,
};
