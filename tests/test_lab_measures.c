/* SPDX-License-Identifier: MIT */
/* Measures of labs: each on a small run whose number is known by theory or by construction. */
#include "lab_run.h"

#include <math.h>

/* ---- small tools ------------------------------------------------------------------------------------------- */

static double norm_of_tensors(const sft_net *n, const char *const *names, const int64_t *counts, int k)
{
    double sum = 0;
    float  x[4096];
    for (int i = 0; i < k; i++) {
        assert_true(counts[i] <= 4096);
        assert_int_equal(sft_net_get(n, names[i], x, counts[i]), SFT_OK);
        for (int64_t j = 0; j < counts[i]; j++) sum += (double)x[j] * (double)x[j];
    }
    return sqrt(sum);
}

/* 200 samples in two features: nothing takes long. */
#define SMALL "data: blobs samples=200 classes=3\nsplit: {validation: 0.2, test: 0.2}\nprobe: {every: 5}\n"

static const char mlp[] = SMALL "model: linear 8 | tanh | linear 6 | tanh | linear\noptimizer: sgd lr=0.1\n"
                                "train: {epochs: 4, batch: 30, seed: 2}\n";

/* ---- what files say ------------------------------------------------------------------------------------------ */

static void results_are_those_of_the_run(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, NULL);
    CHECK_NEAR(lab_take(&x, "result test_accuracy"), x.result.test.accuracy, 0);
    CHECK_NEAR(lab_take(&x, "result val_loss"), x.result.validation.loss, 0);
    CHECK_NEAR(lab_take(&x, "result train_loss"), x.result.train.loss, 0);
    CHECK_NEAR(lab_take(&x, "result train_accuracy"), x.result.train.accuracy, 0);
    CHECK_NEAR(lab_take(&x, "result steps"), x.result.steps, 0);
    CHECK_NEAR(lab_take(&x, "result failed"), 0, 0);
    assert_true(isnan(lab_take(&x, "result end_step")));
    lab_run_close(&x);
}

/* Whoever multiplies weights by 1e38 has infinite numbers in the very first step. */
static void a_failed_run_says_when_it_broke(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, SMALL "model: linear 8 | relu | linear\ninit: constant value=1e25\noptimizer: sgd lr=1\n"
                     "train: {epochs: 2, batch: 30}\n", NULL);
    assert_true(x.failed);
    CHECK_NEAR(lab_take(&x, "result failed"), 1, 0);
    CHECK_NEAR(lab_take(&x, "result end_step"), 1, 0);
    assert_true(isnan(lab_take(&x, "result test_accuracy")));
    assert_true(isnan(lab_take(&x, "moved")));
    assert_true(isnan(lab_take(&x, "weight_norm")));
    CHECK_NEAR(lab_take(&x, "fate crashed") + lab_take(&x, "fate diverged"), 1, 0);
    lab_run_close(&x);
}

static void curves_are_read_where_they_are_asked_for(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, NULL);
    const sft_curve *t = &x.look.curve[SFT_TRAIN], *v = &x.look.curve[SFT_VALIDATION];
    assert_int_equal(t->n, 4);
    CHECK_NEAR(lab_take(&x, "curve loss at=last"), t->loss[3], 0);
    CHECK_NEAR(lab_take(&x, "curve loss at=first"), t->loss[0], 0);
    CHECK_NEAR(lab_take(&x, "curve loss at=2"), t->loss[1], 0);
    CHECK_NEAR(lab_take(&x, "curve accuracy split=validation at=last"), v->accuracy[3], 0);
    double low = v->loss[0], high = v->loss[0];
    for (int i = 1; i < 4; i++) low = fmin(low, v->loss[i]), high = fmax(high, v->loss[i]);
    CHECK_NEAR(lab_take(&x, "curve loss split=validation at=min"), low, 0);
    CHECK_NEAR(lab_take(&x, "curve loss split=validation at=max"), high, 0);
    CHECK_NEAR(lab_take(&x, "curve loss at=swing"), (fabs(t->loss[2] - t->loss[1]) + fabs(t->loss[3] - t->loss[2])) / 2, 1e-15);
    CHECK_NEAR(lab_take(&x, "curve lr at=last"), 0.1, 0);
    assert_true(isnan(lab_take(&x, "curve loss at=9")));
    char asked[96];
    snprintf(asked, sizeof asked, "curve loss below=%.17g", t->loss[1]);
    assert_true(t->loss[0] > t->loss[1] && t->loss[1] > t->loss[2]); /* it falls: below the second for the first time is the third */
    CHECK_NEAR(lab_take(&x, asked), 3, 0);
    assert_true(isnan(lab_take(&x, "curve loss below=0")));
    CHECK_NEAR(lab_take(&x, "curve loss above=0"), 1, 0);
    lab_fails(&x, "curve loss at=lats", "E132", "lats");
    lab_run_close(&x);
}

