/* SPDX-License-Identifier: MIT */
/* boundary_slope: how sudden a network's decisions are. */
#include "lab/measures/measures.h"

#include <math.h>

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const sft_border *k = options;
    const int64_t     m = k->points;
    sft_input_range   r;
    int64_t           classes;
    double            sum = 0;
    const float      *p = sft__lab_border(s, "boundary_slope", k, &r, &classes);
    if (!p) return sft_code(s->ctx);
    const double width = (r.high[0] - r.low[0]) / (double)m, height = (r.high[1] - r.low[1]) / (double)m;
    if (!(width > 0 && height > 0)) return SFT_OK;
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
    .conf_size = sizeof(sft_border),
    .fields = sft__border_fields,
    .take = take,
};
