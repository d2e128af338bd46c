/* SPDX-License-Identifier: MIT */
/* What the split section leaves out and spoils: split.fraction and split.label_noise.
 * labels: core data */
#include "data_folder.h"

#include <math.h>

#define WHOLE .validation = 0.1, .shuffle = true, .stratify = true

static sft_data *digits(sft_ctx *c, sft_split_conf k)
{
    sft_data *d = open_line(c, "digits", "", &k);
    CHECK_OK(c);
    return d;
}

/* How many training samples of each class there are. */
static void per_class(const sft_data *d, int64_t n[10])
{
    memset(n, 0, 10 * sizeof *n);
    for (int64_t i = 0; i < d->facts.count[SFT_TRAIN]; i++) n[d->raw.train.label[d->index[SFT_TRAIN][i]]]++;
}

static bool same_split(const sft_data *a, const sft_data *b, sft_split s)
{
    int64_t n = a->facts.count[s];
    return n == b->facts.count[s] && memcmp(a->index[s], b->index[s], (size_t)n * sizeof(int64_t)) == 0;
}

/* The whole to half a sample, each class to one; held-out samples stay, and none of them is trained on. */
static void a_fraction_keeps_the_shares(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *all = digits(c, (sft_split_conf){ WHOLE, .fraction = 1 });
    int64_t   of[10], n[10];
    per_class(all, of);
    for (int i = 0; i < 4; i++) {
        double         share = (const double[]){ 0.01, 0.1, 0.37, 0.999 }[i];
        sft_split_conf k = { WHOLE, .fraction = share };
        sft_data      *d = digits(c, k), *again = digits(c, k);
        CHECK_NEAR(d->facts.count[SFT_TRAIN], share * (double)all->facts.count[SFT_TRAIN], 0.5);
        per_class(d, n);
        for (int y = 0; y < 10; y++) CHECK_NEAR(n[y], share * (double)of[y], 1.0);
        assert_true(same_split(d, all, SFT_VALIDATION) && same_split(d, all, SFT_TEST));
        assert_true(same_split(d, again, SFT_TRAIN));
        for (int64_t j = 0, at = 0; j < d->facts.count[SFT_TRAIN]; j++) { /* both ascend: each is one of all */
            while (at < all->facts.count[SFT_TRAIN] && all->index[SFT_TRAIN][at] < d->index[SFT_TRAIN][j]) at++;
            assert_int_equal(all->index[SFT_TRAIN][at], d->index[SFT_TRAIN][j]);
        }
        sft_data_free(d);
        sft_data_free(again);
    }
    sft_data_free(all);
    sft_close(c);
}

static void an_unshuffled_fraction_is_the_first_samples(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = digits(c, (sft_split_conf){ .validation = 0.1, .fraction = 0.1 });
    assert_int_equal(d->facts.count[SFT_TRAIN], 344); /* of 3441 */
    for (int64_t i = 0; i < 344; i++) assert_int_equal(d->index[SFT_TRAIN][i], i);
    sft_data_free(d);
    sft_close(c);
}

static void a_fraction_of_nothing_is_told(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_null(open_line(c, "digits", "", &(sft_split_conf){ WHOLE, .fraction = 1e-4 }));
    CHECK_FAILS(c, "E245", "raise split.fraction");
    sft_close(c);
}

/* Shares of a binomial count: four deviations. */
#define CHECK_SHARE(count, of, p) CHECK_NEAR((double)(count) / (double)(of), p, 4 * sqrt((p) * (1 - (p)) / (double)(of)))

static void noise_spoils_a_share_of_training_and_validation(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *clean = digits(c, (sft_split_conf){ WHOLE });
    for (int i = 0; i < 3; i++) {
        double         p = (const double[]){ 0.2, 0.9, 1 }[i];
        sft_split_conf k = { WHOLE, .label_noise = p };
        sft_data      *d = digits(c, k), *again = digits(c, k);
        int64_t        spoilt = 0, by[10] = { 0 }, n = d->raw.train.count;
        for (int64_t j = 0; j < n; j++) {
            assert_in_range(d->raw.train.label[j], 0, 9);
            by[(d->raw.train.label[j] - clean->raw.train.label[j] + 10) % 10]++;
        }
        spoilt = n - by[0];
        CHECK_SHARE(spoilt, n, p);
        for (int y = 1; y < 10; y++) CHECK_SHARE(by[y], n, p / 9);
        assert_memory_equal(d->raw.test.label, clean->raw.test.label, (size_t)d->raw.test.count * sizeof(int32_t));
        assert_memory_equal(d->raw.train.label, again->raw.train.label, (size_t)n * sizeof(int32_t));
        assert_true(same_split(d, clean, SFT_TRAIN)); /* who goes where does not depend on it */
        sft_data_free(d);
        sft_data_free(again);
    }
    sft_data_free(clean);
    sft_close(c);
}

/* A test split that was cut out of the training samples keeps its labels too. */
static void test_samples_keep_their_labels(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_split_conf k = { WHOLE, .test = 0.3 };
    sft_data *clean = open_line(c, "moons n=500 test=0", "", &k);
    k.label_noise = 1;
    sft_data *d = open_line(c, "moons n=500 test=0", "", &k);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TEST], 150);
    for (int s = 0; s < SFT_SPLITS; s++)
        for (int64_t i = 0; i < d->facts.count[s]; i++) {
            int64_t at = d->index[s][i];
            assert_int_equal(d->raw.train.label[at] == clean->raw.train.label[at], s == SFT_TEST);
        }
    sft_data_free(d);
    sft_data_free(clean);
    sft_close(c);
}

static void numbers_have_no_class_to_spoil(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_null(open_line(c, "regression-1d", "", &(sft_split_conf){ WHOLE, .label_noise = 0.1 }));
    CHECK_FAILS(c, "E202", "regression-1d has none");
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fraction_keeps_the_shares),
        cmocka_unit_test(an_unshuffled_fraction_is_the_first_samples),
        cmocka_unit_test(a_fraction_of_nothing_is_told),
        cmocka_unit_test(noise_spoils_a_share_of_training_and_validation),
        cmocka_unit_test(test_samples_keep_their_labels),
        cmocka_unit_test(numbers_have_no_class_to_spoil),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
