/* SPDX-License-Identifier: MIT */
/* maxpool in blocked layouts: eight channels at a time, the largest and its place in registers. The same bits as the reference. */
#include "backend/backend.h"
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

#if defined(__GNUC__) && !defined(SFT_REAL_DOUBLE)

enum { LANES = 8 };

typedef float   numbers __attribute__((vector_size(32)));
typedef int32_t places __attribute__((vector_size(32)));
typedef float   numbers_at __attribute__((vector_size(32), aligned(4), may_alias)); /* in memory */
typedef int32_t places_at __attribute__((vector_size(32), aligned(4), may_alias));

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    *want = *give = in;
    return (in == SFT_BLOCK8 || in == SFT_BLOCK16) && n->out.rank >= 2;
}

static sft_status prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows)
{
    (void)c;
    (void)rows;
    (void)n_rows;
    int64_t need =
        sft__count(n->out) * (int64_t)sizeof(int32_t); /* where the largest stood in its window */
    if (n->saved_row < need) n->saved_row = need;
    return SFT_OK;
}

static void release(sft_ctx *c, sft_node *n)
{
    (void)c;
    (void)n; /* nothing was made */
}

/* The window of output o along one axis: inputs low to high-1, the first of them `tap` elements into the window. */
typedef struct span {
    int64_t low, high, tap;
} span;

SFT_INLINE span span_of(const sft_window *w, int axis, int64_t o)
{
    int64_t first = o * w->stride[axis] - w->before[axis], end = first + w->kernel[axis];
    int64_t low = first < 0 ? 0 : first, high = end > w->in[axis] ? w->in[axis] : end;
    return (span){ low, high, low - first };
}

#define CHOOSE(mask, yes, no) (((mask) & (yes)) | (~(mask) & (no)))

/* One plane of channels, LANES of its `lane`. A NaN wins, as in the reference. */
SFT_HOT static void plane_forward(const sft_window *w, int64_t lane, const float *x, float *y,
                                  int32_t *at)
{
    for (int64_t h = 0; h < w->out[0]; h++)
        for (int64_t v = 0; v < w->out[1]; v++) {
            span    a = span_of(w, 0, h), b = span_of(w, 1, v);
            int32_t first = (int32_t)(a.tap * w->kernel[1] + b.tap);
            numbers top = (numbers){ 0 } - (float)INFINITY;
            places  place = (places){ 0 } + first;
            for (int64_t i = a.low; i < a.high; i++)
                for (int64_t j = b.low; j < b.high; j++) {
                    numbers now = *(const numbers_at *)(x + (i * w->in[1] + j) * lane);
                    places  here =
                        (places){ 0 } + (first + (int32_t)((i - a.low) * w->kernel[1] + j - b.low));
                    places wins = (now > top) | (now != now);
                    top = (numbers)CHOOSE(wins, (places)now, (places)top);
                    place = CHOOSE(wins, here, place);
                }
            int64_t o = (h * w->out[1] + v) * lane;
            *(numbers_at *)(y + o) = top;
            *(places_at *)(at + o) = place;
        }
}

/* add false: windows tile the plane, so that each input is written once. */
SFT_HOT static void plane_backward(const sft_window *w, int64_t lane, bool add, const float *dy,
                                   const int32_t *at, float *dx)
{
    for (int64_t h = 0; h < w->out[0]; h++)
        for (int64_t v = 0; v < w->out[1]; v++) {
            span    a = span_of(w, 0, h), b = span_of(w, 1, v);
            int64_t o = (h * w->out[1] + v) * lane;
            places  place = *(const places_at *)(at + o), d = *(const places_at *)(dy + o);
            for (int64_t i = a.low; i < a.high; i++)
                for (int64_t j = b.low; j < b.high; j++) {
                    int32_t here =
                        (int32_t)((a.tap + i - a.low) * w->kernel[1] + b.tap + j - b.low);
                    numbers share = (numbers)((place == (places){ 0 } + here) & d);
                    float  *to = dx + (i * w->in[1] + j) * lane;
                    if (add) share += *(const numbers_at *)to;
                    *(numbers_at *)to = share;
                }
        }
}

static bool tiles(const sft_window *w)
{
    bool yes = true;
    for (int i = 0; i < 2; i++)
        yes = yes && w->kernel[i] == w->stride[i] && !w->before[i] &&
              w->in[i] == w->out[i] * w->stride[i];
    return yes;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__pool_window(n);
    sft_view   v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t    in = w.in[0] * w.in[1] * v.lane, out = w.out[0] * w.out[1] * v.lane;
    int32_t   *at = p->saved;
    for (int64_t i = 0; i < p->rows * v.blocks; i++)
        for (int64_t l = 0; l < v.lane; l += LANES)
            plane_forward(&w, v.lane, p->in[0] + i * in + l, p->out + i * out + l,
                          at + i * out + l);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft_window     w = sft__pool_window(n);
    sft_view       v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t        in = w.in[0] * w.in[1] * v.lane, out = w.out[0] * w.out[1] * v.lane;
    bool           add = p->add[0] || !tiles(&w);
    const int32_t *at = p->saved;
    for (int64_t i = 0; p->din[0] && i < p->rows * v.blocks; i++) {
        real *dx = p->din[0] + i * in;
        if (add && !p->add[0]) memset(dx, 0, (size_t)in * sizeof *dx);
        for (int64_t l = 0; l < v.lane; l += LANES)
            plane_backward(&w, v.lane, add, p->dout + i * out + l, at + i * out + l, dx + l);
    }
}

const sft_kernel sft_kernel_simd_maxpool = {
    .name = "simd",
    .op = "maxpool",
    .serves = serves,
    .prepare = prepare,
    .release = release,
    .forward = forward,
    .backward = backward,
};

#endif
