/* SPDX-License-Identifier: MIT */
/* Measures of labs that look into a network or train once more: each on a network whose number is known by theory. */
#include "lab_run.h"

#include <math.h>

/* ---- a bowl: mean (w x + b - y)^2 with x of mean 0 and variance 1, so L - L* = (w - w*)^2 + (b - b*)^2 and its Hessian is 2 -------- */

#define BOWL "data: regression-1d samples=120 curve=line noise=0\nsplit: {validation: 0.1, test: 0.1}\nloss: mse\nmodel: linear 1\n"
#define WHOLE "train: {epochs: 30, batch: 1000, shuffle: false}\n"
static const char bowl[] = BOWL WHOLE "optimizer: sgd lr=0.05\n";

static void the_bowl_s_sharpness_is_two(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, bowl, NULL);
    CHECK_NEAR(lab_take(&x, "sharpness at=start"), 2, 0.02);
    CHECK_NEAR(lab_take(&x, "sharpness at=end"), 2, 0.02);
    lab_run_again(&x, (const char *const[]){ "optimizer=adam lr=0.05", NULL });
    CHECK_NEAR(lab_take(&x, "sharpness"), 2, 0.02);     /* the loss is the same, whoever goes over it */
    assert_true(fabs(lab_take(&x, "sharpness divided=yes") - 2) > 0.1);
    lab_run_close(&x);
}

/* Each step of gradient descent leaves 1 - 2 lr = 0.9 of the way, and so of the gradient; 0.81 of the loss. */
static void a_replay_follows_the_bowl(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, bowl, NULL);
    const double norm = lab_take(&x, "replay grad_norm fold=first"), loss = lab_take(&x, "replay loss fold=first");
    CHECK_NEAR(lab_take(&x, "replay grad_norm from=11 to=11") / norm, pow(0.9, 10), 1e-4);
    CHECK_NEAR(lab_take(&x, "replay loss from=11 to=11") / loss, pow(0.81, 10), 1e-4);
    CHECK_NEAR(lab_take(&x, "replay grad_norm fold=last") / norm, pow(0.9, 29), 1e-4);
    CHECK_NEAR(lab_take(&x, "replay grad_norm fold=max"), norm, 0);
    CHECK_NEAR(lab_take(&x, "replay loss fold=min"), lab_take(&x, "replay loss fold=last"), 0);
    CHECK_NEAR(lab_take(&x, "replay loss fold=flips"), 0, 0);
    /* of 1, q, q^2 … q^29 the mean change is (1 - q^29) / 29 */
    CHECK_NEAR(lab_take(&x, "replay grad_norm fold=swing") * lab_take(&x, "replay grad_norm") / norm, (1 - pow(0.9, 29)) / 29, 1e-4);
    lab_run_close(&x);
}

/* Nothing is learned and two batches take turns: A, B, A, B … of mean m and deviation d about it. */
static void two_batches_in_turn_flip_at_every_step(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, BOWL "train: {epochs: 4, batch: 54, shuffle: false}\noptimizer: sgd lr=1e-12\n", NULL);
    assert_int_equal(x.result.steps, 8);
    const double a = lab_take(&x, "replay loss fold=first"), b = lab_take(&x, "replay loss fold=last");
    const double m = (a + b) / 2, d = fabs(a - b) / 2;
    assert_true(d > 1e-3 * m);
    CHECK_NEAR(lab_take(&x, "replay loss fold=flips"), 1, 0);
    CHECK_NEAR(lab_take(&x, "replay loss"), m, 1e-6);
    CHECK_NEAR(lab_take(&x, "replay loss fold=swing"), 2 * d / m, 1e-6);
    CHECK_NEAR(lab_take(&x, "replay loss fold=cv"), d * sqrt(8.0 / 7) / m, 1e-6);
    lab_run_close(&x);
}

/* Dropout, BatchNorm, Adam, a schedule that listens, early stopping that puts weights back: all that has a state. The losses of metrics.csv
 * are means of the batches', so they agree to the last bit but for the order of adding. */
