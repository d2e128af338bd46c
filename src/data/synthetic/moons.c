/* SPDX-License-Identifier: MIT */
/* Data source `moons`: two half circles that hold each other, as scikit-learn's make_moons. */
#include "data/synthetic/synthetic.h"

#include <math.h>

typedef struct moons_conf {
    sft_synthetic common;
} moons_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(moons_conf),
    SFT_NOISE_ROW(moons_conf, 0.1, 1e6, "deviation of normal noise on both features"),
    SFT_LABEL_NOISE_ROW(moons_conf),
    SFT_FIELD_END,
};

/* Angles are equally spaced from 0 to pi, both ends included. */
static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const moons_conf *k = conf;
    int64_t           outer = count / 2, of = i < outer ? outer : count - outer;
    int64_t           at = i < outer ? i : i - outer;
    double            t = of > 1 ? SFT_TWO_PI / 2 * (double)at / (double)(of - 1) : 0;
    x[0] = i < outer ? cos(t) : 1 - cos(t);
    x[1] = i < outer ? sin(t) : 0.5 - sin(t);
    sft__add_noise(s, k->common.noise, 2, x);
    return i >= outer;
}

static sft_status open_moons(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                             sft_raw *raw)
{
    static const sft_synthetic_plan plan = { "generated, as scikit-learn's make_moons", SFT_CLASSES,
                                             2, 2, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_moons = {
    .name = "moons",
    .aliases = "make_moons two-moons two_moons",
    .doc = "two interleaved half circles in the plane; generated",
    .math = "t = 0..pi; class 0: (cos t, sin t); class 1: (1 - cos t, 1/2 - sin t); + N(0, noise) "
            "[scikit-learn make_moons]",
    .conf_size = sizeof(moons_conf),
    .fields = fields,
    .open = open_moons,
};
