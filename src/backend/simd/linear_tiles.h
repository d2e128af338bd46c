/* SPDX-License-Identifier: MIT */
/* The three products of a linear layer on one instruction set; included once for each, VL floats to
 * a vector.
 *
 * Weights lie in panels of P = 2 VL outputs: panel, input, lane. The last panel is P or VL wide and
 * filled up with zeros.
 *   forward  y[r][n]  = b[n] + sum_k x[r][k] w[k][n]   tile: MR rows x panel; x is spread
 *   dx       dx[r][k] = sum_n dy[r][n] w[k][n]         tile: MR inputs x P rows; w is spread
 *   dw       dw[k][n] = sum_r dy[r][n] x[r][k]         tile: MR inputs x panel; x is spread
 * Every sum runs in the order of its index in one accumulator: no bit depends on how tiles were cut.
 * The includer defines NAME(word), ISA, VL, MR, TARGET, vec, LOAD, STORE, SPREAD, FMA, MAX, KEEP (d where y > 0),
 * TRANSPOSE, DEPTH (inputs summed before the next tile of rows: their weights stay in the first
 * cache), SLICE (inputs of dx computed before they are transposed). */

#include "backend/simd/micro.h"

/* The first `left` lanes only. */
INLINE void NAME(store_edge)(const int m, const int nv, vec acc[][2], float *to, int64_t step,
                             int64_t left)
{
    float edge[MR * P];
    NAME(store)(m, nv, acc, edge, P);
    for (int i = 0; i < m; i++)
        for (int64_t l = 0; l < left; l++)
            to[i * step + l] = edge[i * P + l];
}

/* One tile of y: rows r.. of panel p, inputs k0..k1. Unfinished sums wait in j->own[row][P]. */
INLINE void NAME(forward_tile)(const int m, const int nv, const sft_linear_job *j, int64_t r, int64_t p,
                               int64_t k0, int64_t k1, const float *bias)
{
    vec acc[MR][2];
    UNROLL
    for (int i = 0; i < m; i++) {
        const float *from = k0 ? j->own + (r + i) * P : bias;
        acc[i][0] = acc[i][1] = LOAD(from);
        if (nv == 2)
            acc[i][1] = LOAD(from + VL);
    }
    NAME(accumulate)
    (m, nv, k1 - k0, j->x + r * j->k + k0, j->k, 1, j->w + p * P * j->k + k0 * nv * VL, nv * VL, VL,
     acc);
    const vec low = SPREAD(j->relu && k1 == j->k ? 0.0f : -INFINITY);
    const int64_t left = j->n - p * P;
    UNROLL
    for (int i = 0; i < m; i++) {
        acc[i][0] = MAX(low, acc[i][0]);
        acc[i][1] = MAX(low, acc[i][1]);
    }
    if (k1 < j->k)
        NAME(store)(m, nv, acc, j->own + r * P, P);
    else if (left >= nv * VL)
        NAME(store)(m, nv, acc, j->y + r * j->n + p * P, j->n);
    else
        NAME(store_edge)(m, nv, acc, j->y + r * j->n + p * P, j->n, left);
}

/* The tiles of one shard: panel p, inputs k0..k1. Of a symmetric product the rows above the panel's own are left out. */
INLINE void NAME(forward_rows)(const sft_linear_job *j, int64_t p, int64_t k0, int64_t k1,
                               const float *bias)
{
    const int64_t first = j->lower ? p * P : 0;
    for (int64_t t = 0, r = first, end; r < j->rows; t++, r = end) {
        end = first + NAME(cut)(j->rows - first, t + 1);
        if (j->n - p * P > VL)
            HEIGHTS(end - r, NAME(forward_tile)(m, 2, j, r, p, k0, k1, bias))
        else
            HEIGHTS(end - r, NAME(forward_tile)(m, 1, j, r, p, k0, k1, bias))
    }
}

/* A piece of a panel stays in the first cache while the rows of all shards pass by. */
TARGET static void NAME(forward)(const sft_linear_job *j, int count)
{
    for (int64_t p = 0; p * P < j->n; p++) {
        float bias[P] = { 0 };
        int64_t left = j->n - p * P < P ? j->n - p * P : P;
        if (j->bias)
            memcpy(bias, j->bias + p * P, (size_t)left * sizeof(float));
        for (int64_t k0 = 0; k0 < j->k; k0 += DEPTH) {
            int64_t k1 = k0 + DEPTH < j->k ? k0 + DEPTH : j->k;
            for (int s = 0; s < count; s++)
                NAME(forward_rows)(j + s, p, k0, k1, bias);
        }
    }
}