static void a_replay_is_the_run(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, "data: moons samples=300\nsplit: {validation: 0.2, test: 0.2}\n"
                     "model: linear 12 | batchnorm | relu | dropout 0.3 | linear\n"
                     "optimizer: adam lr=0.05\nschedule: plateau patience=0 factor=0.3\ntrain: {epochs: 6, batch: 32, seed: 4}\n"
                     "early_stop: {patience: 100, restore_best: yes}\n", NULL);
    const sft_curve *t = &x.look.curve[SFT_TRAIN];
    assert_int_equal(t->n, 6);
    for (int e = 0; e < 6; e++) {
        char   asked[96];
        double sum = 0, rows = 0;
        for (int i = 1; i <= 8; i++) {                  /* 240 samples */
            const double n = i < 8 ? 32 : 16;
            snprintf(asked, sizeof asked, "replay loss from=%d to=%d", 8 * e + i, 8 * e + i);
            sum += n * lab_take(&x, asked);
            rows += n;
        }
        CHECK_NEAR(sum / rows, t->loss[e], 1e-12);
    }
    lab_run_close(&x);
}

static void a_replay_of_a_run_that_fails_ends_there(void **state)
{
    (void)state;
    lab_run x;
    /* the way from the minimum, about 1, grows by |1 - 2 lr| = 9999 a step: beyond 3.4e38 at the tenth, which the eleventh sees */
    lab_run_open(&x, bowl, (const char *const[]){ "optimizer.lr=5000", NULL });
    assert_true(x.failed);
    CHECK_NEAR(lab_take(&x, "result end_step"), 11, 0);
    const sft_replay *r = sft__lab_replay(&x.s, 0);
    assert_int_equal(r->n, 10);
    assert_true(r->whole);
    assert_true(lab_take(&x, "replay loss fold=last") > 1e20);
    assert_true(isnan(lab_take(&x, "replay loss from=20")));
    assert_true(isnan(lab_take(&x, "path steps")));
    lab_run_close(&x);
}

/* ---- along the gradient --------------------------------------------------------------------------------------------- */

/* At w - a lr g the gradient is (1 - 2 a lr) g, the loss (1 - 2 a lr)^2 of what it was: with a up to 4 and lr 0.05 the gradient changes
 * by 0.4, the loss lies between 0.9025 and 0.36. */
static void along_the_gradient_of_a_bowl(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, bowl, NULL);
    CHECK_NEAR(lab_take(&x, "along_gradient gradient_change steps=20"), 0.4, 1e-4);
    CHECK_NEAR(lab_take(&x, "along_gradient loss_range steps=20"), 0.9025 - 0.36, 1e-4);
    CHECK_NEAR(lab_take(&x, "along_gradient gradient_change steps=20 reach=1"), 0.1, 1e-4);
    lab_run_close(&x);
}

/* ---- paths ------------------------------------------------------------------------------------------------------------ */

static void a_round_bowl_is_gone_straight(void **state)
{
    (void)state;
    lab_run x;
    float   w, b;
    lab_run_open(&x, bowl, NULL);
    CHECK_NEAR(lab_take(&x, "path zigzag"), 1, 1e-4);
    CHECK_NEAR(lab_take(&x, "path flips"), 0, 0);
    CHECK_NEAR(lab_take(&x, "path steps"), 22, 0);      /* 0.81^22 = 0.0097, 0.81^21 = 0.0120 */
    CHECK_NEAR(lab_take(&x, "path steps within=0.5"), 4, 0); /* 0.81^4 = 0.43, 0.81^3 = 0.53 */
    assert_true(isnan(lab_take(&x, "path steps within=1e-6")));
    const sft_replay *r = sft__lab_replay(&x.s, 0);
    sft_net_get(x.n, "0.weight", &w, 1);
    sft_net_get(x.n, "0.bias", &b, 1);
    assert_int_equal(r->n, 30);
    CHECK_NEAR(r->at[60], w, 0);                        /* the same bits as the run */
    CHECK_NEAR(r->at[61], b, 0);
    CHECK_NEAR(lab_take(&x, "path end_loss"), x.result.train.loss, 1e-6);
    /* y = x before it is standardised: the minimum is at (deviation, mean) of x, and 0.9^30 of the way is left */
    const double from[2] = { r->at[0], r->at[1] }, to[2] = { 1 / (double)x.d->scale[0], -(double)x.d->shift[0] / (double)x.d->scale[0] };
    const double left = pow(0.9, 30) * hypot(to[0] - from[0], to[1] - from[1]);
    char asked[128];
    snprintf(asked, sizeof asked, "path end_distance target=[%.9g, %.9g]", to[0], to[1]);
    CHECK_NEAR(lab_take(&x, asked), left, 1e-5);
    CHECK_NEAR(lab_take(&x, "path end_distance"), left, 1e-3);
    lab_fails(&x, "path end_distance target=[1]", "E113", "target");
    lab_run_close(&x);
}

