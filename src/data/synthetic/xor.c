/* SPDX-License-Identifier: MIT */
/* Data source `xor`: four squares, the diagonal ones alike, as TensorFlow Playground draws them. */
#include "data/synthetic/synthetic.h"

#define HALF 5
#define GAP  0.3

typedef struct xor_conf {
    sft_synthetic common;
} xor_conf;

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(xor_conf),
    SFT_NOISE_ROW(xor_conf, 0, 1e6,
                  "share of the half width by which a point may stray before it is labelled"),
    SFT_LABEL_NOISE_ROW(xor_conf),
    SFT_FIELD_END,
};

/* Class 1 where the signs differ. The point is judged where noise has carried it, but shown where
 * it was. */
static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const xor_conf *k = conf;
    double          at[2];
    (void)i, (void)count;
    for (int j = 0; j < 2; j++) {
        x[j] = sft__between(s, -HALF, HALF);
        x[j] += x[j] > 0 ? GAP : -GAP;
        at[j] = x[j] + k->common.noise * sft__between(s, -HALF, HALF);
    }
    return at[0] * at[1] < 0;
}

static sft_status open_xor(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                           sft_raw *raw)
{
    static const sft_synthetic_plan plan = { "generated, as TensorFlow Playground's exclusive or",
                                             SFT_CLASSES, 2, 2, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_xor = {
    .name = "xor",
    .doc = "four squares in the plane, class 1 where the features' signs differ; generated",
    .math = "x, y ~ U(-5, 5), 0.3 away from the axes; class = sign x != sign y, after noise "
            "5 U(-1, 1) [TensorFlow Playground]",
    .conf_size = sizeof(xor_conf),
    .fields = fields,
    .open = open_xor,
};
