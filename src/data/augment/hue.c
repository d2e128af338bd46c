/* SPDX-License-Identifier: MIT */
/* hue: colours turned on the colour circle. */
#include "data/augment/color.h"

#include <math.h>

typedef struct conf {
    double    p;
    sft_reals turn;
} conf;

static const sft_field fields[] = { { .name = "hue",
                                      .kind = SFT_REALS,
                                      .offset = offsetof(conf, turn),
                                      .text = "0.05",
                                      .low = -0.5,
                                      .high = 0.5,
                                      .doc = "part of the circle, to both sides, or from and to",
                                      .aliases = "factor",
                                      .flags = SFT_MAIN },
                                    SFT_AUGMENT_P(conf, 1),
                                    SFT_FIELD_END };

static const char *amiss(const void *options, const sft_canvas *c)
{
    (void)c;
    return sft__range_amiss(&((const conf *)options)->turn);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    sft__turn_hue(c, sft__draw_range(c->random, &k->turn, 0, -INFINITY));
}

const sft_augment sft__augment_hue = {
    .name = "hue",
    .aliases = "RandomHue random_hue",
    .doc = "turn colours on the colour circle",
    .math = "h = (h + U(-a, a)) mod 1 in hue, saturation, value (torchvision ColorJitter's hue)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = true,
    .amiss = amiss,
    .apply = apply,
};
