/* SPDX-License-Identifier: MIT */
/* Expressions of labs: what they come to, seed by seed, and what is refused at which place. labels: core */
#include "check.h"

#include <math.h>
#include <string.h>

#include "lab/expr.h"

#define NEAR(a, b, within)                                                                                                               \
    do {                                                                                                                                  \
        const double is_ = (a), should_ = (b);                                                                                            \
        if (!(fabs(is_ - should_) <= (within))) fail_msg("%s is %.15g, not %.15g", #a, is_, should_);                                     \
    } while (0)

/* y = 10 i^2 + 3 j + 2 i j + seed / 10 at value i of the rate and j of the initialiser. */
static const char plan[] = "recipe: {data: moons, model: linear}\n"
                           "vary:\n  optimizer.lr: [0.01, 0.1, 1]\n  init: {Kaiming: kaiming_normal, Xavier: xavier_normal}\n"
                           "seeds: 3\nsampler: grid\n";

typedef struct bench {
    sft_ctx *ctx;
    sft_lab  lab;
    sft_plan plan;
    sft_attempt attempt[18];
    int      level[36];
    double   y[18], hole[18];
} bench;

static double truth(int lr, int init, int seed) { return 10 * lr * lr + 3 * init + 2 * lr * init + 0.1 * seed; }

static int open_bench(void **state)
{
    bench *b = calloc(1, sizeof *b);
    b->ctx = sft_open(NULL);
    b->lab.ctx = b->ctx;
    sft__arena_open(&b->lab.arena, b->ctx);
    assert_int_equal(sft__plan_parse(b->ctx, &b->lab.arena, "p.yaml", plan, strlen(plan), NULL, &b->plan), SFT_OK);
    sft_experiment *x = &b->lab.experiment[0];
    *x = (sft_experiment){ .name = "one", .seeds = 3, .space = b->plan.space, .has_run = true, .level = b->level };
    x->study.n = 18;
    x->study.attempt = b->attempt;
    for (int i = 0; i < 18; i++) { /* not in the order of the grid: the place must not matter */
        const int k = (7 * i) % 18, seed = k % 3, lr = k / 3 % 3, init = k / 9;
        b->attempt[i].number = k;
        b->level[2 * i] = lr;
        b->level[2 * i + 1] = init;
        b->y[i] = truth(lr, init, seed);
        b->hole[i] = lr == 1 && seed == 1 ? NAN : b->y[i];
    }
    b->lab.n_experiments = 1;
    b->lab.n_takes = 2;
    b->lab.take[0] = (sft_take){ .name = "y", .value = b->y };
    b->lab.take[1] = (sft_take){ .name = "hole", .value = b->hole };
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    bench *b = *state;
    sft__arena_close(&b->lab.arena);
    sft_close(b->ctx);
    free(b);
    return 0;
}

static double value(bench *b, const char *text, int seed)
{
    const sft_expr *e = sft__expr_parse(&b->lab, text, (sft_pos){ "claim.yaml", 3, 10 });
    if (!e || sft__expr_check(e, NULL)) print_error("%s\n", sft_message(b->ctx));
    assert_int_equal(sft_code(b->ctx), SFT_OK);
    return sft__expr_value(e, seed, NULL);
}

static void numbers(void **state)
{
    bench *b = *state;
    static const struct { const char *text; double v; } cases[] = {
        { "1 + 2 * 3", 7 }, { "(1 + 2) * 3", 9 }, { "2 - 3 - 4", -5 }, { "8 / 4 / 2", 1 }, { "-2 ^ 2", -4 }, { "2 ^ 3 ^ 2", 512 },
        { "2 ^ -1", 0.5 }, { "1e-2", 0.01 }, { "1.5e+1", 15 }, { "1 < 2", 1 }, { "2 <= 1", 0 }, { "2 >= 2", 1 }, { "log10(1000)", 3 },
        { "abs(-3) + sqrt(16)", 7 }, { "min(2, 1) + max(2, 1) * 10", 21 }, { "exp(log(5))", 5 }, { "or(0 / 0, 4)", 4 }, { "0 / 0 > 1", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fabs(value(b, cases[i].text, 0) - cases[i].v) > 1e-12) fail_msg("%s is not %g", cases[i].text, cases[i].v);
}

static void measures(void **state)
{
    bench *b = *state;
    for (int seed = 0; seed < 3; seed++) {
        NEAR(value(b, "y[lr=0.1, init=Xavier]", seed), truth(1, 1, seed), 1e-12);
        NEAR(value(b, "y[optimizer.lr=1, init=kaiming_normal]", seed), truth(2, 0, seed), 1e-12);
    }
    assert_true(isnan(value(b, "hole[lr=0.1, init=Xavier]", 1)));
}

static void over_axes(void **state)
{
    bench *b = *state;
    NEAR(value(b, "mean(lr, y[init=Kaiming])", 2), (0 + 10 + 40) / 3.0 + 0.2, 1e-12);
    NEAR(value(b, "sum(init, y[lr=1])", 0), truth(2, 0, 0) + truth(2, 1, 0), 1e-12);
    NEAR(value(b, "highest(lr, lowest(init, y))", 0), truth(2, 0, 0), 1e-12);
    NEAR(value(b, "where_highest(lr, y[init=Kaiming])", 0), 1, 1e-12);
    NEAR(value(b, "where_lowest(log10(lr), y[init=Kaiming])", 0), -2, 1e-12);
    NEAR(value(b, "count(lr, y[init=Xavier] > 14)", 0), 2, 1e-12);
    NEAR(value(b, "first(lr, y[init=Kaiming] > 5)", 0), 0.1, 1e-12);
    NEAR(value(b, "last(lr, y[init=Kaiming] < 20)", 0), 0.1, 1e-12);
    NEAR(value(b, "count(lr, hole[init=Kaiming] < 1000)", 1), 2, 1e-12); /* the unknown one is not */
    assert_true(isnan(value(b, "mean(lr, hole[init=Kaiming])", 1)));
    /* y = 10 k^2 at x = -2, -1, 0 (k = 0, 1, 2): slope 20, and r^2 = sxy^2 / (sxx syy) = 40^2 / (2 * 2600/3) */
    NEAR(value(b, "slope(log10(lr), y[init=Kaiming])", 0), 20, 1e-9);
    NEAR(value(b, "fit(log10(lr), y[init=Kaiming])", 0), 1600 / (2 * 2600 / 3.0), 1e-9);
    NEAR(value(b, "fit(log10(lr), 2 * log10(10 ^ where_highest(log10(lr), y[init=Kaiming])) + y[init=Kaiming])", 0),
                       1600 / (2 * 2600 / 3.0), 1e-9); /* a constant changes nothing; functions nest */
}

/* Cells: lr by init. Means 1.5, 12.5, 45.5 (+3 and 2 lr halves): worked out by hand from the model of `truth`. */
static void shares_add_up(void **state)
{
    bench *b = *state;
    double y[3][2], mean = 0, total = 0, lr = 0, init = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++) mean += (y[i][j] = truth(i, j, 0)) / 6;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++) total += (y[i][j] - mean) * (y[i][j] - mean);
    for (int i = 0; i < 3; i++) lr += 2 * pow((y[i][0] + y[i][1]) / 2 - mean, 2);
    for (int j = 0; j < 2; j++) init += 3 * pow((y[0][j] + y[1][j] + y[2][j]) / 3 - mean, 2);
    const double a = value(b, "share(lr, y)", 0), c = value(b, "share(init, y)", 0), both = value(b, "share(lr, init, y)", 0);
    NEAR(a, lr / total, 1e-12);
    NEAR(c, init / total, 1e-12);
    NEAR(a + c + both, 1, 1e-12);
    assert_true(both > 1e-3); /* 2 lr init */
}

