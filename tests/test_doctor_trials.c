/* SPDX-License-Identifier: MIT */
/* labels: core */
/* The right remedy wins a trial, and none wins on a recipe that is well. */
#include "check.h"

#include "doctor/doctor.h"

#include <string.h>

#define DIGITS "data: digits\n"

typedef struct bed {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_chart  *chart;
} bed;

static void bed_open(bed *b, const char *recipe, const sft_edits *edits, int64_t steps)
{
    *b = (bed){ .c = check_open() };
    b->r = sft_recipe_parse(b->c, "r.yaml", recipe, strlen(recipe));
    for (int i = 0; edits && i < edits->n; i++) sft_recipe_set(b->r, edits->edit[i]);
    b->d = sft_data_open(b->c, b->r);
    b->chart = sft__chart_open(b->c, b->r, b->d, steps);
    CHECK_OK(b->c);
    assert_non_null(b->chart);
}

static void bed_close(bed *b)
{
    sft__chart_close(b->chart);
    sft_data_free(b->d);
    sft_recipe_free(b->r);
    sft_close(b->c);
}

/* Symptoms that stand where they are told to: what is tested is the trial, not the judgement. */
static bool too_fast(const sft_chart *c, sft_finding *f)
{
    f->evidence = "the rate is above 0.5";
    return c->recipe->lr > 0.5;
}

static bool never(const sft_chart *c, sft_finding *f)
{
    (void)c;
    (void)f;
    return false;
}

static bool always(const sft_chart *c, sft_finding *f)
{
    (void)c;
    (void)f;
    return true;
}

static const sft_symptom fast = { .name = "fast", .doc = "too fast", .judge = too_fast, .origin = SFT_FROM_PACE,
                                  .remedies = "higher_rate lower_rate default_init gentler_rates" };
static const sft_symptom imagined = {
    .name = "imagined", .doc = "nothing is wrong", .judge = never, .origin = SFT_FROM_PACE,
    .remedies = "lower_rate larger_batch default_optimizer less_decay more_decay gentler_rates",
};
static const sft_symptom lasting = { .name = "lasting", .doc = "it does not go", .judge = always, .origin = SFT_FROM_PACE,
                                     .remedies = "gentler_rates" };
static const sft_symptom dead = { .name = "dead", .doc = "the rate is spent", .judge = never, .origin = SFT_FROM_PACE,
                                  .remedies = "cosine_schedule constant_schedule" };

#define TOO_FAST                                                                                   \
    DIGITS "model: flatten | linear 32 | relu | linear 32 | relu | linear\noptimizer: momentum lr=1\n"  \
           "train: {epochs: 20, batch: 32}"
#define WELL                                                                                       \
    DIGITS "model: flatten | linear 64 | batchnorm | relu | linear\n"                              \
           "optimizer: adamw lr=3e-3 weight_decay=1e-4 betas=[0.9, 0.99]\ntrain: {epochs: 20, batch: 32}"

enum { ROOM = 16 };

static int try_remedies(bed *b, const sft_symptom *s, int64_t budget, int64_t *spent, sft_trial *list)
{
    const sft_finding     f = { .symptom = s, .severity = SFT_FAULT };
    const sft_verify_conf k = { .budget = budget, .spent = spent };
    const int             n = sft__verify(b->chart, &f, 1, &k, list, ROOM);
    CHECK_OK(b->c);
    for (int i = 0; i < n; i++) {
        assert_non_null(list[i].reason);
        if (getenv("SFT_TALK"))
            print_message("%s: %s (verdict %d, gain %.3f, se %.3f, noise %.3f)\n", list[i].remedy->name, list[i].reason,
                          (int)list[i].verdict, list[i].gain, list[i].se, list[i].noise);
    }
    if (spent && getenv("SFT_TALK")) print_message("%lld steps\n", (long long)*spent);
    return n;
}

static const sft_trial *winner(const sft_trial *list, int n)
{
    const sft_trial *won = NULL;
    for (int i = 0; i < n; i++) {
        if (list[i].verdict != SFT_WON) continue;
        assert_null(won);
        won = &list[i];
    }
    return won;
}

static void the_right_remedy_wins(void **state)
{
    (void)state;
    sft_trial        list[ROOM];
    int64_t          spent;
    bed              b;
    bed_open(&b, TOO_FAST, NULL, 50);
    const sft_trial *won = winner(list, try_remedies(&b, &fast, 0, &spent, list));
    assert_non_null(won);
    assert_true(strstr(won->remedy->name, "rate") && won->after < won->before / 2);
    const char *text = sft__repaired_recipe(b.chart, won, 1);
    CHECK_OK(b.c);
    assert_non_null(text);
    assert_non_null(strstr(text, "# fast: "));
    sft_recipe *r = sft_recipe_parse(b.c, "repaired", text, strlen(text));
    const char *was = sft_recipe_text(b.r), *now = sft_recipe_text(r);
    int         changed = 0;
    for (; *was && *now; was += strcspn(was, "\n") + 1, now += strcspn(now, "\n") + 1)
        changed += strcspn(was, "\n") != strcspn(now, "\n") || memcmp(was, now, strcspn(was, "\n")) != 0;
    assert_int_equal(changed, 1);
    sft_recipe_free(r);
    bed_close(&b);
}

