/* SPDX-License-Identifier: MIT */
/* A convolution by its definition on one instruction set; included once for each, VL filters to a vector. A tile is MR outputs of a row, or
 * MR channels or taps of the weights, and two vectors of filters. Every sum runs in the order of its index in one accumulator. */

#include "backend/simd/micro.h"

/* Where the vectors of filters n and n + VL lie in a place of y: blocks are a plane apart. */
INLINE int64_t NAME(filter)(const sft_direct_job *j, int64_t n) { return n / j->lane * j->plane + n % j->lane; }

/* Channels in run r. */
INLINE int64_t NAME(count)(const sft_direct_job *j, int64_t r)
{
    int64_t left = j->channels - r * j->count;
    return left < j->count ? left : j->count;
}

/* One vector of y, at its end. */
INLINE void NAME(put)(const sft_direct_job *j, vec sum, float *y)
{
    const vec low = SPREAD(j->relu ? 0.0f : -INFINITY);
    if (j->add)
        sum += LOAD(y);
    STORE(y, MAX(low, sum));
}

/* acc[m][] += what m outputs beside each other get from x by the panel w */
INLINE void NAME(all_channels)(const int m, const int nv, const sft_direct_job *j, const float *x, const float *w, vec acc[][2])
{
    for (int64_t t = 0; t < j->taps; t++)
        for (int64_t r = 0; r < j->runs; r++)
            NAME(accumulate)(m, nv, NAME(count)(j, r), x + j->tap[t].at + r * j->run, j->pixel, 1,
                             w + (j->tap[t].index * j->channels + r * j->count) * nv * VL, nv * VL, VL, acc);
}

/* The same where each tap has one channel, all of them in order. */
INLINE void NAME(one_channel)(const int m, const int nv, const sft_direct_job *j, const float *x, const float *w, vec acc[][2])
{
    for (int64_t t = 0; t < j->taps; t++, w += nv * VL) {
        const float *at = x + j->tap[t].at;
        const vec    b0 = LOAD(w), b1 = nv == 2 ? LOAD(w + VL) : b0;
        UNROLL
        for (int i = 0; i < m; i++) {
            const vec s = SPREAD(at[i * j->pixel]);
            acc[i][0] = FMA(s, b0, acc[i][0]);
            if (nv == 2)
                acc[i][1] = FMA(s, b1, acc[i][1]);
        }
    }
}

/* m outputs of row h from column v on, filters n and following; w: their panel. */
INLINE void NAME(output_tile)(const int m, const int nv, const sft_direct_job *j, int64_t n, int64_t h, int64_t v, const float *w)
{
    const float *x = j->x + h * j->row + v * j->pixel;
    float       *y = j->y + h * j->y_row + v * j->y_pixel, *first = y + NAME(filter)(j, n);
    float       *second = nv == 2 ? y + NAME(filter)(j, n + VL) : first;
    vec          acc[MR][2], bias[2];
    for (int i = 0; i < nv; i++)
        bias[i] = j->bias ? LOAD(j->bias + n + i * VL) : SPREAD(0.0f);
    UNROLL
    for (int i = 0; i < m; i++) {
        acc[i][0] = bias[0];
        acc[i][1] = bias[nv - 1];
    }
    if (j->count == 1)
        NAME(one_channel)(m, nv, j, x, w, acc);
    else
        NAME(all_channels)(m, nv, j, x, w, acc);
    UNROLL
    for (int i = 0; i < m; i++) {
        NAME(put)(j, acc[i][0], first + i * j->y_pixel);
        if (nv == 2)
            NAME(put)(j, acc[i][1], second + i * j->y_pixel);
    }
}

TARGET static void NAME(apply)(const sft_direct_job *j)
{
    const int64_t rows = j->all * j->channels;
    for (int64_t n = 0; n < j->filters; n += P)
        for (int64_t h = 0; h < j->out[0]; h++)
            for (int64_t t = 0, v = 0, end; v < j->out[1]; t++, v = end) {
                end = NAME(cut)(j->out[1], t + 1);
                if (j->filters - n > VL)
                    HEIGHTS(end - v, NAME(output_tile)(m, 2, j, n, h, v, j->w + n * rows))
                else
                    HEIGHTS(end - v, NAME(output_tile)(m, 1, j, n, h, v, j->w + n * rows))
            }
}

/* m rows of dw that lie together from `dw` on, before the first output and after the last. */
INLINE void NAME(open_rows)(const int m, const int nv, bool more, const float *dw, vec acc[][2])
{
    UNROLL
    for (int i = 0; i < m; i++) {
        acc[i][0] = acc[i][1] = more ? LOAD(dw + i * nv * VL) : SPREAD(0.0f);
        if (nv == 2 && more)
            acc[i][1] = LOAD(dw + i * nv * VL + VL);
    }
}

