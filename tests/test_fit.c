/* SPDX-License-Identifier: MIT */
/* sft_fit: early stopping as Keras has it, the best weights restored and written, plans in steps,
 * tasks, splits. labels: core */
#include "fit_run.h"

#include <math.h>

/* Learns nothing after a while: validation loss rises soon, because the rate is far too high for so
 * few samples. */
static const char overfit[] =
    "data: digits\n"
    "split: {validation: 0.2}\n"
    "model: flatten | linear 32 | relu | linear\n"
    "optimizer: sgd lr=2 momentum=0.9\n"
    "train: {epochs: 30, batch: 64, seed: 1}\n"
    "checkpoint: {min_seconds: 0}\n";

typedef struct history {
    double  loss[64], accuracy[64];
    int     n;
} history;

static bool remember(void *user, const sft_progress *p)
{
    history *h = user;
    if (p->evaluated && h->n < 64) {
        h->loss[h->n] = p->validation.loss;
        h->accuracy[h->n++] = p->validation.accuracy;
    }
    return true;
}

/* Keras's EarlyStopping over the losses of a run that was not stopped: the epoch of the best, and
 * where it stops (0: nowhere). */
static void keras(const double *score, int n, double sign, int patience, double min_delta,
                  int *best, int *stop)
{
    double reference = INFINITY;
    int wait = 0;
    *best = *stop = 0;
    for (int i = 0; i < n && !*stop; i++) {
        wait++;
        if (sign * score[i] < reference - min_delta) {
            reference = sign * score[i];
            *best = i + 1;
            wait = 0;
        } else if (wait >= patience)
            *stop = i + 1;
    }
}

static void run_history(const char *text, const char *const *overrides, const char *folder,
                        history *h, sft_result *result, fit_run *x)
{
    fit_open(x, 0, text, overrides);
    *h = (history){ .n = 0 };
    sft_fit_options o = { .folder = folder, .progress = remember, .user = h };
    sft_fit(x->c, x->r, x->d, x->n, &o, result);
    CHECK_OK(x->c);
}

static void test_stops_like_keras(void **state)
{
    (void)state;
    fit_run x;
    history all, h;
    sft_result result;
    run_history(overfit, NULL, NULL, &all, &result, &x);
    fit_close(&x);
    assert_int_equal(all.n, 30);
    assert_false(result.early);
    static const struct {
        int         patience;
        const char *delta, *monitor;
    } cases[] = { { 1, "0", "loss" },
                  { 2, "0", "loss" },
                  { 3, "0.05", "loss" },
                  { 2, "0", "accuracy" },
                  { 3, "0.02", "accuracy" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char patience[64], delta[64], monitor[64];
        snprintf(patience, sizeof patience, "early_stop.patience=%d", cases[i].patience);
        snprintf(delta, sizeof delta, "early_stop.min_delta=%s", cases[i].delta);
        snprintf(monitor, sizeof monitor, "early_stop.monitor=%s", cases[i].monitor);
        bool by_loss = !strcmp(cases[i].monitor, "loss");
        int best, stop;
        keras(by_loss ? all.loss : all.accuracy, all.n, by_loss ? 1 : -1, cases[i].patience,
              strtod(cases[i].delta, NULL), &best, &stop);
        assert_true(stop > 0);  /* or the case shows nothing */
        run_history(overfit, (const char *const[]){ patience, delta, monitor, NULL }, NULL, &h,
                    &result, &x);
        assert_int_equal(h.n, stop);
        assert_int_equal(result.epochs, stop);
        assert_true(result.early);
        assert_int_equal(result.best_epoch, best);
        assert_memory_equal(h.loss, all.loss, (size_t)h.n * sizeof *h.loss);
        assert_true(result.best.loss == all.loss[best - 1]);
        assert_true(result.validation.loss ==
                    all.loss[best - 1]); /* the weights that are left are the best */
        assert_true(result.validation.accuracy == all.accuracy[best - 1]);
        fit_close(&x);
    }
}

/* The weights by name from a file are those in the network. */
static void same_weights(sft_ctx *c, const sft_net *n, const char *folder, const char *name,
                         bool same)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    sft_file *f = sft_file_open(c, path);
    CHECK_OK(c);
    sft_tensor_facts t;
    int trained = 0, differ = 0;
    for (int i = 0; sft_file_tensor(f, i, &t); i++) {
        float *a = calloc((size_t)t.count, sizeof *a), *b = calloc((size_t)t.count, sizeof *b);
        assert_true(a && b);
        if (!strstr(t.name, "num_batches_tracked")) {
            assert_int_equal(sft_file_values(f, i, a), SFT_OK);
            assert_int_equal(sft_net_get(n, t.name, b, t.count), SFT_OK);
            differ += memcmp(a, b, (size_t)t.count * sizeof *a) != 0;
            trained += t.trained;
        }
        free(a);
        free(b);
    }
    assert_true(trained > 0);
    assert_int_equal(differ == 0, same);
    sft_file_close(f);
}

