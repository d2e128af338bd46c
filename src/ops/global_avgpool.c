/* SPDX-License-Identifier: MIT */
/* global_avgpool: each channel's mean over all its places. */
#include "base/hot.h"
#include "ops/conf.h"

enum { LANES = 16 };

static sft_status shape(sft_ctx *c, sft_node *n)
{
    sft_status s = sft__want_rank(c, n, 2, 3, "an image {C,H,W} or a sequence {C,L}: leave it out behind `flatten`");
    if (s)
        return s;
    n->out = sft__shape1(n->in[0]->out.dim[0]);
    n->flops = (double)sft__count(n->in[0]->out);
    return SFT_OK;
}

/* y[l] = scale times the sum of n numbers, `stride` apart, for `width` channels side by side */
SFT_HOT static void means(int width, int64_t n, int64_t stride, double scale, const real *x, real *y)
{
    double sum[LANES] = { 0 };
    for (int64_t i = 0; i < n; i++)
        for (int l = 0; l < width; l++)
            sum[l] += (double)x[i * stride + l];
    for (int l = 0; l < width; l++)
        y[l] = (real)(sum[l] * scale);
}

/* The same for one channel of consecutive numbers. */
SFT_HOT static void mean(int64_t n, double scale, const real *x, real *y)
{
    double  sum[LANES] = { 0 };
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += (double)x[i + l];
    for (int l = 0; i + l < n; l++)
        sum[l] += (double)x[i + l];
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++)
            sum[l] += sum[l + half];
    *y = (real)(sum[0] * scale);
}

/* dx[s][l] += dy[l] scale */
SFT_HOT static void spread(int64_t lane, int64_t n, real scale, bool add, const real *restrict dy, real *restrict dx)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t l = 0; l < lane; l++)
            dx[i * lane + l] = add ? dx[i * lane + l] + dy[l] * scale : dy[l] * scale;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_view v = sft__view(n->in[0]->out, n->in[0]->layout);
    double   scale = 1 / (double)v.spatial;
    for (int64_t i = 0; i < p->rows * v.blocks; i++) {
        const real *x = p->in[0] + i * v.spatial * v.lane;
        real       *y = p->out + i * v.lane;
        if (v.lane == 1)
            mean(v.spatial, scale, x, y);
        for (int64_t l = 0; v.lane > 1 && l < v.lane; l += LANES)
            means((int)(v.lane - l < LANES ? v.lane - l : LANES), v.spatial, v.lane, scale, x + l, y + l);
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft_view v = sft__view(n->in[0]->out, n->in[0]->layout);
    for (int64_t i = 0; p->din[0] && i < p->rows * v.blocks; i++)
        spread(v.lane, v.spatial, 1 / (real)v.spatial, p->add[0], p->dout + i * v.lane,
               p->din[0] + i * v.spatial * v.lane);
}

static const sft_case cases[] = {
    { "", { 3, { 4, 3, 7 } }, 2 },
    { "", { 2, { 3, 5 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_global_avgpool = {
    .name = "global_avgpool",
    .aliases = "gap global_average_pooling global_avg_pool GlobalAveragePooling2D GlobalAveragePooling1D AdaptiveAvgPool2d",
    .doc = "mean of each channel", .math = "y[c] = mean over all places of x[c]", .traits = SFT_ANY_LAYOUT,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