/* From filters n to filters n + VL in dy */
INLINE int64_t NAME(next)(const int nv, const sft_direct_job *j, int64_t n)
{
    return nv == 2 ? NAME(filter)(j, n + VL) - NAME(filter)(j, n) : 0;
}

/* Of m channels that lie together at x for the first output. */
INLINE void NAME(channel_tile)(const int m, const int nv, const sft_direct_job *j, int64_t n, const float *x, float *dw)
{
    const float  *dy = j->dy + NAME(filter)(j, n);
    const int64_t next = NAME(next)(nv, j, n);
    vec           acc[MR][2];
    NAME(open_rows)(m, nv, j->more, dw, acc);
    for (int64_t h = 0; h < j->out[0]; h++)
        NAME(accumulate)(m, nv, j->out[1], x + h * j->row, 1, j->pixel, dy + h * j->y_row, j->y_pixel, next, acc);
    NAME(store)(m, nv, acc, dw, nv * VL);
}

/* Of m taps, one channel to each. */
INLINE void NAME(tap_tile)(const int m, const int nv, const sft_direct_job *j, int64_t n, const sft_direct_tap *tap, float *dw)
{
    const int64_t next = NAME(next)(nv, j, n);
    vec           acc[MR][2];
    NAME(open_rows)(m, nv, j->more, dw, acc);
    for (int64_t h = 0; h < j->out[0]; h++) {
        const float *dy = j->dy + NAME(filter)(j, n) + h * j->y_row, *x[MR];
        UNROLL
        for (int i = 0; i < m; i++)
            x[i] = j->x + h * j->row + tap[i].at;
        for (int64_t v = 0; v < j->out[1]; v++) {
            const vec d0 = LOAD(dy + v * j->y_pixel), d1 = LOAD(dy + v * j->y_pixel + next);
            UNROLL
            for (int i = 0; i < m; i++) {
                const vec s = SPREAD(x[i][v * j->pixel]);
                acc[i][0] = FMA(s, d0, acc[i][0]);
                if (nv == 2)
                    acc[i][1] = FMA(s, d1, acc[i][1]);
            }
        }
    }
    NAME(store)(m, nv, acc, dw, nv * VL);
}

/* The panel of filters n, where channels are taps. */
INLINE void NAME(tap_panel)(const int nv, const sft_direct_job *j, int64_t n)
{
    for (int64_t k = 0, t = 0, end; t < j->taps; k++, t = end) {
        end = NAME(cut)(j->taps, k + 1);
        HEIGHTS(end - t, NAME(tap_tile)(m, nv, j, n, j->tap + t, j->dw + n * j->all + t * nv * VL))
    }
}

/* The panel of filters n, channels run by run. */
INLINE void NAME(channel_panel)(const int nv, const sft_direct_job *j, int64_t n)
{
    for (int64_t t = 0; t < j->taps; t++)
        for (int64_t r = 0; r < j->runs; r++) {
            const float *x = j->x + j->tap[t].at + r * j->run;
            float       *dw = j->dw + n * j->all * j->channels + (t * j->channels + r * j->count) * nv * VL;
            for (int64_t k = 0, c = 0, end; c < NAME(count)(j, r); k++, c = end) {
                end = NAME(cut)(NAME(count)(j, r), k + 1);
                HEIGHTS(end - c, NAME(channel_tile)(m, nv, j, n, x + c, dw + c * nv * VL))
            }
        }
}

/* db of VL filters */
INLINE void NAME(bias_sum)(const sft_direct_job *j, int64_t n)
{
    vec all = j->more ? LOAD(j->db + n) : SPREAD(0.0f);
    for (int64_t h = 0; h < j->out[0]; h++) {
        const float *dy = j->dy + NAME(filter)(j, n) + h * j->y_row;
        vec          sum = SPREAD(0.0f);
        for (int64_t v = 0; v < j->out[1]; v++)
            sum += LOAD(dy + v * j->y_pixel);
        all += sum;
    }
    STORE(j->db + n, all);
}

/* All taps. */
TARGET static void NAME(gradient)(const sft_direct_job *j)
{
    for (int64_t n = 0; n < j->filters; n += P) {
        const bool wide = j->filters - n > VL;
        if (j->count > 1 && wide)
            NAME(channel_panel)(2, j, n);
        else if (j->count > 1)
            NAME(channel_panel)(1, j, n);
        else if (wide)
            NAME(tap_panel)(2, j, n);
        else
            NAME(tap_panel)(1, j, n);
    }
    for (int64_t n = 0; j->db && n < j->filters; n += VL)
        NAME(bias_sum)(j, n);
}

static const sft_direct_tiles NAME(tiles) = { .name = ISA, .lane = VL, .apply = NAME(apply), .gradient = NAME(gradient) };
