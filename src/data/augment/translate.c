/* SPDX-License-Identifier: MIT */
/* translate: the image moved by whole pixels. */
#include "data/augment/warp.h"

#include <math.h>

typedef struct conf {
    double    p;
    sft_reals share, fill;
} conf;

static const sft_field fields[] = {
    { .name = "translate",
      .kind = SFT_REALS,
      .offset = offsetof(conf, share),
      .text = "0.1",
      .low = 0,
      .high = 1,
      .doc = "largest move as a share of the size; two numbers: of the width and of the height",
      .aliases = "share factor",
      .flags = SFT_MAIN },
    SFT_FILL_ROW(conf),
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    if (k->share.n < 1 || k->share.n > 2)
        return "`translate` is one share, or two: of the width and of the height";
    return sft__fill_amiss(&k->fill, c);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    double      wide = k->share.v[0] * (double)c->wide,
                high = k->share.v[k->share.n - 1] * (double)c->high;
    double      dx = nearbyint(sft__draw(c->random, -wide, wide)),
                dy = nearbyint(sft__draw(c->random, -high, high));
    sft__warp(c, &(sft_motion){ .scale = 1, .dx = dx, .dy = dy },
              &(sft_sampling){ SFT_NEAREST, &k->fill });
}

const sft_augment sft__augment_translate = {
    .name = "translate",
    .aliases = "RandomTranslation random_translation",
    .doc = "move the image by whole pixels",
    .math =
        "y[i,j] = x[i - round U(-a H, a H), j - round U(-a W, a W)] (torchvision RandomAffine's translate)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .instead = "for sequences there is `shift`",
    .amiss = amiss,
    .apply = apply,
};
