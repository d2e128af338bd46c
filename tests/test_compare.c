/* SPDX-License-Identifier: MIT */
/* Statistics of comparisons against closed forms, and sft_compare on run folders. labels: core */
#include "check.h"
#include "data_folder.h"
#include "report_runs.h"

#include <math.h>

#include "report/significance.h"

/* Student's t has closed forms for whole degrees of freedom. */
static void test_t_equals_its_closed_forms(void **state)
{
    (void)state;
    const double pi = acos(-1);
    for (double t = 0; t < 40; t = t * 1.7 + 0.01) {
        CHECK_NEAR(sft__t_two_sided(t, 1), 1 - 2 / pi * atan(t), 1e-13);
        CHECK_NEAR(sft__t_two_sided(t, 2), 1 - t / sqrt(2 + t * t), 1e-13);
        const double s = t / sqrt(4 + t * t);
        CHECK_NEAR(sft__t_two_sided(-t, 4), 1 - s * (1.5 - 0.5 * s * s), 1e-13);
    }
    CHECK_NEAR(sft__t_two_sided(1.5, 1e8), erfc(1.5 / sqrt(2)), 1e-7);
    assert_true(isnan(sft__t_two_sided(NAN, 3)));
    assert_true(isnan(sft__t_two_sided(1, 0)));
    assert_true(sft__t_two_sided(INFINITY, 3) == 0);
}

static void test_the_critical_value_is_the_inverse(void **state)
{
    (void)state;
    CHECK_NEAR(sft__t_critical(0.05, 1), tan(0.475 * acos(-1)), 1e-8);
    CHECK_NEAR(sft__t_critical(0.05, 2), sqrt(2 * 0.95 * 0.95 / (1 - 0.95 * 0.95)), 1e-10);
    for (double df = 0.7; df < 300; df *= 1.9) CHECK_NEAR(sft__t_two_sided(sft__t_critical(0.01, df), df), 0.01, 1e-12);
}

/* With equal sizes and variances Welch's test is Student's with 2n - 2 degrees of freedom. */
static void test_welch_of_equal_variances_is_students(void **state)
{
    (void)state;
    const double   a[] = { 1, 2, 3 }, b[] = { 2, 3, 4 };
    const sft_test x = sft__welch(a, 3, b, 3), y = sft__welch(b, 3, a, 3);
    const double   t = sqrt(1.5), s = t / sqrt(4 + t * t);
    assert_int_equal(x.kind, SFT_TEST_WELCH);
    CHECK_NEAR(x.effect, 1, 1e-15);
    CHECK_NEAR(x.t, t, 1e-14);
    CHECK_NEAR(x.df, 4, 1e-12);
    CHECK_NEAR(x.p, 1 - s * (1.5 - 0.5 * s * s), 1e-13);
    CHECK_NEAR((x.low + x.high) / 2, 1, 1e-14);
    CHECK_NEAR(x.high - 1, sft__t_critical(0.05, 4) * sqrt(2.0 / 3), 1e-12);
    CHECK_NEAR(y.effect, -1, 1e-15);
    CHECK_NEAR(y.p, x.p, 1e-15);
}

/* One side that does not vary leaves the other's degrees of freedom: n - 1. */
static void test_welch_of_unequal_variances(void **state)
{
    (void)state;
    const double   a[] = { 5, 5 }, b[] = { 6, 8, 10 };
    const sft_test x = sft__welch(a, 2, b, 3);
    const double   t = 3 / sqrt(4.0 / 3);
    CHECK_NEAR(x.df, 2, 1e-12);
    CHECK_NEAR(x.t, t, 1e-14);
    CHECK_NEAR(x.p, 1 - t / sqrt(2 + t * t), 1e-13);
    const double same[] = { 5, 5, 5 }, other[] = { 6, 6 };
    CHECK_NEAR(sft__welch(a, 2, same, 3).p, 1, 1e-15);
    CHECK_NEAR(sft__welch(a, 2, other, 2).p, 0, 1e-15);
    const sft_test one = sft__welch(a, 1, b, 3);
    assert_int_equal(one.kind, SFT_TEST_NONE);
    CHECK_NEAR(one.effect, 3, 1e-15);
    assert_true(isnan(one.p) && isnan(one.low));
}

/* Of differences of 1, k of n of them of one sign, the sums that are as far are binomial tails. */
static void test_permutations_are_counted_exactly(void **state)
{
    (void)state;
    const double zero[20] = { 0 };
    double       d[20];
    for (int i = 0; i < 20; i++) d[i] = 1;
    CHECK_NEAR(sft__permutation(zero, d, 6).p, 2.0 / 64, 0);
    CHECK_NEAR(sft__permutation(zero, d, 20).p, 2.0 / (1 << 20), 0);
    d[5] = -1;
    CHECK_NEAR(sft__permutation(zero, d, 6).p, 14.0 / 64, 0);
    CHECK_NEAR(sft__permutation(d, zero, 6).effect, -4.0 / 6, 1e-15);
    const double tenths[] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6 }; /* sums of these round: the largest must count itself */
    CHECK_NEAR(sft__permutation(zero, tenths, 6).p, 2.0 / 64, 0);
    CHECK_NEAR(sft__permutation(zero, zero, 6).p, 1, 0);
}

