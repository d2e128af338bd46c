/* SPDX-License-Identifier: MIT */
/* Halving: rungs, brackets, and who goes on. labels: core */
#include "check.h"

#include <math.h>

#include "base/random.h"
#include "sweep/sampler.h"

static void check_rungs(sft_halving h, int bracket, int n, const int64_t *want)
{
    int64_t epochs[SFT_MOST_RUNGS];
    assert_int_equal(sft__rungs(&h, bracket, epochs), n);
    for (int i = 0; i < n; i++) assert_int_equal(epochs[i], want[i]);
}

static void rungs_rise_by_eta_and_end_at_the_end(void **state)
{
    (void)state;
    check_rungs((sft_halving){ 3, 1, 81, 1 }, 0, 5, (int64_t[]){ 1, 3, 9, 27, 81 });
    check_rungs((sft_halving){ 3, 2, 100, 1 }, 0, 5, (int64_t[]){ 2, 6, 18, 54, 100 });
    check_rungs((sft_halving){ 3, 2, 100, 3 }, 2, 3, (int64_t[]){ 18, 54, 100 });
    check_rungs((sft_halving){ 0, 2, 100, 1 }, 0, 1, (int64_t[]){ 100 });
    check_rungs((sft_halving){ 4, 50, 20, 1 }, 0, 1, (int64_t[]){ 20 });
    check_rungs((sft_halving){ 1.2, 1, 4, 1 }, 0, 4, (int64_t[]){ 1, 2, 3, 4 }); /* whole epochs only once */
    int64_t           epochs[SFT_MOST_RUNGS];
    const sft_halving fine = { 1.01, 1, INT64_MAX, 1 };
    assert_int_equal(sft__rungs(&fine, 0, epochs), SFT_MOST_RUNGS);
    assert_true(epochs[SFT_MOST_RUNGS - 1] == INT64_MAX);
}

/* Hyperband of R = 81, eta = 3 starts 81, 34, 15, 8 and 5 trials in its brackets. */
static void brackets_get_their_share_of_trials(void **state)
{
    (void)state;
    const sft_halving h = { 3, 1, 81, 5 };
    static const int  want[5] = { 81, 34, 15, 8, 5 };
    int               count[5] = { 0 };
    for (int64_t t = 0; t < 143; t++) count[sft__bracket(&h, t)]++;
    for (int b = 0; b < 5; b++) assert_int_equal(count[b], want[b]);
    for (int64_t t = 0; t < 143; t++) assert_int_equal(sft__bracket(&h, t), sft__bracket(&h, t + 143));
    const sft_halving one = { 3, 1, 81, 1 }, many = { 3, 1, 81, 100 };
    for (int64_t t = 0; t < 50; t++) {
        assert_int_equal(sft__bracket(&one, t), 0);
        assert_in_range(sft__bracket(&many, t), 0, 4);
    }
}

static void the_best_third_goes_on_and_failures_never(void **state)
{
    (void)state;
    const sft_halving h = { 3, 1, 81, 1 };
    const double      v[] = { 5, 1, NAN, 3, 2, 9, NAN };
    const double      up[] = { 1, 2 }, stay[] = { 3, 5, 9, NAN };
    for (size_t i = 0; i < 2; i++) assert_true(sft__promotes(&h, v, 7, up[i]));
    for (size_t i = 0; i < 4; i++) assert_false(sft__promotes(&h, v, 7, stay[i]));
    assert_false(sft__promotes(&h, v, 2, 1)); /* of two, not one is a third */
    const sft_halving off = { 0, 1, 81, 1 };
    assert_true(sft__promotes(&off, v, 7, 9));
}

static void of_different_values_exactly_one_in_eta_goes_on(void **state)
{
    (void)state;
    sft_stream random = sft__stream(sft__key(4, SFT_FOR_TEST), 0, 0, 0);
    for (int n = 1; n <= 60; n++) {
        double            v[60];
        const sft_halving h = { 2 + n % 3, 1, 100, 1 };
        int               up = 0;
        for (int i = 0; i < n; i++) v[i] = sft__normal(&random);
        for (int i = 0; i < n; i++) up += sft__promotes(&h, v, n, v[i]);
        assert_int_equal(up, n / (2 + n % 3));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rungs_rise_by_eta_and_end_at_the_end),
        cmocka_unit_test(brackets_get_their_share_of_trials),
        cmocka_unit_test(the_best_third_goes_on_and_failures_never),
        cmocka_unit_test(of_different_values_exactly_one_in_eta_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
