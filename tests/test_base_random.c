/* SPDX-License-Identifier: MIT */
/* Philox equals Random123's published vectors; what is drawn from it has the moments it should. labels: core */
#include "check.h"

#include "base/random.h"
#include "base/stats.h"

#include <math.h>

/* kat_vectors of Random123 1.09, philox4x32 10 */
static void philox_equals_the_published_vectors(void **state)
{
    (void)state;
    static const uint32_t kat[3][10] = {
        { 0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 },
        { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
          0x6d5451fd },
        { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
          0x24126ea1 },
    };
    for (int i = 0; i < 3; i++) {
        const uint32_t *k = kat[i];
        sft_random4 r = sft__philox((sft_key){ { k[4], k[5] } }, k[0], k[1], k[2], k[3]);
        assert_memory_equal(r.v, k + 6, sizeof r.v);
    }
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void seeds_and_purposes_never_share_a_key(void **state)
{
    (void)state;
    enum { SEEDS = 300, PURPOSES = 1200 };
    static uint64_t keys[SEEDS * PURPOSES];
    size_t n = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint32_t purpose = 0; purpose < PURPOSES; purpose++) {
            sft_key k = sft__key(seed % 2 ? seed : seed << 40, purpose);
            keys[n++] = (uint64_t)k.k[1] << 32 | k.k[0];
        }
    qsort(keys, n, sizeof *keys, by_value);
    for (size_t i = 1; i < n; i++)
        assert_true(keys[i] != keys[i - 1]);
}

static void a_stream_is_philox_read_in_order(void **state)
{
    (void)state;
    sft_key k = sft__key(5, SFT_FOR_TEST);
    sft_stream s = sft__stream(k, 1, 2, 3);
    for (uint32_t lane = 0; lane < 3; lane++) {
        sft_random4 r = sft__philox(k, 1, 2, 3, lane);
        for (int i = 0; i < 4; i++)
            assert_int_equal(sft__next(&s), r.v[i]);
    }
}

/* Means of n draws lie within 5 standard errors: one in two million would not, and the seed is fixed. */
static void uniform_and_normal_have_their_moments(void **state)
{
    (void)state;
    const int n = 200000;
    sft_stream s = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    sft_stats u = { 0 }, g = { 0 }, g4 = { 0 }, pairs = { 0 };
    double before = 0;
    for (int i = 0; i < n; i++) {
        sft__stats_add(&u, sft__uniform(&s));
        double x = sft__normal(&s);
        sft__stats_add(&g, x);
        sft__stats_add(&g4, x * x * x * x);
        sft__stats_add(&pairs, x * before);
        before = x;
    }
    assert_true(u.min >= 0 && u.max < 1);
    CHECK_NEAR(u.mean, 0.5, 5 * sqrt(1 / 12.0 / n));
    CHECK_NEAR(sft__stats_variance(&u), 1 / 12.0, 5 * sqrt(1 / 180.0 / n));
    CHECK_NEAR(g.mean, 0, 5 / sqrt(n));
    CHECK_NEAR(sft__stats_variance(&g), 1, 5 * sqrt(2.0 / n));
    CHECK_NEAR(g4.mean, 3, 5 * sqrt(96.0 / n));
    CHECK_NEAR(pairs.mean, 0, 5 / sqrt(n));
}

static void unit_is_below_one(void **state)
{
    (void)state;
    assert_true(sft__unit(0) == 0);
    assert_true(sft__unit(UINT32_MAX) < 1);
    assert_true((float)sft__unit(UINT32_MAX) < 1.0f);
}

static void below_stays_below_and_is_even(void **state)
{
    (void)state;
    sft_stream s = sft__stream(sft__key(2, SFT_FOR_TEST), 0, 0, 0);
    int count[7] = { 0 };
    for (int i = 0; i < 70000; i++)
        count[sft__below(&s, 7)]++;
    for (int i = 0; i < 7; i++)
        CHECK_NEAR(count[i], 10000, 5 * sqrt(70000 * (1 / 7.0) * (6 / 7.0)));
    assert_int_equal(sft__below(&s, 1), 0);
    int high = 0; /* n = 3 * 2^62: a plain remainder would put half of all numbers into the lowest third */
    for (int i = 0; i < 3000; i++)
        high += sft__below(&s, UINT64_C(3) << 62) >= UINT64_C(1) << 62;
    CHECK_NEAR(high, 2000, 5 * sqrt(3000 * 2 / 9.0));
}

static void permutations_hold_everyone_once_and_all_orders_are_as_likely(void **state)
{
    (void)state;
    int64_t order[1000];
    bool seen[1000] = { false };
    sft_stream s = sft__stream(sft__key(3, SFT_FOR_SHUFFLE), 0, 0, 0);
    sft__permute(&s, order, 1000);
    int in_place = 0;
    for (int i = 0; i < 1000; i++) {
        assert_true(order[i] >= 0 && order[i] < 1000 && !seen[order[i]]);
        seen[order[i]] = true;
        in_place += order[i] == i;
    }
    assert_true(in_place < 10);
    int count[27] = { 0 };
    for (int i = 0; i < 6000; i++) {
        sft__permute(&s, order, 3);
        count[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    int orders = 0;
    for (int i = 0; i < 27; i++)
        if (count[i]) {
            orders++;
            CHECK_NEAR(count[i], 1000, 5 * sqrt(6000 * (1 / 6.0) * (5 / 6.0)));
        }
    assert_int_equal(orders, 6);
    sft__permute(&s, order, 0);
    sft__permute(&s, order, 1);
    assert_int_equal(order[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_equals_the_published_vectors),
        cmocka_unit_test(seeds_and_purposes_never_share_a_key),
        cmocka_unit_test(a_stream_is_philox_read_in_order),
        cmocka_unit_test(uniform_and_normal_have_their_moments),
        cmocka_unit_test(unit_is_below_one),
        cmocka_unit_test(below_stays_below_and_is_even),
        cmocka_unit_test(permutations_hold_everyone_once_and_all_orders_are_as_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
