/* SPDX-License-Identifier: MIT */
/* scale: a sequence made larger or smaller about its mean. */
#include "data/augment/augment.h"

static const sft_field fields[] = { SFT_FACTOR_ROW("factor", "0.1", "scale"), SFT_AUGMENT_P(sft_factor_conf, 1), SFT_FIELD_END };

static void apply(const void *conf, sft_canvas *c)
{
    const float   f = (float)sft__draw_factor(conf, c);
    const int64_t n = sft__canvas_count(c);
    for (int64_t i = 0; i < n; i++) c->x[i] *= f;
}

const sft_augment sft__augment_scale = {
    .name = "scale",
    .aliases = "RandomScale random_scale magnitude",
    .doc = "make a sequence larger or smaller about its mean",
    .math =
        "y = m + f (x - m), f uniform, m the channel's training mean (Um et al. 2017, there f is normal)",
    .conf_size = sizeof(sft_factor_conf),
    .fields = fields,
    .kinds = SFT_SEQUENCES,
    .instead = "for images there is `zoom`",
    .amiss = sft__factor_amiss,
    .apply = apply,
};
