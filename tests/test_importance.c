/* SPDX-License-Identifier: MIT */
/* Importance: shares of variance known beforehand, what does not depend on chance, and what goes wrong. */
#include "check.h"

#include <math.h>
#include <time.h>

#include "base/random.h"
#include "sweep/importance.h"

enum { SAMPLES = 8000, MOST_AXES = 6, MOST_SHARES = 21 };

/* ---- functions on the unit cube; a category is 0..cells-1 -------------------------------------- */

typedef struct function {
    const char *name;
    int         axes;
    int         cells[MOST_AXES];
    double    (*at)(const double *x);
} function;

static const double g_weights[] = { 0, 1, 4.5, 9 };

static double g_function(const double *x) /* Sobol's */
{
    double product = 1;
    for (int i = 0; i < 4; i++) product *= (fabs(4 * x[i] - 2) + g_weights[i]) / (1 + g_weights[i]);
    return product;
}

static double with_category(const double *x) /* additive in the last axis, a product of the first two */
{
    static const double height[] = { -1, 0.5, 2, -1.5 };
    return height[(int)x[0]] * (1 + 3 * x[1]) + 3 * x[2];
}

static double pure_interaction(const double *x)
{
    return (x[0] - 0.5) * (x[1] - 0.5);
}

static const function g4 = { "Sobol's g", 4, { 0 }, g_function }, mixed = { "with a category", 3, { 4 }, with_category },
                      pure = { "a pure interaction", 2, { 0 }, pure_interaction };

/* ---- their shares ------------------------------------------------------------------------------ */

/* A product of independent factors of mean 1 and variance v_i: V_a = v_a, V_ab = v_a v_b, V = prod (1 + v_i) - 1. */
static void g_shares(double *share)
{
    double v[4], all = 1;
    int    n = 4;
    for (int i = 0; i < 4; i++) all *= 1 + (v[i] = 1 / (3 * (1 + g_weights[i]) * (1 + g_weights[i])));
    for (int a = 0; a < 4; a++) share[a] = v[a] / (all - 1);
    for (int a = 0; a < 4; a++)
        for (int b = a + 1; b < 4; b++) share[n++] = v[a] * v[b] / (all - 1);
}

enum { FINE = 48 };             /* points of the midpoint rule an axis */

static double conditional_variance(const function *f, const double *values, const int *points, int a, int b)
{
    static double sum[FINE * FINE];
    int           total = 1, columns = b < 0 ? 1 : points[b];
    double        mean = 0, square = 0;
    memset(sum, 0, sizeof sum);
    for (int i = 0; i < f->axes; i++) total *= points[i];
    for (int k = 0; k < total; k++) {
        int at[MOST_AXES];
        for (int i = 0, rest = k; i < f->axes; rest /= points[i++]) at[i] = rest % points[i];
        sum[at[a] * columns + (b < 0 ? 0 : at[b])] += values[k];
        mean += values[k] / total;
    }
    const int cells = points[a] * columns;
    for (int i = 0; i < cells; i++) square += pow(sum[i] * cells / total, 2) / cells;
    return square - mean * mean;
}

/* By quadrature over the whole grid. */
static void quadrature_shares(const function *f, double *share)
{
    int points[MOST_AXES], total = 1, n = f->axes;
    for (int i = 0; i < f->axes; i++) total *= points[i] = f->cells[i] ? f->cells[i] : FINE;
    double *values = malloc((size_t)total * sizeof *values), x[MOST_AXES], mean = 0, all = 0;
    assert_non_null(values);
    for (int k = 0; k < total; k++) {
        for (int i = 0, rest = k; i < f->axes; rest /= points[i++])
            x[i] = f->cells[i] ? rest % points[i] : (rest % points[i] + 0.5) / points[i];
        values[k] = f->at(x);
        mean += values[k] / total;
    }
    for (int k = 0; k < total; k++) all += (values[k] - mean) * (values[k] - mean) / total;
    for (int a = 0; a < f->axes; a++) share[a] = conditional_variance(f, values, points, a, -1) / all;
    for (int a = 0; a < f->axes; a++)
        for (int b = a + 1; b < f->axes; b++)
            share[n++] = conditional_variance(f, values, points, a, b) / all - share[a] - share[b];
    free(values);
}