static void test_best_weights_restored_and_written(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    fit_run x;
    history h;
    sft_result result;
    run_history(overfit, (const char *const[]){ "early_stop.patience=2", NULL }, folder, &h,
                &result, &x);
    assert_true(result.early && result.best_epoch < result.epochs);
    same_weights(x.c, x.n, folder, "model.safetensors", true);
    same_weights(x.c, x.n, folder, "best.safetensors", true);
    fit_close(&x);
    char best[64];
    snprintf(best, sizeof best,
             "\"best_epoch\": %lld,\n  \"best\": {\"loss\": ", (long long)result.best_epoch);
    assert_true(fit_has(folder, "run.json", best));
    assert_true(fit_has(folder, "run.json", "\"early_stopped\": true"));
    assert_true(fit_has(folder, "run.json", result.weights_sha256));
    /* not restored: the last weights stay, best.safetensors is of the best all the same */
    run_history(
        overfit,
        (const char *const[]){ "early_stop.patience=2", "early_stop.restore_best=false", NULL },
        folder, &h, &result, &x);
    assert_true(result.early && result.best_epoch < result.epochs);
    same_weights(x.c, x.n, folder, "model.safetensors", true);
    same_weights(x.c, x.n, folder, "best.safetensors", false);
    assert_true(result.validation.loss == h.loss[h.n - 1]);
    assert_true(result.best.loss == h.loss[result.best_epoch - 1]);
    fit_close(&x);
    folder_remove(folder);
}

static void test_steps_rule_over_epochs(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    fit_run x;
    history h;
    sft_result result;
    run_history(fit_recipe, (const char *const[]){ "train.steps=50", NULL }, folder, &h, &result,
                &x);
    assert_int_equal(result.steps, 50);
    assert_int_equal(result.epochs, 1);
    assert_int_equal(h.n, 2);   /* at the epoch's end and at the plan's */
    assert_false(result.early || result.stopped);
    char *m = fit_metrics(folder);
    assert_non_null(strstr(m, "\n35,1,validation,"));
    assert_non_null(strstr(m, "\n50,2,train,"));
    assert_non_null(strstr(m, "\n50,2,validation,"));
    assert_non_null(strstr(m, "\n50,2,test,"));
    free(m);
    fit_close(&x);
    folder_remove(folder);
}

static void test_eval_every(void **state)
{
    (void)state;
    fit_run x;
    history h;
    sft_result result;
    run_history(fit_recipe, (const char *const[]){ "train.eval_every=3", NULL }, NULL, &h, &result,
                &x);
    assert_int_equal(h.n, 2);   /* epochs 3 and 4, the last */
    fit_close(&x);
}

/* drop_last leaves samples out of steps, not out of scores. */
static void test_drop_last_scores_all(void **state)
{
    (void)state;
    fit_run x;
    history h;
    sft_result all, most;
    static const char *const one[] = { "train.epochs=1", "optimizer.lr=1e-30", NULL };
    static const char *const drop[] = { "train.epochs=1", "optimizer.lr=1e-30",
                                        "train.drop_last=true", NULL };
    run_history(fit_recipe, one, NULL, &h, &all, &x);
    fit_close(&x);
    run_history(fit_recipe, drop, NULL, &h, &most, &x);
    fit_close(&x);
    assert_int_equal(all.steps, 35);
    assert_int_equal(most.steps, 34);
    assert_int_equal(all.train.count, 3441);
    assert_int_equal(most.train.count, 3441);
}

static void test_no_validation(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    fit_run x;
    history h;
    sft_result result;
    run_history(fit_recipe,
                (const char *const[]){ "split.validation=0", "early_stop.patience=1",
                                       "train.epochs=2", NULL },
                folder, &h, &result, &x);
    assert_int_equal(h.n, 0);
    assert_int_equal(result.epochs, 2);
    assert_int_equal(result.best_epoch, 0);
    assert_int_equal(result.validation.count, 0);
    assert_non_null(strstr(x.notes.text, "warning[W245]: early_stop has nothing to watch"));
    assert_false(fit_exists(folder, "best.safetensors"));
    assert_true(fit_has(folder, "run.json", "\"validation\": null"));
    fit_close(&x);
    folder_remove(folder);
}

