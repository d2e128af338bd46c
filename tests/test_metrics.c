/* SPDX-License-Identifier: MIT */
/* Metrics against sums by hand and against definitions that cost O(n^2); the same bits on any number of threads; early stopping by them.
 * labels: core threads */
#include "check.h"

#include "metrics/metric.h"

#include <math.h>

#include "base/random.h"

enum { MANY = 200, CLASSES = 4, WORK = 4096 };

static double scratch[WORK];

static double score(const char *name, sft_predictions p)
{
    const sft_measure_record *m = sft__measure_find(name);
    assert_non_null(m);
    assert_true(m->tasks >> p.task & 1);
    assert_true(sft__metric_work(p.rows, p.outputs) <= sizeof scratch);
    p.work = scratch;
    return m->score(m, &p);
}

/* Six samples of three classes; scikit-learn's definitions worked out by hand. Predicted: 0 0 1 1 2 0. */
static void counts_by_hand(void **state)
{
    (void)state;
    static const real    out[] = { 3, 1, 0, 2, 1, 0, 0, 3, 1, 1, 2, 0, 0, 1, 4, 5, 1, 3 };
    static const int32_t label[] = { 0, 1, 1, 1, 2, 2 };
    sft_predictions      p = { .task = SFT_CLASSES, .rows = 6, .outputs = 3, .out = out, .label = label };
    CHECK_NEAR(score("accuracy", p), 4.0 / 6, 1e-12);
    CHECK_NEAR(score("top2", p), 1, 1e-12);
    CHECK_NEAR(score("precision_macro", p), (1.0 / 3 + 1 + 1) / 3, 1e-12);
    CHECK_NEAR(score("recall_macro", p), (1 + 2.0 / 3 + 1.0 / 2) / 3, 1e-12);
    CHECK_NEAR(score("f1_macro", p), (0.5 + 0.8 + 2.0 / 3) / 3, 1e-12);
    CHECK_NEAR(score("f1_weighted", p), (1 * 0.5 + 3 * 0.8 + 2 * 2.0 / 3) / 6, 1e-12);
    CHECK_NEAR(score("precision_weighted", p), (1.0 / 3 + 3 + 2) / 6, 1e-12);
    CHECK_NEAR(score("recall_weighted", p), 4.0 / 6, 1e-12);
    CHECK_NEAR(score("f1_micro", p), 4.0 / 6, 1e-12);
    int64_t counts[9];
    static const int64_t want[9] = { 1, 0, 0, 1, 2, 0, 1, 0, 1 };
    sft__confusion(&p, counts);
    assert_memory_equal(counts, want, sizeof want);
}

/* A class that is neither true nor predicted is left out of the macro mean; 0 / 0 is 0. */
static void absent_classes(void **state)
{
    (void)state;
    static const real    out[] = { 3, 1, 0, 0, 2, 9, 0, 0 };
    static const int32_t label[] = { 0, 0 };
    sft_predictions      p = { .task = SFT_CLASSES, .rows = 2, .outputs = 4, .out = out, .label = label };
    CHECK_NEAR(score("f1_macro", p), (2.0 / 3 + 0) / 2, 1e-12);
    assert_true(isnan(score("auroc", p)));
}

/* Few different scores: many ties. */
static void draw(real *out, real *target, int32_t *label, int64_t outputs, int levels, uint32_t seed)
{
    sft_stream r = sft__stream(sft__key(seed, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < MANY * outputs; i++) {
        out[i] = (real)sft__below(&r, (uint64_t)levels);
        target[i] = (real)sft__below(&r, 2);
    }
    for (int64_t i = 0; i < MANY; i++)
        label[i] = (int32_t)sft__below(&r, (uint64_t)outputs);
}

/* Every pair of a yes and a no. */
static double area_by_pairs(const double *x, const bool *yes)
{
    double wins = 0, pairs = 0;
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < MANY; j++) {
            if (!yes[i] || yes[j])
                continue;
            pairs++;
            wins += x[i] > x[j] ? 1 : x[i] == x[j] ? 0.5 : 0;
        }
    return wins / pairs;
}

