/* SPDX-License-Identifier: MIT */
/* saturation: make colours stronger or paler. */
#include "data/augment/color.h"

static const sft_field fields[] = { SFT_FACTOR_ROW("saturation", "0.2", "factor"), SFT_AUGMENT_P(sft_factor_conf, 1), SFT_FIELD_END };

static void apply(const void *conf, sft_canvas *c)
{
    sft__saturate(c, sft__draw_factor(conf, c));
}

const sft_augment sft__augment_saturation = {
    .name = "saturation",
    .aliases = "RandomSaturation random_saturation",
    .doc = "make colours stronger or paler",
    .math =
        "y = f x + (1 - f) grey(x), f uniform in 1 - s..1 + s, kept in 0..1 (torchvision ColorJitter's saturation)",
    .conf_size = sizeof(sft_factor_conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = true,
    .amiss = sft__factor_amiss,
    .apply = apply,
};