/* ---- samples ----------------------------------------------------------------------------------- */

typedef struct samples {
    sft_ctx        *ctx;
    sft_arena       arena;      /* of answers */
    double         *x, *y;
    sft_fanova_data data;
} samples;

static samples draw(const function *f, int n, double noise, uint64_t seed)
{
    samples    s = { .ctx = check_open(), .x = malloc((size_t)(n * f->axes) * sizeof *s.x), .y = malloc((size_t)n * sizeof *s.y) };
    sft_stream random = sft__stream(sft__key(seed, SFT_FOR_TEST), 0, 0, 0);
    assert_true(s.x && s.y);
    sft__arena_open(&s.arena, s.ctx);
    for (int i = 0; i < n; i++) {
        double *x = s.x + i * f->axes;
        for (int a = 0; a < f->axes; a++) x[a] = f->cells[a] ? (double)sft__below(&random, (uint64_t)f->cells[a]) : sft__uniform(&random);
        s.y[i] = f->at(x) + noise * sft__normal(&random);
    }
    s.data = (sft_fanova_data){ n, f->axes, s.x, s.y, f->cells, 0 };
    return s;
}

/* Asks a forest of so many trees (0: the usual number), which must not fail. */
static sft_fanova ask(samples *s, int trees, uint64_t seed)
{
    sft_fanova found;
    sft__fanova(s->ctx, &s->data, trees, seed, &s->arena, &found);
    CHECK_OK(s->ctx);
    return found;
}

static void drop(samples *s)
{
    sft__arena_close(&s->arena);
    free(s->x);
    free(s->y);
    sft_close(s->ctx);
}

static void check_shares(const function *f, const double *want)
{
    samples          s = draw(f, SAMPLES, 0, 5);
    const sft_fanova found = ask(&s, 0, 1);
    assert_int_equal(found.n_shares, f->axes * (f->axes + 1) / 2);
    for (int i = 0; i < found.n_shares; i++) {
        const sft_share *q = &found.share[i];
        if (!(fabs(q->mean - want[i]) <= 0.02))
            fail_msg("%s: the share of (%d, %d) is %.4f, want %.4f within 0.02", f->name, q->a, q->b, q->mean, want[i]);
        assert_true(q->low <= q->high && q->low >= 0 && q->high <= 1 + 1e-9);
    }
    assert_true(found.error < 0.05);
    drop(&s);
}

/* ---- shares as they are known ------------------------------------------------------------------ */

static void test_product(void **state)
{
    double want[MOST_SHARES];
    (void)state;
    g_shares(want);
    check_shares(&g4, want);
}

static void test_category(void **state)
{
    double want[MOST_SHARES];
    (void)state;
    quadrature_shares(&mixed, want);
    assert_true(want[0] > 0.1 && want[2] > 0.05 && want[3] > 0.05); /* there is something of each kind to find */
    check_shares(&mixed, want);
}

static void test_pure_interaction(void **state)
{
    double want[MOST_SHARES];
    (void)state;
    quadrature_shares(&pure, want);
    CHECK_NEAR(want[2], 1, 1e-9);
    check_shares(&pure, want);
}

/* The two ways of knowing agree. */
static void test_quadrature(void **state)
{
    double closed[MOST_SHARES], rule[MOST_SHARES];
    (void)state;
    g_shares(closed);
    quadrature_shares(&g4, rule);
    for (int i = 0; i < 10; i++) CHECK_NEAR(rule[i], closed[i], 2e-3);
}