/* From alarm to cure: what is found in a recipe is tried, and this remedy wins. */
static void cures(const char *recipe, int64_t steps, const char *remedy)
{
    sft_trial             list[ROOM];
    sft_finding           found[64];
    const sft_verify_conf k = { .budget = 0 };
    bed                   b;
    bed_open(&b, recipe, NULL, steps);
    const int        n = sft__judge(b.chart, found);
    const sft_trial *won = winner(list, sft__verify(b.chart, found, n, &k, list, ROOM));
    CHECK_OK(b.c);
    if (!won) fail_msg("nothing won, not even %s", remedy);
    assert_string_equal(won->remedy->name, remedy);
    bed_close(&b);
}

static void symmetry_is_broken(void **state)
{
    (void)state;
    cures(DIGITS "model: flatten | linear 32 | tanh | linear\ninit: constant 0.1\noptimizer: adam lr=3e-3\ntrain: {epochs: 10}", 50,
          "default_init");
}

static void targets_are_standardised(void **state)
{
    (void)state;
    cures("data: regression-1d curve=cubic range=10\nmodel: linear 32 | tanh | linear\noptimizer: adam lr=0.001\n"
          "train: {epochs: 10, batch: 64}\n", 100, "standardize_targets");
}

/* The first one is declared: nothing but a trial says that it is wrong. */
static void layers_are_unfrozen(void **state)
{
    (void)state;
    static const char *const groups[] = { "\"1.*\": lr=0, \"3.*\": lr=0", "\"1.*\": lr=1e-16, \"3.*\": lr=1e-16" };
    for (int i = 0; i < 2; i++) {
        char recipe[300];
        snprintf(recipe, sizeof recipe, DIGITS "model: flatten | linear 32 | relu | linear 32 | relu | linear\noptimizer: sgd lr=0.1\n"
                 "groups: {%s}\ntrain: {epochs: 10, batch: 32}", groups[i]);
        cures(recipe, 100, "unfreeze");
    }
}

/* Seen through a tail all schedules are alike, and the first steps of two are. */
static void schedules_are_tried_whole(void **state)
{
    const char *recipe = DIGITS "model: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.03\n"
                                "schedule: exponential 0.05\ntrain: {epochs: 20, batch: 64}";
    (void)state;
    sft_trial list[ROOM];
    bed       b;
    bed_open(&b, recipe, NULL, 10);
    const sft_trial *won = winner(list, try_remedies(&b, &dead, 0, NULL, list));
    assert_non_null(won);
    assert_true(won->steps == 100 && won->after < won->before);
    bed_close(&b);
}

static void nothing_wins_where_all_is_well(void **state)
{
    (void)state;
    sft_trial list[ROOM];
    bed       b;
    for (int seed = 0; seed < 3; seed++) {
        char text[40];
        snprintf(text, sizeof text, "train.seed=%d", 10 * seed);
        bed_open(&b, WELL, &(sft_edits){ .n = 1, .edit = { text } }, 10);
        const sft_trial *won = winner(list, try_remedies(&b, &imagined, 0, NULL, list));
        if (won) fail_msg("%s won: %s", won->remedy->name, won->reason);
        bed_close(&b);
    }
}

/* Better is not enough: the symptom must go. */
static void symptoms_must_go(void **state)
{
    (void)state;
    sft_trial list[ROOM];
    bed       b;
    bed_open(&b, TOO_FAST, NULL, 10);
    assert_int_equal(try_remedies(&b, &lasting, 0, NULL, list), 1);
    assert_int_equal(list[0].verdict, SFT_NO_BETTER);
    assert_non_null(strstr(list[0].reason, "lasting stays"));
    bed_close(&b);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    sft_trial list[2][ROOM];
    int       n[2];
    for (int i = 0; i < 2; i++) {
        bed b = { .c = check_open_threads(i ? 3 : 1, false) };
        b.r = sft_recipe_parse(b.c, "r.yaml", TOO_FAST, strlen(TOO_FAST));
        b.d = sft_data_open(b.c, b.r);
        b.chart = sft__chart_open(b.c, b.r, b.d, 10);
        CHECK_OK(b.c);
        n[i] = try_remedies(&b, &fast, 1500, NULL, list[i]);
        bed_close(&b);
    }
    assert_int_equal(n[0], n[1]);
    for (int i = 0; i < n[0]; i++) {
        const sft_trial *x = &list[0][i], *y = &list[1][i];
        assert_true(x->remedy == y->remedy && x->verdict == y->verdict && x->seeds == y->seeds && x->steps == y->steps);
        assert_memory_equal(&x->before, &y->before, sizeof x->before);
        assert_memory_equal(&x->after, &y->after, sizeof x->after);
        assert_memory_equal(&x->gain, &y->gain, sizeof x->gain);
        assert_memory_equal(&x->se, &y->se, sizeof x->se);
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    static const int64_t budgets[] = { 50, 400, 700, 1500 };
    sft_trial            list[ROOM];
    int64_t              spent;
    bed                  b;
    bed_open(&b, TOO_FAST, NULL, 10);
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        const int n = try_remedies(&b, &fast, budgets[i], &spent, list);
        assert_int_equal(n, 3);
        if (spent > budgets[i]) fail_msg("%lld steps of %lld", (long long)spent, (long long)budgets[i]);
        assert_true(spent > 0 || budgets[i] < 100);
    }
    bed_close(&b);
}

