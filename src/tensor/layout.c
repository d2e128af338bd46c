/* SPDX-License-Identifier: MIT */
/* Layouts: where element (channel, position) of a sample lies, and copying from one layout into another. */
#include "tensor/tensor.h"

#include <string.h>

const char *sft__layout_name(sft_layout l)
{
    static const char *const name[] = { "plain", "block8", "block16", "channels_last" };
    return name[l];
}

static int64_t lanes(sft_layout layout, int64_t channels)
{
    switch (layout) {
    case SFT_BLOCK8: return 8;
    case SFT_BLOCK16: return 16;
    case SFT_CHANNELS_LAST: return channels;
    case SFT_PLAIN: break;
    }
    return 1;
}

sft_view sft__view(sft_shape sample, sft_layout layout)
{
    int64_t count = sft__count(sample);
    if (sample.rank <= 1)
        return (sft_view){ .blocks = 1, .spatial = 1, .lane = count };
    int64_t channels = sample.dim[0];
    int64_t lane = sample.rank <= 3 ? lanes(layout, channels) : 1;
    return (sft_view){ .blocks = channels / lane, .spatial = count / channels, .lane = lane };
}

/* One sample, channel by channel. */
static void copy_sample(int64_t channels, sft_view from, const real *x, sft_view to, real *y)
{
    int64_t spatial = from.spatial;
    for (int64_t c = 0; c < channels; c++) {
        const real *xc = x + (c / from.lane * spatial) * from.lane + c % from.lane;
        real       *yc = y + (c / to.lane * spatial) * to.lane + c % to.lane;
        for (int64_t s = 0; s < spatial; s++)
            yc[s * to.lane] = xc[s * from.lane];
    }
}

void sft__relayout(int64_t rows, sft_shape sample, sft_layout from, const real *x, sft_layout to, real *y)
{
    int64_t  count = sft__count(sample);
    sft_view a = sft__view(sample, from), b = sft__view(sample, to);
    if (a.lane == b.lane || a.spatial == 1) { /* the same order of the same numbers */
        memmove(y, x, (size_t)(rows * count) * sizeof *x);
        return;
    }
    for (int64_t r = 0; r < rows; r++)
        copy_sample(sample.dim[0], a, x + r * count, b, y + r * count);
}
