/* SPDX-License-Identifier: MIT */
/* A run that is watched: it ends with the same bits, its looks can be counted beforehand, faults are told where they are
 * established, and what it writes goes on as it does. labels: core threads */
#include "fit_run.h"

#include "doctor/cadence.h"

#include <math.h>

static const char sick[] = "data: digits\nmodel: flatten | linear 32 | relu | linear\ninit: constant value=0.05\n"
                           "optimizer: sgd lr=0.1\ntrain: {epochs: 8, batch: 64}\ncheckpoint: {min_seconds: 0}\n";
static const char well[] = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.1\n"
                           "train: {epochs: 8, batch: 64}\n";
static const char blows_up[] = "data: digits\nmodel: flatten | repeat 3 ( linear 64 | relu ) | linear\noptimizer: sgd lr=3\n"
                               "train: {epochs: 8, batch: 64}\n";

typedef struct witness {
    int     looks, faults;
    int64_t last_look, fault_at;
    bool    goes_on;
    char    symptoms[400];
} witness;

static void see(void *user, const sft_signals *s)
{
    witness *w = user;
    assert_true(s->step == 0 || s->step > w->last_look);
    assert_true(s->layers > 2 && isfinite(s->loss));
    w->looks++;
    w->last_look = s->step;
}

static bool meet(void *user, sft_diagnosis *d, const sft_finding_facts *f, int64_t step)
{
    witness          *w = user;
    sft_finding_facts other;
    assert_true(f->severity >= SFT_FAULT && !f->cause && f->evidence[0]);
    assert_true(sft_diagnosis_finding(d, 0, &other));
    assert_null(strstr(w->symptoms, f->symptom)); /* once a symptom */
    snprintf(w->symptoms + strlen(w->symptoms), sizeof w->symptoms - strlen(w->symptoms), "%s ", f->symptom);
    w->faults++;
    w->fault_at = step;
    return w->goes_on;
}

static sft_status go(fit_run *x, witness *w, bool judge, const char *folder, bool resume)
{
    const sft_watch_options how = { .judge = judge, .signals = see, .fault = meet, .user = w };
    const sft_fit_options   o = { .folder = folder, .resume = resume, .progress = fit_watch, .user = x, .watch = w ? &how : NULL };
    return sft_fit(x->c, x->r, x->d, x->n, &o, &x->result);
}

/* ---- nothing is changed ----------------------------------------------------------------------- */

static void same_bits(int threads, const char *text, const char *const *overrides)
{
    char hash[2][65];
    for (int judge = 0; judge < 2; judge++) {
        fit_run x;
        witness w = { .goes_on = true };
        fit_open(&x, threads, text, overrides);
        assert_int_equal(go(&x, judge ? &w : NULL, true, NULL, false), SFT_OK);
        memcpy(hash[judge], x.result.weights_sha256, 65);
        assert_true(judge == 0 || w.looks > 2);
        fit_close(&x);
    }
    assert_string_equal(hash[0], hash[1]);
}

static void a_watched_run_ends_with_the_same_bits(void **state)
{
    (void)state;
    static const char *const each[] = { "probe.every=1", NULL }, *const few[] = { NULL };
    static const char *const ema[] = { "average=ema decay=0.9", "probe.every=7", NULL };
    static const char *const swa[] = { "average=swa start=0.5", "probe.every=7", "optimizer=momentum lr=0.05", NULL };
    static const char *const stop[] = { "early_stop.patience=2", "train.epochs=30", "optimizer.lr=0.1", NULL };
    static const char *const sam[] = { "wrap=sam", "train.accumulate=3", "augment=noise", "probe.every=2", NULL };
    for (int threads = 1; threads <= 2; threads++) {
        same_bits(threads, fit_recipe, each);
        same_bits(threads, fit_recipe, few);
        same_bits(threads, fit_recipe, ema);
        same_bits(threads, fit_recipe, swa);
        same_bits(threads, fit_recipe, stop);
        same_bits(threads, fit_recipe, sam);
    }
}

/* ---- when it is looked at --------------------------------------------------------------------- */

static int64_t looks_of(const sft_cadence *c)
{
    int64_t n = 0;
    for (int64_t step = 1; step <= c->plan; step++) n += sft__cadence_due(c, step);
    return n;
}

