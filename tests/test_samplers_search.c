/* SPDX-License-Identifier: MIT */
/* Samplers against random search on standard test functions. labels: slow
 *
 * Fixed before the first run: five functions, 20 seeds, 40 trials for tpe and gp, 100 for random search. Of each function the median over
 * seeds of random search's best of 100 trials is the mark; the median of the best of 40 must be at least as good. */
#include "check.h"
#include "sweep/sampler.h"

#include <math.h>
#include <stdlib.h>

enum { SEEDS = 20, LONG = 100, SHORT = 40, MOST = 6 };

typedef struct problem {
    const char *name;
    int         axes;
    bool        listed;         /* its last axis is a list without an order */
    double    (*of)(const double *u);
} problem;

/* ---- the functions, on the unit cube ---------------------------------------------------------- */

static double branin(const double *u)
{
    const double pi = 3.14159265358979323846, x = 15 * u[0] - 5, y = 15 * u[1], s = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
    return s * s + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10;
}

static double hartmann(const double *u, int n, const double (*a)[6], const double (*p)[6])
{
    static const double alpha[4] = { 1, 1.2, 3, 3.2 };
    double              sum = 0;
    for (int i = 0; i < 4; i++) {
        double inner = 0;
        for (int j = 0; j < n; j++) inner += a[i][j] * (u[j] - p[i][j]) * (u[j] - p[i][j]);
        sum -= alpha[i] * exp(-inner);
    }
    return sum;
}

static double hartmann3(const double *u)
{
    static const double a[4][6] = { { 3, 10, 30 }, { 0.1, 10, 35 }, { 3, 10, 30 }, { 0.1, 10, 35 } };
    static const double p[4][6] = { { 0.3689, 0.117, 0.2673 }, { 0.4699, 0.4387, 0.747 }, { 0.1091, 0.8732, 0.5547 },
                                    { 0.0381, 0.5743, 0.8828 } };
    return hartmann(u, 3, a, p);
}

static double hartmann6(const double *u)
{
    static const double a[4][6] = { { 10, 3, 17, 3.5, 1.7, 8 }, { 0.05, 10, 17, 0.1, 8, 14 }, { 3, 3.5, 1.7, 10, 17, 8 },
                                    { 17, 8, 0.05, 10, 0.1, 14 } };
    static const double p[4][6] = { { 0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886 }, { 0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991 },
                                    { 0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665 }, { 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381 } };
    return hartmann(u, 6, a, p);
}

static double rosenbrock4(const double *u)
{
    double sum = 0;
    for (int j = 0; j < 3; j++) {
        const double x = 4 * u[j] - 2, y = 4 * u[j + 1] - 2;
        sum += 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
    }
    return sum;
}

/* A training run as it might be: a valley in log rate and momentum that another optimiser moves, and a width. */
static double tuning(const double *u)
{
    const int    kind = (int)(3 * u[3]);
    const double best = kind == 0 ? 0.7 : kind == 1 ? 0.4 : 0.2, d = u[0] + 0.3 * u[1] - best, e = u[2] - 0.6;
    return 0.05 * kind + 8 * d * d + (d > 0.25 ? 3 : 0) + 0.6 * e * e + 0.3 * (u[1] - 0.8) * (u[1] - 0.8);
}

static const problem problems[] = {
    { "branin", 2, false, branin }, { "hartmann3", 3, false, hartmann3 }, { "hartmann6", 6, false, hartmann6 },
    { "rosenbrock4", 4, false, rosenbrock4 }, { "tuning", 4, true, tuning },
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

/* ---- the race --------------------------------------------------------------------------------- */

static double best_of(sft_ctx *c, const problem *p, const char *name, uint64_t seed, int trials)
{
    static const char *const words[3] = { "a", "b", "c" };
    sft_axis                 axis[MOST];
    double                   u[LONG][MOST], best = INFINITY;
    sft_sample               sample[LONG];
    sft_arena                arena;
    const sft_sampler       *m = sft__sampler_find(name);
    assert_non_null(m);
    for (int j = 0; j < p->axes; j++) {
        axis[j] = (sft_axis){ .key = "x", .kind = SFT_AXIS_REAL, .low = 0, .high = 1, .parent = -1 };
        if (p->listed && j == p->axes - 1)
            axis[j] = (sft_axis){ .key = "x", .kind = SFT_AXIS_VALUES, .n = 3, .value = words, .label = words, .parent = -1 };
    }
    const sft_space space = { .n = p->axes, .axis = axis };
    sft__arena_open(&arena, c);
    void *conf = sft__arena_alloc(&arena, m->conf_size + 1);
    sft__fields_defaults(m->fields, conf, &arena);
    for (int i = 0; i < trials; i++) {
        bool             done = false;
        const sft_search s = { .space = &space, .conf = conf, .seed = seed, .n = i, .sample = sample };
        assert_int_equal(sft__sampler_next(c, m, &s, u[i], &done), SFT_OK);
        assert_false(done);
        sample[i] = (sft_sample){ .u = u[i], .known = SFT_KNOWN_VALUE, .value = p->of(u[i]), .budget = 1 };
        best = fmin(best, sample[i].value);
    }
    sft__arena_close(&arena);
    return best;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_best(sft_ctx *c, const problem *p, const char *name, int trials)
{
    double v[SEEDS];
    for (int s = 0; s < SEEDS; s++) v[s] = best_of(c, p, name, (uint64_t)s, trials);
    qsort(v, SEEDS, sizeof *v, rising);
    return 0.5 * (v[SEEDS / 2 - 1] + v[SEEDS / 2]);
}

static void is_as_good_with_forty(const char *name)
{
    sft_ctx *c = check_open();
    int      worse = 0;
    for (int i = 0; i < PROBLEMS; i++) {
        const double mark = median_best(c, &problems[i], "random", LONG), got = median_best(c, &problems[i], name, SHORT);
        print_message("%-12s random's best of 100: %9.4g   %s's of 40: %9.4g\n", problems[i].name, mark, name, got);
        worse += !(got <= mark);
    }
    CHECK_OK(c);
    sft_close(c);
    assert_int_equal(worse, 0);
}

static void tpe_needs_forty(void **state)
{
    (void)state;
    is_as_good_with_forty("tpe");
}

static void gp_needs_forty(void **state)
{
    (void)state;
    is_as_good_with_forty("gp");
}

/* Mean over functions of the share of seeds in which Sobol's best of 40 is the better one. */
static void sobol_beats_random(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    double   wins = 0;
    for (int i = 0; i < PROBLEMS; i++)
        for (uint64_t s = 0; s < SEEDS; s++) {
            const double a = best_of(c, &problems[i], "sobol", s, SHORT), b = best_of(c, &problems[i], "random", s, SHORT);
            wins += a < b ? 1 : a > b ? 0 : 0.5;
        }
    print_message("sobol is better in %.0f of %d\n", wins, PROBLEMS * SEEDS);
    sft_close(c);
    assert_true(wins > PROBLEMS * SEEDS / 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tpe_needs_forty), cmocka_unit_test(gp_needs_forty),
                                        cmocka_unit_test(sobol_beats_random) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
