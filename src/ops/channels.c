/* SPDX-License-Identifier: MIT */
/* Loops over planes of channels, eight lanes at a time. Every sum has its order written out, so all instruction sets agree. */
#include "ops/channels.h"

#include "base/hot.h"

enum { V = 8, WIDE = 16, RUN = 128 };   /* lanes of a vector; of two; numbers a lane sums before it is flushed */

typedef real vec __attribute__((vector_size(V * sizeof(real)), aligned(sizeof(real)), may_alias));

#define AT(p) (*(const vec *)(p))
#define PUT(p) (*(vec *)(p))

/* ---- sums ---------------------------------------------------------------------------------- */

SFT_INLINE void flush(int nv, const vec *sum, double *to)
{
    for (int h = 0; h < nv; h++)
        for (int l = 0; l < V; l++)
            to[h * V + l] += (double)sum[h][l];
}

/* nv vectors of channels at each of n places, `stride` apart */
SFT_INLINE void moments(const int nv, int64_t n, int64_t stride, const real *x, const real *k, double *first, double *second)
{
    for (int64_t at = 0; at < n; at += RUN) {
        int64_t end = n - at < RUN ? n : at + RUN;
        vec     sum[2] = { { 0 }, { 0 } }, square[2] = { { 0 }, { 0 } };
        for (int64_t i = at; i < end; i++)
            for (int h = 0; h < nv; h++) {
                vec d = AT(x + i * stride + h * V) - AT(k + h * V);
                sum[h] += d;
                square[h] += d * d;
            }
        flush(nv, sum, first);
        flush(nv, square, second);
    }
}

SFT_INLINE void products(const int nv, int64_t n, int64_t stride, const real *dy, const real *x, const real *m, double *first,
                         double *second)
{
    for (int64_t at = 0; at < n; at += RUN) {
        int64_t end = n - at < RUN ? n : at + RUN;
        vec     sum[2] = { { 0 }, { 0 } }, dot[2] = { { 0 }, { 0 } };
        for (int64_t i = at; i < end; i++)
            for (int h = 0; h < nv; h++) {
                vec d = AT(dy + i * stride + h * V);
                sum[h] += d;
                dot[h] += d * (AT(x + i * stride + h * V) - AT(m + h * V));
            }
        flush(nv, sum, first);
        flush(nv, dot, second);
    }
}

/* One channel that does not fill a vector. */
static void moments_alone(int64_t n, int64_t stride, const real *x, real k, double *first, double *second)
{
    for (int64_t i = 0; i < n; i++) {
        double d = (double)(x[i * stride] - k);
        *first += d;
        *second += d * d;
    }
}

static void products_alone(int64_t n, int64_t stride, const real *dy, const real *x, real m, double *first, double *second)
{
    for (int64_t i = 0; i < n; i++) {
        double d = (double)dy[i * stride];
        *first += d;
        *second += d * (double)(x[i * stride] - m);
    }
}

