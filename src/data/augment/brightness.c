/* SPDX-License-Identifier: MIT */
/* brightness: make the image brighter or darker. */
#include "data/augment/color.h"

static const sft_field fields[] = { SFT_FACTOR_ROW("brightness", "0.2", "factor"), SFT_AUGMENT_P(sft_factor_conf, 1), SFT_FIELD_END };

static void apply(const void *conf, sft_canvas *c)
{
    sft__brighten(c, sft__draw_factor(conf, c));
}

const sft_augment sft__augment_brightness = {
    .name = "brightness",
    .aliases = "RandomBrightness random_brightness",
    .doc = "make the image brighter or darker",
    .math =
        "y = f x, f uniform in 1 - b..1 + b, kept in 0..1 (torchvision ColorJitter's brightness)",
    .conf_size = sizeof(sft_factor_conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = false,
    .amiss = sft__factor_amiss,
    .apply = apply,
};
