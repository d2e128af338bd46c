/* SPDX-License-Identifier: MIT */
/* Shapes count and print, layouts keep every number in its place, statistics see what is not finite.
 * labels: core gradient */
#include "check.h"

#include <math.h>

#include "tensor/tensor.h"

static void shapes(void **state)
{
    (void)state;
    char      text[64], little[6];
    sft_shape s = sft__shape3(32, 28, 7);
    assert_int_equal(sft__count(s), 32 * 28 * 7);
    assert_string_equal(sft__shape_text(s, text, sizeof text), "32x28x7");
    assert_string_equal(sft__shape_text((sft_shape){ 0 }, text, sizeof text), "scalar");
    assert_int_equal(sft__count((sft_shape){ 0 }), 1);
    sft__shape_text(s, little, sizeof little);
    assert_int_equal(strlen(little), 5); /* cut, and ended */
    assert_true(sft__same_shape(s, sft__shape3(32, 28, 7)));
    assert_false(sft__same_shape(s, sft__shape2(32, 28)));
    assert_false(sft__same_shape(s, sft__shape3(32, 28, 8)));
    int64_t big = INT64_C(1) << 31;
    assert_int_equal(sft__count(sft__shape3(big, big, 4)), -1);
    assert_int_equal(sft__count(sft__shape2(big, -1)), -1);
}

static const sft_layout layouts[] = { SFT_PLAIN, SFT_BLOCK8, SFT_BLOCK16, SFT_CHANNELS_LAST };

/* Element (row, channel, place) read through the view's formula is the plain one; and back again gives the same numbers. */
static void layout_round_trip(void **state)
{
    (void)state;
    enum { ROWS = 3, C = 32, S = 5 * 3, N = ROWS * C * S };
    static real     x[N], y[N], z[N], back[N];
    const sft_shape samples[] = { sft__shape3(C, 5, 3), sft__shape2(C, S) };
    for (int i = 0; i < N; i++)
        x[i] = (real)i;
    for (int k = 0; k < 2; k++)
        for (int a = 0; a < 4; a++)
            for (int b = 0; b < 4; b++) {
                sft_view v = sft__view(samples[k], layouts[b]);
                sft__relayout(ROWS, samples[k], SFT_PLAIN, x, layouts[a], y);
                sft__relayout(ROWS, samples[k], layouts[a], y, layouts[b], z);
                assert_int_equal(v.blocks * v.spatial * v.lane, C * S);
                for (int64_t o = 0; o < ROWS; o++)
                    for (int64_t c = 0; c < C; c++)
                        for (int64_t s = 0; s < S; s++) {
                            int64_t at = ((o * v.blocks + c / v.lane) * v.spatial + s) * v.lane + c % v.lane;
                            if (z[at] != x[(o * C + c) * S + s])
                                fail_msg("%s to %s: (%d,%d,%d) is elsewhere", sft__layout_name(layouts[a]),
                                         sft__layout_name(layouts[b]), (int)o, (int)c, (int)s);
                        }
                sft__relayout(ROWS, samples[k], layouts[b], z, SFT_PLAIN, back);
                assert_memory_equal(back, x, sizeof x);
            }
}

static void features_have_one_layout(void **state)
{
    (void)state;
    real x[12], y[12];
    for (int i = 0; i < 12; i++)
        x[i] = (real)i;
    sft__relayout(3, sft__shape1(4), SFT_BLOCK16, x, SFT_PLAIN, y);
    assert_memory_equal(x, y, sizeof x);
}

static void statistics(void **state)
{
    (void)state;
    enum { N = 3001 };
    static real x[N];
    double      sum = 0, sumsq = 0, low = INFINITY, high = -INFINITY;
    int         zeros = 0;
    for (int i = 0; i < N; i++) {
        x[i] = i % 10 == 3 ? 0 : (real)(1e3 + sin(i));
        sum += (double)x[i];
        sumsq += (double)x[i] * (double)x[i];
        low = fmin(low, (double)x[i]);
        high = fmax(high, (double)x[i]);
        zeros += x[i] == 0;
    }
    sft_tensor_stats s = sft__tensor_stats(x, N);
    CHECK_NEAR(s.mean, sum / N, 1e-9 * fabs(sum / N));
    CHECK_NEAR(s.rms, sqrt(sumsq / N), 1e-9 * s.rms);
    assert_int_equal(s.n, N);
    assert_int_equal(s.bad, 0);
    assert_int_equal(s.zeros, zeros);
    assert_true(s.min == low && s.max == high);
    sft_tensor_stats none = sft__tensor_stats(x, 0);
    assert_true(none.n == 0 && none.mean == 0 && none.rms == 0);
}

/* Wherever a single NaN or infinity stands, it is seen, and left out of the mean. */
static void bad_numbers_are_seen(void **state)
{
    (void)state;
    enum { N = 1100 };
    static real x[N];
    const real  bad[] = { (real)NAN, (real)INFINITY, (real)-INFINITY };
    for (int i = 0; i < N; i++)
        x[i] = 2;
    assert_true(sft__all_finite(x, N));
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 3; k++) {
            x[i] = bad[k];
            if (sft__all_finite(x, N))
                fail_msg("bad number %d at %d is overlooked", k, i);
            if (i % 97 == 0) {
                sft_tensor_stats s = sft__tensor_stats(x, N);
                assert_int_equal(s.bad, 1);
                assert_true(s.mean == 2 && s.min == 2 && s.max == 2);
            }
            x[i] = 2;
        }
    real nans[3] = { (real)NAN, (real)NAN, (real)NAN };
    assert_int_equal(sft__tensor_stats(nans, 3).bad, 3);
    assert_true(sft__tensor_stats(nans, 3).mean == 0);
    real huge[2] = { (real)3e38, (real)3e38 }; /* finite, though their sum is not */
    assert_true(sft__all_finite(huge, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(layout_round_trip),
        cmocka_unit_test(features_have_one_layout),
        cmocka_unit_test(statistics),
        cmocka_unit_test(bad_numbers_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