/* Precision at the score of each yes: its share among all that score at least as much. */
static double precision_by_pairs(const double *x, const bool *yes)
{
    double sum = 0, count = 0;
    for (int i = 0; i < MANY; i++) {
        double above = 0, right = 0;
        if (!yes[i])
            continue;
        for (int j = 0; j < MANY; j++) {
            above += x[j] >= x[i];
            right += x[j] >= x[i] && yes[j];
        }
        sum += right / above;
        count++;
    }
    return sum / count;
}

static void ranks_as_pairs_say(void **state)
{
    (void)state;
    static real    out[MANY * CLASSES], target[MANY * CLASSES];
    static int32_t label[MANY];
    static double  x[MANY];
    static bool    yes[MANY];
    for (int levels = 1; levels <= 1000; levels *= 10) {
        double area = 0, precision = 0;
        draw(out, target, label, CLASSES, levels, 4);
        sft_predictions p = { .task = SFT_BINARY, .rows = MANY, .outputs = CLASSES, .out = out, .target = target };
        for (int c = 0; c < CLASSES; c++) {
            for (int i = 0; i < MANY; i++) {
                x[i] = (double)out[i * CLASSES + c];
                yes[i] = target[i * CLASSES + c] > 0;
            }
            area += area_by_pairs(x, yes) / CLASSES;
            precision += precision_by_pairs(x, yes) / CLASSES;
        }
        CHECK_NEAR(score("auroc", p), area, 1e-12);
        CHECK_NEAR(score("average_precision", p), precision, 1e-12);
        if (levels == 1) /* all alike: chance */
            CHECK_NEAR(area, 0.5, 1e-12);
    }
}

/* Classes: each against the rest, by the probabilities of the softmax. */
static void classes_rank_by_softmax(void **state)
{
    (void)state;
    static real    out[MANY * CLASSES], target[MANY * CLASSES];
    static int32_t label[MANY];
    static double  x[MANY];
    static bool    yes[MANY];
    double         area = 0, precision = 0;
    draw(out, target, label, CLASSES, 1000, 5);
    for (int i = 0; i < MANY * CLASSES; i++)
        out[i] /= 300;          /* no two softmaxes are alike */
    for (int c = 0; c < CLASSES; c++) {
        for (int i = 0; i < MANY; i++) {
            double z = 0;
            for (int k = 0; k < CLASSES; k++)
                z += exp((double)out[i * CLASSES + k]);
            x[i] = exp((double)out[i * CLASSES + c]) / z;
            yes[i] = label[i] == c;
        }
        area += area_by_pairs(x, yes) / CLASSES;
        precision += precision_by_pairs(x, yes) / CLASSES;
    }
    sft_predictions p = { .task = SFT_CLASSES, .rows = MANY, .outputs = CLASSES, .out = out, .label = label };
    CHECK_NEAR(score("auroc", p), area, 1e-12);
    CHECK_NEAR(score("average_precision", p), precision, 1e-12);
}

static void probabilities_by_hand(void **state)
{
    (void)state;
    /* two classes, logits 0 and log 3: probability 3/4; right, right, wrong, right */
    const real           three = (real)log(3);
    const real           out[] = { three, 0, 0, three, three, 0, 0, three };
    static const int32_t label[] = { 0, 1, 1, 1 };
    sft_predictions      p = { .task = SFT_CLASSES, .rows = 4, .outputs = 2, .out = out, .label = label };
    CHECK_NEAR(score("log_loss", p), -(3 * log(0.75) + log(0.25)) / 4, 1e-7);
    CHECK_NEAR(score("perplexity", p), exp(-(3 * log(0.75) + log(0.25)) / 4), 1e-6);
    CHECK_NEAR(score("ece", p), 0, 1e-6); /* three of four are right and it says so */
    static const int32_t always[] = { 0, 1, 0, 1 };
    p.label = always;
    CHECK_NEAR(score("ece", p), 0.25, 1e-6);
    /* yes or no: sigmoid(log 3) is 3/4 */
    const real      x[] = { three, -three, three, three };
    const real      t[] = { 1, 0, 0, 1 };
    sft_predictions q = { .task = SFT_BINARY, .rows = 4, .outputs = 1, .out = x, .target = t };
    CHECK_NEAR(score("log_loss", q), -(3 * log(0.75) + log(0.25)) / 4, 1e-7);
    CHECK_NEAR(score("ece", q), 0, 1e-6);
    CHECK_NEAR(score("f1", q), 0.8, 1e-12);
    CHECK_NEAR(score("precision", q), 2.0 / 3, 1e-12);
}

