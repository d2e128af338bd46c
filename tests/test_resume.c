/* SPDX-License-Identifier: MIT */
/* A run that was stopped or killed goes on and ends with the bits and the rows of one that never
 * stopped. labels: core */
#include "fit_run.h"

static const char *const early[] = { "early_stop.patience=2", "train.epochs=30", "optimizer.lr=0.1",
                                     NULL };

/* The undisturbed run of each test, made once. */
static char reference_folder[64], reference[65], early_folder[64], early_hash[65];

static int set_up(void **state)
{
    (void)state;
    fit_whole(folder_make(reference_folder), false, 0, fit_recipe, NULL, reference);
    fit_whole(folder_make(early_folder), false, 0, fit_recipe, early, early_hash);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(reference_folder);
    folder_remove(early_folder);
    return 0;
}

static const int64_t moments[] = { 1, 7, 8, 34, 35, 36, 70, 99, 139 };

static void test_stop_and_go_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        char folder[64], hash[65], steps[64];
        folder_make(folder);
        fit_run x;
        fit_open(&x, 0, fit_recipe, NULL);
        x.stop_at = moments[i];
        assert_int_equal(fit_go(&x, folder, false), SFT_OK);
        assert_true(x.result.stopped && !x.result.early);
        assert_int_equal(x.result.steps, moments[i]);
        assert_int_equal(x.result.test.count, 0); /* test is not looked at before the end */
        fit_close(&x);
        assert_true(fit_has(folder, "run.json", "\"status\": \"stopped\""));
        fit_whole(folder, true, 0, fit_recipe, NULL, hash);
        fit_same_end(folder, hash, reference_folder, reference);
        snprintf(steps, sizeof steps, "\"resumed_at_step\": %lld,", (long long)moments[i]);
        assert_true(fit_has(folder, "run.json", steps));
        folder_remove(folder);
    }
}

/* Gone at a step: the run goes on from the last checkpoint before it, or from the beginning. */
static void test_vanish_and_go_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        char folder[64], hash[65];
        folder_make(folder);
        fit_vanish(folder, false, 0, fit_recipe, NULL, moments[i]);
        assert_true(fit_has(folder, "run.json", "\"status\": \"running\""));
        fit_whole(folder, true, 0, fit_recipe, NULL, hash);
        fit_same_end(folder, hash, reference_folder, reference);
        folder_remove(folder);
    }
}

/* Early stopping counts and restores as if nothing had happened, killed twice. */
static void test_early_stopping_survives(void **state)
{
    (void)state;
    fit_run x;
    fit_open(&x, 0, fit_recipe, early);
    fit_go(&x, NULL, false);
    CHECK_OK(x.c);
    int64_t last = x.result.steps, best = 35 * x.result.best_epoch;
    assert_true(x.result.early);
    fit_close(&x);
    const int64_t at[][2] = {
        { best - 1, best }, { best, best + 1 }, { best + 1, last - 1 }, { best + 20, last }
    };
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        char folder[64], hash[65];
        folder_make(folder);
        fit_vanish(folder, false, 0, fit_recipe, early, at[i][0]);
        fit_vanish(folder, true, 0, fit_recipe, early, at[i][1]);
        fit_whole(folder, true, 0, fit_recipe, early, hash);
        fit_same_end(folder, hash, early_folder, early_hash);
        folder_remove(folder);
    }
}

/* Any number of threads before and after; the kernels are the same in all of them. */
static void test_other_threads(void **state)
{
    (void)state;
    char folder[64], one[65], hash[65], whole[64];
    fit_whole(folder_make(whole), false, 1, fit_recipe, NULL, one);
    for (int threads = 2; threads <= 4; threads++) {
        folder_make(folder);
        fit_vanish(folder, false, threads, fit_recipe, NULL, 50);
        fit_vanish(folder, true, 5 - threads, fit_recipe, NULL, 90);
        fit_whole(folder, true, threads, fit_recipe, NULL, hash);
        fit_same_end(folder, hash, whole, one);
        folder_remove(folder);
    }
    folder_remove(whole);
}

