/* SPDX-License-Identifier: MIT */
/* shear: rows, or columns, slide over each other. */
#include "data/augment/warp.h"

#include <math.h>

typedef struct conf {
    double    p;
    sft_reals degrees, fill;
    int       how;
} conf;

static const sft_field fields[] = {
    { .name = "shear",
      .kind = SFT_REALS,
      .offset = offsetof(conf, degrees),
      .text = "10",
      .low = -89,
      .high = 89,
      .doc =
          "degrees: along the rows to both sides, or from and to, or four numbers: x from, to, y from, to",
      .aliases = "degrees",
      .flags = SFT_MAIN },
    SFT_FILL_ROWS(conf),
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    const char *bad = k->degrees.n == 4 ? NULL : sft__range_amiss(&k->degrees);
    if (k->degrees.n == 4 &&
        (k->degrees.v[0] > k->degrees.v[1] || k->degrees.v[2] > k->degrees.v[3]))
        return "a range begins above its end";
    return bad ? bad : sft__fill_amiss(&k->fill, c);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    sft_reals   x = k->degrees;
    x.n = x.n == 4 ? 2 : x.n;
    sft_motion g = { .scale = 1 };
    g.shear_x = sft__draw_range(c->random, &x, 0, -INFINITY);
    if (k->degrees.n == 4) g.shear_y = sft__draw(c->random, k->degrees.v[2], k->degrees.v[3]);
    sft__warp(c, &g, &(sft_sampling){ k->how, &k->fill });
}

const sft_augment sft__augment_shear = {
    .name = "shear",
    .aliases = "RandomShear random_shear",
    .doc = "slant the image",
    .math =
        "y(p) = x(S p), S = inverse of [1 -tan a; 0 1], a uniform (torchvision RandomAffine's shear)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .amiss = amiss,
    .apply = apply,
};
