/* SPDX-License-Identifier: MIT */
/* The tiles of the linear kernel for each instruction set that runs here, and for vectors of sixteen in plain C, against sums in
 * double; and their bits do not depend on how many rows come at a time.
 * labels: core
 */
#include "numbers.h"

#include "backend/simd/linear.h"

#include <math.h>

#ifndef SFT_REAL_DOUBLE

/* AVX-512's shape of tiles, on any machine. */
typedef float vec16 __attribute__((vector_size(64)));
typedef float vec16_anywhere __attribute__((vector_size(64), aligned(4), may_alias));

static inline void transpose(int64_t m, int64_t n, const float *from, int64_t from_step, float *to,
                             int64_t to_step, bool add)
{
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++)
            to[j * to_step + i] = from[i * from_step + j] + (add ? to[j * to_step + i] : 0.0f);
}

#define MAX16(a, b)                                                                                \
    __extension__({                                                                                \
        vec16 a_ = (a), b_ = (b);                                                                  \
        for (int l_ = 0; l_ < 16; l_++) b_[l_] = a_[l_] > b_[l_] ? a_[l_] : b_[l_];                \
        b_;                                                                                        \
    })
#define KEEP16(d, y)                                                                               \
    __extension__({                                                                                \
        vec16 d_ = (d), y_ = (y);                                                                  \
        for (int l_ = 0; l_ < 16; l_++) d_[l_] = y_[l_] > 0 ? d_[l_] : 0;                          \
        d_;                                                                                        \
    })
#define SPREAD16(s)                                                                                \
    __extension__({                                                                                \
        vec16 v_;                                                                                  \
        for (int l_ = 0; l_ < 16; l_++) v_[l_] = (s);                                              \
        v_;                                                                                        \
    })

#if defined(__clang__)
#define UNROLL
#else
#define UNROLL _Pragma("GCC unroll 1")
#endif
#define NAME(word) test16_##word
#define ISA        "sixteen"
#define VL         16
#define MR         12
#define TARGET
#define vec          vec16
#define LOAD(p)      (*(const vec16_anywhere *)(p))
#define STORE(p, v)  (*(vec16_anywhere *)(p) = (v))
#define SPREAD(s)    SPREAD16(s)
#define FMA(a, b, c) ((a) * (b) + (c))
#define MAX(a, b)    MAX16(a, b)
#define KEEP(d, y)   KEEP16(d, y)
#define TRANSPOSE    transpose
#define DEPTH        64
#define SLICE        48
#include "backend/simd/linear_tiles.h"

typedef struct shape {
    int64_t rows, k, n;
} shape;

/* |x - sum| within K roundings of the sum of sizes: the worst case of any order (Higham, 2002, section 3.1). */
static void near(double got, double sum, double size, int64_t k, const char *what)
{
    double bound = 1.01 * (double)(k + 2) * (1.0 / 16777216) * size;
    if (!(fabs(got - sum) <= bound))
        fail_msg("%s: %g instead of %g, bound %g", what, got, sum, bound);
}

typedef struct layer {
    shape          s;
    float         *x, *w, *b, *y, *dy, *masked, *dx, *dw, *db, *scratch, *own, *own_x, *first_dx;
    sft_linear_job job;
} layer;

static layer open_layer(const sft_linear_tiles *t, shape s, bool relu, bool add)
{
    sft_stream r =
        sft__stream(sft__key(7, SFT_FOR_TEST), (uint32_t)s.rows, (uint32_t)s.k, (uint32_t)s.n);
    layer   l = { .s = s };
    int64_t stored = sft__linear_stored(t, s.k, s.n);
    l.x = numbers(s.rows * s.k, &r);
    l.w = numbers(stored, NULL);
    for (int64_t n = 0; n < s.n; n++)
        for (int64_t k = 0; k < s.k; k++)
            l.w[sft__linear_place(t, s.k, s.n, n, k)] = (float)sft__normal(&r);
    l.b = numbers(s.n, &r);
    l.dy = numbers(s.rows * s.n, &r);
    l.first_dx = numbers(s.rows * s.k, &r);
    l.y = numbers(s.rows * s.n, NULL);
    l.masked = numbers(s.rows * s.n, NULL);
    l.dx = numbers(s.rows * s.k, NULL);
    l.dw = numbers(stored, NULL);
    l.db = numbers(s.n, NULL);
    l.scratch = numbers(sft__linear_scratch(t, s.n), NULL);
    l.own = numbers(s.rows * sft__linear_own_row(t, s.n), NULL);
    l.own_x = numbers(s.rows * SFT_LINEAR_COLUMNS, NULL);
    memcpy(l.masked, l.dy, (size_t)(s.rows * s.n) * sizeof *l.dy);
    memcpy(l.dx, l.first_dx, (size_t)(s.rows * s.k) * sizeof *l.dx);
    l.job = (sft_linear_job){ s.rows,   s.k,  s.n,  l.x,  l.w,  l.b, l.y,
                              l.masked, l.dx, l.dw, l.db, relu, add, l.scratch,
                              l.own,    l.own_x, false };
    return l;
}

