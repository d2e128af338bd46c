/* SPDX-License-Identifier: MIT */
/* numpy's legacy numbers, and MNIST-1D made of them. labels: core data */
#include "data_folder.h"

#include "data/numpy_random.h"

/* numpy.random.seed(42): the first values of rand, randn, randint and permutation as numpy
 * prints them. */
static void numbers_are_numpys(void **state)
{
    (void)state;
    sft_numpy r;
    sft__numpy_seed(
        &r,
        5489); /* the reference implementation's default seed; its 10000th output is in C++11's standard */
    uint32_t last = 0;
    for (int i = 0; i < 10000; i++) last = sft__numpy_next(&r);
    assert_int_equal(last, 4123659995u);

    sft__numpy_seed(&r, 42);
    CHECK_NEAR(sft__numpy_rand(&r), 0.3745401188473625, 1e-16);
    CHECK_NEAR(sft__numpy_rand(&r), 0.9507143064099162, 1e-16);
    sft__numpy_seed(&r, 42);
    CHECK_NEAR(sft__numpy_randn(&r), 0.4967141530112327, 1e-15);
    CHECK_NEAR(sft__numpy_randn(&r), -0.13826430117118466, 1e-15);
    CHECK_NEAR(sft__numpy_randn(&r), 0.6476885381006925, 1e-15);
    sft__numpy_seed(&r, 42);
    assert_int_equal(sft__numpy_upto(&r, 99), 51);
    assert_int_equal(sft__numpy_upto(&r, 99), 92);
    assert_int_equal(sft__numpy_upto(&r, 99), 14);
    sft__numpy_seed(&r, 42);
    const int64_t want[10] = { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 };
    int64_t       order[10];
    sft__numpy_permutation(&r, order, 10);
    assert_memory_equal(order, want, sizeof want);
    assert_int_equal(sft__numpy_upto(&r, 0), 0);
}

static void samples_have_the_published_counts(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = open_line(c, "mnist1d", "", NULL);
    CHECK_OK(c);
    const int64_t train[10] = { 398, 396, 411, 394, 394, 402, 401, 404, 402, 398 };
    const int64_t test[10] = { 102, 104, 89, 106, 106, 98, 99, 96, 98, 102 };
    int64_t       seen[2][10] = { 0 };
    assert_int_equal(d->raw.train.count, 4000);
    assert_int_equal(d->raw.test.count, 1000);
    assert_int_equal(d->facts.shape.rank, 2);
    assert_int_equal(d->facts.shape.dim[1], 40);
    for (int i = 0; i < 4000; i++) seen[0][d->raw.train.label[i]]++;
    for (int i = 0; i < 1000; i++) seen[1][d->raw.test.label[i]]++;
    assert_memory_equal(seen[0], train, sizeof train);
    assert_memory_equal(seen[1], test, sizeof test);
    sft_data_free(d);
    sft_close(c);
}

/* Column j of the shuffled set is a column of the plain one, in training and test samples the same; no two are the same, and neighbours
 * do not stay neighbours. Everything else is as it was. */
static void shuffled_is_one_order_of_the_places(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *plain = open_line(c, "mnist1d", "", NULL), *mixed = open_line(c, "mnist1d shuffled=true", "", NULL);
    CHECK_OK(c);
    const sft_samples *a[2] = { &plain->raw.train, &plain->raw.test }, *b[2] = { &mixed->raw.train, &mixed->raw.test };
    int                place[40], still = 0, taken = 0;
    bool               seen[40] = { false };
    for (int j = 0; j < 40; j++) {
        place[j] = 0;
        while (place[j] < 39 && a[0]->floats[place[j]] != b[0]->floats[j]) place[j]++;
        if (!seen[place[j]]) taken++;
        seen[place[j]] = true;
    }
    assert_int_equal(taken, 40);
    for (int j = 1; j < 40; j++) still += abs(place[j] - place[j - 1]) == 1;
    assert_true(still < 10); /* an even draw keeps 2 on average, each pair with probability 2/40 */
    for (int s = 0; s < 2; s++) {
        assert_memory_equal(a[s]->label, b[s]->label, (size_t)a[s]->count * sizeof(int32_t));
        for (int64_t i = 0; i < a[s]->count; i++)
            for (int j = 0; j < 40; j++) assert_true(a[s]->floats[i * 40 + place[j]] == b[s]->floats[i * 40 + j]);
    }
    sft_data_free(plain);
    sft_data_free(mixed);
    sft_close(c);
}

/* Against the files made from upstream's frozen data set. */
static void equals_upstreams_files(void **state)
{
    (void)state;
    const char *folder = check_data_folder("MNIST-1D against its files");
    char        place[600];
    if (!folder) return;
    snprintf(place, sizeof place, "%s/mnist1d/mnist1d-train-x-idx2-float.gz", folder);
    if (!sft__exists(place)) {
        printf("skipped: MNIST-1D against its files (%s is absent)\n", place);
        return;
    }
    sft_ctx *c = check_open();
    snprintf(place, sizeof place, "%s/mnist1d", folder);
    sft_data *ours = open_line(c, "mnist1d", "", NULL),
             *files = open_line(c, "idx:%s sequence=true", place, NULL);
    CHECK_OK(c);
    const sft_samples *a[2] = { &ours->raw.train, &ours->raw.test },
                      *b[2] = { &files->raw.train, &files->raw.test };
    for (int s = 0; s < 2; s++) {
        assert_int_equal(a[s]->count, b[s]->count);
        assert_true(sft__same_shape(a[s]->shape, b[s]->shape));
        assert_memory_equal(a[s]->label, b[s]->label, (size_t)a[s]->count * sizeof(int32_t));
        for (int64_t i = 0; i < a[s]->count * 40; i++)
            CHECK_NEAR(a[s]->floats[i], b[s]->floats[i], 1e-6);
    }
    sft_data_free(ours);
    sft_data_free(files);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_numpys),
        cmocka_unit_test(samples_have_the_published_counts),
        cmocka_unit_test(shuffled_is_one_order_of_the_places),
        cmocka_unit_test(equals_upstreams_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