static void test_the_rule_chooses_the_test(void **state)
{
    (void)state;
    const double    a[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 3, 4, 5, 6, 7, 8.5 };
    const long long seed[] = { 0, 1, 2, 3, 4, 5 }, back[] = { 5, 4, 3, 2, 1, 0 }, other[] = { 0, 1, 2, 3, 4, 9 };
    assert_int_equal(sft__compare_seeds(a, seed, 6, b, seed, 6).kind, SFT_TEST_PERMUTATION);
    assert_int_equal(sft__compare_seeds(a, seed, 6, b, other, 6).kind, SFT_TEST_WELCH);
    assert_int_equal(sft__compare_seeds(a, seed, 5, b, seed, 5).kind, SFT_TEST_WELCH);
    assert_int_equal(sft__compare_seeds(a, seed, 1, b, seed, 5).kind, SFT_TEST_NONE);
    assert_int_equal(sft__compare_seeds(a, seed, 0, b, seed, 5).kind, SFT_TEST_NONE);
    CHECK_NEAR(sft__compare_seeds(a, seed, 6, b, seed, 6).p, 2.0 / 64, 0);
    assert_true(sft__compare_seeds(a, seed, 6, b, back, 6).p > 2.0 / 64);
}

static void test_holm(void **state)
{
    (void)state;
    double p[] = { 0.01, 0.04, 0.03, NAN }, q[] = { 0.5, 0.6 }, one[] = { 0.2 };
    sft__holm(p, 4);
    CHECK_NEAR(p[0], 0.03, 1e-12);
    CHECK_NEAR(p[1], 0.06, 1e-12);
    CHECK_NEAR(p[2], 0.06, 1e-12);
    assert_true(isnan(p[3]));
    sft__holm(q, 2);
    CHECK_NEAR(q[0], 1, 1e-12);
    CHECK_NEAR(q[1], 1, 1e-12);
    sft__holm(one, 1);
    CHECK_NEAR(one[0], 0.2, 1e-12);
}

/* ---- run folders -------------------------------------------------------------------------------------- */

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("lacks `%s`: %s", part, text);
}

static void test_compare_says_what_differs_and_by_how_much(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    char        root[64], path[4][128];
    const char *paths[4];
    folder_make(root);
    for (int i = 0; i < 4; i++) {
        snprintf(path[i], sizeof path[i], "%s/%d", root, i);
        paths[i] = path[i];
        report_run(path[i], &(report_curve){ .lr = i < 2 ? 0.1 : 0.2, .seed = i % 2, .epochs = 10, .fall = 1, .accuracy =
                                            0.5 + 0.1 * (i / 2) + 0.01 * (i % 2) });
    }
    sft_comparison *k = sft_compare(c, 4, paths, NULL);
    CHECK_OK(c);
    holds(sft_comparison_text(k), "optimizer.lr");
    holds(sft_comparison_text(k), "B against A, Val Acc: +10.00 points (95 % interval +6.96 to +13.04)"); /* 4.303 sqrt(2 * 0.00005 / 2) */
    holds(sft_comparison_text(k), "B is better");
    holds(sft_comparison_json(k), "\"test\": \"welch\"");
    assert_null(strstr(sft_comparison_text(k), "train.batch"));
    sft_comparison_free(k);
    const char *two[] = { paths[0], paths[2] };
    k = sft_compare(c, 2, two, NULL);
    holds(sft_comparison_text(k), "Too few seeds");
    sft_comparison_free(k);
    const char *same[] = { paths[0], paths[1] };
    k = sft_compare(c, 2, same, NULL);
    holds(sft_comparison_text(k), "runs of one recipe; over 2 seeds Val Acc is 50.50 ± 0.71 %");
    sft_comparison_free(k);
    assert_null(sft_compare(c, 1, paths, NULL));
    CHECK_FAILS(c, "E002", "two run folders");
    const char *none[] = { paths[0], root };
    assert_null(sft_compare(c, 2, none, NULL));
    CHECK_FAILS(c, "E299", "not a run folder");
    folder_remove(root);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t_equals_its_closed_forms),
        cmocka_unit_test(test_the_critical_value_is_the_inverse),
        cmocka_unit_test(test_welch_of_equal_variances_is_students),
        cmocka_unit_test(test_welch_of_unequal_variances),
        cmocka_unit_test(test_permutations_are_counted_exactly),
        cmocka_unit_test(test_the_rule_chooses_the_test),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_compare_says_what_differs_and_by_how_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