/* ---- properties -------------------------------------------------------------------------------- */

static double first_axis(const double *x)
{
    return x[0];
}

/* Noise of seeds as large as what there is to find: it must not turn into the importance of other axes. */
static void test_noise(void **state)
{
    static const function only = { "one of three", 3, { 0 }, first_axis };
    samples          s = draw(&only, 600, 0.29, 2);
    const sft_fanova found = ask(&s, 0, 1);
    (void)state;
    for (int i = 1; i < found.n_shares; i++) assert_true(found.share[i].high < found.share[0].low);
    assert_true(found.share[0].mean > 0.5);
    assert_true(found.error > 0.4 && found.error < 0.8);    /* half of the variance is nobody's */
    drop(&s);
}

static void test_deterministic(void **state)
{
    samples          s = draw(&mixed, 300, 0.1, 3);
    const sft_fanova one = ask(&s, 0, 9), same = ask(&s, 64, 9), other = ask(&s, 64, 10);
    (void)state;
    assert_memory_equal(one.share, same.share, (size_t)one.n_shares * sizeof *one.share);
    assert_true(one.error == same.error && one.variance == same.variance);
    assert_true(one.share[0].mean != other.share[0].mean);
    drop(&s);
}

static void test_constant(void **state)
{
    samples s = draw(&mixed, 50, 0, 3);
    (void)state;
    for (int i = 0; i < 50; i++) s.y[i] = 0.1;
    const sft_fanova found = ask(&s, 0, 1);
    for (int i = 0; i < found.n_shares; i++) assert_true(found.share[i].mean == 0 && found.share[i].high == 0);
    assert_true(found.variance == 0);
    drop(&s);
}

/* An axis that only matters where another has one value: NaN elsewhere, a number and a category alike. */
static void test_conditional(void **state)
{
    static const function f = { "conditional", 3, { 2, 0, 3 }, first_axis };
    samples s = draw(&f, 1000, 0, 4);
    (void)state;
    for (int i = 0; i < 1000; i++) {
        double *x = s.x + 3 * i;
        s.y[i] = x[0] > 0 ? 3 + x[1] : x[2];
        x[x[0] > 0 ? 2 : 1] = NAN;
    }
    const sft_fanova found = ask(&s, 0, 1);
    double           sum = 0;
    for (int i = 0; i < found.n_shares; i++) {
        assert_true(found.share[i].mean >= 0);
        sum += found.share[i].mean;
    }
    assert_true(sum <= 1 + 1e-9 && sum > 0.9);
    assert_true(found.error < 0.01);
    drop(&s);
}

/* Numbers that hardly fit: losses of trials that ran away. */
static void test_huge(void **state)
{
    samples          s = draw(&g4, 200, 0, 6);
    const sft_fanova plain = ask(&s, 0, 1);
    (void)state;
    for (int i = 0; i < 200; i++) s.y[i] *= 0x1p900;
    const sft_fanova huge = ask(&s, 0, 1);
    for (int i = 0; i < plain.n_shares; i++) CHECK_NEAR(huge.share[i].mean, plain.share[i].mean, 1e-9);
    drop(&s);
}

static void test_marginals(void **state)
{
    enum { POINTS = 20 };
    double   rate[POINTS], cell[4], both[4 * POINTS];
    samples  s = draw(&mixed, 4000, 0, 7);
    (void)state;
    sft__fanova_marginal(s.ctx, &s.data, 0, 1, 0, -1, POINTS, cell);
    sft__fanova_marginal(s.ctx, &s.data, 0, 1, 1, -1, POINTS, rate);
    sft__fanova_marginal(s.ctx, &s.data, 0, 1, 0, 1, POINTS, both);
    CHECK_OK(s.ctx);
    static const double height[] = { -1, 0.5, 2, -1.5 };
    for (int i = 0; i < 4; i++) CHECK_NEAR(cell[i], height[i] * 2.5 + 1.5, 0.15);
    for (int j = 0; j < POINTS; j++) {
        double mean = 0;
        for (int i = 0; i < 4; i++) mean += both[i * POINTS + j] / 4;
        CHECK_NEAR(mean, rate[j], 1e-9); /* one axis is two with the other averaged over */
    }
    drop(&s);
}

