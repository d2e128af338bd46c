/* SPDX-License-Identifier: MIT */
/* labels: core */
/* What stands around the optimiser: L1, max-norm, gradient noise; and the transforms that look at whole tensors. */
#include "optim/chain.h"
#include "optim_bench.h"

#include <math.h>

enum { N = 4096 };

static void l1_pulls_weights_to_zero_and_spares_biases(void **state)
{
    (void)state;
    sft_l1 l1 = { 0.5 };
    bench  b = { .n_groups = 2,
                 .group = { { 0, 3, 1, 1 }, { 3, 1, 1, 0 } },
                 .before = { { .transform = &sft_transform_l1, .conf = &l1 } },
                 .n_before = 1 };
    begin(&b, "sgd lr=0.1", 4);
    b.w[0] = 1, b.w[1] = -1, b.w[3] = 1;
    step(&b, 1);
    CHECK_NEAR(b.w[0], 0.95, 1e-6);
    CHECK_NEAR(b.w[1], -0.95, 1e-6);
    assert_true(b.w[2] == 0 && b.w[3] == 1);
    end(&b);
}

/* Rows longer than 1 end as long as that, in their direction; shorter ones and vectors are left alone. */
static void max_norm_keeps_rows_in_a_ball(void **state)
{
    (void)state;
    sft_max_norm most = { 1 };
    bench        b = { .n_parts = 2,
                       .part = { { 0, 4, 2, 2, true }, { 4, 2, 2, 1, false } },
                       .after = { { .transform = &sft_transform_max_norm, .conf = &most, .only = SFT_MATRICES } },
                       .n_after = 1 };
    begin(&b, "sgd lr=0.1", 6);
    const double start[] = { 3, 4, 0.3, 0.4, 5, 5 }, want[] = { 0.6, 0.8, 0.3, 0.4, 5, 5 };
    for (int i = 0; i < 6; i++) b.w[i] = (real)start[i];
    step(&b, 1);
    for (int i = 0; i < 6; i++) CHECK_NEAR(b.w[i], want[i], 1e-6);
    end(&b);
}

/* The noise of a step, as SGD at rate 1 shows it. */
static void noise_of(uint64_t seed, int64_t k, real *x)
{
    sft_noise noise = { 4, 1, seed };
    bench     b = { .before = { { .transform = &sft_transform_noise, .conf = &noise } }, .n_before = 1 };
    begin(&b, "sgd lr=1", N);
    step(&b, k);
    memcpy(x, b.w, N * sizeof *x);
    end(&b);
}

/* Variance eta / (1 + t)^gamma, within five standard errors; the same again for seed and step, other numbers for others. */
static void noise_is_normal_falls_and_repeats(void **state)
{
    (void)state;
    static real first[N], again[N], later[N], other[N];
    noise_of(1, 1, first);
    noise_of(1, 1, again);
    noise_of(1, 4, later);
    noise_of(2, 1, other);
    assert_memory_equal(first, again, sizeof first);
    double mean = 0, square = 0, fallen = 0, cross = 0;
    for (int i = 0; i < N; i++) {
        mean += (double)first[i] / N;
        square += (double)first[i] * (double)first[i] / N;
        fallen += (double)later[i] * (double)later[i] / N;
        cross += (double)first[i] * (double)other[i] / N;
    }
    CHECK_NEAR(mean, 0, 5 * 2 / sqrt(N));
    CHECK_NEAR(square, 4, 5 * 4 * sqrt(2.0 / N));
    CHECK_NEAR(fallen, 1, 5 * sqrt(2.0 / N));
    CHECK_NEAR(cross, 0, 5 * 4 / sqrt(N));
}

/* LAMB's step is lr times the length of the tensor's weights, whatever the gradient. */
static void lambs_step_is_a_share_of_the_weights(void **state)
{
    (void)state;
    bench b = { .n_parts = 1, .part = { { 0, 2, 2, 1, true } } };
    begin(&b, "lamb lr=0.1 weight_decay=0", 2);
    b.w[0] = 3, b.w[1] = 4, b.g[0] = 7, b.g[1] = 7;
    step(&b, 1);
    CHECK_NEAR(hypot((double)b.w[0] - 3, (double)b.w[1] - 4), 0.5, 1e-5);
    end(&b);
}

/* Muon's first step on a matrix has singular values near one, whatever those of the gradient: here 100 and 1. */
static void muon_evens_out_singular_values(void **state)
{
    (void)state;
    bench b = { .n_parts = 1, .part = { { 0, 4, 2, 2, true } } };
    begin(&b, "muon lr=1 weight_decay=0 ns_coefficients=[1.5,-0.5,0] ns_steps=40", 4);
    b.g[0] = 100, b.g[3] = 1;
    step(&b, 1);
    CHECK_NEAR(b.w[0], -1, 1e-4);
    CHECK_NEAR(b.w[3], -1, 1e-4);
    CHECK_NEAR(b.w[1], 0, 1e-4);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(l1_pulls_weights_to_zero_and_spares_biases),
        cmocka_unit_test(max_norm_keeps_rows_in_a_ball),
        cmocka_unit_test(noise_is_normal_falls_and_repeats),
        cmocka_unit_test(lambs_step_is_a_share_of_the_weights),
        cmocka_unit_test(muon_evens_out_singular_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