static void numbers_by_hand(void **state)
{
    (void)state;
    static const real out[] = { 1, 10, 2, 20, 5, 30 }, target[] = { 1, 10, 4, 20, 4, 24 };
    sft_predictions   p = { .task = SFT_REGRESSION, .rows = 3, .outputs = 2, .out = out, .target = target };
    double            first = 1 - 5.0 / 6, second = 1 - 36.0 / 104; /* means 3 and 18 */
    CHECK_NEAR(score("r2", p), (first + second) / 2, 1e-9);
    CHECK_NEAR(score("mae", p), 9.0 / 6, 1e-12);
    CHECK_NEAR(score("rmse", p), (sqrt(5.0 / 3) + sqrt(12)) / 2, 1e-9);
}

/* ---- in training ----------------------------------------------------------------------------- */

static const char recipe[] = "data: digits\nmodel: flatten | linear 16 | relu | linear\ntrain: {epochs: 2, shards: 4}\n"
                             "metrics: [top2, f1_macro, auroc, ece]\nearly_stop: {monitor: log_loss}\n";

static void fit(int threads, sft_result *result)
{
    sft_ctx    *c = check_open_threads(threads, true);
    sft_recipe *r = sft_recipe_parse(c, "test", recipe, sizeof recipe - 1);
    sft_data   *d = sft_data_open(c, r);
    sft_net    *n = sft_net_new(c, r, d);
    sft_fit(c, r, d, n, NULL, result);
    CHECK_OK(c);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

static void a_run_tells_its_metrics(void **state)
{
    (void)state;
    static const char *const names[] = { "top2", "f1_macro", "auroc", "ece", "log_loss" };
    static sft_result        one, many;
    fit(1, &one);
    for (int threads = 2; threads <= 4; threads++) {
        fit(threads, &many);
        for (int s = 0; s < SFT_SPLITS; s++)
            assert_memory_equal(one.measures[s].value, many.measures[s].value, 5 * sizeof(double));
    }
    for (int s = 0; s < SFT_SPLITS; s++) {
        const sft_measures *m = &one.measures[s];
        assert_int_equal(m->n, 5);
        for (int i = 0; i < m->n; i++)
            assert_string_equal(m->name[i], names[i]);
        assert_true(m->value[0] >= (s == SFT_TRAIN ? one.train : s == SFT_TEST ? one.test : one.validation).accuracy);
        assert_true(m->lower[3] && !m->lower[2]);
    }
    CHECK_NEAR(one.measures[SFT_VALIDATION].value[4], one.validation.loss, 1e-6);
}

static void metrics_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][3] = { { "metrics=[top5,r2]", "E113", "class labels" },
                                          { "metrics=[f1_mcro]", "E132", "did you mean `f1_macro`" },
                                          { "early_stop.monitor=rmse", "E113", "`rmse` cannot be used" } };
    for (int i = 0; i < 3; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = sft_recipe_parse(c, "test", recipe, sizeof recipe - 1);
        sft_recipe_set(r, bad[i][0]);
        sft_data *d = sft_data_open(c, r);
        sft_net  *n = sft_net_new(c, r, d);
        sft_trainer_free(sft_trainer_new(c, r, d, n));
        CHECK_FAILS(c, bad[i][1], bad[i][2]);
        sft_net_free(n);
        sft_data_free(d);
        sft_recipe_free(r);
        sft_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_by_hand),
        cmocka_unit_test(absent_classes),
        cmocka_unit_test(ranks_as_pairs_say),
        cmocka_unit_test(classes_rank_by_softmax),
        cmocka_unit_test(probabilities_by_hand),
        cmocka_unit_test(numbers_by_hand),
        cmocka_unit_test(a_run_tells_its_metrics),
        cmocka_unit_test(metrics_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
