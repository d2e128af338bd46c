/* SPDX-License-Identifier: MIT */
/* cutout: square holes. */
#include "data/augment/augment.h"

#include <math.h>

typedef struct conf {
    double  p, fill;
    int64_t size, holes;
} conf;

static const sft_field fields[] = {
    { .name = "size",
      .kind = SFT_INT,
      .offset = offsetof(conf, size),
      .def = 8,
      .low = 1,
      .high = 65536,
      .doc = "pixels (or steps of a sequence) on a side",
      .aliases = "length",
      .flags = SFT_MAIN },
    { .name = "holes",
      .kind = SFT_INT,
      .offset = offsetof(conf, holes),
      .def = 1,
      .low = 1,
      .high = 1000,
      .doc = "how many",
      .aliases = "n_holes count" },
    { .name = "fill",
      .kind = SFT_REAL,
      .offset = offsetof(conf, fill),
      .low = 0,
      .high = 1,
      .doc =
          "value in the hole, 0 black to 1; auto: the channel's training mean, 0 once standardised",
      .aliases = "fill_value value",
      .flags = SFT_AUTO },
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

/* A square about `centre`, as much of it as lies inside. */
static void side(int64_t centre, int64_t size, int64_t n, int64_t *from, int64_t *to)
{
    *from = centre - size / 2 > 0 ? centre - size / 2 : 0;
    *to = centre - size / 2 + size < n ? centre - size / 2 + size : n;
}

static void hole(const conf *k, sft_canvas *c)
{
    int64_t top, bottom, left, right;
    side((int64_t)sft__below(c->random, (uint64_t)c->high), k->size, c->high, &top, &bottom);
    side((int64_t)sft__below(c->random, (uint64_t)c->wide), k->size, c->wide, &left, &right);
    for (int64_t ch = 0; ch < c->channels; ch++) {
        float fill = isnan(k->fill) ? c->mean[ch] : (float)k->fill;
        for (int64_t y = top; y < bottom; y++)
            for (int64_t x = left; x < right; x++) c->x[(ch * c->high + y) * c->wide + x] = fill;
    }
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    for (int64_t i = 0; i < k->holes; i++) hole(k, c);
}

const sft_augment sft__augment_cutout = {
    .name = "cutout",
    .aliases = "Cutout CutOut random_cutout",
    .doc = "put out square holes",
    .math =
        "the square of `size` about a pixel that is uniform, cut off at the border (DeVries, Taylor 2017)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES | SFT_SEQUENCES,
    .mean = true,
    .apply = apply,
};