/* Inputs k..k+m of P rows of dx, into dxt[input][P]. dyt[n][P]: the rows' output gradients. */
INLINE void NAME(dx_tile)(const int m, const int nv, const sft_linear_job *j, int64_t k,
                          const float *dyt, float *dxt)
{
    vec acc[MR][2];
    UNROLL
    for (int i = 0; i < m; i++)
        acc[i][0] = acc[i][1] = SPREAD(0.0f);
    for (int64_t p = 0; p * P < j->n; p++) {
        int64_t left = j->n - p * P, width = left > VL ? P : VL;
        NAME(accumulate)
        (m, nv, left < P ? left : P, j->w + p * P * j->k + k * width, width, 1, dyt + p * P * P, P, VL,
         acc);
    }
    NAME(store)(m, nv, acc, dxt, P);
}

/* dx of P rows (nv = 2) or VL (nv = 1), a slice of inputs at a time: small enough for the first cache
 * between product and transposition. */
INLINE void NAME(dx_rows)(const int nv, const sft_linear_job *j, int64_t r, const float *dyt)
{
    float *dxt = j->scratch;
    int64_t rows = j->rows - r < nv * VL ? j->rows - r : nv * VL;
    for (int64_t k0 = 0; k0 < j->k; k0 += SLICE) {
        int64_t count = j->k - k0 < SLICE ? j->k - k0 : SLICE;
        for (int64_t t = 0, k = 0, end; k < count; t++, k = end) {
            end = NAME(cut)(count, t + 1);
            HEIGHTS(end - k, NAME(dx_tile)(m, nv, j, k0 + k, dyt, dxt + k * P))
        }
        TRANSPOSE(count, rows, dxt, P, j->dx + r * j->k + k0, j->k, j->add);
    }
}

TARGET static void NAME(dx)(const sft_linear_job *j)
{
    float *dyt = j->scratch + SLICE * P;
    for (int64_t r = 0; r < j->rows; r += P) {
        int64_t rows = j->rows - r < P ? j->rows - r : P;
        if (rows < P)
            memset(dyt, 0, (size_t)(j->n * P) * sizeof(float));
        TRANSPOSE(rows, j->n, j->dy + r * j->n, j->n, dyt, P, false);
        if (rows > VL)
            NAME(dx_rows)(2, j, r, dyt);
        else
            NAME(dx_rows)(1, j, r, dyt);
    }
}

/* Where a shard's factors of dw lie: columns of x from some input on, and a panel of dy. */
typedef struct NAME(factors) {
    int64_t      rows, x_tile, x_step, dy_step;
    const float *x, *dy;
} NAME(factors);

/* dw of m inputs of a panel, summed over the shards along the tree: a sum waits until its right neighbour is there. */
INLINE void NAME(dw_tile)(const int m, const int nv, const NAME(factors) *f, int count, float *dw)
{
    float waiting[SFT_TREE_DEPTH][MR * P];
    int   n = 0;
    for (int s = 0;; s++) {
        vec acc[MR][2];
        UNROLL
        for (int i = 0; i < m; i++)
            acc[i][0] = acc[i][1] = SPREAD(0.0f);
        NAME(accumulate)(m, nv, f[s].rows, f[s].x, f[s].x_tile, f[s].x_step, f[s].dy, f[s].dy_step, VL, acc);
        for (int below = s + 1; s == count - 1 ? n > 0 : !(below & 1); below >>= 1) {
            n--;
            UNROLL
            for (int i = 0; i < m; i++) {
                acc[i][0] += LOAD(waiting[n] + i * nv * VL);
                if (nv == 2)
                    acc[i][1] += LOAD(waiting[n] + i * nv * VL + VL);
            }
        }
        if (s == count - 1) {
            NAME(store)(m, nv, acc, dw, nv * VL);
            return;
        }
        NAME(store)(m, nv, acc, waiting[n++], nv * VL);
    }
}

/* Inputs k0..k1 of panel p. packed: both factors lie in j->own, else only an edge panel of dy does. */
INLINE void NAME(dw_block)(const int nv, const sft_linear_job *j, int count, bool packed, int64_t p, int64_t k0,
                           int64_t k1)
{
    NAME(factors) f[SFT_MAX_TREE];
    const int64_t width = nv * VL;
    const bool    own = packed || j->n - p * P < width;
    for (int s = 0; s < count; s++)
        f[s] = (NAME(factors)){
            .rows = j[s].rows,
            .x_tile = 1,
            .dy = own ? j[s].own + (packed ? j[s].rows * p * P : 0) : j[s].dy + p * P,
            .dy_step = own ? width : j->n,
        };
    for (int64_t t = 0, k = 0, end; k < k1 - k0; t++, k = end) {
        end = NAME(cut)(k1 - k0, t + 1);
        for (int s = 0; s < count; s++) {
            f[s].x = packed ? j[s].own_x + k : j[s].x + k0 + k;
            f[s].x_step = packed ? SFT_LINEAR_COLUMNS : j->k;
        }
        HEIGHTS(end - k, NAME(dw_tile)(m, nv, f, count, j->dw + p * P * j->k + (k0 + k) * width))
    }
}

