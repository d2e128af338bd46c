/* SPDX-License-Identifier: MIT */
/* brightness: make the image brighter or darker. */
#include "data/augment/color.h"

typedef struct conf {
    double    p;
    sft_reals factor;
} conf;

static const sft_field fields[] = {
    { .name = "brightness",
      .kind = SFT_REALS,
      .offset = offsetof(conf, factor),
      .text = "0.2",
      .low = 0,
      .high = 100,
      .doc =
          "the factor is from 1 - this to 1 + this, or, given two numbers, from the one to the other",
      .aliases = "factor",
      .flags = SFT_MAIN },
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    (void)c;
    return sft__range_amiss(&((const conf *)options)->factor);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    sft__brighten(c, sft__draw_range(c->random, &k->factor, 1, 0));
}

const sft_augment sft__augment_brightness = {
    .name = "brightness",
    .aliases = "RandomBrightness random_brightness",
    .doc = "make the image brighter or darker",
    .math =
        "y = f x, f uniform in 1 - b..1 + b, kept in 0..1 (torchvision ColorJitter's brightness)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = false,
    .amiss = amiss,
    .apply = apply,
};
