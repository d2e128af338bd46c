/* SPDX-License-Identifier: MIT */
/* Products of plain matrices: by the tiles of the linear kernel, or in plain C. */
#include "backend/product.h"
#include "backend/simd/linear.h"
#include "base/hot.h"

#include <string.h>

enum { LINE = SFT_ALIGN / (int)sizeof(real), ROWS = 4 };

/* ---- plain C ------------------------------------------------------------------------------- */

static void transpose(int64_t rows, int64_t cols, const real *x, real *y)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) y[j * rows + i] = x[i * cols + j];
}

/* The first n sums of a row of c; four rows of b at a time, so that c is fetched a quarter as often. */
SFT_INLINE void add_row(int64_t n, int64_t inner, const real *a, const real *b, int64_t step, real *restrict c)
{
    int64_t k = 0;
    for (int64_t j = 0; j < n; j++) c[j] = 0;
    for (; k + ROWS <= inner; k += ROWS) {
        const real *b0 = b + k * step, *b1 = b0 + step, *b2 = b1 + step, *b3 = b2 + step;
        for (int64_t j = 0; j < n; j++)
            c[j] = c[j] + a[k] * b0[j] + a[k + 1] * b1[j] + a[k + 2] * b2[j] + a[k + 3] * b3[j];
    }
    for (; k < inner; k++)
        for (int64_t j = 0; j < n; j++) c[j] += a[k] * b[k * step + j];
}

SFT_HOT static void plain(const sft_product *p)
{
    const real *b = p->b;
    if (p->transposed) {
        transpose(p->n, p->inner, p->b, p->room);
        b = p->room;
    }
    for (int64_t i = 0; i < p->m; i++)
        add_row(p->symmetric ? i + 1 : p->n, p->inner, p->a + i * p->inner, b, p->n, p->c + i * p->n);
}

/* ---- on vector units ----------------------------------------------------------------------- */

#ifndef SFT_REAL_DOUBLE

/* b as the tiles read weights: a panel of columns after the other, zeros behind the last. */
static void lay_out(const sft_product *p, int64_t lane, float *panels)
{
    for (int64_t j = 0; j < p->n; j += 2 * lane) {
        int64_t left = p->n - j, width = left > lane ? 2 * lane : lane;
        float  *to = panels + j * p->inner;
        if (left > width) left = width;
        if (left < width) memset(to, 0, (size_t)(p->inner * width) * sizeof *to);
        for (int64_t l = 0; p->transposed && l < left; l++)
            for (int64_t k = 0; k < p->inner; k++) to[k * width + l] = p->b[(j + l) * p->inner + k];
        for (int64_t k = 0; !p->transposed && k < p->inner; k++)
            memcpy(to + k * width, p->b + k * p->n + j, (size_t)left * sizeof *to);
    }
}

static void on_tiles(const sft_product *p)
{
    const sft_linear_tiles *t = sft__linear_tiles(0);
    float *panels = p->room + (-((uintptr_t)p->room / sizeof(float)) & (LINE - 1)); /* from a cache line on */
    lay_out(p, t->lane, panels);
    sft_linear_job job = { .rows = p->m, .k = p->inner, .n = p->n, .x = p->a, .w = panels, .y = p->c,
                           .lower = p->symmetric, .own = panels + sft__linear_stored(t, p->inner, p->n) };
    t->forward(&job, 1);
}

#else

static void on_tiles(const sft_product *p) { plain(p); }

#endif

/* -------------------------------------------------------------------------------------------- */

static int64_t up(int64_t n) { return (n + 2 * LINE - 1) / (2 * LINE) * (2 * LINE); }

/* Panels, and the sums of a panel's rows that wait; at most 2 LINE columns make a panel. */
int64_t sft__product_room(int64_t m, int64_t n, int64_t inner)
{
    return LINE + up(n) * inner + 2 * LINE * m;
}

void sft__product(const sft_product *p)
{
    if (p->reference)
        plain(p);
    else
        on_tiles(p);
    for (int64_t i = 0; p->symmetric && i < p->m; i++)
        for (int64_t j = i + 1; j < p->n; j++) p->c[i * p->n + j] = p->c[j * p->n + i];
}
