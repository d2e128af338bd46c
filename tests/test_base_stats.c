/* SPDX-License-Identifier: MIT */
/* Running statistics equal the two-pass ones, merge in any cut, and are never poisoned. labels: core */
#include "check.h"

#include "base/random.h"
#include "base/stats.h"

#include <math.h>

enum { N = 1000 };

static void draw(double *x, double shift)
{
    sft_stream s = sft__stream(sft__key(7, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < N; i++)
        x[i] = shift + sft__normal(&s);
}

static void welford_equals_two_passes(void **state)
{
    (void)state;
    double x[N], mean = 0, m2 = 0;
    draw(x, 1e6); /* where a sum of squares would lose all digits in float and half of them in double */
    sft_stats s = { 0 };
    for (int i = 0; i < N; i++) {
        sft__stats_add(&s, x[i]);
        mean += x[i] / N;
    }
    for (int i = 0; i < N; i++)
        m2 += (x[i] - mean) * (x[i] - mean);
    assert_int_equal(s.n, N);
    CHECK_NEAR(s.mean, mean, 1e-8);
    CHECK_NEAR(sft__stats_variance(&s), m2 / (N - 1), 1e-8);
}

static void merging_equals_adding(void **state)
{
    (void)state;
    double x[N];
    draw(x, -3);
    sft_stats all = { 0 };
    for (int i = 0; i < N; i++)
        sft__stats_add(&all, x[i]);
    for (int cut = 0; cut <= N; cut += 125) {
        sft_stats a = { 0 }, b = { 0 };
        for (int i = 0; i < N; i++)
            sft__stats_add(i < cut ? &a : &b, x[i]);
        sft__stats_merge(&a, &b);
        assert_int_equal(a.n, N);
        CHECK_NEAR(a.mean, all.mean, 1e-12);
        CHECK_NEAR(a.m2, all.m2, 1e-9);
        assert_true(a.min == all.min && a.max == all.max);
    }
}

static void what_is_not_finite_is_counted_only(void **state)
{
    (void)state;
    const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
    sft_stats s = { 0 }, clean = { 0 }, only_bad = { 0 };
    for (int i = 0; i < 30; i++) {
        sft__stats_add(&s, bad[i % 3]);
        sft__stats_add(&only_bad, bad[i % 3]);
        sft__stats_add(&s, i);
        sft__stats_add(&clean, i);
    }
    assert_int_equal(s.bad, 30);
    assert_true(s.mean == clean.mean && s.m2 == clean.m2 && s.min == clean.min && s.max == clean.max);
    sft__stats_merge(&clean, &only_bad);
    assert_int_equal(clean.bad, 30);
    assert_true(clean.mean == s.mean && clean.n == 30);
    sft__stats_merge(&only_bad, &s);
    assert_int_equal(only_bad.bad, 60);
    assert_true(only_bad.mean == s.mean && only_bad.min == 0 && only_bad.max == 29);
}

static void few_values_have_no_variance(void **state)
{
    (void)state;
    sft_stats s = { 0 };
    assert_true(sft__stats_variance(&s) == 0);
    sft__stats_add(&s, -4);
    assert_true(sft__stats_variance(&s) == 0 && s.mean == -4 && s.min == -4 && s.max == -4);
    sft__stats_add(&s, -2);
    CHECK_NEAR(sft__stats_variance(&s), 2, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(welford_equals_two_passes),
        cmocka_unit_test(merging_equals_adding),
        cmocka_unit_test(what_is_not_finite_is_counted_only),
        cmocka_unit_test(few_values_have_no_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
