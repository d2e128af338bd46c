/* SPDX-License-Identifier: MIT */
/* labels: core gradient */
/* Wrappers, averages of weights and L-BFGS: PyTorch's walks and the papers', minima, memory of old checkpoints. */
#include "golden.h"
#include "optim_bench.h"

#include "optim/method.h"

#include <math.h>

enum { STEPS = 100, EVERY = 10, MOST = 8 };

/* A hundred roundings of numbers below 3.5; the file has nine digits. */
static const double tolerance = sizeof(real) == sizeof(double) ? 2e-8 : 1e-5;

typedef struct walker {         /* an optimiser, a method, and a function with its gradient */
    bench             b;
    const sft_method *method;
    void             *conf;
    sft_needs         needs;
    real             *room, *array[64];
    double            number[64], part[1];
    double            a[MOST], m[MOST];
    bool              rosenbrock;
    double            cliff;    /* a loss beyond is infinite; 0: none is */
    int               gradients;
    sft_walk          walk;
} walker;

/* ---- functions ------------------------------------------------------------------------------ */

static double banana(const real *w, real *g)
{
    double x = (double)w[0], y = (double)w[1], d = y - x * x;
    g[0] = (real)(-2 * (1 - x) - 400 * x * d);
    g[1] = (real)(200 * d);
    return (1 - x) * (1 - x) + 100 * d * d;
}

/* sum a (x - m)^2 / 2 + (sum x)^2 / 20 + sum (x - m)^4 / 40 */
static double bowl(const walker *x, real *g)
{
    double sum = 0, f = 0;
    for (int i = 0; i < x->b.n; i++) sum += (double)x->b.w[i];
    for (int i = 0; i < x->b.n; i++) {
        double d = (double)x->b.w[i] - x->m[i];
        if (x->cliff > 0 && fabs(d) > x->cliff) return INFINITY;
        f += x->a[i] * d * d / 2 + d * d * d * d / 40;
        g[i] = (real)(x->a[i] * d + sum / 10 + d * d * d / 10);
    }
    return f + sum * sum / 20;
}

static sft_status gradient(sft_walk *k)
{
    walker *x = k->user;
    x->gradients++;
    k->loss = x->rosenbrock ? banana(x->b.w, x->b.g) : bowl(x, x->b.g);
    k->sumsq = 0;
    for (int i = 0; i < x->b.n; i++) k->sumsq += (double)x->b.g[i] * (double)x->b.g[i];
    if (isfinite(k->loss) && isfinite(k->sumsq)) return SFT_OK;
    return sft__fail(k->ctx, SFT_E350, "the loss is not finite");
}

/* ---- walking -------------------------------------------------------------------------------- */

static const sft_method *find_method(walker *x, const char *text)
{
    sft_spec spec;
    sft__spec_parse(&x->b.arena, text, strlen(text), (sft_pos){ 0 }, &spec);
    const sft_wrapper *w = sft__wrapper_find(spec.name);
    const sft_average *a = sft__average_find(spec.name);
    const sft_field   *rows = w ? w->fields : a ? a->fields : x->b.optimizer->fields;
    x->conf = sft__arena_alloc(&x->b.arena, w ? w->conf_size : a ? a->conf_size : x->b.optimizer->conf_size);
    sft__fields_bind(&x->b.arena, rows, x->conf, &spec, text);
    CHECK_OK(x->b.c);
    return w ? w->method : a ? a->method : x->b.optimizer->method;
}

static void open_walker(walker *x, const char *optimizer, const char *method, int64_t n)
{
    begin(&x->b, optimizer, n);
    x->method = find_method(x, method);
    x->needs = x->method->needs(x->conf);
    int arrays = x->needs.kept + x->needs.scratch;
    assert_true(arrays <= 64 && x->needs.numbers <= 64);
    x->room = calloc((size_t)(arrays * n), sizeof(real));
    assert_non_null(x->room);
    for (int i = 0; i < arrays; i++) x->array[i] = x->room + i * n;
    x->walk = (sft_walk){ .ctx = x->b.c, .v = { .n = n, .part = x->part }, .w = x->b.w, .g = x->b.g,
                          .lr = option(&x->b, "lr"), .array = x->array, .number = x->number,
                          .gradient = gradient, .user = x };
}

static void close_walker(walker *x)
{
    free(x->room);
    end(&x->b);
}

static void one_step(walker *x, int64_t t)
{
    sft_walk *k = &x->walk;
    k->step = t;
    k->when = (sft_when){ .step = t - 1, .steps = STEPS, .steps_per_epoch = EVERY };
    assert_int_equal(gradient(k), SFT_OK);
    if (x->method->before) assert_int_equal(x->method->before(x->conf, k), SFT_OK);
    if (x->b.optimizer->chain) step(&x->b, t);
    if (x->method->after) x->method->after(x->conf, k);
}

/* What is looked at: an average, once there is one, else the weights. */
static const real *seen(const walker *x) { return x->needs.numbers == 1 && x->number[0] > 0 ? x->array[0] : x->b.w; }

static void follow(walker *x, const golden *f, const char *name, double within)
{
    golden_tensor want = golden_get(f, "%s", name);
    for (int64_t t = 1, row = 0; t <= STEPS; t++) {
        one_step(x, t);
        if (t > EVERY && t % EVERY != 0) continue;
        for (int64_t i = 0; i < x->b.n; i++) {
            double have = (double)seen(x)[i], wanted = want.v[row * x->b.n + i];
            if (!(fabs(have - wanted) <= within))
                fail_msg("%s: number %d behind step %d is %.9g, not %.9g", name, (int)i, (int)t, have, wanted);
        }
        row++;
    }
}

