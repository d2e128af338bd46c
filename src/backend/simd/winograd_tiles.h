/* SPDX-License-Identifier: MIT */
/* Winograd's convolution on one instruction set; included once for each, VL channels to a vector. winograd.h has the formulas.
 *
 * Some rows of tiles at a time, T tiles, are transformed to V: 16 matrices of T rows and `channels` columns. Matrices with `filters`
 * columns, M of T rows and U, dU of `channels` rows, lie in panels of P = 2 VL columns, the last one perhaps VL wide.
 *   forward   V = B' d B of x,  M = V U,          y = A' M A + bias
 *   gradient  V as above,       M = A dy A',      dU += V' M,  then dw = G' dU G
 * Every sum of products runs in the order of its index in one accumulator: no bit depends on how many tiles come at a time. */

#include "backend/simd/micro.h"

/* ---- the 16 products ----------------------------------------------------------------------- */

/* m rows of one panel of c: c = a b, or c += a b. Row r of a begins at r a_tile, its elements are a_step apart. */
INLINE void NAME(product_tile)(const int m, const int nv, bool more, int64_t depth, const float *a, int64_t a_tile, int64_t a_step,
                               const float *b, float *c)
{
    vec acc[MR][2];
    UNROLL
    for (int i = 0; i < m; i++) {
        acc[i][0] = acc[i][1] = more ? LOAD(c + i * nv * VL) : SPREAD(0.0f);
        if (nv == 2 && more)
            acc[i][1] = LOAD(c + i * nv * VL + VL);
    }
    NAME(accumulate)(m, nv, depth, a, a_tile, a_step, b, nv * VL, VL, acc);
    NAME(store)(m, nv, acc, c, nv * VL);
}

/* c (rows x columns) = or += a (rows x depth) b (depth x columns) */
INLINE void NAME(product)(bool more, int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t a_tile, int64_t a_step,
                          const float *b, float *c)
{
    for (int64_t p = 0; p < columns; p += P)
        for (int64_t t = 0, r = 0, end; r < rows; t++, r = end) {
            end = NAME(cut)(rows, t + 1);
            const float *from = a + r * a_tile, *panel = b + p * depth;
            float       *to = c + p * rows;
            if (columns - p > VL)
                HEIGHTS(end - r, NAME(product_tile)(m, 2, more, depth, from, a_tile, a_step, panel, to + r * P))
            else
                HEIGHTS(end - r, NAME(product_tile)(m, 1, more, depth, from, a_tile, a_step, panel, to + r * VL))
        }
}

/* ---- filters ------------------------------------------------------------------------------- */

/* G times three numbers */
INLINE void NAME(widen)(vec a, vec b, vec c, vec out[4])
{
    const vec half = SPREAD(0.5f), ends = half * (a + c), middle = half * b;
    out[0] = a;
    out[1] = ends + middle;
    out[2] = ends - middle;
    out[3] = c;
}

/* G' times four numbers */
INLINE void NAME(narrow)(const vec a[4], vec out[3])
{
    const vec half = SPREAD(0.5f), sum = half * (a[1] + a[2]);
    out[0] = a[0] + sum;
    out[1] = half * (a[1] - a[2]);
    out[2] = sum + a[3];
}

TARGET static void NAME(filters)(int64_t channels, int64_t filters, const float *w, float *u)
{
    const int64_t size = channels * filters;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t n = 0; n < filters; n += VL) {
            vec          columns[3][4], row[4];
            const float *from = w + c * filters + n;
            float       *to = u + sft__panel_place(VL, channels, filters, c, n);
            UNROLL
            for (int i = 0; i < 3; i++)
                NAME(widen)(LOAD(from + i * size), LOAD(from + (3 + i) * size), LOAD(from + (6 + i) * size), columns[i]);
            UNROLL
            for (int i = 0; i < 4; i++) {
                NAME(widen)(columns[0][i], columns[1][i], columns[2][i], row);
                UNROLL
                for (int k = 0; k < 4; k++)
                    STORE(to + (4 * i + k) * size, row[k]);
            }
        }
}

/* dw from dU */
INLINE void NAME(filters_back)(const sft_winograd_job *j)
{
    const int64_t size = j->channels * j->filters;
    for (int64_t c = 0; c < j->channels; c++)
        for (int64_t n = 0; n < j->filters; n += VL) {
            vec          columns[4][3], all[4], row[3];
            const float *from = j->du + sft__panel_place(VL, j->channels, j->filters, c, n);
            float       *to = j->dw + c * j->filters + n;
            UNROLL
            for (int i = 0; i < 4; i++) {
                UNROLL
                for (int k = 0; k < 4; k++)
                    all[k] = LOAD(from + (4 * k + i) * size);
                NAME(narrow)(all, columns[i]);
            }
            UNROLL
            for (int i = 0; i < 3; i++) {
                UNROLL
                for (int k = 0; k < 4; k++)
                    all[k] = columns[k][i];
                NAME(narrow)(all, row);
                UNROLL
                for (int k = 0; k < 3; k++)
                    STORE(to + (3 * i + k) * size, row[k]);
            }
        }
}

