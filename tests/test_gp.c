/* SPDX-License-Identifier: MIT */
/* What TPE and the Gaussian process rest on: densities that are densities, a likelihood whose slope is its slope. labels: core */
#include "check.h"

#include <math.h>

#include "sweep/gp.h"
#include "sweep/parzen.h"

static const char *const colours[] = { "red", "green", "blue" };
static sft_axis          axes[] = {
    { .key = "a", .kind = SFT_AXIS_REAL, .low = 0, .high = 1, .parent = -1 },
    { .key = "b", .n = 3, .value = colours, .parent = -1 },
};
static const sft_space space = { .n = 2, .axis = axes };
static const double    points[4][2] = { { 0.03, 0.5 }, { 0.2, 1.0 / 6 }, { 0.9, 0.5 }, { NAN, 5.0 / 6 } };

static void open_parzen(sft_arena *a, int64_t n, const double **u, sft_parzen *p)
{
    for (int64_t i = 0; i < n; i++) u[i] = points[i];
    assert_int_equal(sft__parzen_open(a, &space, u, n, p), SFT_OK);
}

static void a_parzen_density_has_mass_one(void **state)
{
    (void)state;
    enum { CUTS = 2000 };
    sft_ctx      *c = check_open();
    sft_arena     a;
    const double *u[4];
    double        room[5];
    sft_parzen    p;
    sft__arena_open(&a, c);
    for (int64_t n = 0; n <= 4; n++) {
        double mass = 0;
        open_parzen(&a, n, u, &p);
        for (int i = 0; i < CUTS * 3; i++) {
            const double at[2] = { (i / 3 + 0.5) / CUTS, (i % 3 + 0.5) / 3 };
            mass += exp(sft__parzen_log(&p, at, room)) / (CUTS * 3);
        }
        CHECK_NEAR(mass, 1, 1e-6);
    }
    sft__arena_close(&a);
    sft_close(c);
}

/* Draws fall into cells as often as the density says: chi squared of 30 cells below the 99.99 % quantile, about 68. */
static void parzen_draws_follow_the_density(void **state)
{
    (void)state;
    enum { DRAWS = 60000, CELLS = 10, FINE = 200 };
    sft_ctx      *c = check_open();
    sft_arena     a;
    const double *u[4];
    double        room[5], want[CELLS * 3] = { 0 }, got[CELLS * 3] = { 0 }, chi = 0;
    sft_parzen    p;
    sft_stream    random = sft__stream(sft__key(7, SFT_FOR_TEST), 0, 0, 0);
    sft__arena_open(&a, c);
    open_parzen(&a, 4, u, &p);
    for (int i = 0; i < CELLS * FINE * 3; i++) {
        const double at[2] = { (i / 3 + 0.5) / (CELLS * FINE), (i % 3 + 0.5) / 3 };
        want[i / 3 / FINE * 3 + i % 3] += DRAWS * exp(sft__parzen_log(&p, at, room)) / (CELLS * FINE * 3);
    }
    for (int i = 0; i < DRAWS; i++) {
        double v[2];
        sft__parzen_draw(&p, &random, v);
        assert_true(v[0] >= 0 && v[0] < 1 && v[1] >= 0 && v[1] < 1);
        got[(int)(v[0] * CELLS) * 3 + (int)(v[1] * 3)]++;
    }
    for (int i = 0; i < CELLS * 3; i++) chi += (got[i] - want[i]) * (got[i] - want[i]) / want[i];
    assert_true(chi < 68);
    sft__arena_close(&a);
    sft_close(c);
}

enum { N = 9, AXES = 3 };