static void looks_keep_to_their_share(void **state)
{
    (void)state;
    static const char *const plans[] = { "train.epochs=1", "train.epochs=7", "train.epochs=400", "train.steps=50000", "train.batch=8" };
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        for (int judged = 0; judged < 2; judged++) {
            fit_run x;
            fit_open(&x, 0, well, (const char *const[]){ plans[i], NULL });
            sft_trainer      *t = sft_trainer_new(x.c, x.r, x.d, x.n);
            const sft_cadence c = sft__cadence(t, 256, judged);
            const double      cost = sft__look_cost(x.n, t->recipe->train_conf.batch, 256, judged);
            const double      most = fmax(8, 0.02 * (double)c.plan / cost);
            assert_true(sft__cadence_due(&c, c.plan) && sft__cadence_due(&c, 1) && !sft__cadence_due(&c, 0));
            assert_true((double)looks_of(&c) <= most + 2);
            sft_trainer_free(t);
            fit_close(&x);
        }
}

static void at_most_twenty_an_epoch(void **state)
{
    (void)state;
    const sft_cadence c = { .plan = 10000, .epoch = 1000, .stride = 50, .base = 2 };
    for (int64_t epoch = 1; epoch < 10; epoch++) {
        int64_t n = 0;
        for (int64_t step = epoch * 1000 + 1; step <= epoch * 1000 + 1000; step++) n += sft__cadence_due(&c, step);
        assert_int_equal(n, 20);
        assert_true(sft__cadence_due(&c, epoch * 1000)); /* the end of an epoch is one of them */
    }
    const sft_cadence slow = { .plan = 10000, .epoch = 1000, .stride = 2500, .base = 8 };
    assert_true(sft__cadence_due(&slow, 3000) && sft__cadence_due(&slow, 64) && sft__cadence_due(&slow, 512));
    assert_false(sft__cadence_due(&slow, 1000) || sft__cadence_due(&slow, 2000) || sft__cadence_due(&slow, 4096));
}

/* ---- faults ----------------------------------------------------------------------------------- */

static void a_fault_is_told_once_and_training_goes_on(void **state)
{
    (void)state;
    fit_run x;
    witness w = { .goes_on = true };
    fit_open(&x, 0, sick, NULL);
    assert_int_equal(go(&x, &w, true, NULL, false), SFT_OK);
    assert_non_null(strstr(w.symptoms, "symmetric_units"));
    assert_true(!x.result.stopped && x.result.epochs == 8);
    fit_close(&x);
}

static void a_fault_can_end_training(void **state)
{
    (void)state;
    char    folder[64];
    int64_t steps[8];
    fit_run x;
    witness w = { .goes_on = false };
    fit_open(&x, 0, sick, NULL);
    assert_int_equal(go(&x, &w, true, folder_make(folder), false), SFT_TRAINING);
    assert_int_equal(w.faults, 1);
    CHECK_FAILS(x.c, "E360", "symmetric_units");
    fit_close(&x);
    assert_true(fit_checkpoints(folder, steps, 8) >= 1 && steps[0] >= w.fault_at);
    assert_true(fit_has(folder, "run.json", "\"status\": \"failed\""));
    assert_true(fit_has(folder, "events.jsonl", "\"event\": \"start\"") && fit_has(folder, "events.jsonl", "\"event\": \"stopped\""));
    assert_true(fit_has(folder, "events.jsonl", "\"symptom\": \"symmetric_units\""));
    assert_true(fit_has(folder, "diagnosis.json", "symmetric_units"));
    folder_remove(folder);
}

static void numbers_that_are_not_finite_are_a_fault(void **state)
{
    (void)state;
    char    folder[64];
    fit_run x;
    witness w = { .goes_on = true };
    fit_open(&x, 0, blows_up, NULL);
    assert_int_equal(go(&x, &w, true, folder_make(folder), false), SFT_TRAINING);
    assert_true(w.faults >= 1);
    assert_true(!strncmp(sft_error_id(x.c), "E35", 3)); /* the engine's own sentence stays */
    sft_clear(x.c);
    fit_close(&x);
    assert_true(fit_has(folder, "diagnosis.json", "\"failed\": true"));
    assert_true(fit_has(folder, "events.jsonl", "\"event\": \"fault\""));
    folder_remove(folder);
}

