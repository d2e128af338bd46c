/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Sharpness against Hessians that are known, and limits against what happens to a run on either side of them. */
#include "check.h"

#include "data/parts.h"
#include "doctor/pace.h"

#include <math.h>
#include <string.h>

typedef struct patient {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_chart  *chart;
} patient;

static void patient_open(patient *p, const char *recipe, int64_t steps)
{
    *p = (patient){ .c = check_open() };
    p->r = sft_recipe_parse(p->c, "r.yaml", recipe, strlen(recipe));
    p->d = sft_data_open(p->c, p->r);
    p->chart = sft__chart_open(p->c, p->r, p->d, steps);
    CHECK_OK(p->c);
}

static void patient_close(patient *p)
{
    sft__chart_close(p->chart);
    sft_data_free(p->d);
    sft_recipe_free(p->r);
    sft_close(p->c);
}

/* Largest eigenvalue of X'X / n with a column of ones, by many power iterations in double: of the samples that the chart
 * probes. */
static double input_sharpness(const patient *p)
{
    enum { MOST = 256 * 64 };
    static real x[MOST];
    int64_t     at[256];
    double      v[65], y[65], value = 0;
    const int64_t n = p->chart->start.samples, all = p->d->facts.count[SFT_TRAIN], f = sft__count(p->d->facts.shape);
    assert_true(n <= 256 && n * f <= MOST && f < 65);
    for (int64_t i = 0; i < n; i++) at[i] = i * all / n;
    sft__gather(p->d, SFT_TRAIN, at, n, x, NULL, NULL);
    for (int64_t j = 0; j <= f; j++) v[j] = 1 + 0.1 * (double)j;
    for (int k = 0; k < 2000; k++) {
        double size = 0;
        memset(y, 0, sizeof y);
        for (int64_t i = 0; i < n; i++) {
            double out = v[f];
            for (int64_t j = 0; j < f; j++) out += (double)x[i * f + j] * v[j];
            for (int64_t j = 0; j < f; j++) y[j] += out * (double)x[i * f + j] / (double)n;
            y[f] += out / (double)n;
        }
        for (int64_t j = 0; j <= f; j++) size += y[j] * y[j];
        value = sqrt(size);
        for (int64_t j = 0; j <= f; j++) v[j] = y[j] / value;
    }
    return value;
}

/* mse of a linear model: H = 2 X'X / n, whatever the weights. */
static void linear_regression(void **state)
{
    (void)state;
    patient p;
    patient_open(&p, "data: regression-1d\nmodel: linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 2, batch: 64}\n", 4);
    const sft_curvature *y = &p.chart->curvature;
    assert_true(y->known);
    CHECK_NEAR(y->sharpness / (2 * input_sharpness(&p)), 1, 0.01);
    CHECK_NEAR(y->limit, 20, 1e-9);
    CHECK_NEAR(y->rate_limit * y->sharpness, 2, 1e-9);
    assert_true(y->residual < 0.02);
    /* along the gradient, no critical rate is below that of the steepest direction */
    assert_true(y->critical >= 0.99 * y->rate_limit);
    patient_close(&p);
}

/* Cross-entropy at zero weights: every class has a tenth, H = (I/10 - 1 1'/100) (x) X'X/n, and its largest eigenvalue a tenth of
 * that of X'X/n. Classes come in nine equal copies: a hard case for the iteration. */
static void softmax_regression(void **state)
{
    (void)state;
    patient p;
    patient_open(&p, "data: digits\nmodel: flatten | linear\ninit: zeros\noptimizer: sgd lr=0.1\n"
                     "train: {epochs: 1, batch: 64}\n", 2);
    const sft_curvature *y = &p.chart->curvature;
    assert_true(y->known);
    CHECK_NEAR(y->sharpness / (0.1 * input_sharpness(&p)), 1, 0.02);
    patient_close(&p);
}

/* The limits of all optimisers that have one. */
static void limits(void **state)
{
    (void)state;
    static const struct { const char *optimizer; double factor; } row[] = {
        { "sgd lr=1", 2 }, { "momentum lr=1 momentum=0.9", 3.8 }, { "sgd lr=1 momentum=0.9 dampening=0.5", 7.6 },
        { "nesterov lr=1 momentum=0.9", 2 * 1.9 / 2.8 }, { "sgd lr=1 momentum=0.5 nesterov=true", 1.5 },
        { "rmsprop lr=1", 2 }, { "adam lr=1", 38 }, { "adamw lr=1 betas=[0.5, 0.9]", 6 },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char        text[200];
        sft_ctx    *c = check_open();
        snprintf(text, sizeof text, "data: digits\nmodel: flatten | linear\noptimizer: %s\n", row[i].optimizer);
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
        sft_recipe_resolve(r);
        CHECK_OK(c);
        const sft_pace p = sft__pace_of(r);
        assert_true(p.known);
        CHECK_NEAR(p.factor, row[i].factor, 1e-9);
        sft_recipe_free(r);
        sft_close(c);
    }
}

