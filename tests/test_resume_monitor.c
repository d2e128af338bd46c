/* SPDX-License-Identifier: MIT */
/* Early stopping by a metric: the best evaluation is that of the highest or the lowest, and runs go on to the bit.
 * labels: core */
#include "fit_run.h"

#include <math.h>

enum { EPOCHS = 6 };

/* The value of a metric after so many epochs, or of the best evaluation where patience is on. */
static double after(int64_t epochs, const char *metric, bool best, int64_t *best_epoch)
{
    char monitor[64], length[64], list[64];
    snprintf(monitor, sizeof monitor, "early_stop.monitor=%s", metric);
    snprintf(list, sizeof list, "metrics=[%s]", metric);
    snprintf(length, sizeof length, "train.epochs=%lld", (long long)epochs);
    const char *const overrides[] = { "schedule=constant", "optimizer=adam lr=0.2", monitor, list, length,
                                      best ? "early_stop.patience=100" : "early_stop.patience=0", NULL };
    fit_run           x;
    fit_open(&x, 0, fit_recipe, overrides);
    fit_go(&x, NULL, false);
    CHECK_OK(x.c);
    const sft_measures m = x.result.measures[SFT_VALIDATION];
    *best_epoch = x.result.best_epoch;
    fit_close(&x);
    assert_int_equal(m.n, 1);
    assert_string_equal(m.name[0], metric);
    return m.value[0];
}

static void best_is(const char *metric, double sign)
{
    double  value[EPOCHS + 1], low = INFINITY;
    int64_t best = 1, unused;
    for (int64_t e = 1; e <= EPOCHS; e++) {
        value[e] = after(e, metric, false, &unused);
        best = sign * value[e] > sign * value[best] ? e : best;
        low = sign * value[e] < low ? sign * value[e] : low;
    }
    assert_true(sign * value[best] > low); /* else it could not be seen which is taken */
    assert_true(after(EPOCHS, metric, true, &unused) == value[best]);
    assert_int_equal(unused, best);
}

static void the_best_is_the_highest_or_the_lowest(void **state)
{
    (void)state;
    best_is("f1_macro", 1);
    best_is("log_loss", -1);
}

/* Nothing improves by 100: the first evaluation stays the best, and the weights at the end are its. */
static const char *const by_f1[] = { "early_stop=monitor=f1_macro patience=2 min_delta=100", "optimizer=adam lr=0.1", NULL },
                  *const by_ece[] = { "early_stop=monitor=ece patience=10", "optimizer=adam lr=0.1", NULL },
                  *const by_loss[] = { "early_stop=patience=10 min_delta=100", NULL };

static void goes_on_to_the_bit(const char *const *overrides)
{
    static const int64_t moments[] = { 36, 82 };
    char                 whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, fit_recipe, overrides, want);
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        fit_vanish(folder_make(folder), false, 0, fit_recipe, overrides, moments[i]);
        fit_whole(folder, true, 0, fit_recipe, overrides, hash);
        fit_same_end(folder, hash, whole, want);
        folder_remove(folder);
    }
    folder_remove(whole);
}

static void runs_go_on(void **state)
{
    (void)state;
    goes_on_to_the_bit(by_f1);
    goes_on_to_the_bit(by_ece);
}

static void patience_ends_a_run(void **state)
{
    (void)state;
    fit_run x;
    fit_open(&x, 0, fit_recipe, by_f1);
    fit_go(&x, NULL, false);
    CHECK_OK(x.c);
    assert_true(x.result.early);
    assert_int_equal(x.result.epochs, 3);
    assert_int_equal(x.result.best_epoch, 1);
    fit_close(&x);
}

/* A checkpoint as it was before metrics could be watched: "fit1", and one number less. */
static void older_checkpoints_are_understood(void **state)
{
    (void)state;
    enum { NUMBERS = 9 * 17 };
    char        whole[64], folder[64], want[65], hash[65], path[256], text[5 + NUMBERS];
    const char *extra = NULL;
    fit_whole(folder_make(whole), false, 0, fit_recipe, by_loss, want);
    fit_vanish(folder_make(folder), false, 0, fit_recipe, by_loss, 82);
    fit_run x;
    fit_open(&x, 0, fit_recipe, by_loss);
    sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
    fit_checkpoint_path(folder, 80, path, sizeof path);
    sft_trainer_load(t, path, 0, &extra);
    CHECK_OK(x.c);
    assert_memory_equal(extra, "fit2 ", 5);
    snprintf(text, sizeof text, "fit1%.*s", NUMBERS, extra + 4);
    sft_trainer_save(t, path, text);
    CHECK_OK(x.c);
    sft_trainer_free(t);
    fit_close(&x);
    fit_whole(folder, true, 0, fit_recipe, by_loss, hash);
    fit_same_end(folder, hash, whole, want);
    assert_true(fit_has(folder, "run.json", "\"best_epoch\": 1"));
    folder_remove(folder);
    folder_remove(whole);
}

/* Another metric knows nothing of the best so far; the loss is known of every evaluation. */
static void a_monitor_that_changes(void **state)
{
    (void)state;
    static const char *const later[][2] = { { "early_stop.monitor=auroc", "\"best_epoch\": 3" },
                                            { "early_stop.monitor=loss", "\"best_epoch\": 1" } };
    for (int i = 0; i < 2; i++) {
        const char *const overrides[] = { "early_stop=patience=10 min_delta=100", later[i][0], NULL },
                          *const before[] = { "early_stop=patience=10 min_delta=100 monitor=f1_macro", NULL };
        char              folder[64], hash[65];
        fit_vanish(folder_make(folder), false, 0, fit_recipe, before, 82);
        fit_whole(folder, true, 0, fit_recipe, overrides, hash);
        assert_true(fit_has(folder, "run.json", later[i][1]));
        folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_is_the_highest_or_the_lowest),
        cmocka_unit_test(runs_go_on),
        cmocka_unit_test(patience_ends_a_run),
        cmocka_unit_test(older_checkpoints_are_understood),
        cmocka_unit_test(a_monitor_that_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
