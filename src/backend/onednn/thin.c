/* SPDX-License-Identifier: MIT */
/* Backward weights of a first layer: few plain channels in, blocks of channels out, weights Ohwi8o or Ohwi16o. oneDNN has
 * nothing but its slow reference there for one channel on AVX2.
 *
 * dw[o,i,j,c] = sum over samples and places of dy[o, h, v] x[c, h s + i d - p, v s + j d - p], eight filters o to a vector, some taps
 * (i,j,c) at a time. A copy of the sample with its padding around it spares the inner loop all questions. */
#include "backend/onednn/conv.h"
#include "base/hot.h"

#include <string.h>

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

enum { LANES = 8, TAPS = 9 };

typedef float numbers __attribute__((vector_size(32)));
typedef float numbers_at __attribute__((vector_size(32), aligned(4), may_alias)); /* in memory */

typedef struct thin {           /* one sample, LANES filters */
    const sft_window *w;
    const float      *x, *dy;   /* padded planes; the filters' first output */
    int64_t           size[2];  /* of a padded plane */
    int64_t           lane;     /* filters in a block */
    float            *dw;       /* taps x lane */
} thin;

/* Where in the padded sample tap number t of the first output stands; taps are counted i, j, c. */
static int64_t offset(const thin *k, int64_t t)
{
    const sft_window *w = k->w;
    int64_t           c = t % w->in_channels, j = t / w->in_channels % w->kernel[1];
    int64_t           i = t / w->in_channels / w->kernel[1];
    return (c * k->size[0] + i * w->dilation[0]) * k->size[1] + j * w->dilation[1];
}

/* Taps first to first+n-1 of all places. */
SFT_INLINE void some_taps(const int n, const thin *k, int64_t first)
{
    const sft_window *w = k->w;
    numbers           sum[TAPS];
    const float      *x[TAPS];
    UNROLL
    for (int t = 0; t < n; t++) {
        sum[t] = *(const numbers_at *)(k->dw + (first + t) * k->lane);
        x[t] = k->x + offset(k, first + t);
    }
    for (int64_t h = 0; h < w->out[0]; h++) {
        const float *dy = k->dy + h * w->out[1] * k->lane;
        int64_t      row = h * w->stride[0] * k->size[1];
        for (int64_t v = 0; v < w->out[1]; v++) {
            numbers d = *(const numbers_at *)(dy + v * k->lane);
            UNROLL
            for (int t = 0; t < n; t++)
                sum[t] += d * x[t][row + v * w->stride[1]];
        }
    }
    UNROLL
    for (int t = 0; t < n; t++)
        *(numbers_at *)(k->dw + (first + t) * k->lane) = sum[t];
}

SFT_HOT static void all_taps(const thin *k)
{
    int64_t taps = k->w->kernel[0] * k->w->kernel[1] * k->w->in_channels, t = 0;
    for (; t + 9 <= taps; t += 9)
        some_taps(9, k, t);
    for (; t + 5 <= taps; t += 5)
        some_taps(5, k, t);
    for (; t < taps; t++)
        some_taps(1, k, t);
}

SFT_HOT static void all_biases(int64_t places, int64_t lane, const float *dy, float *db)
{
    numbers sum = *(const numbers_at *)db;
    for (int64_t i = 0; i < places; i++)
        sum += *(const numbers_at *)(dy + i * lane);
    *(numbers_at *)db = sum;
}

static void pad(const sft_window *w, const int64_t size[2], const float *x, float *padded)
{
    memset(padded, 0, (size_t)(w->in_channels * size[0] * size[1]) * sizeof *padded);
    for (int64_t c = 0; c < w->in_channels; c++)
        for (int64_t h = 0; h < w->in[0]; h++)
            memcpy(padded + (c * size[0] + h + w->before[0]) * size[1] + w->before[1], x + (c * w->in[0] + h) * w->in[1],
                   (size_t)w->in[1] * sizeof *padded);
}

static void padded_size(const sft_window *w, int64_t size[2])
{
    for (int i = 0; i < 2; i++)
        size[i] = w->in[i] + w->before[i] + w->after[i];
}

int64_t sft__dnnl_thin_work(const sft_window *w)
{
    int64_t size[2];
    padded_size(w, size);
    return w->in_channels * size[0] * size[1];
}

void sft__dnnl_thin(const sft_window *w, int64_t rows, int64_t lane, const float *x, const float *dy, float *dw, float *db,
                    float *work)
{
    thin    k = { .w = w, .x = work, .lane = lane };
    int64_t taps = w->kernel[0] * w->kernel[1] * w->in_channels, places = w->out[0] * w->out[1];
    padded_size(w, k.size);
    memset(dw, 0, (size_t)(taps * w->out_channels) * sizeof *dw);
    if (db)
        memset(db, 0, (size_t)w->out_channels * sizeof *db);
    for (int64_t r = 0; r < rows; r++) {
        pad(w, k.size, x + r * w->in_channels * w->in[0] * w->in[1], work);
        for (int64_t o = 0; o < w->out_channels; o += LANES) {
            int64_t block = o / lane * lane, at = o % lane;
            k.dy = dy + (r * w->out_channels + block) * places + at;
            k.dw = dw + block * taps + at;
            all_taps(&k);
            if (db)
                all_biases(places, lane, k.dy, db + o);
        }
    }
}
