/* SPDX-License-Identifier: MIT */
/* The digits in the binary, their split, their standardisation, and data sets from memory.
 * labels: core data */
#include "data_folder.h"

#include <math.h>

static void digits_are_the_published_ones(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = open_line(c, "digits", "", NULL);
    CHECK_OK(c);
    sft_data_facts f;
    assert_int_equal(sft_data_facts_of(d, &f), SFT_OK);
    assert_string_equal(f.name, "digits");
    assert_non_null(strstr(f.source, "CC BY 4.0"));
    assert_int_equal(f.task, SFT_CLASSES);
    assert_int_equal(f.outputs, 10);
    assert_int_equal(f.shape.rank, 3);
    assert_int_equal(f.shape.dim[0] * 100 + f.shape.dim[1] * 10 + f.shape.dim[2], 188);
    assert_int_equal(f.count[SFT_TRAIN] + f.count[SFT_VALIDATION], 3823);
    assert_int_equal(f.count[SFT_TEST], 1797);
    int64_t seen[10] = { 0 };
    for (int64_t i = 0; i < d->raw.train.count; i++) seen[d->raw.train.label[i]]++;
    const int64_t want[10] = { 376, 389, 380, 389, 387, 376, 377, 387, 380, 382 };
    for (int k = 0; k < 10; k++) assert_int_equal(seen[k], want[k]);
    /* the first test digit of UCI's file, a zero: 0 0 5 13 9 1 0 0 */
    const uint8_t row[8] = { 0, 0, 5, 13, 9, 1, 0, 0 };
    assert_memory_equal(d->raw.test.bytes, row, 8);
    assert_int_equal(d->raw.test.label[0], 0);
    sft_data_free(d);
    sft_close(c);
}

static void split_is_stratified_seeded_and_whole(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    for (int64_t seed = 0; seed < 5; seed++) {
        sft_split_conf k = { .validation = 0.07 + 0.06 * (double)seed,
                             .seed = seed,
                             .shuffle = true,
                             .stratify = true };
        sft_data      *d = open_line(c, "digits", "", &k), *again = open_line(c, "digits", "", &k);
        CHECK_OK(c);
        int64_t  n = d->facts.count[SFT_VALIDATION], per[10] = { 0 }, all[10] = { 0 };
        uint8_t *hit = calloc(3823, 1);
        CHECK_NEAR(n, k.validation * 3823, 0.5);
        assert_memory_equal(d->index[SFT_VALIDATION], again->index[SFT_VALIDATION],
                            (size_t)n * sizeof(int64_t));
        for (int64_t i = 0; i < n; i++) {
            per[d->raw.train.label[d->index[SFT_VALIDATION][i]]]++;
            hit[d->index[SFT_VALIDATION][i]]++;
        }
        for (int64_t i = 0; i < d->facts.count[SFT_TRAIN]; i++) hit[d->index[SFT_TRAIN][i]]++;
        for (int64_t i = 0; i < 3823; i++) {
            all[d->raw.train.label[i]]++;
            assert_int_equal(hit[i], 1);
        }
        for (int j = 0; j < 10; j++) CHECK_NEAR(per[j], k.validation * (double)all[j], 1.0);
        free(hit);
        sft_data_free(d);
        sft_data_free(again);
    }
    sft_close(c);
}

/* Without shuffling the parts are train, validation, test, as the samples come. */
static void unshuffled_the_last_are_held_out(void **state)
{
    (void)state;
    sft_ctx       *c = check_open();
    sft_split_conf k = { .validation = 0.2, .stratify = true, .seed = 3 };
    sft_data      *d = open_line(c, "mnist1d", "", &k);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TRAIN], 3200);
    assert_int_equal(d->facts.count[SFT_VALIDATION], 800);
    for (int64_t i = 0; i < 3200; i++) assert_int_equal(d->index[SFT_TRAIN][i], i);
    for (int64_t i = 0; i < 800; i++) assert_int_equal(d->index[SFT_VALIDATION][i], 3200 + i);
    sft_data_free(d);
    char folder[64];
    folder_make(folder);
    folder_text(folder, "t.csv", "x,y\n0,1\n1,1\n2,1\n3,1\n4,1\n5,2\n6,2\n7,2\n8,2\n9,2\n");
    k.test = 0.3;
    d = open_line(c, "csv:%s/t.csv", folder, &k);
    folder_remove(folder);
    CHECK_OK(c);
    const int64_t train = d->facts.count[SFT_TRAIN], held = d->facts.count[SFT_VALIDATION];
    for (int64_t i = 0; i < train; i++) assert_int_equal(d->index[SFT_TRAIN][i], i);
    for (int64_t i = 0; i < held; i++) assert_int_equal(d->index[SFT_VALIDATION][i], train + i);
    for (int64_t i = 0; i < d->facts.count[SFT_TEST]; i++) assert_int_equal(d->index[SFT_TEST][i], train + held + i);
    assert_int_equal(held, 2);
    assert_int_equal(d->facts.count[SFT_TEST], 3);
    sft_data_free(d);
    sft_close(c);
}

static void another_seed_gives_another_split(void **state)
{
    (void)state;
    sft_ctx       *c = check_open();
    sft_split_conf a = { .validation = 0.1, .seed = 1, .shuffle = true, .stratify = true },
                   b = { .validation = 0.1, .seed = 2, .shuffle = true, .stratify = true };
    sft_data *x = open_line(c, "digits", "", &a), *y = open_line(c, "digits", "", &b);
    CHECK_OK(c);
    assert_memory_not_equal(x->index[SFT_VALIDATION], y->index[SFT_VALIDATION],
                            (size_t)x->facts.count[SFT_VALIDATION] * sizeof(int64_t));
    assert_string_equal(x->facts.fingerprint,
                        y->facts.fingerprint); /* of the samples, not of the split */
    sft_data_free(x);
    sft_data_free(y);
    sft_close(c);
}

