/* SPDX-License-Identifier: MIT */
/* Data source `rings`: a disc and rings around it, a class each. */
#include "data/synthetic/synthetic.h"

#include <math.h>

#define RADIUS 5
#define FILLED 0.7 /* of a ring's width; the rest is the gap to the next one */

typedef struct rings_conf {
    sft_synthetic common;
    int64_t       classes;
} rings_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(rings_conf),
    SFT_NOISE_ROW(rings_conf, 0.1, 1e6, "deviation of normal noise on both features"),
    { .name = "classes",
      .kind = SFT_INT,
      .offset = offsetof(rings_conf, classes),
      .def = 3,
      .low = 2,
      .high = 1024,
      .aliases = "rings",
      .doc = "rings, the disc counted" },
    SFT_LABEL_NOISE_ROW(rings_conf),
    SFT_FIELD_END,
};

static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const rings_conf *k = conf;
    int64_t           label = i % k->classes;
    double            t = sft__between(s, 0, SFT_TWO_PI), width = FILLED * sft__uniform(s);
    double            r = RADIUS * ((double)label + width) / (double)k->classes;
    (void)count;
    x[0] = r * cos(t);
    x[1] = r * sin(t);
    sft__add_noise(s, k->common.noise, 2, x);
    return (double)label;
}

static sft_status open_rings(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                             sft_raw *raw)
{
    const rings_conf        *k = conf;
    const sft_synthetic_plan plan = { "generated", SFT_CLASSES, 2, k->classes, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_rings = {
    .name = "rings",
    .doc = "a disc and rings around it in the plane, a class each; generated",
    .math = "t ~ U(0, 2 pi), r = 5 (k + U(0, 0.7)) / classes; (r cos t, r sin t) + N(0, noise) "
            "[TensorFlow Playground's circle, with more rings]",
    .conf_size = sizeof(rings_conf),
    .fields = fields,
    .open = open_rings,
};
