/* SPDX-License-Identifier: MIT */
/* rotate: the image turned about its centre. */
#include "data/augment/warp.h"

#include <math.h>

typedef struct conf {
    double    p;
    sft_reals degrees, fill;
    int       how;
} conf;

static const sft_field fields[] = {
    { .name = "degrees",
      .kind = SFT_REALS,
      .offset = offsetof(conf, degrees),
      .text = "15",
      .low = -360,
      .high = 360,
      .doc = "to both sides, or from and to; counter-clockwise is positive",
      .aliases = "angle degree",
      .flags = SFT_MAIN },
    SFT_FILL_ROWS(conf),
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    const char *bad = sft__range_amiss(&k->degrees);
    return bad ? bad : sft__fill_amiss(&k->fill, c);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    double      angle = sft__draw_range(c->random, &k->degrees, 0, -INFINITY);
    sft__warp(c, &(sft_motion){ .angle = -angle, .scale = 1 }, &(sft_sampling){ k->how, &k->fill });
}

const sft_augment sft__augment_rotate = {
    .name = "rotate",
    .aliases = "RandomRotation random_rotation",
    .doc = "turn the image about its centre",
    .math =
        "y(p) = x(R(-a) p), a uniform (torchvision RandomRotation, there nearest unless told otherwise)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .amiss = amiss,
    .apply = apply,
};
