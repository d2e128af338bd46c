/* SPDX-License-Identifier: MIT */
/* Data source `gaussian`: two round clouds that touch, as TensorFlow Playground draws them. */
#include "data/synthetic/synthetic.h"

#include <math.h>

typedef struct gaussian_conf {
    sft_synthetic common;
    int64_t       features;
    double        distance;
} gaussian_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(gaussian_conf),
    SFT_NOISE_ROW(gaussian_conf, 0.1, 1e6, "the variance is 0.5 + 7 noise"),
    { .name = "features",
      .kind = SFT_INT,
      .offset = offsetof(gaussian_conf, features),
      .def = 2,
      .low = 1,
      .high = 1024,
      .aliases = "n_features",
      .doc = "dimensions of the space" },
    { .name = "distance",
      .kind = SFT_REAL,
      .offset = offsetof(gaussian_conf, distance),
      .def = 2,
      .low = 0,
      .high = 1e6,
      .doc = "the centres are at -distance and distance in every dimension" },
    SFT_LABEL_NOISE_ROW(gaussian_conf),
    SFT_FIELD_END,
};

static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const gaussian_conf *k = conf;
    int64_t              label = i % 2;
    (void)count;
    for (int64_t j = 0; j < k->features; j++) x[j] = label ? k->distance : -k->distance;
    sft__add_noise(s, sqrt(0.5 + 7 * k->common.noise), k->features, x);
    return (double)label;
}

static sft_status open_gaussian(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                                sft_raw *raw)
{
    const gaussian_conf     *k = conf;
    const sft_synthetic_plan plan = { "generated, as TensorFlow Playground's gaussian", SFT_CLASSES,
                                      k->features, 2, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_gaussian = {
    .name = "gaussian",
    .aliases = "gaussians gauss",
    .doc = "two normal clouds, a class each; a straight line is the best border; generated",
    .math = "x ~ N(+-distance, sqrt(0.5 + 7 noise)) [TensorFlow Playground]",
    .conf_size = sizeof(gaussian_conf),
    .fields = fields,
    .open = open_gaussian,
};
