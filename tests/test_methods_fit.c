/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Wrappers, averages, L-BFGS and accumulation in training: resumed to the bit, no allocation in a step, the same bits on any
 * number of threads; averaged weights are what is scored, kept and left. */
#include "fit_run.h"

#include <math.h>

/* As fit_recipe, two epochs. */
static const char short_recipe[] = "data: digits\n"
                                   "model: flatten | linear 16 | batchnorm | relu | dropout 0.2 | linear\n"
                                   "optimizer: adam lr=0.01\n"
                                   "train: {epochs: 2, batch: 100, seed: 3, shards: 4}\n"
                                   "checkpoint: {every: 0, every_steps: 13, min_seconds: 0}\n";

/* Each changes it. */
static const char *const ways[][4] = {
    { "wrap=sam rho=0.1", "train.clip_norm=1", NULL },
    { "wrap=sam rho=0.5 adaptive=true", "train.accumulate=2", "train.epochs=4", NULL },
    { "wrap=lookahead k=3", NULL },
    { "average=ema decay=0.9", NULL },
    { "average=swa start=0.4 every=9 lr=0.02", NULL },
    { "wrap=lookahead", "average=ema warmup=false", NULL },
    { "optimizer=lbfgs history=4", "train.accumulate=40", "train.epochs=60", NULL },
    { "train.accumulate=4", "train.epochs=7", NULL },
    { "average=swa start=0.3 every=2", "train.accumulate=3", "train.epochs=5", NULL },
    { "optimizer=muon lr=0.01", NULL },
};

enum { WAYS = sizeof ways / sizeof *ways };

/* ---- resuming ------------------------------------------------------------------------------- */

static void killed_and_resumed_is_the_same(void **state)
{
    (void)state;
    static const int64_t at[] = { 5, 44 }; /* before the average begins and after; no checkpoint yet, and some */
    for (int i = 0; i < WAYS; i++) {
        char whole[64], folder[64], want[65], hash[65];
        fit_whole(folder_make(whole), false, 0, short_recipe, ways[i], want);
        folder_make(folder);
        for (size_t k = 0; k < sizeof at / sizeof *at; k++)
            fit_vanish(folder, k > 0, 0, short_recipe, ways[i], at[k]);
        fit_whole(folder, true, 0, short_recipe, ways[i], hash);
        fit_same_end(folder, hash, whole, want);
        folder_remove(folder);
        folder_remove(whole);
    }
}

/* Another wrapper or average needs --reset-optimizer, and says so; with it training goes on. */
static void changed_methods_are_refused(void **state)
{
    (void)state;
    static const char *const was[] = { "wrap=lookahead", "average=ema", NULL };
    static const struct {
        const char *changes[5], *says;
    } now[] = {
        { { "wrap=none", "average=ema", NULL }, "was made with `wrap: lookahead` and the recipe has `wrap: none`" },
        { { "wrap=lookahead", "average=swa", NULL }, "was made with `average: ema` and the recipe has `average: swa`" },
        { { "wrap=lookahead", "average=ema", "train.accumulate=2", NULL }, "now with train.accumulate=2" },
    };
    char folder[64];
    fit_vanish(folder_make(folder), false, 0, fit_recipe, was, 44);
    for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
        fit_run x;
        fit_open(&x, 0, fit_recipe, now[i].changes);
        fit_go(&x, folder, true);
        CHECK_FAILS(x.c, i == 2 ? "E317" : "E314", now[i].says);
        fit_close(&x);
    }
    fit_run x;
    fit_open(&x, 0, fit_recipe, now[0].changes);
    sft_fit_options o = { .folder = folder, .resume = true, .reset_optimizer = true };
    assert_int_equal(sft_fit(x.c, x.r, x.d, x.n, &o, &x.result), SFT_OK);
    fit_close(&x);
    folder_remove(folder);
}

/* ---- threads, memory ------------------------------------------------------------------------ */

static const char wide[] = "data: digits\n"
                           "model: flatten | linear 320 | batchnorm | relu | linear 60 | relu | linear\n"
                           "optimizer: sgd lr=0.05 momentum=0.9\n"
                           "train: {steps: 6, batch: 192, shards: 4}\n"
                           "early_stop: {patience: 3}\n";

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    for (int i = 0; i < WAYS; i++) {
        char one[65], more[65];
        for (int threads = 1; threads <= 4; threads++) {
            fit_run x;
            fit_open(&x, threads, wide, ways[i]);
            sft_recipe_set(x.r, "train.steps=4");
            fit_go(&x, NULL, false);
            CHECK_OK(x.c);
            memcpy(threads == 1 ? one : more, x.result.weights_sha256, 65);
            if (threads > 1) assert_string_equal(one, more);
            fit_close(&x);
        }
    }
}