/* Momentum's and AdamW's slots, decay, clipping. */
static void test_other_optimisers(void **state)
{
    (void)state;
    static const char *const sets[][4] = {
        { "optimizer=sgd lr=0.1 momentum=0.9 nesterov=true weight_decay=1e-3",
          "train.clip_norm=0.5", NULL },
        { "optimizer=adamw lr=0.01 weight_decay=0.1", "train.drop_last=true", NULL },
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        char whole[64], folder[64], want[65], hash[65];
        fit_whole(folder_make(whole), false, 0, fit_recipe, sets[i], want);
        fit_vanish(folder_make(folder), false, 0, fit_recipe, sets[i], 77);
        fit_whole(folder, true, 0, fit_recipe, sets[i], hash);
        fit_same_end(folder, hash, whole, want);
        folder_remove(folder);
        folder_remove(whole);
    }
}

/* Row 79: nothing to do, the same result, the same rows; twice. */
static void test_finished(void **state)
{
    (void)state;
    char folder[64], hash[65];
    fit_whole(folder_make(folder), false, 0, fit_recipe, NULL, hash);
    for (int i = 0; i < 2; i++) {
        fit_run x;
        fit_open(&x, 0, fit_recipe, NULL);
        assert_int_equal(fit_go(&x, folder, true), SFT_OK);
        assert_non_null(
            strstr(x.notes.text, "nothing to do: all 140 steps are done; raise train.epochs"));
        assert_int_equal(x.result.steps, 140);
        assert_true(x.result.test.count > 0);
        assert_false(x.result.stopped || x.result.early);
        fit_same_end(folder, x.result.weights_sha256, reference_folder, reference);
        fit_close(&x);
    }
    fit_run x;
    char copy[256];
    snprintf(copy, sizeof copy, "rm -rf '%s' && cp -r '%s' '%s'", folder, early_folder, folder);
    assert_int_equal(system(copy), 0);
    fit_open(&x, 0, fit_recipe, early);
    assert_int_equal(fit_go(&x, folder, true), SFT_OK);
    assert_non_null(
        strstr(x.notes.text, "nothing to do: early stopping ended this run after epoch"));
    assert_true(x.result.early);
    fit_same_end(folder, x.result.weights_sha256, early_folder, early_hash);
    fit_close(&x);
    folder_remove(folder);
}

/* More epochs: where the rate does not look at the plan's end, the same as a run that was planned
 * so long. */
static void test_extended(void **state)
{
    (void)state;
    static const char *const two[] = { "schedule=constant", "train.epochs=2", NULL },
                             *const four[] = { "schedule=constant", NULL };
    char whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, fit_recipe, four, want);
    fit_whole(folder_make(folder), false, 0, fit_recipe, two, hash);
    assert_true(strcmp(hash, want) != 0);
    fit_whole(folder, true, 0, fit_recipe, four, hash);
    fit_same_end(folder, hash, whole, want);
    assert_true(fit_has(folder, "recipe.yaml", "epochs: 4"));
    folder_remove(folder);
    folder_remove(whole);
}

/* More patience, too: what was stopped early goes on with its last weights, not with the best ones
 * it gave away. */
static void test_more_patience(void **state)
{
    (void)state;
    static const char *const patient[] = { "early_stop.patience=4", "train.epochs=30",
                                           "optimizer.lr=0.1", NULL };
    char whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, fit_recipe, patient, want);
    assert_true(strcmp(early_hash, want) != 0);
    fit_whole(folder_make(folder), false, 0, fit_recipe, early, hash);
    fit_whole(folder, true, 0, fit_recipe, patient, hash);
    fit_same_end(folder, hash, whole, want);
    folder_remove(folder);
    folder_remove(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_and_go_on),
        cmocka_unit_test(test_vanish_and_go_on),
        cmocka_unit_test(test_early_stopping_survives),
        cmocka_unit_test(test_other_threads),
        cmocka_unit_test(test_other_optimisers),
        cmocka_unit_test(test_finished),
        cmocka_unit_test(test_extended),
        cmocka_unit_test(test_more_patience),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
