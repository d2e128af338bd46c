/* SPDX-License-Identifier: MIT */
/* maxpool: the largest number under a sliding window. Forward notes where it stood; backward puts the gradient there. */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

static const sft_field fields[] = {
    { .name = "kernel_size", .kind = SFT_DIMS, .offset = offsetof(sft_pool_conf, kernel_size), .low = 1, .high = 255,
      .doc = "size of the window, 2 or 2x3", .text = "2", .aliases = "kernel pool_size", .flags = SFT_MAIN },
    { .name = "stride", .kind = SFT_DIMS, .offset = offsetof(sft_pool_conf, stride), .low = 1, .high = 1 << 16,
      .doc = "step between windows; auto: the window's size", .aliases = "strides", .flags = SFT_AUTO },
    { .name = "padding", .kind = SFT_DIMS, .offset = offsetof(sft_pool_conf, padding), .low = 0, .high = 127,
      .doc = "rows around the input that never win", .text = "0", .aliases = "pad" },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    sft_status s = sft__pool_shape(c, n);
    if (!s)
        n->saved_row = sft__count(n->out) * (int64_t)sizeof(uint16_t);
    return s;
}

/* y = max over the patch in each of `lane` channels; a NaN wins. at: which element of the window it was, counted row by row. */
SFT_INLINE void window_max(int64_t lane, const sft_window *w, sft_patch b, const real *restrict x, real *restrict y,
                           uint16_t *restrict at)
{
    for (int64_t l = 0; l < lane; l++) {
        y[l] = (real)-INFINITY;
        at[l] = (uint16_t)((b.low[0] - b.first[0]) * w->kernel[1] + b.low[1] - b.first[1]);
    }
    for (int64_t i = b.low[0]; i < b.high[0]; i++)
        for (int64_t j = b.low[1]; j < b.high[1]; j++) {
            const real *v = x + (i * w->in[1] + j) * lane;
            uint16_t    here = (uint16_t)((i - b.first[0]) * w->kernel[1] + j - b.first[1]);
            for (int64_t l = 0; l < lane; l++) {
                bool wins = v[l] > y[l] || v[l] != v[l];
                y[l] = wins ? v[l] : y[l];
                at[l] = wins ? here : at[l];
            }
        }
}

/* dx += dy where the largest stood */
SFT_INLINE void window_back(int64_t lane, const sft_window *w, sft_patch b, const real *restrict dy,
                            const uint16_t *restrict at, real *restrict dx)
{
    for (int64_t i = b.low[0]; i < b.high[0]; i++)
        for (int64_t j = b.low[1]; j < b.high[1]; j++) {
            real    *d = dx + (i * w->in[1] + j) * lane;
            uint16_t here = (uint16_t)((i - b.first[0]) * w->kernel[1] + j - b.first[1]);
            for (int64_t l = 0; l < lane; l++)
                d[l] += at[l] == here ? dy[l] : 0;
        }
}

SFT_INLINE void plane_max(int64_t lane, const sft_window *w, const real *x, real *y, uint16_t *at)
{
    for (int64_t h = 0; h < w->out[0]; h++)
        for (int64_t v = 0; v < w->out[1]; v++) {
            int64_t o = (h * w->out[1] + v) * lane;
            window_max(lane, w, sft__pool_patch(w, h, v), x, y + o, at + o);
        }
}

SFT_INLINE void plane_back(int64_t lane, const sft_window *w, const real *dy, const uint16_t *at, real *dx)
{
    for (int64_t h = 0; h < w->out[0]; h++)
        for (int64_t v = 0; v < w->out[1]; v++) {
            int64_t o = (h * w->out[1] + v) * lane;
            window_back(lane, w, sft__pool_patch(w, h, v), dy + o, at + o, dx);
        }
}

SFT_HOT static void plane_forward(int64_t lane, const sft_window *w, const real *x, real *y, uint16_t *at)
{
    if (lane == 1)
        plane_max(1, w, x, y, at);
    else
        plane_max(lane, w, x, y, at);
}

SFT_HOT static void plane_backward(int64_t lane, const sft_window *w, const real *dy, const uint16_t *at, real *dx)
{
    if (lane == 1)
        plane_back(1, w, dy, at, dx);
    else
        plane_back(lane, w, dy, at, dx);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__pool_window(n);
    sft_view   v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t    in = w.in[0] * w.in[1] * v.lane, out = w.out[0] * w.out[1] * v.lane;
    uint16_t  *at = p->saved;
    for (int64_t i = 0; i < p->rows * v.blocks; i++)
        plane_forward(v.lane, &w, p->in[0] + i * in, p->out + i * out, at + i * out);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft_window      w = sft__pool_window(n);
    sft_view        v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t         in = w.in[0] * w.in[1] * v.lane, out = w.out[0] * w.out[1] * v.lane;
    const uint16_t *at = p->saved;
    for (int64_t i = 0; p->din[0] && i < p->rows * v.blocks; i++) {
        real *dx = p->din[0] + i * in;
        if (!p->add[0])
            memset(dx, 0, (size_t)in * sizeof *dx);
        plane_backward(v.lane, &w, p->dout + i * out, at + i * out, dx);
    }
}

static const sft_case cases[] = {
    { "2", { 3, { 2, 4, 6 } }, 2 },
    { "3 stride=2 padding=1", { 3, { 2, 6, 5 } }, 2 },
    { "3x2 stride=1x2", { 3, { 1, 5, 7 } }, 1 },
    { "3 stride=2", { 2, { 3, 9 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_maxpool = {
    .name = "maxpool", .aliases = "maxpool2d maxpool1d MaxPool2d MaxPool1d MaxPooling2D MaxPooling1D max_pool",
    .doc = "largest number in a window", .math = "y[o] = max over the window of x", .conf_size = sizeof(sft_pool_conf),
    .fields = fields, .traits = SFT_ANY_LAYOUT, .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