static void steps_allocate_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < WAYS; i++) {
        check_memory m = { 0 };
        sft_ctx     *c = sft_open(&(sft_config){ .threads = 2, .realloc = check_realloc, .realloc_user = &m });
        sft_recipe  *r = sft_recipe_parse(c, "r.yaml", wide, sizeof wide - 1);
        for (int k = 0; ways[i][k]; k++) sft_recipe_set(r, ways[i][k]);
        sft_data    *d = sft_data_open(c, r);
        sft_net     *n = sft_net_new(c, r, d);
        sft_trainer *t = sft_trainer_new(c, r, d, n);
        sft_step(t, NULL);
        CHECK_OK(c);
        int64_t before = m.calls;
        for (int k = 0; k < 12; k++) sft_step(t, NULL);
        CHECK_OK(c);
        assert_int_equal(m.calls, before);
        sft_scores s;
        sft_evaluate(t, SFT_VALIDATION, &s);
        CHECK_OK(c);
        assert_int_equal(m.calls, before);
        sft_trainer_free(t);
        sft_net_free(n);
        sft_data_free(d);
        sft_recipe_free(r);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
}

/* ---- averages ------------------------------------------------------------------------------- */

static float first_weight(const fit_run *x)
{
    float w[16 * 64];
    sft_net_get(x->n, "1.weight", w, 16 * 64);
    return w[0];
}

/* sft_evaluate scores the averaged weights and leaves the trained ones; sft_trainer_average changes them over. */
static void averages_are_scored_and_trained_weights_stay(void **state)
{
    (void)state;
    static const char *const ema[] = { "average=ema", NULL };
    fit_run x;
    fit_open(&x, 0, fit_recipe, ema);
    sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
    sft_scores averaged, again, trained;
    sft_trainer_average(t, true); /* nothing yet: nothing changes */
    for (int i = 0; i < 50; i++) sft_step(t, NULL);
    float w = first_weight(&x);
    sft_evaluate(t, SFT_VALIDATION, &averaged);
    assert_true(first_weight(&x) == w);
    sft_trainer_average(t, true);
    assert_true(first_weight(&x) != w);
    sft_evaluate(t, SFT_VALIDATION, &again);
    assert_true(again.loss == averaged.loss);
    sft_trainer_free(t); /* the averaged weights stay: a trainer without average scores them */
    sft_recipe_set(x.r, "average=none");
    t = sft_trainer_new(x.c, x.r, x.d, x.n);
    sft_evaluate(t, SFT_VALIDATION, &trained);
    assert_true(trained.loss == averaged.loss);
    CHECK_OK(x.c);
    sft_trainer_free(t);
    fit_close(&x);
}

/* An average does not touch training: the same walk with and without. */
static void averages_leave_training_alone(void **state)
{
    (void)state;
    static const char *const sets[][2] = { { NULL }, { "average=ema", NULL }, { "average=swa start=0.1 every=3", NULL } };
    char first[65], hash[65];
    for (int i = 0; i < 3; i++) {
        fit_run x;
        fit_open(&x, 0, fit_recipe, sets[i]);
        sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
        for (int k = 0; k < 60; k++) {
            sft_scores s;
            sft_step(t, NULL);
            if (k % 20 == 7) sft_evaluate(t, SFT_TRAIN, &s);
        }
        sft_net_hash(x.n, i ? hash : first);
        CHECK_OK(x.c);
        if (i) assert_string_equal(first, hash);
        sft_trainer_free(t);
        fit_close(&x);
    }
}

/* What the folder holds at the end is what was scored last; its best weights are averaged ones. */
static void the_model_that_is_left_is_the_average(void **state)
{
    (void)state;
    static const char *const ema[] = { "average=ema", "early_stop.patience=50", NULL };
    char folder[64], path[256], hash[65];
    fit_run x;
    fit_open(&x, 0, fit_recipe, ema);
    fit_go(&x, folder_make(folder), false);
    CHECK_OK(x.c);
    assert_true(x.result.validation.loss == x.result.best.loss);
    fit_run y;
    fit_open(&y, 0, fit_recipe, NULL);
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    sft_net_load(y.n, path);
    sft_net_hash(y.n, hash);
    assert_string_equal(hash, x.result.weights_sha256);
    sft_trainer *t = sft_trainer_new(y.c, y.r, y.d, y.n);
    sft_scores   s;
    sft_evaluate(t, SFT_VALIDATION, &s);
    CHECK_OK(y.c);
    assert_true(s.loss == x.result.best.loss);
    sft_trainer_free(t);
    fit_close(&x);
    fit_close(&y);
    folder_remove(folder);
}

