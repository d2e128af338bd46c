/* SPDX-License-Identifier: MIT */
/* boundary_length: how long the border between predicted classes is. */
#include "lab/measures/measures.h"

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
    int64_t         differ = 0;
    if (sft__failed(s->ctx) || sft__lab_range(s, "boundary_length", 2, 1u << SFT_CLASSES | 1u << SFT_BINARY, &r) || !n)
        return sft_code(s->ctx);
    const int64_t classes = sft__lab_classes(n);
    const float  *p = sft__lab_grid(s, n, &r, m);
    if (!p) return sft_code(s->ctx);
    for (int64_t i = 0; i < m * m; i++) {
        const int64_t here = sft__lab_class(p + i * classes, classes);
        differ += i % m + 1 < m && here != sft__lab_class(p + (i + 1) * classes, classes);
        differ += i / m + 1 < m && here != sft__lab_class(p + (i + m) * classes, classes);
    }
    *value = (double)differ / (double)(2 * m * (m - 1)) * (double)m;
    return SFT_OK;
}

const sft_gauge sft_gauge_boundary_length = {
    .name = "boundary_length",
    .doc = "how long the border between predicted classes is in the rectangle of the training samples; a straight one from side to side "
           "has a half",
    .math = "points x the share of neighbouring cells that differ",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
