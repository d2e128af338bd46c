/* SPDX-License-Identifier: MIT */
/* labels: core */
/* What must hold of each transform whatever its numbers: one property each, by the optimiser that it is the heart of. */
#include "optim_bench.h"

#include <math.h>

/* Where one weight that starts at 0 stands behind n steps of gradient g(k). */
static double end_of(const char *text, int n, double (*g)(int k))
{
    bench b = { 0 };
    begin(&b, text, 1);
    for (int k = 1; k <= n; k++) {
        b.g[0] = (real)g(k);
        step(&b, k);
    }
    double w = (double)b.w[0];
    end(&b);
    return w;
}

static double one(int k) { return k > 0; }
static double thousand(int k) { return 1000 * one(k); }
static double first(int k) { return k == 1; }
static double turning(int k) { return k % 2 ? 1 : -1; }
static double fading(int k) { return k == 1 ? 10 : 0.1; }

/* A gradient a thousand times as large makes the same way: all that divide by its size. */
static void size_does_not_matter(void **state)
{
    (void)state;
    static const char *const texts[] = { "rmsprop lr=0.01", "adagrad", "adam", "amsgrad", "nadam",
                                         "adamax", "lion", "rprop" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double way = end_of(texts[i], 10, one);
        CHECK_NEAR(end_of(texts[i], 10, thousand), way, 1e-5 * fabs(way));
        assert_true(way < 0);
    }
}

/* A steady gradient gathers momentum: 1 / (1 - 0.9) in the end; nesterov is there a step earlier. */
static void momentum_is_a_geometric_sum(void **state)
{
    (void)state;
    CHECK_NEAR(end_of("momentum lr=1", 2, one), -(1 + 1.9), 1e-6);
    CHECK_NEAR(end_of("nesterov lr=1", 2, one), -(1.9 + 2.71), 1e-6);
    CHECK_NEAR(end_of("momentum lr=1", 200, first), -10, 1e-4);
}

static void dampening_spares_the_first_step(void **state)
{
    (void)state;
    CHECK_NEAR(end_of("sgd lr=1 momentum=0.5 dampening=0.5", 1, one), -1, 1e-7);
    CHECK_NEAR(end_of("sgd lr=1 momentum=0.5 dampening=0.5", 9, one), -9, 1e-6);
}

/* Adam's first step is the rate; so are NAdam's and Adamax's nearly, and Lion's always. */
static void first_steps_are_the_rate(void **state)
{
    (void)state;
    CHECK_NEAR(end_of("adam lr=0.1", 1, one), -0.1, 1e-6);
    CHECK_NEAR(end_of("adamax lr=0.1", 1, one), -0.1, 1e-6);
    CHECK_NEAR(end_of("lion lr=0.1", 7, one), -0.7, 1e-6);
    CHECK_NEAR(end_of("adagrad lr=0.1", 1, one), -0.1, 1e-6);
    CHECK_NEAR(end_of("rmsprop lr=0.1 alpha=0.99", 1, one), -1, 1e-5);
}

static void adagrads_steps_fall_as_one_over_the_root(void **state)
{
    (void)state;
    double want = 0;
    for (int k = 1; k <= 50; k++) want -= 0.1 / sqrt(k);
    CHECK_NEAR(end_of("adagrad lr=0.1", 50, one), want, 1e-5);
}

/* After a large gradient AMSGrad does not speed up again, Adam does. */
static void amsgrad_remembers_the_largest(void **state)
{
    (void)state;
    assert_true(end_of("adam betas=[0.9,0.9]", 100, fading) <
                2 * end_of("amsgrad betas=[0.9,0.9]", 100, fading));
}

/* Without variance the centred deviation is eps after a while: steps grow without bound. */
static void centering_takes_the_mean_off(void **state)
{
    (void)state;
    double plain = end_of("rmsprop lr=1e-3 alpha=0.5", 30, one),
           centred = end_of("rmsprop lr=1e-3 alpha=0.5 centered=true", 30, one);
    assert_true(centred < 10 * plain && plain < 0);
}

/* Its steps have the units of weights: they are the same for any size of gradient above eps. */
static void adadelta_grows_by_itself(void **state)
{
    (void)state;
    double few = end_of("adadelta", 10, one), many = end_of("adadelta", 20, one);
    assert_true(many < 2 * few && few < 0);
    CHECK_NEAR(end_of("adadelta", 10, thousand), few, 1e-3 * fabs(few));
}

/* Gradient descent with momentum for five steps, and only then divided by the root. */
static void radam_waits(void **state)
{
    (void)state;
    CHECK_NEAR(end_of("radam lr=0.1", 5, thousand), -500, 1e-2);
    double step6 = end_of("radam lr=0.1", 6, thousand) - end_of("radam lr=0.1", 5, thousand);
    assert_true(step6 > -0.1 && step6 < 0);
}

static void rprop_lengthens_and_turns(void **state)
{
    (void)state;
    CHECK_NEAR(end_of("rprop lr=0.1", 3, one), -(0.1 + 0.12 + 0.144), 1e-6);
    CHECK_NEAR(end_of("rprop lr=0.1", 2, turning), -0.1, 1e-6); /* turned: a step is left out */
    CHECK_NEAR(end_of("rprop lr=0.1", 3, turning), -0.1 - 0.05, 1e-6);
}

static double nothing(int k) { return 0 * k; }

/* Decay beside the update does not pass through Adam's division; an L2 penalty does. */
static void decay_is_told_from_l2(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double      end;
    } rows[] = { { "adamw lr=0.1 weight_decay=0.1", 0.99 },
                 { "adam lr=0.1 weight_decay=0.1", 0.9 },
                 { "radam lr=0.1 weight_decay=0.1 decoupled_weight_decay=true", 0.99 },
                 { "nadam lr=0.1 weight_decay=0.1 decoupled_weight_decay=true", 0.99 },
                 { "lion lr=0.1 weight_decay=0.1", 0.99 },
                 { "sgd lr=0.1 weight_decay=0.1", 0.99 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench b = { 0 };
        begin(&b, rows[i].text, 1);
        b.w[0] = 1;
        b.g[0] = (real)nothing(1);
        step(&b, 1);
        CHECK_NEAR(b.w[0], rows[i].end, 1e-6);
        end(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_does_not_matter),
        cmocka_unit_test(momentum_is_a_geometric_sum),
        cmocka_unit_test(dampening_spares_the_first_step),
        cmocka_unit_test(first_steps_are_the_rate),
        cmocka_unit_test(adagrads_steps_fall_as_one_over_the_root),
        cmocka_unit_test(amsgrad_remembers_the_largest),
        cmocka_unit_test(centering_takes_the_mean_off),
        cmocka_unit_test(adadelta_grows_by_itself),
        cmocka_unit_test(radam_waits),
        cmocka_unit_test(rprop_lengthens_and_turns),
        cmocka_unit_test(decay_is_told_from_l2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