/* The running averages of a norm on the samples themselves are plain means over the batches, however many make a step. */
static void check_recount(int64_t accumulate)
{
    enum { N = 40, B = 10 };
    static const char text[] = "data: digits\nmodel: batchnorm | linear\noptimizer: sgd lr=0.1\naverage: swa start=0.3\n"
                               "train: {epochs: 4, batch: 10, shuffle: false}\n";
    char  window[40];
    float x[N], y[N], got[2];
    double mean = 0, var = 0;
    for (int i = 0; i < N; i++) {
        x[i] = (float)(3 + sin(i * i));
        y[i] = (float)(i % 3 == 0);
    }
    for (int b = 0; b < N / B; b++) {
        double m = 0, m2 = 0;
        for (int i = b * B; i < (b + 1) * B; i++) m += (double)x[i] / B;
        for (int i = b * B; i < (b + 1) * B; i++) m2 += ((double)x[i] - m) * ((double)x[i] - m);
        mean += m / (N / B);
        var += m2 / (B - 1) / (N / B);
    }
    sft_ctx     *c = check_open();
    sft_recipe  *r = sft_recipe_parse(c, "r.yaml", text, sizeof text - 1);
    snprintf(window, sizeof window, "train.accumulate=%d", (int)accumulate);
    sft_recipe_set(r, window);
    sft_data    *d = sft_data_from(c, x, (sft_shape){ 1, { 1 } }, y, SFT_CLASSES, 2, N, NULL);
    sft_net     *n = sft_net_new(c, r, d);
    sft_trainer *t = sft_trainer_new(c, r, d, n);
    sft_trainer_facts f = { 0 };
    sft_trainer_facts_of(t, &f);
    for (int64_t k = 0; k < f.steps; k++) sft_step(t, NULL);
    sft_trainer_average(t, true);
    sft_net_get(n, "0.running_mean", got, 1);
    sft_net_get(n, "0.running_var", got + 1, 1);
    CHECK_OK(c);
    CHECK_NEAR(got[0], mean, 1e-6);
    CHECK_NEAR(got[1], var, 1e-6);
    sft_trainer_free(t);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

static void swa_counts_norms_anew(void **state)
{
    (void)state;
    for (int64_t accumulate = 1; accumulate <= 5; accumulate++) check_recount(accumulate);
}

/* SAM's second gradient leaves no trace in running averages: with rho as good as 0 they are those of a plain run. */
static void sam_counts_norms_once(void **state)
{
    (void)state;
    static const char *const sets[][2] = { { NULL }, { "wrap=sam rho=0.5", NULL } };
    float got[2][16];
    for (int i = 0; i < 2; i++) {
        fit_run x;
        fit_open(&x, 0, fit_recipe, sets[i]);
        sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
        sft_step(t, NULL); /* the first step's averages come from the same weights */
        sft_net_get(x.n, "2.running_mean", got[i], 16);
        CHECK_OK(x.c);
        sft_trainer_free(t);
        fit_close(&x);
    }
    assert_memory_equal(got[0], got[1], sizeof got[0]);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void lbfgs_says_what_it_needs(void **state)
{
    (void)state;
    static const struct {
        const char *changes[5], *says;
    } bad[] = {
        { { "optimizer=lbfgs", NULL }, "and a step has 100" },
        { { "optimizer=lbfgs", NULL }, "set train.accumulate=35" },
        { { "optimizer=lbfgs", "train.accumulate=40", "wrap=sam", NULL }, "`wrap: sam` with the optimiser lbfgs" },
        { { "optimizer=lbfgs", "train.accumulate=40", "train.clip_norm=1", NULL }, "`clip_norm` in `train`" },
        { { "optimizer=lbfgs", "train.accumulate=35", "regularize.l1=0.1", "schedule=constant", NULL }, "remove regularize, groups" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", fit_recipe, sizeof fit_recipe - 1);
        for (int k = 0; bad[i].changes[k]; k++) sft_recipe_set(r, bad[i].changes[k]);
        sft_data *d = sft_data_open(c, r);
        sft_net  *n = sft_net_new(c, r, d);
        sft_trainer_free(sft_trainer_new(c, r, d, n));
        CHECK_FAILS(c, "E113", bad[i].says);
        sft_net_free(n);
        sft_data_free(d);
        sft_recipe_free(r);
        sft_close(c);
    }
}

/* SAM's second gradient overflows, the first did not: refused, and the weights are as they were, to the bit. */
static void sam_fails_before_the_weights_change(void **state)
{
    (void)state;
    static const char *const sets[][3] = {
        { "model=flatten | repeat 24 ( linear 8 ) | linear", NULL },
        { "model=flatten | repeat 24 ( linear 8 ) | linear", "wrap=sam rho=1e3", NULL },
    };
    for (int i = 0; i < 2; i++) {
        char before[65], after[65];
        fit_run x;
        fit_open(&x, 0, fit_recipe, sets[i]);
        sft_net_hash(x.n, before);
        sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
        sft_step(t, NULL);
        assert_int_equal(sft_code(x.c), i ? SFT_TRAINING : SFT_OK);
        sft_clear(x.c);
        sft_net_hash(x.n, after);
        assert_int_equal(strcmp(before, after) == 0, i);
        sft_trainer_free(t);
        fit_close(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_and_resumed_is_the_same),
        cmocka_unit_test(changed_methods_are_refused),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(steps_allocate_nothing),
        cmocka_unit_test(averages_are_scored_and_trained_weights_stay),
        cmocka_unit_test(averages_leave_training_alone),
        cmocka_unit_test(the_model_that_is_left_is_the_average),
        cmocka_unit_test(swa_counts_norms_anew),
        cmocka_unit_test(sam_counts_norms_once),
        cmocka_unit_test(lbfgs_says_what_it_needs),
        cmocka_unit_test(sam_fails_before_the_weights_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
