/* SPDX-License-Identifier: MIT */
/* Muon's heart (Jordan et al., 2024): the matrix U S V' of the momentum becomes nearly U V', by Newton-Schulz iteration with
 * an odd polynomial, X = a X + b (X X') X + c (X X')^2 X. In full precision, where PyTorch uses bfloat16. */
#include "optim/transforms/transforms.h"

#include <string.h>

enum { TILE_ROWS = 4, TILE_COLS = 16 };

/* C = s D + t A B on a tile; a, b, c, d begin at the tile's first row or column. */
SFT_INLINE void tile(const int rows, const int cols, int64_t inner, real t, const real *a,
                     int64_t a_step, const real *b, int64_t n, real s, const real *d, real *c)
{
    real sum[TILE_ROWS][TILE_COLS] = { 0 };
    for (int64_t k = 0; k < inner; k++)
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < cols; j++) sum[i][j] += a[i * a_step + k] * b[k * n + j];
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            c[i * n + j] = t * sum[i][j] + (d ? s * d[i * n + j] : 0);
}

/* C (m,n) = s D + t A (m,inner) B (inner,n). */
SFT_HOT static void product(int64_t m, int64_t n, int64_t inner, real t, const real *a,
                            const real *b, real s, const real *d, real *c)
{
    for (int64_t j = 0; j < n; j += TILE_COLS)
        for (int64_t i = 0; i < m; i += TILE_ROWS) {
            int         rows = (int)(m - i < TILE_ROWS ? m - i : TILE_ROWS),
                cols = (int)(n - j < TILE_COLS ? n - j : TILE_COLS);
            const real *from = a + i * inner, *add = d ? d + i * n + j : NULL;
            if (rows == TILE_ROWS && cols == TILE_COLS)
                tile(TILE_ROWS, TILE_COLS, inner, t, from, inner, b + j, n, s, add, c + i * n + j);
            else
                tile(rows, cols, inner, t, from, inner, b + j, n, s, add, c + i * n + j);
        }
}

static void transpose(int64_t rows, int64_t cols, const real *x, real *y)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) y[j * rows + i] = x[i * cols + j];
}

static void normalise(int64_t n, double least, real *x)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    real factor = (real)(1 / (sqrt(sum) < least ? least : sqrt(sum)));
    for (int64_t i = 0; i < n; i++) x[i] *= factor;
}

static int64_t room(int64_t rows, int64_t cols)
{
    int64_t low = rows < cols ? rows : cols;
    return 2 * rows * cols + 2 * low * low;
}

/* x (m,n) with m <= n. */
static void iterate(const sft_orthogonal *k, int64_t m, int64_t n, real *x, real *space)
{
    real *other = space, *gram = other + m * n, *poly = gram + m * m;
    for (int64_t i = 0; i < k->steps; i++) {
        transpose(m, n, x, other);
        product(m, m, n, 1, x, other, 0, NULL, gram);
        product(m, m, m, (real)k->c, gram, gram, (real)k->b, gram, poly);
        product(m, n, m, 1, poly, x, (real)k->a, x, other);
        memcpy(x, other, (size_t)(m * n) * sizeof *x);
    }
}

static void whole(const void *conf, const sft_whole *t)
{
    const sft_orthogonal *k = conf;
    int64_t               count = t->rows * t->cols;
    bool                  tall = t->rows > t->cols;
    real                 *x = t->x, *space = t->room;
    if (tall) {
        x = space;
        space += count;
        transpose(t->rows, t->cols, t->x, x);
    }
    normalise(count, k->eps, x);
    iterate(k, tall ? t->cols : t->rows, tall ? t->rows : t->cols, x, space);
    if (tall) transpose(t->cols, t->rows, x, t->x);
    double ratio = (double)t->rows / (double)t->cols, longer = (double)(tall ? t->rows : t->cols);
    real   scale = (real)(k->scale == SFT_MUON_ORIGINAL ? sqrt(fmax(1, ratio)) : 0.2 * sqrt(longer));
    for (int64_t i = 0; i < count; i++) t->x[i] *= scale;
}

const sft_transform sft_transform_orthogonal = {
    .name = "orthogonal",
    .doc = "the matrix with all singular values brought near one",
    .math = "X = u / |u|; steps times X = a X + b (X X') X + c (X X')^2 X; u = scale X",
    .whole = whole,
    .room = room,
};