/* y = 2 x0 - x1, and its sign. */
static void run_task(sft_task task, const char *text, sft_result *result, const char *folder)
{
    enum { N = 200 };
    static float x[2 * N], y[N];
    static uint8_t split[N];
    sft_ctx *c = check_open();
    sft_recipe *r = sft_recipe_parse(c, "recipe.yaml", text, strlen(text));
    for (int i = 0; i < N; i++) {
        x[2 * i] = (float)((i * 37) % 101) / 50 - 1;
        x[2 * i + 1] = (float)((i * 53) % 97) / 48 - 1;
        y[i] = 2 * x[2 * i] - x[2 * i + 1];
        if (task == SFT_BINARY)
            y[i] = y[i] > 0;
        split[i] = (uint8_t)(i % 5 == 0 ? SFT_VALIDATION : i % 5 == 1 ? SFT_TEST : SFT_TRAIN);
    }
    sft_data *d = sft_data_from(c, x, (sft_shape){ 1, { 2 } }, y, task, 1, N, split);
    sft_net *n = sft_net_new(c, r, d);
    sft_fit_options o = { .folder = folder };
    sft_fit(c, r, d, n, &o, result);
    if (!strstr(text, "accuracy"))
        CHECK_OK(c);
    else
        CHECK_FAILS(c, "E113", "use early_stop.monitor=loss");
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

static void test_regression(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    sft_result result;
    run_task(SFT_REGRESSION,
             "data: digits\nmodel: linear\noptimizer: sgd lr=0.2\ntrain: {epochs: 40, batch: "
             "20}\nearly_stop: {patience: 10}\n",
             &result, folder);
    assert_true(result.test.loss < 1e-3);
    assert_true(isnan(result.test.accuracy));
    assert_true(result.best_epoch > 0);
    assert_true(fit_has(folder, "run.json", "\"accuracy\": null"));
    assert_true(fit_has(folder, "metrics.csv", ",validation,"));
    run_task(SFT_REGRESSION,
             "data: digits\nmodel: linear\nearly_stop: {patience: 1, monitor: accuracy}\n", &result,
             NULL);
    folder_remove(folder);
}

static void test_binary(void **state)
{
    (void)state;
    sft_result result;
    run_task(
        SFT_BINARY,
        "data: digits\nmodel: linear\noptimizer: adam lr=0.05\ntrain: {epochs: 40, batch: 20}\n",
        &result, NULL);
    assert_true(result.test.accuracy > 0.95);
}

/* NULL result and options, and wrong use that says so. */
static void test_wrong_use(void **state)
{
    (void)state;
    fit_run x;
    fit_open(&x, 0, fit_recipe,
             (const char *const[]){ "train.steps=2", "schedule.warmup=0", NULL });
    assert_int_equal(sft_fit(x.c, x.r, x.d, x.n, NULL, NULL), SFT_OK);
    assert_int_equal(sft_fit(x.c, x.r, NULL, x.n, NULL, NULL), SFT_USAGE);
    CHECK_FAILS(x.c, "E002", "one of them is NULL");
    fit_close(&x);
}

/* Whichever allocation fails, from the recipe's first to the end of the run: an error, nothing
 * left, no crash. */
static sft_status starved(check_memory *m, const char *folder, bool resume)
{
    static const char text[] =
        "data: digits\nmodel: linear 4 | batchnorm | relu | dropout 0.1 | linear\noptimizer: adam\n"
        "train: {epochs: 2, batch: 8}\nearly_stop: {patience: 1}\ncheckpoint: {min_seconds: 0}\n";
    float x[80], y[40];
    uint8_t split[40];
    for (int i = 0; i < 40; i++) {
        x[2 * i] = (float)(i % 7);
        x[2 * i + 1] = (float)(i % 3);
        y[i] = (float)(i % 2);
        split[i] = (uint8_t)(i % 4 == 0 ? SFT_VALIDATION : SFT_TRAIN);
    }
    sft_ctx *c = sft_open(&(sft_config){
        .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = m });
    sft_recipe *r = sft_recipe_parse(c, "recipe.yaml", text, strlen(text));
    sft_data *d = sft_data_from(c, x, (sft_shape){ 1, { 2 } }, y, SFT_CLASSES, 2, 40, split);
    sft_net *n = sft_net_new(c, r, d);
    sft_fit_options o = { .folder = folder, .resume = resume };
    sft_result result;
    sft_status got = sft_fit(c, r, d, n, &o, &result);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    assert_int_equal(m->in_use, 0);
    return got;
}

static void test_memory(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    check_memory whole = { .fails = 0 }, resumed = { .fails = 0 }, alone = { .fails = 0 };
    assert_int_equal(starved(&whole, folder, false), SFT_OK);
    assert_int_equal(starved(&resumed, folder, true), SFT_OK);
    assert_int_equal(starved(&alone, NULL, false), SFT_OK);
    for (int64_t n = 1; n <= alone.calls; n++)
        assert_int_equal(starved(&(check_memory){ .fails = n }, NULL, false), SFT_MEMORY);
    for (int64_t n = 1; n <= resumed.calls;
         n++) /* a resume that starves leaves the run as it was */
        assert_int_equal(starved(&(check_memory){ .fails = n }, folder, true), SFT_MEMORY);
    assert_int_equal(starved(&(check_memory){ .fails = 0 }, folder, true), SFT_OK);
    for (int64_t n = 1; n <= whole.calls; n++)
        assert_int_equal(starved(&(check_memory){ .fails = n }, folder, false), SFT_MEMORY);
    assert_int_equal(starved(&(check_memory){ .fails = 0 }, folder, false), SFT_OK);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stops_like_keras),
        cmocka_unit_test(test_best_weights_restored_and_written),
        cmocka_unit_test(test_steps_rule_over_epochs),
        cmocka_unit_test(test_eval_every),
        cmocka_unit_test(test_drop_last_scores_all),
        cmocka_unit_test(test_no_validation),
        cmocka_unit_test(test_regression),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