static double end_over_start(const char *optimizer, double rate)
{
    char    text[300];
    patient p;
    snprintf(text, sizeof text, "data: regression-1d n=200 curve=line\nmodel: linear\noptimizer: %s lr=%.9g\n"
                                "train: {epochs: 150, batch: 180}\n",
             optimizer, rate);
    patient_open(&p, text, 150);
    assert_int_equal(p.chart->course.per_epoch, 1); /* the whole split in a batch: no noise */
    const double y = p.chart->course.end_loss / p.chart->course.start_loss;
    patient_close(&p);
    return y;
}

/* On a bowl the rate limit is where a run begins to diverge. */
static void limits_are_where_runs_diverge(void **state)
{
    (void)state;
    static const char *const optimizer[] = { "sgd", "momentum", "nesterov" };
    for (int i = 0; i < 3; i++) {
        char    text[300];
        patient p;
        snprintf(text, sizeof text, "data: regression-1d n=200 curve=line\nmodel: linear\noptimizer: %s lr=0.1\n"
                                    "train: {epochs: 2, batch: 180}\n",
                 optimizer[i]);
        patient_open(&p, text, 2);
        const double limit = p.chart->curvature.rate_limit;
        patient_close(&p);
        assert_true(end_over_start(optimizer[i], 0.9 * limit) < 0.5);
        const double above = end_over_start(optimizer[i], 1.1 * limit);
        if (!(above > 2)) fail_msg("%s: %g of the loss is left above the limit", optimizer[i], above);
    }
}

/* A course with curvature measured trains to the bit as one without: here, as the trainer alone does. */
static void measuring_leaves_no_trace(void **state)
{
    (void)state;
    const char *text = "data: digits\nmodel: flatten | linear 16 | batchnorm | relu | dropout 0.2 | linear\n"
                       "optimizer: adam lr=0.01\n"
                       "train: {epochs: 1, batch: 64}\n";
    patient     p;
    patient_open(&p, text, 20);
    sft_net        *n = sft_net_new(p.c, p.r, p.d);
    sft_trainer    *t = sft_trainer_new(p.c, p.r, p.d, n);
    sft_step_facts  at;
    for (int i = 0; i < 20; i++) {
        sft_step(t, &at);
        CHECK_OK(p.c);
        assert_true(p.chart->course.loss[i] == at.batch.loss);
    }
    sft_trainer_free(t);
    sft_net_free(n);
    patient_close(&p);
}

/* tr S and |G|^2 of noise that is known: gradients of halves of a batch. */
static void noise_is_unbiased(void **state)
{
    (void)state;
    patient p;
    patient_open(&p, "data: digits\nmodel: flatten | linear\ninit: zeros\noptimizer: sgd lr=0.1\n"
                     "train: {epochs: 1, batch: 64}\n", 2);
    const sft_gradient_noise *y = &p.chart->curvature.noise;
    assert_true(y->known && y->trace > 0 && y->square > 0);
    /* at zero weights a sample's gradient is (p - t) (x, 1)': the square of its length is 0.9 (|x|^2 + 1), and its mean over
     * samples is |G|^2 + tr S */
    enum { MOST = 256 * 64 };
    static real x[MOST];
    int64_t     at[256];
    const int64_t n = p.chart->start.samples, all = p.d->facts.count[SFT_TRAIN];
    double        sum = 0;
    for (int64_t i = 0; i < n; i++) at[i] = i * all / n;
    sft__gather(p.d, SFT_TRAIN, at, n, x, NULL, NULL);
    for (int64_t i = 0; i < n * 64; i++) sum += (double)x[i] * (double)x[i] / (double)n;
    CHECK_NEAR((y->trace + y->square) / (0.9 * (sum + 1)), 1, 0.1);
    patient_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_regression),
        cmocka_unit_test(softmax_regression),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_are_where_runs_diverge),
        cmocka_unit_test(measuring_leaves_no_trace),
        cmocka_unit_test(noise_is_unbiased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