static void close_layer(layer *l)
{
    float *all[] = { l->x,  l->w,  l->b,  l->y,       l->dy,      l->masked,
                     l->dx, l->dw, l->db, l->scratch, l->own, l->own_x, l->first_dx };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void check_forward(const sft_linear_tiles *t, const layer *l)
{
    shape s = l->s;
    for (int64_t r = 0; r < s.rows; r++)
        for (int64_t n = 0; n < s.n; n++) {
            double sum = l->b[n], size = fabs(sum);
            for (int64_t k = 0; k < s.k; k++) {
                double p =
                    (double)l->x[r * s.k + k] * (double)l->w[sft__linear_place(t, s.k, s.n, n, k)];
                sum += p;
                size += fabs(p);
            }
            near(l->y[r * s.n + n], l->job.relu && sum < 0 ? 0 : sum, size, s.k, t->name);
        }
}

static void check_backward(const sft_linear_tiles *t, const layer *l)
{
    shape s = l->s;
    for (int64_t i = 0; i < s.rows * s.n; i++)
        assert_true(l->masked[i] == (l->job.relu && !(l->y[i] > 0) ? 0 : l->dy[i]));
    for (int64_t n = 0; n < s.n; n++)
        for (int64_t k = -1; k < s.k; k++) { /* k = -1: the bias */
            double sum = 0, size = 0;
            for (int64_t r = 0; r < s.rows; r++) {
                double p = (double)l->masked[r * s.n + n] * (k < 0 ? 1 : (double)l->x[r * s.k + k]);
                sum += p;
                size += fabs(p);
            }
            near(k < 0 ? l->db[n] : l->dw[sft__linear_place(t, s.k, s.n, n, k)], sum, size, s.rows,
                 t->name);
        }
    for (int64_t r = 0; r < s.rows; r++)
        for (int64_t k = 0; k < s.k; k++) {
            double sum = l->job.add ? l->first_dx[r * s.k + k] : 0, size = fabs(sum);
            for (int64_t n = 0; n < s.n; n++) {
                double p = (double)l->masked[r * s.n + n] *
                           (double)l->w[sft__linear_place(t, s.k, s.n, n, k)];
                sum += p;
                size += fabs(p);
            }
            near(l->dx[r * s.k + k], sum, size, s.n, t->name);
        }
}

static const sft_linear_tiles *tiles_at(int i)
{
    const sft_linear_tiles *t = i ? sft__linear_tiles(i - 1) : &test16_tiles;
    return t;
}

static void products_are_right(void **state)
{
    (void)state;
    static const shape shapes[] = { { 1, 1, 1 },     { 2, 7, 5 },    { 3, 13, 8 },
                                    { 7, 300, 9 },   { 8, 6, 16 },   { 16, 12, 17 },
                                    { 31, 25, 33 },  { 33, 64, 31 }, { 50, 40, 100 },
                                    { 32, 100, 10 }, { 13, 260, 40 } };
    for (int i = 0; tiles_at(i); i++)
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++) {
            const sft_linear_tiles *t = tiles_at(i);
            layer                   l = open_layer(t, shapes[j], j % 2, j % 3 == 1);
            t->forward(&l.job, 1);
            check_forward(t, &l);
            t->prepare_dy(&l.job);
            t->dx(&l.job);
            t->dw(&l.job, 1);
            check_backward(t, &l);
            close_layer(&l);
        }
}

