/* SPDX-License-Identifier: MIT */
/* contrast: pull values from the mean grey or towards it. */
#include "data/augment/color.h"

static const sft_field fields[] = { SFT_FACTOR_ROW("contrast", "0.2", "factor"), SFT_AUGMENT_P(sft_factor_conf, 1), SFT_FIELD_END };

static void apply(const void *conf, sft_canvas *c)
{
    sft__contrast(c, sft__draw_factor(conf, c));
}

const sft_augment sft__augment_contrast = {
    .name = "contrast",
    .aliases = "RandomContrast random_contrast",
    .doc = "pull values from the mean grey or towards it",
    .math =
        "y = f x + (1 - f) mean(grey(x)), f uniform in 1 - c..1 + c, kept in 0..1 (torchvision ColorJitter's contrast)",
    .conf_size = sizeof(sft_factor_conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = false,
    .amiss = sft__factor_amiss,
    .apply = apply,
};
