/* SPDX-License-Identifier: MIT */
/* The tree over shards: whatever the number of threads, what they sum alone and what is left for the end is the same tree.
 * labels: core
 */
#include "check.h"

#include "graph/private.h"

/* A sum that remembers its operands and their order. */
static uint64_t plus(uint64_t a, uint64_t b)
{
    return (a ^ b * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u + 1;
}

static void leaves(uint64_t *x, int count)
{
    for (int s = 0; s < count; s++)
        x[s] = 1000003u * (uint64_t)(s + 1);
}

static void sum_along(uint64_t *x, int count)
{
    for (int stride = 1; stride < count; stride *= 2)
        for (int s = 0; s + stride < count; s += 2 * stride)
            x[s] = plus(x[s], x[s + stride]);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    for (int active = 1; active <= SFT_MAX_SHARDS; active++)
        for (int threads = 1; threads <= 9; threads++) {
            uint64_t  whole[SFT_MAX_SHARDS], parts[SFT_MAX_SHARDS];
            sft_merge merge[SFT_MAX_SHARDS];
            leaves(whole, active);
            leaves(parts, active);
            sum_along(whole, active);
            for (int t = 0; t < threads; t++) {
                int end = active * (t + 1) / threads;
                for (int lo = active * t / threads, hi; lo < end; lo = hi) {
                    hi = sft__subtree(active, lo, end);
                    assert_true(hi > lo && hi <= end);
                    sum_along(parts + lo, hi - lo);
                }
            }
            int n = sft__open_merges(active, threads, merge);
            assert_true(n < active && (threads > 1 || n == 0));
            for (int i = 0; i < n; i++)
                parts[merge[i].into] = plus(parts[merge[i].into], parts[merge[i].from]);
            assert_true(parts[0] == whole[0]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(threads_do_not_matter) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
