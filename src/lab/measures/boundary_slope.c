/* SPDX-License-Identifier: MIT */
/* boundary_slope: how sudden a network's decisions are. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    int64_t points;
    int     at;
} conf;

static const sft_field fields[] = {
    { .name = "points", .kind = SFT_INT, .offset = offsetof(conf, points), .def = 100, .low = 4, .high = 400, .doc = "cells along a side" },
    SFT_MOMENT_ROW(conf, "best"),
    SFT_FIELD_END
};

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf     *k = options;
    const int64_t   m = k->points;
    sft_net        *n = sft__subject_net_at(s, (sft_moment)k->at);
    sft_input_range r;
    double          sum = 0;
    if (sft__failed(s->ctx) || sft__lab_range(s, "boundary_slope", 2, 1u << SFT_CLASSES | 1u << SFT_BINARY, &r) || !n)
        return sft_code(s->ctx);
    const int64_t classes = sft__lab_classes(n);
    const double  width = (r.high[0] - r.low[0]) / (double)m, height = (r.high[1] - r.low[1]) / (double)m;
    const float  *p = width > 0 && height > 0 ? sft__lab_grid(s, n, &r, m) : NULL;
    if (!p) return sft_code(s->ctx);
    for (int64_t y = 1; y + 1 < m; y++)
        for (int64_t x = 1; x + 1 < m; x++) {
            const int64_t i = y * m + x, c = sft__lab_class(p + i * classes, classes);
            const double  dx = ((double)p[(i + 1) * classes + c] - (double)p[(i - 1) * classes + c]) / (2 * width);
            const double  dy = ((double)p[(i + m) * classes + c] - (double)p[(i - m) * classes + c]) / (2 * height);
            sum += hypot(dx, dy);
        }
    *value = sum / (double)((m - 2) * (m - 2));
    return SFT_OK;
}

const sft_gauge sft_gauge_boundary_slope = {
    .name = "boundary_slope",
    .doc = "how sudden decisions are: mean slope of the predicted class's probability over the rectangle of the training samples",
    .math = "mean |grad p_c(x)|, c the predicted class, by central differences, x as the data came",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
