/* SPDX-License-Identifier: MIT */
/* labels: core gradient */
/* Products of plain matrices against sums in double, on vector units and in plain C; and muon's step on both. */
#include "backend/product.h"
#include "numbers.h"
#include "optim_bench.h"

#include <float.h>
#include <math.h>

enum { GUARD = 64 };

#ifdef SFT_REAL_DOUBLE
static const double ulp = DBL_EPSILON / 2;
#else
static const double ulp = FLT_EPSILON / 2;
#endif

typedef struct shape {
    int64_t m, n, inner;
} shape;

/* Each number within the roundings of any order of its sum (Higham, 2002, section 3.1). */
static void check_sums(const sft_product *p)
{
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            double sum = 0, size = 0, got = (double)p->c[i * p->n + j];
            for (int64_t k = 0; k < p->inner; k++) {
                double term = (double)p->a[i * p->inner + k] *
                              (double)p->b[p->transposed ? j * p->inner + k : k * p->n + j];
                sum += term;
                size += fabs(term);
            }
            if (!(fabs(got - sum) <= 1.01 * ulp * (double)(p->inner + 2) * size))
                fail_msg("%dx%dx%d, reference %d: c[%d][%d] is %g, not %g", (int)p->m, (int)p->n, (int)p->inner,
                         p->reference, (int)i, (int)j, got, sum);
        }
}

static void run(sft_product p, int64_t first)
{
    int64_t room = sft__product_room(p.m, p.n, p.inner), size = p.m * p.n;
    real   *space = numbers(room + first + GUARD, NULL), *c = numbers(size + GUARD, NULL);
    for (int i = 0; i < GUARD; i++) space[room + first + i] = c[size + i] = 7;
    p.c = c;
    p.room = space + first;
    sft__product(&p);
    check_sums(&p);
    for (int i = 0; i < GUARD; i++) assert_true(space[room + first + i] == 7 && c[size + i] == 7);
    for (int64_t i = 0; p.symmetric && i < size; i++) assert_true(c[i] == c[i % p.m * p.m + i / p.m]);
    free(c);
    free(space);
}

static void products_are_right(void **state)
{
    (void)state;
    static const shape shapes[] = { { 1, 1, 1 },    { 2, 5, 7 },     { 16, 17, 12 }, { 33, 31, 64 },
                                    { 10, 32, 10 }, { 13, 40, 260 }, { 7, 65, 600 }, { 128, 128, 128 } };
    sft_stream s = sft__stream(sft__key(7, SFT_FOR_TEST), 1, 2, 3);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int way = 0; way < 8; way++) {
            shape       h = shapes[i];
            real       *a = numbers(h.m * h.inner, &s), *b = numbers(h.n * h.inner, &s);
            sft_product p = { .m = h.m, .n = h.n, .inner = h.inner, .a = a, .b = b,
                              .transposed = way & 1, .reference = way & 2 };
            if (way & 4) p.n = h.m, p.b = a, p.transposed = p.symmetric = true; /* a a' */
            run(p, way & 1 ? 3 : 0);
            free(a);
            free(b);
        }
}

/* A tall matrix, a wide one and a vector, five steps. */
static void walk(bench *b)
{
    *b = (bench){ .fast = b->fast, .n_parts = 3,
                  .part = { { 0, 2000, 50, 40, true }, { 2000, 1700, 17, 100, true }, { 3700, 20, 20, 1, false } } };
    begin(b, "muon lr=0.1", 3720);
    for (int64_t k = 1; k <= 5; k++) {
        for (int i = 0; i < 3720; i++) b->g[i] = (real)sin(0.37 * i * (double)k);
        step(b, k);
    }
}

static void muon_goes_the_same_way_on_both(void **state)
{
    (void)state;
    bench a = { .fast = true }, b = { 0 };
    walk(&a);
    walk(&b);
    for (int i = 0; i < 3720; i++) CHECK_NEAR(a.w[i], b.w[i], 2e-5);
    end(&a);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(muon_goes_the_same_way_on_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