static void a_healthy_run_has_none(void **state)
{
    (void)state;
    fit_run x;
    witness w = { .goes_on = false };
    fit_open(&x, 0, well, NULL);
    assert_int_equal(go(&x, &w, true, NULL, false), SFT_OK);
    assert_int_equal(w.faults, 0);
    assert_true(w.looks >= 8 && w.last_look == x.result.steps);
    fit_close(&x);
}

/* ---- memory ----------------------------------------------------------------------------------- */

static void it_fails_cleanly_when_memory_is_out(void **state)
{
    (void)state;
    static const char       text[] = "data: blobs n=200 classes=3\nmodel: linear 8 | batchnorm | relu | linear\n"
                                     "train: {steps: 6, batch: 32}\nprobe: {every: 2, samples: 32}\n";
    const sft_watch_options how = { .judge = true };
    const sft_fit_options   o = { .watch = &how };
    check_memory            m = { 0 };
    int                     failed = 0;
    sft_ctx    *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
    sft_data   *d = sft_data_open(c, r);
    sft_net    *n = sft_net_new(c, r, d);
    CHECK_OK(c);
    const int64_t before = m.calls;
    assert_int_equal(sft_fit(c, r, d, n, &o, NULL), SFT_OK);
    const int64_t calls = m.calls - before;
    for (int64_t i = 1; i <= calls; i += 1 + calls / 120) {
        m.fails = m.calls + i;
        failed += sft_fit(c, r, d, n, &o, NULL) == SFT_MEMORY;
        m.fails = 0;
        sft_clear(c);
    }
    assert_true(failed > 20);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

/* ---- signals.csv ------------------------------------------------------------------------------ */

static void same_signals(const char *folder, const char *as_folder)
{
    char *got = fit_text(folder, "signals.csv", NULL), *want = fit_text(as_folder, "signals.csv", NULL);
    assert_non_null(got);
    assert_non_null(want);
    assert_string_equal(got, want);
    free(got);
    free(want);
}

static void signals_go_on_as_the_run_does(void **state)
{
    (void)state;
    static const char *const every[] = { "probe.every=5", NULL };
    static const int64_t     moments[] = { 1, 5, 33, 35, 71, 139 };
    char                     whole[64], folder[64], hash[65], again[65];
    fit_whole(folder_make(whole), false, 0, fit_recipe, every, hash);
    assert_true(fit_has(whole, "signals.csv", "step,epoch,layer,op,rms,"));
    assert_true(fit_has(whole, "signals.csv", "\n0,0,") && fit_has(whole, "signals.csv", "\n140,4,"));
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        fit_vanish(folder_make(folder), false, 0, fit_recipe, every, moments[i]);
        fit_whole(folder, true, 0, fit_recipe, every, again);
        assert_string_equal(hash, again);
        same_signals(folder, whole);
        folder_remove(folder);
    }
    folder_remove(whole);
}

/* A run that nobody looks at keeps the rows up to its step, and a new one has none. */
static void signals_end_where_nobody_looks(void **state)
{
    (void)state;
    char folder[64], hash[65];
    fit_vanish(folder_make(folder), false, 0, fit_recipe, (const char *const[]){ "probe.every=5", NULL }, 38);
    fit_whole(folder, true, 0, fit_recipe, NULL, hash);
    assert_true(fit_has(folder, "signals.csv", "\n30,1,") && !fit_has(folder, "signals.csv", "\n40,2,"));
    fit_whole(folder, false, 0, fit_recipe, NULL, hash);
    assert_false(fit_exists(folder, "signals.csv"));
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watched_run_ends_with_the_same_bits),
        cmocka_unit_test(looks_keep_to_their_share),
        cmocka_unit_test(at_most_twenty_an_epoch),
        cmocka_unit_test(a_fault_is_told_once_and_training_goes_on),
        cmocka_unit_test(a_fault_can_end_training),
        cmocka_unit_test(numbers_that_are_not_finite_are_a_fault),
        cmocka_unit_test(a_healthy_run_has_none),
        cmocka_unit_test(it_fails_cleanly_when_memory_is_out),
        cmocka_unit_test(signals_go_on_as_the_run_does),
        cmocka_unit_test(signals_end_where_nobody_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