/* Mean 0 and deviation 1 over the training samples, and the same affine map elsewhere. */
static void standardised_by_training_only(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    for (int how = SFT_STANDARDIZE_AUTO; how <= SFT_STANDARDIZE_FEATURE; how++) {
        sft_split_conf k = { .validation = 0.2, .shuffle = true, .stratify = true, .standardize = how };
        sft_data      *d = open_line(c, "digits", "", &k);
        CHECK_OK(c);
        float  x[64], y;
        double sum = 0, squares = 0, n = (double)d->facts.count[SFT_TRAIN] * 64;
        for (int64_t i = 0; i < d->facts.count[SFT_TRAIN]; i++) {
            assert_int_equal(sft_data_sample(d, SFT_TRAIN, i, x, &y), SFT_OK);
            for (int j = 0; j < 64; j++) {
                sum += (double)x[j];
                squares += (double)x[j] * (double)x[j];
            }
        }
        if (how == SFT_STANDARDIZE_NONE) {
            CHECK_NEAR(sum / n, 4.9, 0.1);
        } else {
            CHECK_NEAR(sum / n, 0, 1e-4);
            /* by feature, the blank pixels at the edge have no spread to scale */
            CHECK_NEAR(sqrt(squares / n), 1, how == SFT_STANDARDIZE_FEATURE ? 0.06 : 1e-4);
        }
        sft_data_sample(d, SFT_TEST, 0, x, &y);
        float first = 5.0f * d->scale[how == SFT_STANDARDIZE_FEATURE ? 2 : 0] +
                      d->shift[how == SFT_STANDARDIZE_FEATURE ? 2 : 0];
        assert_true(x[2] == first && y == 0);
        sft_data_free(d);
    }
    sft_close(c);
}

static void memory_sets_come_back_as_given(void **state)
{
    (void)state;
    sft_ctx      *c = check_open();
    const float   x[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, y[4] = { 0, 1, 1, 2 };
    const uint8_t split[4] = { 0, 2, 0, 1 };
    sft_data     *d = sft_data_from(c, x, sft__shape1(2), y, SFT_CLASSES, 3, 4, split);
    CHECK_OK(c);
    float one[2], label;
    assert_int_equal(d->facts.count[SFT_TRAIN], 2);
    assert_int_equal(sft_data_sample(d, SFT_TRAIN, 1, one, &label), SFT_OK);
    assert_true(one[0] == 5 && one[1] == 6 && label == 1);
    assert_int_equal(sft_data_sample(d, SFT_TEST, 0, one, &label), SFT_OK);
    assert_true(one[0] == 3 && one[1] == 4 && label == 1);
    assert_int_equal(sft_data_sample(d, SFT_TEST, 1, one, &label), SFT_USAGE);
    CHECK_FAILS(c, "E002", "does not exist");
    sft_data_free(d);

    const float wrong[4] = { 0, 1, 3, 0 }, part[4] = { 0, 0.5f, 1, 0 };
    assert_null(sft_data_from(c, x, sft__shape1(2), wrong, SFT_CLASSES, 3, 4, NULL));
    CHECK_FAILS(c, "E240", "sample 2");
    assert_null(sft_data_from(c, x, sft__shape1(2), part, SFT_CLASSES, 3, 4, NULL));
    CHECK_FAILS(c, "E240", "sample 1");
    const float bad[8] = { 1, 2, 3, 4, 5, NAN, 7, 8 };
    assert_null(sft_data_from(c, bad, sft__shape1(2), y, SFT_CLASSES, 3, 4, NULL));
    CHECK_FAILS(c, "E247", "value 1 of training sample 2");
    assert_null(sft_data_from(c, x, sft__shape1(2), y, SFT_CLASSES, 3, 0, NULL));
    CHECK_FAILS(c, "E245", "at least one");
    sft_close(c);
}

/* Whatever allocation fails: a clean E004, and every byte comes back with the size it was asked
 * with. */
static void any_failed_allocation_is_clean(void **state)
{
    (void)state;
    int64_t fails = 0;
    for (bool failed = true; failed;) {
        check_memory m = { .fails = ++fails };
        sft_ctx     *c =
            sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
        failed = !c;
        if (c) {
            sft_data   *d = open_line(c, "digits", "", NULL);
            sft_loader *l =
                d ? sft__loader_new(d, &(sft_loader_conf){ .batch = 32, .shuffle = true }) : NULL;
            failed = !l;
            assert_int_equal(sft_code(c), failed ? SFT_MEMORY : SFT_OK);
            sft__loader_free(l);
            sft_data_free(d);
        }
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
    assert_true(fails > 10);
}

static void unknown_sources_are_named(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_null(open_line(c, "digit", "", NULL));
    CHECK_FAILS(c, "E132", "did you mean 'digits'");
    assert_null(open_line(c, "digits:here", "", NULL));
    CHECK_FAILS(c, "E202", "takes no path");
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_the_published_ones),
        cmocka_unit_test(split_is_stratified_seeded_and_whole),
        cmocka_unit_test(unshuffled_the_last_are_held_out),
        cmocka_unit_test(another_seed_gives_another_split),
        cmocka_unit_test(standardised_by_training_only),
        cmocka_unit_test(memory_sets_come_back_as_given),
        cmocka_unit_test(any_failed_allocation_is_clean),
        cmocka_unit_test(unknown_sources_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
