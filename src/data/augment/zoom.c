/* SPDX-License-Identifier: MIT */
/* zoom: the image enlarged or made smaller about its centre. */
#include "data/augment/warp.h"

typedef struct conf {
    double    p;
    sft_reals factor, fill;
    int       how;
} conf;

static const sft_field fields[] = {
    { .name = "scale",
      .kind = SFT_REALS,
      .offset = offsetof(conf, factor),
      .text = "[0.9, 1.1]",
      .low = 0,
      .high = 100,
      .doc = "factor from and to, above 1 is larger; one number r: from 1 - r to 1 + r",
      .aliases = "factor",
      .flags = SFT_MAIN },
    SFT_FILL_ROWS(conf),
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    const char *bad = sft__range_amiss(&k->factor);
    if (!bad && k->factor.n == 1 && k->factor.v[0] >= 1)
        return "one number r stands for 1 - r to 1 + r, and must be below 1";
    if (!bad && k->factor.n == 2 && !(k->factor.v[0] > 0)) return "a factor is above 0";
    return bad ? bad : sft__fill_amiss(&k->fill, c);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    double      factor = sft__draw_range(c->random, &k->factor, 1, 0);
    sft__warp(c, &(sft_motion){ .scale = factor }, &(sft_sampling){ k->how, &k->fill });
}

const sft_augment sft__augment_zoom = {
    .name = "zoom",
    .aliases = "RandomZoom random_zoom",
    .doc = "enlarge the image, or make it smaller",
    .math = "y(p) = x(p / f), f uniform (torchvision RandomAffine's scale)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .instead = "for sequences there is `scale`",
    .amiss = amiss,
    .apply = apply,
};