static void the_rate_of_a_step_is_the_schedule_s(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, (const char *const[]){ "schedule=cosine", NULL });
    sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
    CHECK_NEAR(lab_take(&x, "rate 1"), 0.1, 1e-12);
    CHECK_NEAR(lab_take(&x, "rate 7"), sft_trainer_rate(t, 7, NULL), 0);
    CHECK_NEAR(lab_take(&x, "rate"), sft_trainer_rate(t, x.result.steps, NULL), 0);
    assert_true(isnan(lab_take(&x, "rate 1000")));
    assert_true(lab_take(&x, "rate 7") < 0.1 && lab_take(&x, "rate 7") > lab_take(&x, "rate"));
    sft_trainer_free(t);
    lab_run_close(&x);
}

/* ---- signals --------------------------------------------------------------------------------------------------- */

/* Ten layers whose weight is 0.5 times the identity-like matrix of one unit: forward and backward shrink by 1/2 a layer, exactly. */
static void a_chain_has_its_own_factor(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, "data: regression-1d samples=100\nsplit: {validation: 0.2}\nprobe: {every: 5}\n"
                     "model: repeat 10 (linear 1 bias=false) | linear 1 bias=false\ninit: constant value=0.5\noptimizer: sgd lr=0.01\n"
                     "train: {epochs: 1, batch: 20}\n", NULL);
    CHECK_NEAR(lab_take(&x, "signal rms fold=factor at=start"), 0.5, 1e-5);
    CHECK_NEAR(lab_take(&x, "signal gradient fold=factor at=start"), 2, 1e-5);
    CHECK_NEAR(lab_take(&x, "signal gradient layer=first over=last at=start"), pow(0.5, 10), 1e-6);
    CHECK_NEAR(lab_take(&x, "signal gradient layer=-1 over=0 at=0"), 1024, 1e-2);
    CHECK_NEAR(lab_take(&x, "signal weight fold=mean at=start"), 0.5, 1e-6);
    CHECK_NEAR(lab_take(&x, "signal gain fold=max at=start"), 0.5, 1e-5);
    assert_true(isnan(lab_take(&x, "signal dead fold=mean at=start"))); /* no activation */
    assert_true(isnan(lab_take(&x, "signal rms layer=11 at=start")));
    lab_fails(&x, "signal rms layer=frist", "E132", "frist");
    lab_fails(&x, "signal rms at=begin", "E132", "begin");
    lab_run_close(&x);
}

static void signals_are_the_rows_of_the_file(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, NULL);
    const sft_signal_rows *all = sft__subject_signals(&x.s);
    assert_non_null(all);
    for (int i = 0; i < all->n; i++) {
        char asked[96];
        snprintf(asked, sizeof asked, "signal rms layer=%d at=%lld", i % 6 - 1, (long long)all->row[i].step);
        if (i % 6 > 0) CHECK_NEAR(lab_take(&x, asked), all->row[i].rms, 0); /* row 0 of a look is the input */
    }
    assert_int_equal(all->n % 6, 0);
    assert_true(isnan(lab_take(&x, "signal update layer=first at=start"))); /* before any step */
    assert_true(lab_take(&x, "signal update layer=first at=end") > 0);
    CHECK_NEAR(lab_take(&x, "signal rms op=tanh layer=last"), lab_take(&x, "signal rms layer=3"), 0);
    lab_run_close(&x);
}