static void sample_function(double *x, double *y)
{
    sft_stream random = sft__stream(sft__key(9, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < N; i++) {
        x[i * AXES] = sft__uniform(&random);
        x[i * AXES + 1] = sft__uniform(&random);
        x[i * AXES + 2] = (double)sft__below(&random, 3);
        y[i] = sin(5 * x[i * AXES]) + x[i * AXES + 1] + (x[i * AXES + 2] == 1);
    }
}

static const bool category[AXES] = { false, false, true };

static void the_slope_of_the_likelihood_is_its_slope(void **state)
{
    (void)state;
    double x[N * AXES], y[N], slope[AXES + 1], room[4 * N * N + 3 * N];
    sft_gp gp = { .axes = AXES, .category = category, .log_length = { -1, -0.2, 0.3 }, .log_noise = -4 };
    sample_function(x, y);
    sft__gp_likelihood(&gp, x, y, N, slope, room);
    for (int j = 0; j <= AXES; j++) {
        const double h = 1e-5;
        sft_gp       up = gp, down = gp;
        *(j < AXES ? &up.log_length[j] : &up.log_noise) += h;
        *(j < AXES ? &down.log_length[j] : &down.log_noise) -= h;
        const double by_differences =
            (sft__gp_likelihood(&up, x, y, N, NULL, room) - sft__gp_likelihood(&down, x, y, N, NULL, room)) / (2 * h);
        CHECK_NEAR(slope[j], by_differences, 1e-6 * (1 + fabs(by_differences)));
    }
}

static void a_process_passes_through_its_points_and_knows_less_elsewhere(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_arena a;
    double    x[N * AXES], y[N], room[N], at, away;
    sft_gp    gp = { .axes = AXES, .category = category, .log_length = { -1, -1, 0 }, .log_noise = -13, .variance = 1 };
    sft__arena_open(&a, c);
    sample_function(x, y);
    assert_int_equal(sft__gp_condition(&a, &gp, x, y, N), SFT_OK);
    for (int i = 0; i < N; i++) {
        CHECK_NEAR(sft__gp_predict(&gp, x + i * AXES, &at, room), y[i], 1e-3);
        assert_true(at < 1e-4);
    }
    sft__gp_predict(&gp, (double[AXES]){ 30, 30, 7 }, &away, room);
    CHECK_NEAR(away, 1, 1e-6);
    sft__arena_close(&a);
    sft_close(c);
}

static void a_fit_finds_the_axis_that_matters(void **state)
{
    (void)state;
    enum { MANY = 30 };
    sft_ctx   *c = check_open();
    sft_arena  a;
    double     x[MANY * 2], y[MANY];
    const bool numbers[2] = { false, false };
    sft_stream random = sft__stream(sft__key(2, SFT_FOR_TEST), 0, 0, 0);
    sft_gp     gp = { .axes = 2, .category = numbers };
    sft__arena_open(&a, c);
    for (int i = 0; i < MANY; i++) {
        x[2 * i] = sft__uniform(&random);
        x[2 * i + 1] = sft__uniform(&random);
        y[i] = sin(8 * x[2 * i]);
    }
    assert_int_equal(sft__gp_fit(&a, &gp, x, y, MANY, &random), SFT_OK);
    assert_true(gp.log_length[1] > gp.log_length[0] + 1);
    sft__arena_close(&a);
    sft_close(c);
}

static void a_matrix_that_is_not_positive_definite_is_refused(void **state)
{
    (void)state;
    double good[] = { 4, 0, 2, 5 }, bad[] = { 1, 0, 2, 1 };
    assert_true(sft__cholesky(good, 2));
    CHECK_NEAR(good[0], 2, 1e-15);
    CHECK_NEAR(good[2], 1, 1e-15);
    CHECK_NEAR(good[3], 2, 1e-15);
    assert_false(sft__cholesky(bad, 2));
}

static void scores_keep_the_order_and_do_not_see_how_bad_the_bad_are(void **state)
{
    (void)state;
    double       y[8], z[8];
    const double mild[] = { 0.1, 0.2, 0.4, 0.7, 0.7, 0.9 }, wild[] = { 0.1, 0.2, 0.4, 0.7, 0.7, 1e300 };
    sft__half_rank(mild, 6, 6, 8, y);
    sft__half_rank(wild, 6, 6, 8, z);
    double mean = 0, square = 0;
    for (int i = 0; i < 8; i++) {
        assert_true(y[i] == z[i]);
        mean += y[i] / 8;
        square += y[i] * y[i] / 8;
        if (i) assert_true(y[i] >= y[i - 1]);
    }
    CHECK_NEAR(mean, 0, 1e-12);
    CHECK_NEAR(square, 1, 1e-12);
    assert_true(y[3] == y[4]);                               /* equal values */
    assert_true(y[6] == y[7] && y[6] > y[5]);                /* failed ones: equal, and worst */
    CHECK_NEAR((y[2] - y[1]) / (y[1] - y[0]), 2, 1e-9);      /* distances of the better half */
    sft__half_rank((double[]){ 1, 1, 1 }, 3, 3, 3, y);       /* nothing to tell apart */
    for (int i = 0; i < 3; i++) assert_true(y[i] == 0);
}

static void the_normal_quantile_undoes_the_normal_distribution(void **state)
{
    (void)state;
    for (int i = -80; i <= 80; i++) {
        const double z = i / 10.0, p = sft__normal_below(z);
        if (p < 1 - 1e-9) CHECK_NEAR(sft__normal_quantile(p), z, 1e-6);
    }
    CHECK_NEAR(sft__normal_quantile(0.975), 1.959963984540054, 1e-9);
    CHECK_NEAR(sft__normal_quantile(1e-300), -37.0471, 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parzen_density_has_mass_one),
        cmocka_unit_test(parzen_draws_follow_the_density),
        cmocka_unit_test(the_slope_of_the_likelihood_is_its_slope),
        cmocka_unit_test(a_process_passes_through_its_points_and_knows_less_elsewhere),
        cmocka_unit_test(a_fit_finds_the_axis_that_matters),
        cmocka_unit_test(a_matrix_that_is_not_positive_definite_is_refused),
        cmocka_unit_test(scores_keep_the_order_and_do_not_see_how_bad_the_bad_are),
        cmocka_unit_test(the_normal_quantile_undoes_the_normal_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
