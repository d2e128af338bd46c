/* SPDX-License-Identifier: MIT */
/* Synthetic sources: the formulas they state, counts, noise, and the same bits for the same seed.
 * labels: core data */
#include "data_folder.h"

#include <math.h>

#define PI 3.14159265358979323846

static sft_split_conf all_training = { .validation = 0 };

static sft_data *open_source(sft_ctx *c, const char *line)
{
    sft_data *d = open_line(c, line, "", &all_training);
    CHECK_OK(c);
    return d;
}

/* Calls check for every sample, training and test. */
static void each(const char *line, void (*check)(const float *x, int32_t label, const float *y))
{
    sft_ctx  *c = check_open();
    sft_data *d = open_source(c, line);
    for (int k = 0; k < 2; k++) {
        const sft_samples *s = k ? &d->raw.test : &d->raw.train;
        int64_t            n = sft__count(s->shape);
        assert_true(s->count > 0);
        for (int64_t i = 0; i < s->count; i++)
            check(s->floats + i * n, s->label ? s->label[i] : -1, s->target ? s->target + i : NULL);
    }
    sft_data_free(d);
    sft_close(c);
}

static void on_a_moon(const float *x, int32_t label, const float *y)
{
    double u = label ? 1 - (double)x[0] : (double)x[0],
           v = label ? 0.5 - (double)x[1] : (double)x[1];
    (void)y;
    CHECK_NEAR(u * u + v * v, 1, 1e-6);
    assert_true(v > -1e-6);
}

static void on_a_circle(const float *x, int32_t label, const float *y)
{
    (void)y;
    CHECK_NEAR(hypot((double)x[0], (double)x[1]), label ? 0.25 : 1, 1e-6);
}

static void on_its_arm(const float *x, int32_t label, const float *y)
{
    double r = hypot((double)x[0], (double)x[1]), t = 2 * PI * (1.5 * r / 5 + label / 3.0);
    (void)y;
    assert_true(r < 5);
    CHECK_NEAR(x[0], r * sin(t), 1e-5);
    CHECK_NEAR(x[1], r * cos(t), 1e-5);
}

static void in_its_ring(const float *x, int32_t label, const float *y)
{
    double at = hypot((double)x[0], (double)x[1]) / 5 * 4 - label;
    (void)y;
    assert_true(at > -1e-5 && at < 0.7 + 1e-5);
}

static void in_its_square(const float *x, int32_t label, const float *y)
{
    (void)y;
    assert_int_equal(label, (x[0] < 0) != (x[1] < 0));
    for (int j = 0; j < 2; j++) assert_true(fabsf(x[j]) >= 0.3f && fabsf(x[j]) <= 5.3f);
}

static void on_the_sine(const float *x, int32_t label, const float *y)
{
    (void)label;
    assert_true(fabsf(x[0]) <= 1);
    CHECK_NEAR(y[0], sin(2 * PI * (double)x[0]), 1e-6);
}

static void on_the_sinc(const float *x, int32_t label, const float *y)
{
    double u = 4 * PI * (double)x[0];
    (void)label;
    assert_true(fabsf(x[0]) <= 2);
    CHECK_NEAR(y[0], sin(u) / u, 1e-6);
}

static void without_noise_the_formula_holds(void **state)
{
    (void)state;
    each("moons 301 noise=0", on_a_moon);
    each("circles 400 noise=0 factor=0.25", on_a_circle);
    each("spirals 300 noise=0 classes=3 turns=1.5", on_its_arm);
    each("rings 300 noise=0 classes=4", in_its_ring);
    each("xor 300", in_its_square);
    each("regression-1d 300 noise=0", on_the_sine);
    each("regression-1d 300 noise=0 curve=sinc range=2", on_the_sinc);
}

/* make_moons spaces its angles equally, ends included: the two classes have the sums of x and y
 * that numpy.linspace(0, pi, 100) gives, and both ends are there. */
static void moons_are_equally_spaced(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = open_source(c, "moons 200 noise=0 test=0");
    double    sum[2][2] = { { 0 } };
    bool      left = false, right = false;
    assert_int_equal(d->raw.test.count, 0);
    for (int i = 0; i < 200; i++) {
        const float *x = d->raw.train.floats + 2 * i;
        for (int j = 0; j < 2; j++) sum[d->raw.train.label[i]][j] += (double)x[j];
        left = left || x[0] == -1;
        right = right || x[0] == 2;
    }
    CHECK_NEAR(sum[0][0], 0, 1e-4);
    CHECK_NEAR(sum[0][1], 63.020068,
               1e-4); /* sum of sin(k pi / 99), k = 0..99: 1 / tan(pi / 198) */
    CHECK_NEAR(sum[1][0], 100, 1e-4);
    CHECK_NEAR(sum[1][1], 50 - 63.020068, 1e-4);
    assert_true(left && right);
    sft_data_free(d);
    sft_close(c);
}

/* Means and deviations of each class and feature, against what the options say. */
static void clouds_have_their_moments(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = open_source(c, "gaussian 20000 noise=0.25 features=3 distance=1");
    double    sum[2][3] = { { 0 } }, squares[2][3] = { { 0 } };
    for (int i = 0; i < 20000; i++)
        for (int j = 0; j < 3; j++) {
            double v = (double)d->raw.train.floats[3 * i + j];
            sum[d->raw.train.label[i]][j] += v;
            squares[d->raw.train.label[i]][j] += v * v;
        }
    for (int k = 0; k < 2; k++)
        for (int j = 0; j < 3; j++) { /* bounds: 5 deviations of the estimate over 10,000 */
            double mean = sum[k][j] / 10000, variance = squares[k][j] / 10000 - mean * mean;
            CHECK_NEAR(mean, k ? 1 : -1, 0.08);
            CHECK_NEAR(variance, 2.25, 5 * 2.25 * sqrt(2 / 1e4));
        }
    sft_data_free(d);
    sft_close(c);
}

