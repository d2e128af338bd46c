/* SPDX-License-Identifier: MIT */
/* boundary_length: how long the border between predicted classes is. */
#include "lab/measures/measures.h"

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const sft_border *k = options;
    const int64_t     m = k->points;
    sft_input_range   r;
    int64_t           classes, differ = 0;
    const float      *p = sft__lab_border(s, "boundary_length", k, &r, &classes);
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
    .conf_size = sizeof(sft_border),
    .fields = sft__border_fields,
    .take = take,
};