static void intervals(void **state)
{
    bench          *b = *state;
    const sft_expr *e = sft__expr_parse(&b->lab, "y[lr=1, init=Xavier]", (sft_pos){ "claim.yaml", 1, 1 });
    sft_estimate    s = sft__expr_estimate(e, NULL);
    /* three values 0.1 apart: standard deviation 0.1, t(0.975, 2) = 4.302653 */
    assert_int_equal(s.n, 3);
    NEAR(s.mean, truth(2, 1, 1), 1e-12);
    NEAR(s.to - s.mean, 4.302653 * 0.1 / sqrt(3), 1e-6);
    NEAR(s.mean - s.from, s.to - s.mean, 1e-12);
    /* paired: the seeds' part is gone from a difference */
    e = sft__expr_parse(&b->lab, "y[lr=1, init=Xavier] - y[lr=1, init=Kaiming]", (sft_pos){ "claim.yaml", 1, 1 });
    s = sft__expr_estimate(e, NULL);
    NEAR(s.to - s.from, 0, 1e-12);
    e = sft__expr_parse(&b->lab, "hole[lr=0.1, init=Xavier]", (sft_pos){ "claim.yaml", 1, 1 });
    assert_int_equal(sft__expr_estimate(e, NULL).n, 2);
    /* bound outside, as figures do */
    const sft_bind bind = { "lr", "0.1", &(sft_bind){ "init", "Xavier", NULL } };
    e = sft__expr_parse(&b->lab, "y", (sft_pos){ "claim.yaml", 1, 1 });
    NEAR(sft__expr_estimate(e, &bind).mean, truth(1, 1, 1), 1e-12);
}

static void refused(void **state)
{
    bench *b = *state;
    static const struct { const char *text, *place, *word; } cases[] = {
        { "1 +", "claim.yaml:3:13", "missing" },
        { "y[lr=1", "claim.yaml:3:16", "]" },
        { "yy[lr=1]", "claim.yaml:3:12", "did you mean `y`" },
        { "y[rate=1]", "claim.yaml:3:16", "no axis" }, { "y[lr=7, init=Xavier]", "claim.yaml:3:16", "none of the values" },
        { "main(lr, y)", "claim.yaml:3:15", "no function" }, { "1 2", "claim.yaml:3:12", "more than one" },
        { "y[lr=1]", "claim.yaml:3:11", "`init` is not fixed" }, { "mean(lr, y)", "claim.yaml:3:20", "`init` is not fixed" },
        { "min(1)", "claim.yaml:3:15", "second argument" }, { "", "claim.yaml:3:10", "missing" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sft_expr *e = sft__expr_parse(&b->lab, cases[i].text, (sft_pos){ "claim.yaml", 3, 10 });
        if (e) sft__expr_check(e, NULL);
        assert_int_equal(sft_code(b->ctx), SFT_RECIPE);
        if (!strstr(sft_message(b->ctx), cases[i].place) || !strstr(sft_message(b->ctx), cases[i].word))
            fail_msg("`%s`: %s", cases[i].text, sft_message(b->ctx));
        sft_clear(b->ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(measures, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(over_axes, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(shares_add_up, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(intervals, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(refused, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