/* Every cloud lies around one point of the box, and is as wide as asked for. */
static void blobs_have_centres(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = open_source(c, "blobs 5000 classes=5 noise=0.5 box=4 features=2");
    double    sum[5][2] = { { 0 } }, squares = 0;
    int       count[5] = { 0 };
    for (int i = 0; i < 5000; i++) {
        int32_t k = d->raw.train.label[i];
        count[k]++;
        for (int j = 0; j < 2; j++) sum[k][j] += (double)d->raw.train.floats[2 * i + j];
    }
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 2; j++) {
            sum[k][j] /= count[k];
            assert_true(fabs(sum[k][j]) < 4.1);
            assert_true(k == 0 || fabs(sum[k][j] - sum[0][j]) > 0.01);
        }
    for (int i = 0; i < 5000; i++)
        for (int j = 0; j < 2; j++) {
            double v = (double)d->raw.train.floats[2 * i + j] - sum[d->raw.train.label[i]][j];
            squares += v * v;
        }
    CHECK_NEAR(sqrt(squares / 10000), 0.5, 0.02);
    sft_data_free(d);
    sft_close(c);
}

/* Three classes, nine to one: shares 9, 3 and 1 of 13. Sorted training samples, and test samples in no order. */
static void classes_may_be_uneven_and_sorted(void **state)
{
    sft_ctx  *c = check_open();
    sft_data *d = open_source(c, "blobs 2600 classes=3 imbalance=9 sorted=true");
    int64_t   count[3] = { 0 }, turns = 0;
    (void)state;
    assert_int_equal(d->raw.train.count, 2600);
    for (int64_t i = 0; i < 2600; i++) count[d->raw.train.label[i]]++;
    for (int64_t i = 1; i < 2600; i++) assert_true(d->raw.train.label[i] >= d->raw.train.label[i - 1]);
    for (int64_t i = 1; i < d->raw.test.count; i++) turns += d->raw.test.label[i] < d->raw.test.label[i - 1];
    assert_true(turns > 50);
    CHECK_NEAR(count[0], 1800, 90); /* four deviations */
    CHECK_NEAR(count[1], 600, 90);
    CHECK_NEAR(count[2], 200, 60);
    sft_data_free(d);
    sft_close(c);
}

/* The samples are those without noise; a fifth of the training labels is another class, each of the others as often. */
static void labels_may_be_noisy(void **state)
{
    sft_ctx  *c = check_open();
    sft_data *clean = open_source(c, "blobs 5000 classes=3"), *noisy = open_source(c, "blobs 5000 classes=3 label_noise=0.2");
    int64_t   by[3] = { 0 };
    (void)state;
    assert_memory_equal(clean->raw.train.floats, noisy->raw.train.floats, 10000 * sizeof(float));
    assert_memory_equal(clean->raw.test.label, noisy->raw.test.label, 1250 * sizeof(int32_t));
    for (int64_t i = 0; i < 5000; i++) by[(noisy->raw.train.label[i] - clean->raw.train.label[i] + 3) % 3]++;
    CHECK_NEAR(by[0], 4000, 115); /* four deviations */
    CHECK_NEAR(by[1], 500, 85);
    CHECK_NEAR(by[2], 500, 85);
    sft_data_free(clean);
    sft_data_free(noisy);
    sft_close(c);
}

static void sources_share_out(void **state)
{
    (void)state;
    static const char *const lines[] = { "moons 999",    "circles 999",      "blobs 999",
                                         "spirals 999",  "rings 999",        "xor 999",
                                         "gaussian 999", "regression-1d 999" };
    sft_ctx                 *c = check_open();
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        char      other[64];
        sft_data *a = open_source(c, lines[k]), *b = open_source(c, lines[k]);
        snprintf(other, sizeof other, "%s seed=1", lines[k]);
        sft_data *z = open_source(c, other);
        assert_int_equal(a->raw.train.count, 999);
        assert_int_equal(a->raw.test.count, 249);
        assert_string_equal(a->facts.fingerprint, b->facts.fingerprint);
        assert_string_not_equal(a->facts.fingerprint, z->facts.fingerprint);
        for (int64_t i = 0, ones = 0; a->raw.train.label && i < 249; i++) {
            ones += a->raw.test.label[i] == 1;
            if (i == 248) assert_true(ones > 50 && ones < 170); /* both splits have every class */
        }
        sft_data_free(a);
        sft_data_free(b);
        sft_data_free(z);
    }
    sft_close(c);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_null(open_line(c, "moons noise=-1", "", NULL));
    CHECK_FAILS(c, "E112", "noise");
    assert_null(open_line(c, "spirals classes=1", "", NULL));
    CHECK_FAILS(c, "E113", "classes");
    assert_null(open_line(c, "circles factor=1", "", NULL));
    CHECK_FAILS(c, "E113", "factor");
    assert_null(open_line(c, "moon", "", NULL));
    CHECK_FAILS(c, "E132", "did you mean 'moons'");
    assert_null(open_line(c, "moons:there", "", NULL));
    CHECK_FAILS(c, "E202", "takes no path");
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_noise_the_formula_holds),
        cmocka_unit_test(moons_are_equally_spaced),
        cmocka_unit_test(clouds_have_their_moments),
        cmocka_unit_test(blobs_have_centres),
        cmocka_unit_test(classes_may_be_uneven_and_sorted),
        cmocka_unit_test(labels_may_be_noisy),
        cmocka_unit_test(sources_share_out),
        cmocka_unit_test(bad_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