/* The size of leaves that was found once need not be looked for again: the forest is the same. */
static void test_leaf_size(void **state)
{
    double           one[4], same[4];
    samples          s = draw(&mixed, 300, 3, 11);
    const sft_fanova found = ask(&s, 0, 1);
    (void)state;
    sft__fanova_marginal(s.ctx, &s.data, 0, 1, 0, -1, 4, one);
    assert_true(found.min_leaf > 1);
    s.data.min_leaf = found.min_leaf;
    const sft_fanova again = ask(&s, 0, 1);
    sft__fanova_marginal(s.ctx, &s.data, 0, 1, 0, -1, 4, same);
    CHECK_OK(s.ctx);
    assert_memory_equal(found.share, again.share, (size_t)found.n_shares * sizeof *found.share);
    assert_memory_equal(one, same, sizeof one);
    drop(&s);
}

static void test_refusals(void **state)
{
    sft_fanova found;
    double     out[4];
    samples    s = draw(&mixed, 10, 0, 1);
    (void)state;
    sft_fanova_data few = s.data, none = s.data;
    few.n = 1;
    none.axes = 0;
    sft__fanova(s.ctx, &few, 0, 1, &s.arena, &found);
    CHECK_FAILS(s.ctx, "E002", "2 samples");
    sft__fanova(s.ctx, &none, 0, 1, &s.arena, &found);
    CHECK_FAILS(s.ctx, "E002", "an axis");
    sft__fanova_marginal(s.ctx, &s.data, 0, 1, 1, 1, 4, out);
    CHECK_FAILS(s.ctx, "E002", "marginal");
    s.y[4] = INFINITY;
    sft__fanova(s.ctx, &s.data, 0, 1, &s.arena, &found);
    CHECK_FAILS(s.ctx, "E002", "y[4]");
    drop(&s);
}

/* Every allocation fails once: a failure is said, and nothing is kept. */
static void test_memory(void **state)
{
    check_memory m = { 0 };
    sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
    samples      s = draw(&mixed, 40, 0, 1);
    bool         done = false;
    (void)state;
    const int64_t before = m.in_use;
    for (int64_t k = 1; !done && k < 200; k++) {
        sft_arena  arena;
        sft_fanova found;
        m.calls = 0;
        m.fails = k;
        sft__arena_open(&arena, c);
        done = sft__fanova(c, &s.data, 4, 1, &arena, &found) == SFT_OK;
        if (!done) CHECK_FAILS(c, "E004", "");
        sft__arena_close(&arena);
        assert_int_equal(m.in_use, before);
    }
    assert_true(done);
    m.fails = 0;
    drop(&s);
    sft_close(c);
}

/* A thousand trials of six axes: well under a second of this processor, sanitizers aside. */
static void test_speed(void **state)
{
    static const function six = { "six axes", 6, { 0 }, g_function };
    samples s = draw(&six, 1000, 0.05, 8);
    (void)state;
    const clock_t begun = clock();
    ask(&s, 64, 1);
    const double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    print_message("1,000 samples x 6 axes x 64 trees: %.3f s\n", seconds);
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(seconds < 1);
#endif
    drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quadrature),   cmocka_unit_test(test_product),    cmocka_unit_test(test_category),
        cmocka_unit_test(test_pure_interaction), cmocka_unit_test(test_noise),  cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_constant),     cmocka_unit_test(test_conditional), cmocka_unit_test(test_huge),
        cmocka_unit_test(test_marginals),    cmocka_unit_test(test_leaf_size),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),       cmocka_unit_test(test_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