/* ---- inputs -------------------------------------------------------------------------------- */

/* Four rows of a plane of channels; a row outside of it is one vector of zeros, which stays. */
typedef struct NAME(rows) {
    const float *row[4];
    int64_t      step[4], width;
} NAME(rows);

/* B' times column x of them */
INLINE void NAME(column)(const NAME(rows) *r, int64_t x, vec out[4])
{
    vec d[4];
    if (x < 0 || x >= r->width) {
        out[0] = out[1] = out[2] = out[3] = SPREAD(0.0f);
        return;
    }
    UNROLL
    for (int i = 0; i < 4; i++)
        d[i] = LOAD(r->row[i] + x * r->step[i]);
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[1] - d[3];
}

/* V of the tiles of one strip, VL channels, tile t to row t of the matrices at `to`. Neighbours have two columns in common. */
INLINE void NAME(spread_row)(const NAME(rows) *r, int64_t x, int64_t tiles, int64_t row, int64_t plane, float *to)
{
    vec d[4][4];
    NAME(column)(r, x, d[0]);
    NAME(column)(r, x + 1, d[1]);
    for (int64_t t = 0; t < tiles; t++, x += 2, to += row) {
        NAME(column)(r, x + 2, d[2]);
        NAME(column)(r, x + 3, d[3]);
        UNROLL
        for (int i = 0; i < 4; i++) {
            STORE(to + (4 * i) * plane, d[0][i] - d[2][i]);
            STORE(to + (4 * i + 1) * plane, d[1][i] + d[2][i]);
            STORE(to + (4 * i + 2) * plane, d[2][i] - d[1][i]);
            STORE(to + (4 * i + 3) * plane, d[1][i] - d[3][i]);
            d[0][i] = d[2][i];
            d[1][i] = d[3][i];
        }
    }
}

/* V of strips s..s+count */
INLINE void NAME(spread)(const sft_winograd_job *j, int64_t s, int64_t count)
{
    static const float zeros[VL] = { 0 };
    const int64_t      tiles = sft__winograd_halves(j->out[1]), size = j->in[0] * j->in[1], plane = sft__winograd_plane(j, j->channels);
    for (int64_t i = 0; i < count; i++) {
        sft_winograd_strip at = sft__winograd_strip(j, s + i);
        for (int64_t c = 0; c < j->channels; c += VL) {
            const float *x = j->x + (at.sample * j->channels + c / j->lane * j->lane) * size + c % j->lane;
            NAME(rows)   r = { .width = j->in[1] };
            for (int k = 0; k < 4; k++) {
                int64_t y = at.y - j->before[0] + k;
                bool    inside = y >= 0 && y < j->in[0];
                r.row[k] = inside ? x + y * j->in[1] * j->lane : zeros;
                r.step[k] = inside ? j->lane : 0;
            }
            NAME(spread_row)(&r, -j->before[1], tiles, j->channels, plane, j->v + i * tiles * j->channels + c);
        }
    }
}

/* ---- outputs ------------------------------------------------------------------------------- */

/* One row of a tile of y, up to two vectors. */
INLINE void NAME(finish)(const sft_winograd_job *j, vec a, vec b, bool both, float *y)
{
    const vec low = SPREAD(j->relu ? 0.0f : -INFINITY);
    if (j->add)
        a += LOAD(y);
    STORE(y, MAX(low, a));
    if (!both)
        return;
    if (j->add)
        b += LOAD(y + j->lane);
    STORE(y + j->lane, MAX(low, b));
}

/* A' m A of VL channels of one tile to y, where a row takes `step` numbers. */
INLINE void NAME(collect_tile)(const sft_winograd_job *j, const float *m, int64_t plane, vec bias, bool below, bool both, float *y,
                               int64_t step)
{
    vec up[4], low[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        vec a = LOAD(m + i * plane), b = LOAD(m + (4 + i) * plane), c = LOAD(m + (8 + i) * plane), d = LOAD(m + (12 + i) * plane);
        up[i] = a + b + c;
        low[i] = b - c - d;
    }
    NAME(finish)(j, up[0] + up[1] + up[2] + bias, up[1] - up[2] - up[3] + bias, both, y);
    if (below)
        NAME(finish)(j, low[0] + low[1] + low[2] + bias, low[1] - low[2] - low[3] + bias, both, y + step);
}

