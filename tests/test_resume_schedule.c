/* SPDX-License-Identifier: MIT */
/* Schedules with a memory, and those that set momentum, go on to the bit; evaluations reach them.
 * labels: core */
#include "fit_run.h"

#include <math.h>

/* Nothing improves on the first evaluation by 100, so the rate is halved at each one after it. */
#define STUBBORN "schedule=plateau factor=0.5 patience=0 threshold=100 threshold_mode=abs"

static const char *const plateau[] = { STUBBORN, NULL };

static double rate_in(const char *metrics, const char *row)
{
    const char *at = strstr(metrics, row);
    assert_non_null(at);
    for (int comma = 0; comma < 5; at++) comma += *at == ',';
    return strtod(at, NULL);
}

static void plateau_listens_to_evaluations(void **state)
{
    (void)state;
    char folder[64], hash[65];
    fit_whole(folder_make(folder), false, 0, fit_recipe, plateau, hash);
    char *rows = fit_metrics(folder);
    assert_non_null(strstr(rows, "step,epoch,split,loss,accuracy,lr"));
    CHECK_NEAR(rate_in(rows, "\n35,1,train"), 0.01, 1e-9);
    CHECK_NEAR(rate_in(rows, "\n70,2,train"), 0.01, 1e-9);
    CHECK_NEAR(rate_in(rows, "\n105,3,train"), 0.005, 1e-9);
    CHECK_NEAR(rate_in(rows, "\n140,4,train"), 0.0025, 1e-9);
    free(rows);
    folder_remove(folder);
}

static void goes_on_to_the_bit(const char *const *overrides)
{
    static const int64_t moments[] = { 36, 107 };
    char whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, fit_recipe, overrides, want);
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        fit_vanish(folder_make(folder), false, 0, fit_recipe, overrides, moments[i]);
        fit_whole(folder, true, 0, fit_recipe, overrides, hash);
        fit_same_end(folder, hash, whole, want);
        folder_remove(folder);
    }
    folder_remove(whole);
}

static void plateau_resumes(void **state)
{
    (void)state;
    goes_on_to_the_bit(plateau);
}

static void cycled_momentum_resumes(void **state)
{
    (void)state;
    static const char *const adam[] = { "schedule=one_cycle", NULL },
                             *const sgd[] = { "schedule=cyclic step_size_up=20",
                                              "optimizer=sgd lr=0.1 momentum=0.9", NULL };
    goes_on_to_the_bit(adam);
    goes_on_to_the_bit(sgd);
}

/* It is set at all: with it and without it the weights differ; for sgd without momentum they do not. */
static void momentum_is_cycled_where_there_is_one(void **state)
{
    (void)state;
    static const char *const optimizers[] = { "optimizer=adam lr=0.01", "optimizer=adamw lr=0.01",
                                              "optimizer=sgd lr=0.1 momentum=0.9",
                                              "optimizer=sgd lr=0.1" };
    for (int i = 0; i < 4; i++) {
        const char *with[] = { "schedule=one_cycle", optimizers[i], "train.steps=20", NULL };
        const char *without[] = { "schedule=one_cycle cycle_momentum=false", optimizers[i],
                                  "train.steps=20", NULL };
        char folder[64], a[65], b[65];
        fit_whole(folder_make(folder), false, 0, fit_recipe, with, a);
        folder_remove(folder);
        fit_whole(folder_make(folder), false, 0, fit_recipe, without, b);
        folder_remove(folder);
        assert_int_equal(strcmp(a, b) != 0, i < 3);
    }
}

static void a_schedule_that_changes_starts_afresh(void **state)
{
    (void)state;
    char folder[64], hash[65];
    static const char *const shorter[] = { STUBBORN, "train.epochs=3", NULL };
    static const char *const other[] = { "schedule=constant", "train.epochs=4", NULL };
    fit_whole(folder_make(folder), false, 0, fit_recipe, shorter, hash);
    fit_whole(folder, true, 0, fit_recipe, other, hash);
    char *rows = fit_metrics(folder);
    CHECK_NEAR(rate_in(rows, "\n140,4,train"), 0.01, 1e-9);
    free(rows);
    folder_remove(folder);
}

static void nothing_to_watch_is_said(void **state)
{
    (void)state;
    static const char *const blind[] = { STUBBORN, "split.validation=0", NULL };
    fit_run x;
    fit_open(&x, 0, fit_recipe, blind);
    sft_trainer_free(sft_trainer_new(x.c, x.r, x.d, x.n));
    CHECK_OK(x.c);
    assert_non_null(strstr(x.notes.text, "schedule plateau has nothing to watch"));
    fit_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plateau_listens_to_evaluations),
        cmocka_unit_test(plateau_resumes),
        cmocka_unit_test(cycled_momentum_resumes),
        cmocka_unit_test(momentum_is_cycled_where_there_is_one),
        cmocka_unit_test(a_schedule_that_changes_starts_afresh),
        cmocka_unit_test(nothing_to_watch_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