/* ---- weights ------------------------------------------------------------------------------------------------------ */

static void moved_is_the_distance_over_the_start(void **state)
{
    (void)state;
    lab_run x;
    float   a[48], b[48];
    double  moved = 0, size = 0;
    lab_run_open(&x, mlp, NULL);
    sft_net *n = sft_net_new(x.c, x.r, x.d);
    sft_net_get(n, "2.weight", a, 48);
    sft_net_get(x.n, "2.weight", b, 48); /* no early stopping: as the last step left it */
    CHECK_OK(x.c);
    for (int i = 0; i < 48; i++) {
        moved += ((double)b[i] - (double)a[i]) * ((double)b[i] - (double)a[i]);
        size += (double)a[i] * (double)a[i];
    }
    CHECK_NEAR(lab_take(&x, "moved layer=1"), sqrt(moved / size), 1e-12);
    CHECK_NEAR(lab_take(&x, "moved layer=1 over=1"), 1, 0);
    CHECK_NEAR(lab_take(&x, "moved layer=1 at=start"), 0, 0);
    sft_net_free(n);
    lab_run_close(&x);
}

static void the_norm_of_weights_is_their_length(void **state)
{
    (void)state;
    static const char *const names[] = { "0.weight", "2.weight", "4.weight", "0.bias", "2.bias", "4.bias" };
    static const int64_t     counts[] = { 16, 48, 18, 8, 6, 3 };
    lab_run x;
    lab_run_open(&x, mlp, NULL);
    CHECK_NEAR(lab_take(&x, "weight_norm"), norm_of_tensors(x.n, names, counts, 3), 1e-12);
    CHECK_NEAR(lab_take(&x, "weight_norm all"), norm_of_tensors(x.n, names, counts, 6), 1e-12);
    CHECK_NEAR(lab_take(&x, "weight_norm weights at=best"), lab_take(&x, "weight_norm"), 0); /* nothing was put back */
    lab_run_close(&x);
}

/* With early stopping that puts the best epoch back, `best` and `end` are two networks. */
static void best_and_end_differ_where_the_best_is_put_back(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, (const char *const[]){ "early_stop.patience=1000", "early_stop.restore_best=yes", "early_stop.min_delta=100",
                                                 NULL });
    assert_int_equal(x.result.best_epoch, 1); /* no later one is better by 100 */
    static const char *const names[] = { "0.weight", "2.weight", "4.weight" };
    static const int64_t     counts[] = { 16, 48, 18 };
    CHECK_NEAR(lab_take(&x, "weight_norm at=best"), norm_of_tensors(x.n, names, counts, 3), 1e-12);
    assert_true(fabs(lab_take(&x, "weight_norm at=end") - lab_take(&x, "weight_norm at=best")) > 1e-6);
    lab_run_close(&x);
}

/* Units that begin alike get the same gradient: they stay alike to the last bit. Units that begin otherwise do not. */
static void units_of_a_zero_start_stay_the_same(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, (const char *const[]){ "init=zeros", NULL });
    CHECK_NEAR(lab_take(&x, "unit_spread layer=0"), 0, 0);
    CHECK_NEAR(lab_take(&x, "unit_spread layer=1"), 0, 0);
    assert_true(lab_take(&x, "unit_spread layer=last") > 0); /* of classes each gets its own bias */
    lab_run_close(&x);
    lab_run_open(&x, mlp, NULL);
    float w[16], b[8], most = 0;
    sft_net_get(x.n, "0.weight", w, 16);
    sft_net_get(x.n, "0.bias", b, 8);
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < i; k++) {
            for (int j = 0; j < 2; j++) most = fmaxf(most, fabsf(w[2 * i + j] - w[2 * k + j]));
            most = fmaxf(most, fabsf(b[i] - b[k]));
        }
    CHECK_NEAR(lab_take(&x, "unit_spread layer=0"), most, 1e-6);
    lab_run_close(&x);
}

