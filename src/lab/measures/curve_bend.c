/* SPDX-License-Identifier: MIT */
/* curve_bend: how much a fitted curve bends. */
#include "lab/measures/measures.h"

#include <stddef.h>

typedef struct conf {
    int64_t points;
    int     at;
} conf;

static const sft_field fields[] = {
    { .name = "points", .kind = SFT_INT, .offset = offsetof(conf, points), .def = 200, .low = 10, .high = 1000,
      .doc = "at which the curve is looked at; of curves with corners, as ReLU makes them, the number grows with it" },
    SFT_MOMENT_ROW(conf, "best"),
    SFT_FIELD_END
};

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf     *k = options;
    sft_net        *n = sft__subject_net_at(s, (sft_moment)k->at);
    sft_input_range r;
    double          sum = 0;
    if (sft__failed(s->ctx) || sft__lab_range(s, "curve_bend", 1, 1u << SFT_REGRESSION, &r) || !n) return sft_code(s->ctx);
    const double h = (r.high[0] - r.low[0]) / (double)(k->points - 1);
    float       *x = sft__arena_alloc(s->arena, (size_t)k->points * sizeof *x);
    for (int64_t i = 0; x && i < k->points; i++) x[i] = (float)(r.low[0] + h * (double)i);
    const float *y = x && h > 0 ? sft__lab_outputs(s, n, x, k->points) : NULL;
    if (!y) return sft_code(s->ctx);
    for (int64_t i = 1; i + 1 < k->points; i++) {
        const double bend = ((double)y[(i + 1) * n->outputs] - 2 * (double)y[i * n->outputs] + (double)y[(i - 1) * n->outputs]) / (h * h);
        sum += bend * bend;
    }
    *value = sum / (double)(k->points - 2) * (r.high[0] - r.low[0]);
    return SFT_OK;
}

const sft_gauge sft_gauge_curve_bend = {
    .name = "curve_bend",
    .doc = "how much the fitted curve of a regression in one number bends, over the range of the training samples",
    .math = "integral of f''(x)^2 dx, by second differences",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