/* y of strips s..s+count from M */
INLINE void NAME(collect)(const sft_winograd_job *j, int64_t s, int64_t count)
{
    const int64_t tiles = sft__winograd_halves(j->out[1]), plane = sft__winograd_plane(j, j->filters), step = j->out[1] * j->lane;
    for (int64_t i = 0; i < count; i++) {
        const bool below = sft__winograd_strip(j, s + i).y + 1 < j->out[0];
        for (int64_t n = 0; n < j->filters; n += VL) {
            float    *y = j->y + sft__winograd_place(j, s + i, n);
            const vec bias = j->bias ? LOAD(j->bias + n) : SPREAD(0.0f);
            for (int64_t t = 0; t < tiles; t++)
                NAME(collect_tile)(j, j->m + sft__panel_place(VL, count * tiles, j->filters, i * tiles + t, n), plane, bias,
                                   below, 2 * t + 1 < j->out[1], y + 2 * t * j->lane, step);
        }
    }
}

TARGET static void NAME(apply)(const sft_winograd_job *j)
{
    const int64_t all = j->rows * sft__winograd_halves(j->out[0]), size = j->channels * j->filters;
    const int64_t v = sft__winograd_plane(j, j->channels), m = sft__winograd_plane(j, j->filters);
    for (int64_t s = 0; s < all; s += j->strips) {
        int64_t count = all - s < j->strips ? all - s : j->strips;
        NAME(spread)(j, s, count);
        for (int k = 0; k < SFT_WINOGRAD_PLACES; k++)
            NAME(product)(false, count * sft__winograd_halves(j->out[1]), j->filters, j->channels, j->v + k * v, j->channels, 1, j->u + k * size,
                          j->m + k * m);
        NAME(collect)(j, s, count);
    }
}

/* ---- the gradient of the filters ----------------------------------------------------------- */

/* A d A' of VL channels of one tile; returns the sum of d. */
INLINE vec NAME(spread_gradient)(vec d[2][2], float *m, int64_t plane)
{
    const vec zero = SPREAD(0.0f);
    vec       e[4][2];
    UNROLL
    for (int k = 0; k < 2; k++) {
        e[0][k] = d[0][k];
        e[1][k] = d[0][k] + d[1][k];
        e[2][k] = d[0][k] - d[1][k];
        e[3][k] = zero - d[1][k];
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        STORE(m + (4 * i) * plane, e[i][0]);
        STORE(m + (4 * i + 1) * plane, e[i][0] + e[i][1]);
        STORE(m + (4 * i + 2) * plane, e[i][0] - e[i][1]);
        STORE(m + (4 * i + 3) * plane, zero - e[i][1]);
    }
    return e[1][0] + e[1][1];
}

/* M of strips s..s+count, and db on the way */
INLINE void NAME(gradients)(const sft_winograd_job *j, int64_t s, int64_t count)
{
    const int64_t tiles = sft__winograd_halves(j->out[1]), plane = sft__winograd_plane(j, j->filters), step = j->out[1] * j->lane;
    for (int64_t i = 0; i < count; i++) {
        const bool below = sft__winograd_strip(j, s + i).y + 1 < j->out[0];
        for (int64_t n = 0; n < j->filters; n += VL) {
            const float *dy = j->dy + sft__winograd_place(j, s + i, n);
            const vec    zero = SPREAD(0.0f);
            vec          sum = zero;
            for (int64_t t = 0; t < tiles; t++, dy += 2 * j->lane) {
                const bool both = 2 * t + 1 < j->out[1];
                vec        d[2][2] = { { LOAD(dy), both ? LOAD(dy + j->lane) : zero },
                                       { below ? LOAD(dy + step) : zero, below && both ? LOAD(dy + step + j->lane) : zero } };
                sum += NAME(spread_gradient)(d, j->m + sft__panel_place(VL, count * tiles, j->filters, i * tiles + t, n), plane);
            }
            if (j->db)
                STORE(j->db + n, LOAD(j->db + n) + sum);
        }
    }
}

TARGET static void NAME(gradient)(const sft_winograd_job *j)
{
    const int64_t all = j->rows * sft__winograd_halves(j->out[0]), size = j->channels * j->filters;
    const int64_t v = sft__winograd_plane(j, j->channels), m = sft__winograd_plane(j, j->filters);
    if (j->db)
        memset(j->db, 0, (size_t)j->filters * sizeof *j->db);
    for (int64_t s = 0; s < all; s += j->strips) {
        int64_t count = all - s < j->strips ? all - s : j->strips;
        NAME(spread)(j, s, count);
        NAME(gradients)(j, s, count);
        for (int k = 0; k < SFT_WINOGRAD_PLACES; k++)
            NAME(product)(s > 0, j->channels, j->filters, count * sft__winograd_halves(j->out[1]), j->v + k * v, 1, j->channels, j->m + k * m,
                          j->du + k * size);
    }
    NAME(filters_back)(j);
}

static const sft_winograd_tiles NAME(tiles) = {
    .name = ISA, .lane = VL, .filters = NAME(filters), .apply = NAME(apply), .gradient = NAME(gradient),
};
