/* SPDX-License-Identifier: MIT */
/* noise: normal noise on every value. */
#include "data/augment/augment.h"

typedef struct conf {
    double p, mean, sigma;
    bool   clip;
} conf;

static const sft_field fields[] = {
    { .name = "sigma",
      .kind = SFT_REAL,
      .offset = offsetof(conf, sigma),
      .def = 0.1,
      .low = 0,
      .high = 1000,
      .doc = "deviation: images lie in 0..1, other values are in units of their own deviation",
      .aliases = "std stddev",
      .flags = SFT_MAIN },
    { .name = "mean",
      .kind = SFT_REAL,
      .offset = offsetof(conf, mean),
      .def = 0,
      .low = -1000,
      .high = 1000,
      .doc = "its mean" },
    { .name = "clip",
      .kind = SFT_FLAG,
      .offset = offsetof(conf, clip),
      .def = 1,
      .doc = "keep images in 0..1" },
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    int64_t     n = sft__canvas_count(c);
    for (int64_t i = 0; i < n; i++) c->x[i] += (float)(k->mean + k->sigma * sft__normal(c->random));
    if (k->clip) sft__canvas_clamp(c, c->x, n);
}

const sft_augment sft__augment_noise = {
    .name = "noise",
    .aliases = "GaussianNoise gaussian_noise jitter",
    .doc = "add normal noise to every value",
    .math = "y = x + mean + sigma N(0, 1) (torchvision GaussianNoise; for features: Bishop 1995)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_ANY_SAMPLES,
    .apply = apply,
};
