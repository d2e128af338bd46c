/* SPDX-License-Identifier: MIT */
/* elastic: pixels pushed about by a smooth field of noise. */
#include "data/augment/color.h"
#include "data/augment/warp.h"

typedef struct conf {
    double    p, alpha, sigma;
    sft_reals fill;
    int       how;
} conf;

static const sft_field fields[] = {
    { .name = "alpha",
      .kind = SFT_REAL,
      .offset = offsetof(conf, alpha),
      .def = 50,
      .low = 0,
      .high = 10000,
      .doc =
          "strength: blurred noise in -1..1 times half of this, in pixels (Simard's own alpha is half of it)",
      .flags = SFT_MAIN },
    { .name = "sigma",
      .kind = SFT_REAL,
      .offset = offsetof(conf, sigma),
      .def = 5,
      .low = 0,
      .high = 100,
      .doc = "deviation of the blur, in pixels",
      .flags = SFT_ABOVE_LOW },
    SFT_FILL_ROWS(conf),
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    return sft__fill_amiss(&((const conf *)options)->fill, c);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    int64_t     plane = c->high * c->wide, size = (int64_t)(8 * k->sigma + 1);
    float      *at = c->room, half = (float)(0.5 * k->alpha);
    size += size % 2 == 0;
    for (int64_t i = 0; i < 2 * plane; i++) at[i] = (float)sft__draw(c->random, -1, 1);
    sft__gaussian_blur(at, at + 2 * plane, 2, c->high, c->wide, size, size, k->sigma,
                       at + 4 * plane);
    for (int64_t i = 0; i < plane; i++) {
        at[i] = (float)(i % c->wide) + half * at[i];
        at[plane + i] = (float)(i / c->wide) + half * at[plane + i];
    }
    sft__warp_to(c, at, &(sft_sampling){ k->how, &k->fill });
}

const sft_augment sft__augment_elastic = {
    .name = "elastic",
    .aliases = "ElasticTransform elastic_transform",
    .doc = "push pixels about smoothly",
    .math =
        "y(p) = x(p + alpha/2 (G(sigma) * U(-1, 1))(p)) (Simard, Steinkraus, Platt 2003; torchvision ElasticTransform)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .amiss = amiss,
    .apply = apply,
};