/* ---- the doctor, remarks --------------------------------------------------------------------------------------------- */

static void findings_are_those_of_the_diagnosis(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, NULL);
    assert_true(isnan(lab_take(&x, "finding rate_too_high"))); /* nobody watched */
    lab_fails(&x, "finding rate_to_high", "E132", "rate_to_high");
    lab_run_close(&x);
    lab_run_watch(&x, mlp, (const char *const[]){ "init=zeros", "train.epochs=8", NULL });
    int others = 0;
    for (int i = 0; sft__symptom_at(i); i++) {
        char asked[96];
        bool stands = false;
        snprintf(asked, sizeof asked, "finding %s", sft__symptom_at(i)->name);
        for (int k = 0; k < x.look.findings; k++) stands = stands || !strcmp(x.look.finding[k].symptom, sft__symptom_at(i)->name);
        CHECK_NEAR(lab_take(&x, asked), stands, 0);
        others += !stands;
    }
    assert_true(x.look.findings > 0 && others > 0); /* identical units are a fault */
    CHECK_NEAR(lab_take(&x, "finding [rate_too_high, symmetric_units]"),
               lab_take(&x, "finding rate_too_high") + lab_take(&x, "finding symmetric_units"), 0);
    lab_run_close(&x);
}

static void a_run_has_one_fate(void **state)
{
    (void)state;
    static const char *const fates[] = { "well", "doctor", "overfits", "slow", "oscillates", "idle", "diverged", "crashed" };
    lab_run x;
    double  sum = 0;
    lab_run_open(&x, mlp, NULL);
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++) {
        char asked[64];
        snprintf(asked, sizeof asked, "fate %s", fates[i]);
        sum += lab_take(&x, asked);
    }
    CHECK_NEAR(sum, 1, 0);
    lab_run_close(&x);
}

/* ---- the subject -------------------------------------------------------------------------------------------------------- */

/* Trials of one data section share the data; of another they do not. */
static void data_are_read_once_for_trials_that_share_them(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, mlp, NULL);
    const sft_data *first = sft__subject_data(&x.s);
    lab_run_again(&x, (const char *const[]){ "optimizer.lr=0.2", NULL });
    assert_ptr_equal(sft__subject_data(&x.s), first);
    lab_run_again(&x, (const char *const[]){ "split.seed=5", NULL });
    assert_ptr_not_equal(sft__subject_data(&x.s), first);
    lab_run_again(&x, (const char *const[]){ "split.seed=0", NULL });
    assert_ptr_equal(sft__subject_data(&x.s), first);
    CHECK_OK(x.c);
    lab_run_close(&x);
}

static void every_measure_is_a_whole_record(void **state)
{
    (void)state;
    int n = 0;
    for (; sft__gauge_at(n); n++) {
        const sft_gauge *g = sft__gauge_at(n);
        assert_true(g->name && *g->name && g->doc && *g->doc && g->take && g->fields && g->conf_size);
        for (int k = 0; k < n; k++) assert_string_not_equal(g->name, sft__gauge_at(k)->name);
    }
    assert_null(sft__gauge_at(-1));
    assert_true(n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_the_run),
        cmocka_unit_test(a_failed_run_says_when_it_broke),
        cmocka_unit_test(curves_are_read_where_they_are_asked_for),
        cmocka_unit_test(the_rate_of_a_step_is_the_schedule_s),
        cmocka_unit_test(a_chain_has_its_own_factor),
        cmocka_unit_test(signals_are_the_rows_of_the_file),
        cmocka_unit_test(moved_is_the_distance_over_the_start),
        cmocka_unit_test(the_norm_of_weights_is_their_length),
        cmocka_unit_test(best_and_end_differ_where_the_best_is_put_back),
        cmocka_unit_test(units_of_a_zero_start_stay_the_same),
        cmocka_unit_test(findings_are_those_of_the_diagnosis),
        cmocka_unit_test(a_run_has_one_fate),
        cmocka_unit_test(data_are_read_once_for_trials_that_share_them),
        cmocka_unit_test(every_measure_is_a_whole_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
