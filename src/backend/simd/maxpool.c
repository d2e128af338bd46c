/* SPDX-License-Identifier: MIT */
/* maxpool in blocked layouts: eight channels at a time, the largest and its place in registers. In planes, where windows are 2x2 side by
 * side: along rows. The same bits as the reference. */
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

/* Each input belongs to one window. */
static bool tiles(const sft_window *w)
{
    bool yes = true;
    for (int i = 0; i < 2; i++)
        yes = yes && w->kernel[i] == w->stride[i] && !w->before[i] &&
              w->in[i] == w->out[i] * w->stride[i];
    return yes;
}

static bool pairs(const sft_window *w) { return tiles(w) && w->kernel[0] == 2 && w->kernel[1] == 2; }

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    const sft_window w = sft__pool_window(n);
    *want = *give = in;
    return n->out.rank >= 2 && (in == SFT_BLOCK8 || in == SFT_BLOCK16 || (in == SFT_PLAIN && pairs(&w)));
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

/* One row of 2x2 windows in a plane: rows a and b of the input. */
SFT_HOT static void pairs_forward(int64_t n, const float *restrict a, const float *restrict b, float *restrict y, int32_t *restrict at)
{
    for (int64_t v = 0; v < n; v++) {
        const float x[4] = { a[2 * v], a[2 * v + 1], b[2 * v], b[2 * v + 1] };
        float       top = -(float)INFINITY;
        int32_t     place = 0;
        for (int32_t k = 0; k < 4; k++) {
            const bool wins = (x[k] > top) | (x[k] != x[k]);
            top = wins ? x[k] : top;
            place = wins ? k : place;
        }
        y[v] = top;
        at[v] = place;
    }
}

SFT_HOT static void pairs_backward(int64_t n, bool add, const float *restrict dy, const int32_t *restrict at, float *restrict a,
                                   float *restrict b)
{
    for (int64_t v = 0; v < n; v++) {
        const float d[4] = { at[v] == 0 ? dy[v] : 0, at[v] == 1 ? dy[v] : 0, at[v] == 2 ? dy[v] : 0, at[v] == 3 ? dy[v] : 0 };
        a[2 * v] = d[0] + (add ? a[2 * v] : 0);
        a[2 * v + 1] = d[1] + (add ? a[2 * v + 1] : 0);
        b[2 * v] = d[2] + (add ? b[2 * v] : 0);
        b[2 * v + 1] = d[3] + (add ? b[2 * v + 1] : 0);
    }
}

/* Rows of windows of all planes: they lie one after the other. */
static void all_pairs_forward(const sft_window *w, int64_t rows, const float *x, float *y, int32_t *at)
{
    for (int64_t h = 0; h < rows; h++)
        pairs_forward(w->out[1], x + 2 * h * w->in[1], x + (2 * h + 1) * w->in[1], y + h * w->out[1], at + h * w->out[1]);
}

static void all_pairs_backward(const sft_window *w, int64_t rows, bool add, const float *dy, const int32_t *at, float *dx)
{
    for (int64_t h = 0; h < rows; h++)
        pairs_backward(w->out[1], add, dy + h * w->out[1], at + h * w->out[1], dx + 2 * h * w->in[1], dx + (2 * h + 1) * w->in[1]);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__pool_window(n);
    sft_view   v = sft__view(n->in[0]->out, n->in[0]->layout);
    int64_t    in = w.in[0] * w.in[1] * v.lane, out = w.out[0] * w.out[1] * v.lane;
    int32_t   *at = p->saved;
    if (v.lane == 1) {
        all_pairs_forward(&w, p->rows * v.blocks * w.out[0], p->in[0], p->out, at);
        return;
    }
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
    if (v.lane == 1) {
        if (p->din[0]) all_pairs_backward(&w, p->rows * v.blocks * w.out[0], p->add[0], p->dout, at, p->din[0]);
        return;
    }
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
