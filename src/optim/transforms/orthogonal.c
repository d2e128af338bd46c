/* SPDX-License-Identifier: MIT */
/* Muon's heart (Jordan et al., 2024): the matrix U S V' of the momentum becomes nearly U V', by Newton-Schulz iteration with
 * an odd polynomial, X = a X + b (X X') X + c (X X')^2 X. In full precision, where PyTorch uses bfloat16. */
#include "backend/product.h"
#include "optim/transforms/transforms.h"

#include <string.h>

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

static int64_t shorter(int64_t rows, int64_t cols) { return rows < cols ? rows : cols; }
static int64_t longer(int64_t rows, int64_t cols) { return rows < cols ? cols : rows; }

static int64_t room(int64_t rows, int64_t cols)
{
    int64_t low = shorter(rows, cols), high = longer(rows, cols);
    return 2 * rows * cols + 2 * low * low +
           longer(sft__product_room(low, low, high), sft__product_room(low, high, low));
}

/* gg = a I + b G + c G G, where it held G G. */
SFT_HOT static void polynomial(const sft_orthogonal *k, int64_t m, const real *g, real *gg)
{
    real a = (real)k->a, b = (real)k->b, c = (real)k->c;
    for (int64_t i = 0; i < m * m; i++) gg[i] = b * g[i] + c * gg[i];
    for (int64_t i = 0; i < m; i++) gg[i * m + i] += a;
}

/* x (m,n) with m <= n. Returns where the result lies: x, or in space. */
static real *iterate(const sft_orthogonal *k, const sft_whole *t, int64_t m, int64_t n, real *x, real *space)
{
    real *other = space, *gram = other + m * n, *poly = gram + m * m, *scratch = poly + m * m;
    for (int64_t i = 0; i < k->steps; i++) {
        sft__product(&(sft_product){ .m = m, .n = m, .inner = n, .a = x, .b = x, .c = gram, .transposed = true,
                                     .symmetric = true, .reference = t->reference, .room = scratch });
        sft__product(&(sft_product){ .m = m, .n = m, .inner = m, .a = gram, .b = gram, .c = poly,
                                     .symmetric = true, .reference = t->reference, .room = scratch });
        polynomial(k, m, gram, poly);
        sft__product(&(sft_product){ .m = m, .n = n, .inner = m, .a = poly, .b = x, .c = other,
                                     .reference = t->reference, .room = scratch });
        real *was = x;
        x = other;
        other = was;
    }
    return x;
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
    x = iterate(k, t, shorter(t->rows, t->cols), longer(t->rows, t->cols), x, space);
    if (tall)
        transpose(t->cols, t->rows, x, t->x);
    else if (x != t->x)
        memcpy(t->x, x, (size_t)count * sizeof *x);
    double ratio = (double)t->rows / (double)t->cols, high = (double)longer(t->rows, t->cols);
    real   scale = (real)(k->scale == SFT_MUON_ORIGINAL ? sqrt(fmax(1, ratio)) : 0.2 * sqrt(high));
    for (int64_t i = 0; i < count; i++) t->x[i] *= scale;
}

const sft_transform sft_transform_orthogonal = {
    .name = "orthogonal",
    .doc = "the matrix with all singular values brought near one",
    .math = "X = u / |u|; steps times X = a X + b (X X') X + c (X X')^2 X; u = scale X",
    .whole = whole,
    .room = room,
};