static void set_bowl(walker *x, const golden *f)
{
    golden_tensor a = golden_get(f, "a"), b = golden_get(f, "b");
    for (int i = 0; i < MOST; i++) {
        x->a[i] = a.v[i];
        x->m[i] = b.v[i];
    }
}

static void walk(void *user, const char *name)
{
    const golden *f = user;
    golden_tensor start = golden_get(f, "start");
    walker        x = { 0 };
    set_bowl(&x, f);
    open_walker(&x, golden_text(f, "%s/optimizer", name), golden_text(f, "%s/method", name), start.count);
    for (int i = 0; i < MOST; i++) x.b.w[i] = (real)start.v[i];
    follow(&x, f, name, tolerance);
    close_walker(&x);
}

static void walks_are_the_references(void **state)
{
    (void)state;
    golden *f = golden_open("methods");
    golden_each(f, "cases", walk, f);
    golden_close(f);
}

/* Rosenbrock's valley multiplies roundings, so singles follow PyTorch's doubles on the bowl only. */
static void walk_lbfgs(void *user, const char *name)
{
    const golden *f = user;
    golden_tensor start = golden_get(f, "%s/start", name);
    const char   *text = golden_text(f, "%s/optimizer", name);
    walker        x = { .rosenbrock = start.count == 2 };
    if (x.rosenbrock && sizeof(real) != sizeof(double)) return;
    set_bowl(&x, f);
    open_walker(&x, text, text, start.count);
    for (int i = 0; i < start.count; i++) x.b.w[i] = (real)start.v[i];
    follow(&x, f, name, tolerance);
    close_walker(&x);
}

static void lbfgs_walks_as_pytorchs(void **state)
{
    (void)state;
    golden *f = golden_open("methods");
    golden_each(f, "lbfgs_cases", walk_lbfgs, f);
    golden_close(f);
}

/* ---- L-BFGS --------------------------------------------------------------------------------- */

static void lbfgs_reaches_minima(void **state)
{
    (void)state;
    walker x = { .rosenbrock = true };
    open_walker(&x, "lbfgs", "lbfgs", 2);
    x.b.w[0] = (real)-1.2;
    x.b.w[1] = 1;
    for (int64_t t = 1; t <= 60; t++) one_step(&x, t);
    CHECK_NEAR(x.b.w[0], 1, 1e-3);
    CHECK_NEAR(x.b.w[1], 1, 2e-3);
    close_walker(&x);
    walker y = { .a = { 1, 2, 3, 4, 5, 6, 7, 10 } };
    open_walker(&y, "lbfgs", "lbfgs", MOST);
    for (int i = 0; i < MOST; i++) y.b.w[i] = i % 2 ? 1 : (real)-1.5;
    for (int64_t t = 1; t <= 30; t++) one_step(&y, t);
    for (int i = 0; i < MOST; i++) CHECK_NEAR(y.b.w[i], 0, 1e-5);
    close_walker(&y);
}

/* At the minimum it stands still to the bit and asks for no more than the one gradient. */
static void lbfgs_rests_at_a_minimum(void **state)
{
    (void)state;
    walker x = { .a = { 1, 1, 1 } };
    open_walker(&x, "lbfgs", "lbfgs", 3);
    for (int64_t t = 1; t <= 3; t++) one_step(&x, t);
    for (int i = 0; i < 3; i++) assert_true(x.b.w[i] == 0);
    assert_int_equal(x.gradients, 3);
    close_walker(&x);
}

/* A first step into an infinite loss comes back. */
static void lbfgs_comes_back_from_infinity(void **state)
{
    (void)state;
    walker x = { .a = { 1, 2, 3 }, .cliff = 10 };
    open_walker(&x, "lbfgs lr=1e4", "lbfgs lr=1e4", 3);
    for (int i = 0; i < 3; i++) x.b.w[i] = (real)(i + 1);
    for (int64_t t = 1; t <= 40; t++) one_step(&x, t);
    for (int i = 0; i < 3; i++) CHECK_NEAR(x.b.w[i], 0, 1e-3);
    assert_int_equal(sft_code(x.b.c), SFT_OK);
    close_walker(&x);
}

/* Numbers out of a file that was made up: no place outside the memory is touched. */
static void lbfgs_does_not_believe_numbers(void **state)
{
    (void)state;
    static const double bad[] = { -1, 1e300, NAN, INFINITY, 10, 11 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        walker x = { .a = { 1, 2, 3 } };
        open_walker(&x, "lbfgs", "lbfgs", 3);
        x.b.w[0] = 1;
        one_step(&x, 1);
        x.number[2] = x.number[3] = bad[i];
        one_step(&x, 2);
        close_walker(&x);
    }
}

/* ---- records -------------------------------------------------------------------------------- */

static void records_are_found(void **state)
{
    (void)state;
    assert_ptr_equal(sft__wrapper_find("SAM"), sft__wrapper_find("sam"));
    assert_ptr_equal(sft__average_find("EMA"), sft__average_find("ema"));
    assert_null(sft__wrapper_find("ema"));
    assert_null(sft__average_find("sam"));
    assert_null(sft__wrapper_at(-1));
    assert_null(sft__average_at(99));
    for (int i = 0; sft__wrapper_at(i); i++) assert_true(sft__wrapper_at(i)->method || i == 0);
    for (int i = 0; sft__average_at(i); i++) assert_true(sft__average_at(i)->method || i == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_are_the_references), cmocka_unit_test(lbfgs_walks_as_pytorchs),
        cmocka_unit_test(lbfgs_reaches_minima),     cmocka_unit_test(lbfgs_rests_at_a_minimum),
        cmocka_unit_test(lbfgs_comes_back_from_infinity),
        cmocka_unit_test(lbfgs_does_not_believe_numbers),
        cmocka_unit_test(records_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