/* A panel of dy, rows close together: `left` columns, zeros behind them. */
INLINE void NAME(copy_panel)(const int nv, const sft_linear_job *j, int64_t p, float *to)
{
    const int64_t width = nv * VL, left = j->n - p * P;
    if (left < width)
        memset(to, 0, (size_t)(j->rows * width) * sizeof *to);
    for (int64_t r = 0; r < j->rows; r++) {
        const float *dy = j->dy + r * j->n + p * P;
        for (int64_t l = 0; left < width && l < left; l++)
            to[r * width + l] = dy[l];
        for (int v = 0; left >= width && v < nv; v++)
            STORE(to + r * width + v * VL, LOAD(dy + v * VL));
    }
}

/* Columns k0..k1 of x, rows close together. */
INLINE void NAME(copy_columns)(const sft_linear_job *j, int64_t k0, int64_t k1)
{
    for (int64_t r = 0; r < j->rows; r++) {
        const float *x = j->x + r * j->k + k0;
        float       *to = j->own_x + r * SFT_LINEAR_COLUMNS;
        if (k1 - k0 < SFT_LINEAR_COLUMNS)
            memcpy(to, x, (size_t)(k1 - k0) * sizeof *to);
        else
            memcpy(to, x, SFT_LINEAR_COLUMNS * sizeof *to);
    }
}

/* Columns far apart may fall on the same places of the first cache: they are brought together, where that pays. */
TARGET static void NAME(dw)(const sft_linear_job *j, int count)
{
    const bool    packed = j->k >= 256;
    const int64_t step = packed ? SFT_LINEAR_COLUMNS : j->k;
    for (int s = 0; packed && s < count; s++)
        for (int64_t p = 0; p * P < j->n; p++) {
            if (j->n - p * P > VL)
                NAME(copy_panel)(2, j + s, p, j[s].own + j[s].rows * p * P);
            else
                NAME(copy_panel)(1, j + s, p, j[s].own + j[s].rows * p * P);
        }
    for (int64_t k0 = 0; k0 < j->k; k0 += step) {
        int64_t k1 = k0 + step < j->k ? k0 + step : j->k;
        for (int s = 0; packed && s < count; s++)
            NAME(copy_columns)(j + s, k0, k1);
        for (int64_t p = 0; p * P < j->n; p++) {
            const bool wide = j->n - p * P > VL;
            for (int s = 0; !packed && s < count && j->n - p * P < (wide ? P : VL); s++) {
                if (wide)
                    NAME(copy_panel)(2, j + s, p, j[s].own);
                else
                    NAME(copy_panel)(1, j + s, p, j[s].own);
            }
            if (wide)
                NAME(dw_block)(2, j, count, packed, p, k0, k1);
            else
                NAME(dw_block)(1, j, count, packed, p, k0, k1);
        }
    }
}

/* db[n] = sum_r dy[r][n], and before it dy = dy where y > 0 for a fused relu; m vectors from column i on. */
INLINE void NAME(columns)(const int m, const sft_linear_job *j, int64_t i)
{
    vec sum[4];
    UNROLL
    for (int v = 0; v < m; v++)
        sum[v] = SPREAD(0.0f);
    for (int64_t r = 0; r < j->rows; r++) {
        float *dy = j->dy + r * j->n + i;
        UNROLL
        for (int v = 0; v < m; v++) {
            vec d = LOAD(dy + v * VL);
            if (j->relu) {
                d = KEEP(d, LOAD(j->y + r * j->n + i + v * VL));
                STORE(dy + v * VL, d);
            }
            sum[v] += d;
        }
    }
    if (!j->dbias)
        return;
    UNROLL
    for (int v = 0; v < m; v++)
        STORE(j->dbias + i + v * VL, sum[v]);
}

TARGET static void NAME(prepare_dy)(const sft_linear_job *j)
{
    if (!j->relu && !j->dbias)
        return;
    int64_t i = 0;
    for (; i + 4 * VL <= j->n; i += 4 * VL)
        NAME(columns)(4, j, i);
    for (; i + VL <= j->n; i += VL)
        NAME(columns)(1, j, i);
    if (i < j->n && j->n >= VL) {
        NAME(columns)(1, j, j->n - VL); /* some columns again, to the same end */
        i = j->n;
    }
    for (; i < j->n; i++) {
        float sum = 0;
        for (int64_t r = 0; r < j->rows; r++) {
            float *dy = j->dy + r * j->n + i;
            if (j->relu && !(j->y[r * j->n + i] > 0))
                *dy = 0;
            sum += *dy;
        }
        if (j->dbias)
            j->dbias[i] = sum;
    }
}

static const sft_linear_tiles NAME(tiles) = {
    .name = ISA, .lane = VL, .forward = NAME(forward), .prepare_dy = NAME(prepare_dy), .dx = NAME(dx), .dw = NAME(dw),
};