static void fold(double *lane, double *to)
{
    for (int half = WIDE / 2; half; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    *to += lane[0];
}

/* A plane of one channel: a run of numbers in sixteen lanes. */
SFT_HOT static void moments_run(int64_t n, const real *x, real k, double *first, double *second)
{
    double  sum[WIDE] = { 0 }, square[WIDE] = { 0 };
    real    near[WIDE];
    int64_t whole = n / WIDE;
    for (int l = 0; l < WIDE; l++)
        near[l] = k;
    moments(2, whole, WIDE, x, near, sum, square);
    moments_alone(n - whole * WIDE, 1, x + whole * WIDE, k, sum, square);
    fold(sum, first);
    fold(square, second);
}

SFT_HOT static void products_run(int64_t n, const real *dy, const real *x, real m, double *first, double *second)
{
    double  sum[WIDE] = { 0 }, dot[WIDE] = { 0 };
    real    near[WIDE];
    int64_t whole = n / WIDE;
    for (int l = 0; l < WIDE; l++)
        near[l] = m;
    products(2, whole, WIDE, dy, x, near, sum, dot);
    products_alone(n - whole * WIDE, 1, dy + whole * WIDE, x + whole * WIDE, m, sum, dot);
    fold(sum, first);
    fold(dot, second);
}

SFT_HOT void sft__plane_moments(int64_t lane, int64_t n, const real *x, const real *k, double *first, double *second)
{
    int64_t l = 0;
    if (lane == 1) {
        moments_run(n, x, k[0], first, second);
        return;
    }
    for (; l + WIDE <= lane; l += WIDE)
        moments(2, n, lane, x + l, k + l, first + l, second + l);
    for (; l + V <= lane; l += V)
        moments(1, n, lane, x + l, k + l, first + l, second + l);
    for (; l < lane; l++)
        moments_alone(n, lane, x + l, k[l], first + l, second + l);
}

SFT_HOT void sft__plane_products(int64_t lane, int64_t n, const real *dy, const real *x, const real *m, double *first,
                                 double *second)
{
    int64_t l = 0;
    if (lane == 1) {
        products_run(n, dy, x, m[0], first, second);
        return;
    }
    for (; l + WIDE <= lane; l += WIDE)
        products(2, n, lane, dy + l, x + l, m + l, first + l, second + l);
    for (; l + V <= lane; l += V)
        products(1, n, lane, dy + l, x + l, m + l, first + l, second + l);
    for (; l < lane; l++)
        products_alone(n, lane, dy + l, x + l, m[l], first + l, second + l);
}

/* ---- number by number ---------------------------------------------------------------------- */

/* n groups of nv vectors, all with the same numbers per lane */
SFT_INLINE void scale_same(const int nv, int64_t n, const real *x, sft_lines k, real *y)
{
    vec a[2], b[2], c[2];
    for (int h = 0; h < nv; h++) {
        a[h] = AT(k.a + h * V);
        b[h] = AT(k.b + h * V);
        c[h] = AT(k.c + h * V);
    }
    for (int64_t i = 0; i < n; i++)
        for (int h = 0; h < nv; h++)
            PUT(y + (i * nv + h) * V) = (AT(x + (i * nv + h) * V) - a[h]) * b[h] + c[h];
}

SFT_INLINE void slope_same(const int nv, const bool add, int64_t n, const real *dy, const real *x, sft_lines k, real *dx)
{
    vec a[2], b[2], c[2], d[2];
    for (int h = 0; h < nv; h++) {
        a[h] = AT(k.a + h * V);
        b[h] = AT(k.b + h * V);
        c[h] = AT(k.c + h * V);
        d[h] = AT(k.d + h * V);
    }
    for (int64_t i = 0; i < n; i++)
        for (int h = 0; h < nv; h++) {
            int64_t j = (i * nv + h) * V;
            vec     v = (AT(dy + j) - c[h] - (AT(x + j) - a[h]) * d[h]) * b[h];
            if (add)
                v += AT(dx + j);
            PUT(dx + j) = v;
        }
}

/* One place: `lane` channels with numbers of their own */
SFT_INLINE void scale_each(int64_t lane, const real *restrict x, sft_lines k, real *restrict y)
{
    for (int64_t l = 0; l < lane; l++)
        y[l] = (x[l] - k.a[l]) * k.b[l] + k.c[l];
}

SFT_INLINE void slope_each(int64_t lane, bool add, const real *restrict dy, const real *restrict x, sft_lines k,
                           real *restrict dx)
{
    for (int64_t l = 0; l < lane; l++) {
        real v = (dy[l] - k.c[l] - (x[l] - k.a[l]) * k.d[l]) * k.b[l];
        dx[l] = add ? dx[l] + v : v;
    }
}

/* A single channel's numbers, once for each lane of two vectors. */
typedef struct spread_lines {
    real a[WIDE], b[WIDE], c[WIDE], d[WIDE];
} spread_lines;

static sft_lines spread(spread_lines *s, sft_lines k)
{
    for (int l = 0; l < WIDE; l++) {
        s->a[l] = *k.a;
        s->b[l] = *k.b;
        s->c[l] = *k.c;
        s->d[l] = k.d ? *k.d : 0;
    }
    return (sft_lines){ s->a, s->b, s->c, s->d };
}

SFT_HOT void sft__plane_scale(int64_t lane, int64_t n, const real *x, sft_lines k, real *y)
{
    spread_lines s;
    int64_t      whole = n / WIDE * WIDE;
    if (lane == 1) {
        sft_lines all = spread(&s, k);
        scale_same(2, n / WIDE, x, all, y);
        scale_each(n - whole, x + whole, all, y + whole);
    } else if (lane == WIDE)
        scale_same(2, n, x, k, y);
    else if (lane == V)
        scale_same(1, n, x, k, y);
    else
        for (int64_t i = 0; i < n; i++)
            scale_each(lane, x + i * lane, k, y + i * lane);
}

SFT_INLINE void slopes(int64_t lane, const bool add, int64_t n, const real *dy, const real *x, sft_lines k, real *dx)
{
    spread_lines s;
    int64_t      whole = n / WIDE * WIDE;
    if (lane == 1) {
        sft_lines all = spread(&s, k);
        slope_same(2, add, n / WIDE, dy, x, all, dx);
        slope_each(n - whole, add, dy + whole, x + whole, all, dx + whole);
    } else if (lane == WIDE)
        slope_same(2, add, n, dy, x, k, dx);
    else if (lane == V)
        slope_same(1, add, n, dy, x, k, dx);
    else
        for (int64_t i = 0; i < n; i++)
            slope_each(lane, add, dy + i * lane, x + i * lane, k, dx + i * lane);
}

SFT_HOT void sft__plane_slope(int64_t lane, int64_t n, const real *dy, const real *x, sft_lines k, bool add, real *dx)
{
    if (add)
        slopes(lane, true, n, dy, x, k, dx);
    else
        slopes(lane, false, n, dy, x, k, dx);
}