/* 1 - 2 lr = -0.6: every step goes beyond the minimum and comes back by 1.6 of the way that is left: in all 1.6 / 0.4 of the first way. */
static void too_large_a_rate_zigzags(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, bowl, (const char *const[]){ "optimizer.lr=0.8", "train.epochs=12", NULL });
    CHECK_NEAR(lab_take(&x, "path flips limit=12"), 1, 0);
    CHECK_NEAR(lab_take(&x, "path zigzag"), 4, 0.02);
    lab_run_close(&x);
}

/* Inputs that are not standardised, from -3 to 3: curvature 2 E x^2 = 6 across and 2 along. A rate of 0.25 leaves -0.5 across and 0.5
 * along: only who looks across sees flips. */
static void flips_are_counted_across_the_valley(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, bowl, (const char *const[]){ "data=regression-1d samples=120 curve=line noise=0 range=3", "split.standardize=none",
                                                  "optimizer.lr=0.25", "train.epochs=10", NULL });
    CHECK_NEAR(lab_take(&x, "path flips"), 1, 0);
    lab_run_again(&x, (const char *const[]){ "data=regression-1d samples=120 curve=line noise=0 range=3", "split.standardize=none",
                                             "optimizer.lr=0.1", "train.epochs=10", NULL });
    CHECK_NEAR(lab_take(&x, "path flips"), 0, 0);
    lab_run_again(&x, (const char *const[]){ "model=linear 2 | linear 1", NULL });
    lab_fails(&x, "path zigzag", "E002", "two numbers");
    lab_run_close(&x);
}

/* ---- units -------------------------------------------------------------------------------------------------------------- */

#define CLOUDS "data: blobs samples=200 classes=2\nsplit: {validation: 0.2, test: 0.2}\noptimizer: sgd lr=0.01\n"                  \
               "train: {epochs: 2, batch: 30}\n"

static void put(lab_run *x, const char *name, const float *values, int64_t count)
{
    char path[256];
    snprintf(path, sizeof path, "%s/model.safetensors", x->folder);
    sft_net_set(x->n, name, values, count);
    sft_net_save(x->n, path);
    CHECK_OK(x->c);
    sft__subject_next(&x->s, &x->attempt, &x->look, x->folder);
}

static void units_go_together_as_their_inputs_do(void **state)
{
    (void)state;
    lab_run x;
    double  sum[2] = { 0 }, square[2] = { 0 }, both = 0;
    lab_run_open(&x, CLOUDS "model: linear 3 | linear\n", NULL);
    put(&x, "0.weight", (float[]){ 2, 0, 0, -3, 0, 0 }, 6); /* of the two features one each, and one that is constant */
    sft_data_facts f;
    sft_data_facts_of(x.d, &f);
    const double n = (double)f.count[SFT_TEST];
    for (int64_t i = 0; i < f.count[SFT_TEST]; i++) {
        float v[2], y;
        sft_data_sample(x.d, SFT_TEST, i, v, &y);
        for (int k = 0; k < 2; k++) {
            sum[k] += (double)v[k];
            square[k] += (double)v[k] * (double)v[k];
        }
        both += (double)v[0] * (double)v[1];
    }
    const double covariance = both / n - sum[0] * sum[1] / n / n;
    const double deviation = sqrt((square[0] / n - sum[0] * sum[0] / n / n) * (square[1] / n - sum[1] * sum[1] / n / n));
    CHECK_NEAR(lab_take(&x, "unit_correlation"), fabs(covariance / deviation), 1e-5);
    lab_run_close(&x);
    lab_run_open(&x, CLOUDS "model: linear 5 | tanh | linear\ninit: constant value=0.3\n", NULL);
    CHECK_NEAR(lab_take(&x, "unit_correlation"), 1, 1e-9); /* twins */
    lab_run_close(&x);
}

/* Of a dropout whose input is fixed the mean of m masks is off by a deviation of y sqrt(p / (1 - p) / m). The root mean square over N such
 * numbers is within 1 / sqrt(2 N) of that, times a spread of sizes; half of it is five deviations where 50 numbers carry the sum. A
 * dropout that does not scale would be off by p. */
