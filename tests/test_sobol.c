/* SPDX-License-Identifier: MIT */
/* Sobol points: the published ones, and nets that scrambling keeps. labels: core */
#include "check.h"

#include <math.h>

#include "sweep/sampling.h"

/* Sixteenths of the first eight points, and the bits of point 999, of new-joe-kuo-6 as SciPy's Sobol(32, scramble=False) gives them. */
static const uint8_t first[8][32] = {
    { 0 },
    { 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8 },
    { 12, 4, 4, 4, 12, 12, 4, 12, 12, 12, 12, 12, 4, 4, 12, 4, 12, 4, 12, 4, 4, 12, 4, 4, 4, 12, 4, 12, 4, 12, 4, 4 },
    { 4, 12, 12, 12, 4, 4, 12, 4, 4, 4, 4, 4, 12, 12, 4, 12, 4, 12, 4, 12, 12, 4, 12, 12, 12, 4, 12, 4, 12, 4, 12, 12 },
    { 6, 6, 10, 14, 6, 2, 6, 14, 14, 10, 14, 6, 6, 10, 6, 14, 6, 14, 14, 2, 2, 2, 6, 14, 14, 14, 6, 10, 2, 2, 6, 2 },
    { 14, 14, 2, 6, 14, 10, 14, 6, 6, 2, 6, 14, 14, 2, 14, 6, 14, 6, 6, 10, 10, 10, 14, 6, 6, 6, 14, 2, 10, 10, 14, 10 },
    { 10, 2, 14, 10, 10, 14, 2, 2, 2, 6, 2, 10, 2, 14, 10, 10, 10, 10, 2, 6, 6, 14, 2, 10, 10, 2, 2, 6, 6, 14, 2, 6 },
    { 2, 10, 6, 2, 2, 6, 10, 10, 10, 14, 10, 2, 10, 6, 2, 2, 2, 2, 10, 14, 14, 6, 10, 2, 2, 10, 10, 14, 14, 6, 10, 14 },
};
static const uint32_t bits_999[32] = {
    0x28400000, 0xe8c00000, 0x14c00000, 0xfd400000, 0xf7c00000, 0xd8400000, 0xdbc00000, 0xb6400000, 0xd0400000, 0xa1c00000, 0x05c00000,
    0x71400000, 0x79400000, 0xf2400000, 0xd4c00000, 0x8ec00000, 0x48400000, 0xa8400000, 0xadc00000, 0x09c00000, 0x55c00000, 0x5cc00000,
    0x63400000, 0x5a400000, 0xc5400000, 0x58400000, 0x3a400000, 0x2ac00000, 0x5f400000, 0xc7400000, 0xf5c00000, 0x15400000
};

static void points_are_the_published_ones(void **state)
{
    (void)state;
    for (int axis = 0; axis < 32; axis++) {
        for (uint32_t i = 0; i < 8; i++) assert_true(sft__sobol(axis, i) == first[i][axis] / 16.0);
        assert_true(sft__sobol(axis, 999) == bits_999[axis] * 0x1p-32);
    }
}

/* Coordinate of point i: plain, or scrambled with a seed. */
static double coordinate(uint64_t seed, int axis, uint32_t i)
{
    return seed ? sft__sobol_scrambled(sft__key(seed, SFT_FOR_TEST), axis, i) : sft__sobol(axis, i);
}

/* Every box of 2^-a x 2^-(m-a) has one of 2^m points, plain and scrambled: a (0, m, 2)-net. */
static void two_axes_are_a_net_at_every_size(void **state)
{
    (void)state;
    enum { MOST = 10 };
    for (uint64_t seed = 0; seed < 6; seed++) {
        for (int m = 0; m <= MOST; m++) {
            for (int a = 0; a <= m; a++) {
                int count[1 << MOST] = { 0 };
                for (uint32_t i = 0; i < 1u << m; i++) {
                    const int across = (int)(coordinate(seed, 0, i) * (1 << a)), up = (int)(coordinate(seed, 1, i) * (1 << (m - a)));
                    count[across << (m - a) | up]++;
                }
                for (int box = 0; box < 1 << m; box++) assert_int_equal(count[box], 1);
            }
        }
    }
}

static void each_axis_is_cut_evenly(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 2; seed++) {
        for (int axis = 0; axis < SFT_MOST_AXES; axis++) {
            int count[256] = { 0 };
            for (uint32_t i = 0; i < 256; i++) count[(int)(coordinate(seed, axis, i) * 256)]++;
            for (int cell = 0; cell < 256; cell++) assert_int_equal(count[cell], 1);
        }
    }
}

/* Over seeds each point is uniform, and two points are as likely in the same half of a half as Owen's scrambling says: never. */
static void a_scrambled_point_is_uniform_over_seeds(void **state)
{
    (void)state;
    enum { SEEDS = 4000 };
    double mean = 0, square = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const double u = coordinate(seed, 3, 5);
        assert_true(u >= 0 && u < 1);
        mean += u / SEEDS;
        square += u * u / SEEDS;
    }
    CHECK_NEAR(mean, 0.5, 4 * sqrt(1.0 / 12 / SEEDS)); /* four standard errors */
    CHECK_NEAR(square, 1.0 / 3, 4 * sqrt(4.0 / 45 / SEEDS));
}

/* Random digit shifts flip a bit for all points alike; nested flips differ below different bits. */
static void scrambling_is_nested_and_not_a_shift(void **state)
{
    (void)state;
    int differ = 0;
    for (uint64_t seed = 1; seed <= 64; seed++) {
        uint32_t flips[2];
        for (uint32_t i = 0; i < 2; i++) {
            const uint32_t plain = (uint32_t)(sft__sobol(0, i) * 0x1p32), bent = (uint32_t)(coordinate(seed, 0, i) * 0x1p32);
            flips[i] = plain ^ bent;
        }
        assert_int_equal(flips[0] >> 31, flips[1] >> 31);
        differ += (flips[0] >> 30 & 1) != (flips[1] >> 30 & 1);
    }
    assert_in_range(differ, 16, 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_the_published_ones),           cmocka_unit_test(two_axes_are_a_net_at_every_size),
        cmocka_unit_test(each_axis_is_cut_evenly),                 cmocka_unit_test(a_scrambled_point_is_uniform_over_seeds),
        cmocka_unit_test(scrambling_is_nested_and_not_a_shift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
