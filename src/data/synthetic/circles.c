/* SPDX-License-Identifier: MIT */
/* Data source `circles`: a circle within a circle, as scikit-learn's make_circles. */
#include "data/synthetic/synthetic.h"

#include <math.h>

typedef struct circles_conf {
    sft_synthetic common;
    double        factor;
} circles_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(circles_conf),
    SFT_NOISE_ROW(circles_conf, 0.05, 1e6, "deviation of normal noise on both features"),
    { .name = "factor",
      .kind = SFT_REAL,
      .offset = offsetof(circles_conf, factor),
      .def = 0.8,
      .low = 0,
      .high = 1,
      .flags = SFT_BELOW_HIGH,
      .doc = "radius of the inner circle; the outer one's is 1" },
    SFT_LABEL_NOISE_ROW(circles_conf),
    SFT_FIELD_END,
};

/* Angles are equally spaced around the circle. */
static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const circles_conf *k = conf;
    int64_t             outer = count / 2, of = i < outer ? outer : count - outer;
    double              t = SFT_TWO_PI * (double)(i < outer ? i : i - outer) / (double)of;
    double              r = i < outer ? 1 : k->factor;
    x[0] = r * cos(t);
    x[1] = r * sin(t);
    sft__add_noise(s, k->common.noise, 2, x);
    return i >= outer;
}

static sft_status open_circles(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                               sft_raw *raw)
{
    static const sft_synthetic_plan plan = { "generated, as scikit-learn's make_circles",
                                             SFT_CLASSES, 2, 2, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_circles = {
    .name = "circles",
    .aliases = "make_circles",
    .doc = "two concentric circles in the plane; generated",
    .math = "class 0: (cos t, sin t); class 1: factor * (cos t, sin t); + N(0, noise) "
            "[scikit-learn make_circles]",
    .conf_size = sizeof(circles_conf),
    .fields = fields,
    .open = open_circles,
};