/* A hundred steps show nothing of what a small network of a low rate gains by a better output: it is tried for longer. */
static void what_is_undecided_is_tried_for_longer(void **state)
{
    (void)state;
    const char *recipe = "data: regression-1d n=1000\nmodel: linear 32 | relu | linear 32 | relu | linear 1 | relu\nloss: mse\n"
                         "optimizer: adam lr=3e-5\ntrain: {epochs: 100, batch: 32}";
    sft_trial   list[ROOM];
    bed         b;
    bed_open(&b, recipe, NULL, 100);
    sft_finding           found[64];
    const int             n = sft__judge(b.chart, found);
    const sft_verify_conf k = { .budget = 0 };
    const sft_trial      *won = winner(list, sft__verify(b.chart, found, n, &k, list, ROOM));
    CHECK_OK(b.c);
    assert_non_null(won);
    assert_string_equal(won->remedy->name, "linear_output");
    assert_true(won->steps > 100);
    bed_close(&b);
}

/* Both a lower rate and BatchNorm help a rate that is too high, partly by the same: their interaction is below 0. */
static void two_are_tried_together(void **state)
{
    (void)state;
    static const sft_symptom both = { .name = "both", .doc = "two remedies help", .judge = never, .origin = SFT_FROM_PACE,
                                      .remedies = "lower_rate add_batchnorm" };
    sft_trial        list[ROOM];
    const sft_trial *pair = NULL;
    bed              b;
    bed_open(&b, DIGITS "model: flatten | linear 64 | relu | linear 64 | relu | linear\noptimizer: adam lr=0.05\n"
                        "train: {epochs: 30, batch: 32}", NULL, 50);
    const int n = try_remedies(&b, &both, 0, NULL, list);
    for (int i = 0; i < n; i++)
        if (list[i].edits.n == 2) pair = &list[i];
    assert_non_null(pair);
    assert_int_equal(n, 3);
    assert_non_null(strstr(pair->reason, "with add_batchnorm: "));
    assert_non_null(strstr(pair->reason, "together (interaction -"));
    bed_close(&b);
}

/* Every allocation fails once: it ends with "out of memory" or well, and nothing is lost. */
static void memory_runs_out_cleanly(void **state)
{
    (void)state;
    const char *text = "data: xor n=64\nmodel: linear 4 | relu | linear\noptimizer: sgd lr=1\ntrain: {epochs: 2, batch: 16}";
    check_memory m = { .once = true };
    int          failures = 0;
    for (int64_t at = 0, from = 0, to = 1; at < to; at++) {
        sft_trial   list[ROOM];
        sft_ctx    *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
        sft_data   *d = sft_data_open(c, r);
        sft_chart  *chart = sft__chart_open(c, r, d, 4);
        CHECK_OK(c);
        const sft_finding     f = { .symptom = &fast, .severity = SFT_FAULT };
        const sft_verify_conf k = { .seeds = 2 };
        from = m.calls;
        m.fails = at ? from + at : 0;
        const int n = sft__verify(chart, &f, 1, &k, list, ROOM);
        if (n > 0 && !sft__failed(c)) sft__repaired_recipe(chart, list, n);
        if (!at) to = m.calls - from;
        if (sft__failed(c)) {
            assert_int_equal(sft_code(c), SFT_MEMORY);
            failures++;
        }
        m.fails = 0;
        sft__chart_close(chart);
        sft_data_free(d);
        sft_recipe_free(r);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
    assert_true(failures > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_remedy_wins),
        cmocka_unit_test(symmetry_is_broken),
        cmocka_unit_test(targets_are_standardised),
        cmocka_unit_test(layers_are_unfrozen),
        cmocka_unit_test(schedules_are_tried_whole),
        cmocka_unit_test(nothing_wins_where_all_is_well),
        cmocka_unit_test(symptoms_must_go),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(what_is_undecided_is_tried_for_longer),
        cmocka_unit_test(two_are_tried_together),
        cmocka_unit_test(memory_runs_out_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