static void dropout_keeps_the_mean(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, CLOUDS "model: linear 32 | relu | dropout 0.5 | linear 8 | relu | dropout 0.2 | linear\n", NULL);
    CHECK_NEAR(lab_take(&x, "dropout_mean masks=400"), 0.05, 0.025);
    CHECK_NEAR(lab_take(&x, "dropout_mean masks=1600"), 0.025, 0.0125);
    assert_true(lab_take(&x, "dropout_mean masks=400 layer=2") > 0);
    CHECK_NEAR(lab_take(&x, "dropout_mean layer=last"), lab_take(&x, "dropout_mean layer=2"), 0);
    assert_true(isnan(lab_take(&x, "dropout_mean layer=0"))); /* nothing is dropped before it */
    lab_run_close(&x);
    lab_run_open(&x, CLOUDS "model: linear 32 | batchnorm | relu | dropout 0.2 | linear\n", NULL);
    CHECK_NEAR(lab_take(&x, "dropout_mean masks=400"), 0.025, 0.0125);
    lab_run_close(&x);
    lab_run_open(&x, CLOUDS "model: linear 8 | relu | linear\n", NULL);
    assert_true(isnan(lab_take(&x, "dropout_mean")));
    lab_run_close(&x);
}

/* ---- accuracy -------------------------------------------------------------------------------------------------------------- */

static double share_of(const lab_run *x, int label)
{
    sft_data_facts f;
    double         n = 0;
    sft_data_facts_of(x->d, &f);
    for (int64_t i = 0; i < f.count[SFT_TEST]; i++) {
        float v[2], y;
        sft_data_sample(x->d, SFT_TEST, i, v, &y);
        n += (int)y == label;
    }
    return n / (double)f.count[SFT_TEST];
}

static bool is_a_share(const lab_run *x, double v)
{
    return fabs(v - share_of(x, 0)) < 1e-12 || fabs(v - share_of(x, 1)) < 1e-12;
}

static void accuracy_without_norms_knows_no_batches(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, CLOUDS "model: linear 8 | relu | dropout 0.5 | linear\n", NULL);
    CHECK_NEAR(lab_take(&x, "accuracy"), x.result.test.accuracy, 1e-12);
    CHECK_NEAR(lab_take(&x, "accuracy split=train"), x.result.train.accuracy, 1e-12);
    CHECK_NEAR(lab_take(&x, "accuracy split=validation batch=7"), x.result.validation.accuracy, 1e-12);
    CHECK_NEAR(lab_take(&x, "accuracy statistics=batch batch=3"), x.result.test.accuracy, 1e-12);
    assert_true(is_a_share(&x, lab_take(&x, "accuracy scale=0"))); /* all samples look the same */
    assert_true(is_a_share(&x, lab_take(&x, "accuracy shift=1e6")));
    const double ten = 10 * lab_take(&x, "accuracy limit=10");
    CHECK_NEAR(ten, floor(ten + 0.5), 1e-9);
    lab_run_close(&x);
}

/* A batch of one is its own mean: behind a norm with its own statistics all samples look the same. A batch of all samples does not
 * see that all were shifted and stretched, but for eps; running averages do. */
static void norms_go_by_the_statistics_they_are_told(void **state)
{
    (void)state;
    lab_run x;
    lab_run_open(&x, CLOUDS "model: batchnorm | linear 8 | relu | linear\n",
                 (const char *const[]){ "optimizer.lr=0.3", "train.epochs=8", NULL });
    CHECK_NEAR(lab_take(&x, "accuracy"), x.result.test.accuracy, 1e-12);
    assert_true(is_a_share(&x, lab_take(&x, "accuracy statistics=batch batch=1")));
    const double whole = lab_take(&x, "accuracy statistics=batch batch=40");
    assert_true(whole > 0.8);
    CHECK_NEAR(lab_take(&x, "accuracy statistics=batch batch=40 shift=5 scale=3"), whole, 0.026); /* a sample on the border */
    assert_true(is_a_share(&x, lab_take(&x, "accuracy shift=1e4")));
    lab_run_close(&x);
}

/* ---- curves and borders ------------------------------------------------------------------------------------------------------ */

/* f(x) = 2 tanh(1.5 u), u = (x - mean) / deviation: f'' = -2 (1.5 / deviation)^2 2 tanh sech^2. */
static double bend_of_tanh(const lab_run *x, double low, double high)
{
    enum { PARTS = 20000 };
    const double scale = (double)x->d->scale[0], shift = (double)x->d->shift[0], a = 1.5 * scale;
    double sum = 0;
    for (int i = 0; i < PARTS; i++) {
        const double v = low + (high - low) * (i + 0.5) / PARTS, t = tanh(1.5 * (scale * v + shift)), f = 2 * a * a * 2 * t * (1 - t * t);
        sum += f * f;
    }
    return sum / PARTS * (high - low);
}

