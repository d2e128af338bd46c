/* SPDX-License-Identifier: MIT */
/* Data source `blobs`: round clouds at random places, as scikit-learn's make_blobs. */
#include "data/synthetic/synthetic.h"

typedef struct blobs_conf {
    sft_synthetic common;
    int64_t       classes, features;
    double        box;
} blobs_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(blobs_conf),
    { .name = "noise",
      .kind = SFT_REAL,
      .offset = offsetof(blobs_conf, common.noise),
      .def = 1,
      .low = 0,
      .high = 1e6,
      .aliases = "cluster_std std",
      .doc = "deviation of a cloud" },
    { .name = "classes",
      .kind = SFT_INT,
      .offset = offsetof(blobs_conf, classes),
      .def = 3,
      .low = 2,
      .high = 65536,
      .aliases = "centers",
      .doc = "clouds" },
    { .name = "features",
      .kind = SFT_INT,
      .offset = offsetof(blobs_conf, features),
      .def = 2,
      .low = 1,
      .high = 1024,
      .aliases = "n_features",
      .doc = "dimensions of the space" },
    { .name = "box",
      .kind = SFT_REAL,
      .offset = offsetof(blobs_conf, box),
      .def = 10,
      .low = 0,
      .high = 1e6,
      .aliases = "center_box",
      .doc = "centres are drawn from -box to box" },
    SFT_CLASS_ROWS(blobs_conf),
    SFT_LABEL_NOISE_ROW(blobs_conf),
    SFT_FIELD_END,
};

static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const blobs_conf *k = conf;
    int64_t           label = i % k->classes;
    sft_stream        centre = sft__synthetic_facts(&k->common, (uint32_t)label);
    (void)count;
    for (int64_t j = 0; j < k->features; j++) x[j] = sft__between(&centre, -k->box, k->box);
    sft__add_noise(s, k->common.noise, k->features, x);
    return (double)label;
}

static sft_status open_blobs(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                             sft_raw *raw)
{
    const blobs_conf        *k = conf;
    const sft_synthetic_plan plan = { "generated, as scikit-learn's make_blobs", SFT_CLASSES,
                                      k->features, k->classes, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_blobs = {
    .name = "blobs",
    .aliases = "make_blobs",
    .doc = "round clouds of points, a class each, at random places; generated",
    .math = "centre_k ~ U(-box, box); x ~ N(centre_k, noise) [scikit-learn make_blobs]",
    .conf_size = sizeof(blobs_conf),
    .fields = fields,
    .open = open_blobs,
};
