/* SPDX-License-Identifier: MIT */
/* avgpool: the mean under a sliding window. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

static const sft_field fields[] = {
    { .name = "kernel_size", .kind = SFT_DIMS, .offset = offsetof(sft_pool_conf, kernel_size), .low = 1, .high = 1 << 16,
      .doc = "size of the window, 2 or 2x3", .text = "2", .aliases = "kernel pool_size", .flags = SFT_MAIN },
    { .name = "stride", .kind = SFT_DIMS, .offset = offsetof(sft_pool_conf, stride), .low = 1, .high = 1 << 16,
      .doc = "step between windows; auto: the window's size", .aliases = "strides", .flags = SFT_AUTO },
    { .name = "padding", .kind = SFT_DIMS, .offset = offsetof(sft_pool_conf, padding), .low = 0, .high = 1 << 15,
      .doc = "zeros around the input", .text = "0", .aliases = "pad" },
    { .name = "count_include_pad", .kind = SFT_FLAG, .offset = offsetof(sft_pool_conf, count_include_pad), .def = 1,
      .doc = "the padding's zeros count in the mean" },
    SFT_FIELD_END
};

/* 1 / how many numbers the mean is taken of */
static real share(const sft_node *n, const sft_window *w, sft_patch b)
{
    const sft_pool_conf *k = n->conf;
    int64_t all = w->kernel[0] * w->kernel[1], inside = (b.high[0] - b.low[0]) * (b.high[1] - b.low[1]);
    return 1 / (real)(k->count_include_pad ? all : inside);
}

SFT_HOT static void window_mean(int64_t lane, const sft_window *w, sft_patch b, real part, const real *restrict x,
                                real *restrict y)
{
    memset(y, 0, (size_t)lane * sizeof *y);
    for (int64_t i = b.low[0]; i < b.high[0]; i++)
        for (int64_t j = b.low[1]; j < b.high[1]; j++)
            for (int64_t l = 0; l < lane; l++)
                y[l] += x[(i * w->in[1] + j) * lane + l];
    for (int64_t l = 0; l < lane; l++)
        y[l] *= part;
}

/* dx += dy part all over the window */
SFT_HOT static void window_back(int64_t lane, const sft_window *w, sft_patch b, real part, const real *restrict dy,
                                real *restrict dx)
{
    for (int64_t i = b.low[0]; i < b.high[0]; i++)
        for (int64_t j = b.low[1]; j < b.high[1]; j++)
            for (int64_t l = 0; l < lane; l++)
                dx[(i * w->in[1] + j) * lane + l] += dy[l] * part;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__pool_window(n);
    sft_view   v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t    in = w.in[0] * w.in[1] * v.lane, places = w.out[0] * w.out[1];
    for (int64_t i = 0; i < p->rows * v.blocks; i++)
        for (int64_t o = 0; o < places; o++) {
            sft_patch b = sft__pool_patch(&w, o / w.out[1], o % w.out[1]);
            window_mean(v.lane, &w, b, share(n, &w, b), p->in[0] + i * in, p->out + (i * places + o) * v.lane);
        }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__pool_window(n);
    sft_view   v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t    in = w.in[0] * w.in[1] * v.lane, places = w.out[0] * w.out[1];
    real      *dx = sft__din(p, 0, p->rows * v.blocks * in);
    for (int64_t i = 0; dx && i < p->rows * v.blocks; i++)
        for (int64_t o = 0; o < places; o++) {
            sft_patch b = sft__pool_patch(&w, o / w.out[1], o % w.out[1]);
            window_back(v.lane, &w, b, share(n, &w, b), p->dout + (i * places + o) * v.lane, dx + i * in);
        }
}

static const sft_case cases[] = {
    { "2", { 3, { 2, 4, 6 } }, 2 },
    { "3 stride=2 padding=1", { 3, { 2, 6, 5 } }, 2 },
    { "3x2 stride=2x1 padding=1 count_include_pad=false", { 3, { 2, 6, 5 } }, 2 },
    { "2", { 2, { 3, 7 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_avgpool = {
    .name = "avgpool", .aliases = "avgpool2d avgpool1d AvgPool2d AvgPool1d AveragePooling2D AveragePooling1D avg_pool",
    .doc = "mean of a window", .math = "y[o] = mean over the window of x", .conf_size = sizeof(sft_pool_conf),
    .fields = fields, .traits = SFT_ANY_LAYOUT, .shape = sft__pool_shape, .forward = forward, .backward = backward,
    .cases = cases,
};