/* Row by row gives the bits of all rows at once. */
static void rows_do_not_matter(void **state)
{
    (void)state;
    for (int i = 0; tiles_at(i); i++) {
        const sft_linear_tiles *t = tiles_at(i);
        const shape             s = { 29, 70, 37 };
        layer                   l = open_layer(t, s, true, false);
        t->forward(&l.job, 1);
        t->prepare_dy(&l.job);
        t->dx(&l.job);
        float *y = numbers(s.rows * s.n, NULL), *dx = numbers(s.rows * s.k, NULL);
        for (int64_t r = 0; r < s.rows; r++) {
            sft_linear_job one = l.job;
            one.rows = 1;
            one.x += r * s.k;
            one.y = y + r * s.n;
            one.dy += r * s.n;
            one.dx = dx + r * s.k;
            t->forward(&one, 1);
            t->dx(&one);
        }
        assert_memory_equal(y, l.y, (size_t)(s.rows * s.n) * sizeof *y);
        assert_memory_equal(dx, l.dx, (size_t)(s.rows * s.k) * sizeof *dx);
        free(y);
        free(dx);
        close_layer(&l);
    }
}

/* The lower half of a product has the bits of the whole; of the upper, only what shares a panel with the lower is written. */
static void half_is_the_lower_half(void **state)
{
    (void)state;
    for (int i = 0; tiles_at(i); i++)
        for (int64_t m = 1; m < 80; m += 13) {
            const sft_linear_tiles *t = tiles_at(i);
            layer                   l = open_layer(t, (shape){ m, 300, m }, false, false);
            float                  *y = numbers(m * m, NULL);
            t->forward(&l.job, 1);
            l.job.y = y;
            l.job.lower = true;
            t->forward(&l.job, 1);
            for (int64_t r = 0; r < m; r++)
                for (int64_t n = 0; n < m; n++) {
                    bool written = r >= n / (2 * t->lane) * (2 * t->lane);
                    assert_true(y[r * m + n] == (written ? l.y[r * m + n] : 0));
                }
            free(y);
            close_layer(&l);
        }
}

/* dw of several shards at once is the sum of each one's along the tree, and y is each one's, to the bit. */
static void check_shards(const sft_linear_tiles *t, shape s, int count)
{
    layer          l[7];
    sft_linear_job all[7];
    int64_t        stored = sft__linear_stored(t, s.k, s.n);
    float         *dw = numbers(stored, NULL), *y[7];
    for (int i = 0; i < count; i++) {
        s.rows = 5 + 3 * i;
        l[i] = open_layer(t, s, false, false);
        l[i].job.w = l[0].w;
        l[i].job.bias = l[0].b;
        t->forward(&l[i].job, 1);
        t->dw(&l[i].job, 1);
        all[i] = l[i].job;
        all[i].y = y[i] = numbers(s.rows * s.n, NULL);
    }
    all[0].dw = dw;
    t->forward(all, count);
    t->dw(all, count);
    for (int stride = 1; stride < count; stride *= 2)
        for (int i = 0; i + stride < count; i += 2 * stride)
            for (int64_t k = 0; k < stored; k++) l[i].dw[k] += l[i + stride].dw[k];
    assert_memory_equal(dw, l[0].dw, (size_t)stored * sizeof *dw);
    for (int i = 0; i < count; i++) {
        assert_memory_equal(y[i], l[i].y, (size_t)(l[i].s.rows * s.n) * sizeof **y);
        free(y[i]);
        close_layer(&l[i]);
    }
    free(dw);
}

static void shards_are_summed_along_the_tree(void **state)
{
    (void)state;
    for (int i = 0; tiles_at(i); i++)
        for (int count = 1; count <= 7; count++) {
            check_shards(tiles_at(i), (shape){ 0, 30, 21 }, count);
            check_shards(tiles_at(i), (shape){ 0, 300, 53 }, count);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(half_is_the_lower_half),
        cmocka_unit_test(shards_are_summed_along_the_tree),
        cmocka_unit_test(rows_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else
int main(void) { return 0; }
#endif