static void a_curve_bends_as_its_second_derivative(void **state)
{
    (void)state;
    lab_run x;
    double  low = INFINITY, high = -INFINITY;
    lab_run_open(&x, "data: regression-1d samples=200\nsplit: {validation: 0.2}\nmodel: linear 1 bias=false | tanh | linear 1 bias=false\n"
                     "optimizer: sgd lr=0.01\ntrain: {epochs: 1}\n", NULL);
    put(&x, "0.weight", (float[]){ 1.5f }, 1);
    put(&x, "2.weight", (float[]){ 2 }, 1);
    for (int64_t i = 0; i < x.d->facts.count[SFT_TRAIN]; i++) {
        float v, y;
        sft_data_sample(x.d, SFT_TRAIN, i, &v, &y);
        sft_data_restore(x.d, &v, 1);
        low = fmin(low, (double)v);
        high = fmax(high, (double)v);
    }
    const double want = bend_of_tanh(&x, low, high);
    CHECK_NEAR(lab_take(&x, "curve_bend points=200"), want, 0.03 * want);
    lab_fails(&x, "boundary_length", "E202", "classes of two numbers");
    lab_run_close(&x);
    lab_run_open(&x, bowl, NULL);
    CHECK_NEAR(lab_take(&x, "curve_bend"), 0, 1e-3); /* a straight line; second differences of single precision over h^2 = 1e-4 */
    lab_run_close(&x);
}

/* Logits k u and -k u of u, the first feature standardised: the border is a straight line, and the probability is sigmoid(2 k u). */
static void a_straight_border_has_its_length_and_slope(void **state)
{
    (void)state;
    enum { M = 100 };
    lab_run x;
    double  low = INFINITY, high = -INFINITY, p[M];
    lab_run_open(&x, CLOUDS "model: linear bias=false\n", NULL);
    put(&x, "0.weight", (float[]){ 0.7f, 0, -0.7f, 0 }, 4);
    for (int64_t i = 0; i < x.d->facts.count[SFT_TRAIN]; i++) {
        float v[2], y;
        sft_data_sample(x.d, SFT_TRAIN, i, v, &y);
        sft_data_restore(x.d, v, 1);
        low = fmin(low, (double)v[0]);
        high = fmax(high, (double)v[0]);
    }
    CHECK_NEAR(lab_take(&x, "boundary_length"), M / (2.0 * (M - 1)), 1e-9);
    CHECK_NEAR(lab_take(&x, "boundary_length points=50"), 50 / (2.0 * 49), 1e-9);
    const double width = (high - low) / M;
    for (int i = 0; i < M; i++) p[i] = 1 / (1 + exp(-1.4 * ((double)x.d->scale[0] * (low + width * (i + 0.5)) + (double)x.d->shift[0])));
    const double want = (p[M - 1] + p[M - 2] - p[0] - p[1]) / (2 * width) / (M - 2); /* differences telescope */
    CHECK_NEAR(lab_take(&x, "boundary_slope"), want, 1e-4 * want);
    lab_fails(&x, "curve_bend", "E202", "one number in");
    lab_run_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bowl_s_sharpness_is_two),
        cmocka_unit_test(a_replay_follows_the_bowl),
        cmocka_unit_test(two_batches_in_turn_flip_at_every_step),
        cmocka_unit_test(a_replay_is_the_run),
        cmocka_unit_test(a_replay_of_a_run_that_fails_ends_there),
        cmocka_unit_test(along_the_gradient_of_a_bowl),
        cmocka_unit_test(a_round_bowl_is_gone_straight),
        cmocka_unit_test(too_large_a_rate_zigzags),
        cmocka_unit_test(flips_are_counted_across_the_valley),
        cmocka_unit_test(units_go_together_as_their_inputs_do),
        cmocka_unit_test(dropout_keeps_the_mean),
        cmocka_unit_test(accuracy_without_norms_knows_no_batches),
        cmocka_unit_test(norms_go_by_the_statistics_they_are_told),
        cmocka_unit_test(a_curve_bends_as_its_second_derivative),
        cmocka_unit_test(a_straight_border_has_its_length_and_slope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
