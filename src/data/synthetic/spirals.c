/* SPDX-License-Identifier: MIT */
/* Data source `spirals`: arms around one centre, as TensorFlow Playground draws two of them. */
#include "data/synthetic/synthetic.h"

#include <math.h>

#define RADIUS 5

typedef struct spirals_conf {
    sft_synthetic common;
    int64_t       classes;
    double        turns;
} spirals_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(spirals_conf),
    SFT_NOISE_ROW(spirals_conf, 0.1, 1e6, "both features move by up to so much, evenly"),
    { .name = "classes",
      .kind = SFT_INT,
      .offset = offsetof(spirals_conf, classes),
      .def = 2,
      .low = 2,
      .high = 1024,
      .aliases = "arms",
      .doc = "arms" },
    { .name = "turns",
      .kind = SFT_REAL,
      .offset = offsetof(spirals_conf, turns),
      .def = 1.75,
      .low = 0,
      .high = 1000,
      .doc = "how often an arm goes around" },
    SFT_LABEL_NOISE_ROW(spirals_conf),
    SFT_FIELD_END,
};

/* Arm k has its points equally spaced along the radius; it starts 2 pi k / classes further round. */
static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const spirals_conf *k = conf;
    int64_t             label = i % k->classes, at = i / k->classes;
    double              points = ceil((double)count / (double)k->classes);
    double              along = (double)at / points, noise = k->common.noise;
    double              t = SFT_TWO_PI * (k->turns * along + (double)label / (double)k->classes);
    x[0] = RADIUS * along * sin(t) + noise * sft__between(s, -1, 1);
    x[1] = RADIUS * along * cos(t) + noise * sft__between(s, -1, 1);
    return (double)label;
}

static sft_status open_spirals(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                               sft_raw *raw)
{
    const spirals_conf      *k = conf;
    const sft_synthetic_plan plan = { "generated, as TensorFlow Playground's spiral", SFT_CLASSES,
                                      2, k->classes, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_spirals = {
    .name = "spirals",
    .aliases = "spiral two-spirals two_spirals",
    .doc = "interleaved spiral arms in the plane, a class each; generated",
    .math = "r = 5 i/n, t = 2 pi (turns i/n + k/classes); (r sin t, r cos t) + noise U(-1, 1) "
            "[TensorFlow Playground]",
    .conf_size = sizeof(spirals_conf),
    .fields = fields,
    .open = open_spirals,
};
