/* SPDX-License-Identifier: MIT */
/* saturation: make colours stronger or paler. */
#include "data/augment/color.h"

typedef struct conf {
    double    p;
    sft_reals factor;
} conf;

static const sft_field fields[] = {
    { .name = "saturation",
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
    sft__saturate(c, sft__draw_range(c->random, &k->factor, 1, 0));
}

const sft_augment sft__augment_saturation = {
    .name = "saturation",
    .aliases = "RandomSaturation random_saturation",
    .doc = "make colours stronger or paler",
    .math =
        "y = f x + (1 - f) grey(x), f uniform in 1 - s..1 + s, kept in 0..1 (torchvision ColorJitter's saturation)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = true,
    .amiss = amiss,
    .apply = apply,
};
