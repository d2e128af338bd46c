/* SPDX-License-Identifier: MIT */
/* Batches are a pure function of (seed, epoch, step), gathered ahead or not.
 * labels: core data threads */
#include "data_folder.h"

#include <stdlib.h>

/* Samples that carry their own number: x[0] = label = number. */
static sft_data *numbered(sft_ctx *c, int64_t count, int64_t width)
{
    float *x = calloc((size_t)(count * width), sizeof *x), *y = calloc((size_t)count, sizeof *y);
    assert_true(x && y);
    for (int64_t i = 0; i < count; i++) {
        x[i * width] = y[i] = (float)i;
        x[i * width + width - 1] = (float)i;
    }
    sft_data *d = sft_data_from(c, x, sft__shape1(width), y, SFT_CLASSES, count, count, NULL);
    CHECK_OK(c);
    free(x);
    free(y);
    return d;
}

static void check_rows(const sft_batch *b, int64_t width)
{
    for (int64_t r = 0; r < b->rows; r++) {
        assert_true(b->x[r * width] == (real)b->label[r]);
        assert_true(b->x[(r + 1) * width - 1] == (real)b->label[r]);
    }
}

/* Each sample exactly once an epoch, in another order each epoch; the last batch is short. */
static void every_sample_once_an_epoch(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_data   *d = numbered(c, 103, 3);
    sft_loader *l =
        sft__loader_new(d, &(sft_loader_conf){ .batch = 10, .seed = 7, .shuffle = true });
    CHECK_OK(c);
    assert_int_equal(sft__loader_steps(l), 11);
    assert_int_equal(sft__loader_tail(l), 3);
    int32_t order[3][103];
    for (int64_t epoch = 0; epoch < 3; epoch++) {
        int     seen[103] = { 0 };
        int64_t n = 0;
        for (int64_t step = 0; step < 11; step++) {
            const sft_batch *b = sft__loader_get(l, epoch, step);
            assert_int_equal(b->rows, step < 10 ? 10 : 3);
            check_rows(b, 3);
            for (int64_t r = 0; r < b->rows; r++) order[epoch][n++] = b->label[r];
        }
        assert_int_equal(n, 103);
        for (int i = 0; i < 103; i++) assert_int_equal(seen[order[epoch][i]]++, 0);
    }
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
    assert_memory_not_equal(order[1], order[2], sizeof order[0]);
    sft__loader_free(l);
    sft_data_free(d);
    sft_close(c);
}

static void file_order_without_shuffling(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_data   *d = numbered(c, 25, 2);
    sft_loader *l = sft__loader_new(d, &(sft_loader_conf){ .batch = 10, .drop_last = true });
    assert_int_equal(sft__loader_steps(l), 2);
    assert_int_equal(sft__loader_tail(l), 10);
    for (int64_t epoch = 0; epoch < 2; epoch++)
        for (int64_t step = 0; step < 2; step++)
            for (int r = 0; r < 10; r++)
                assert_int_equal(sft__loader_get(l, epoch, step)->label[r], step * 10 + r);
    sft__loader_free(l);
    sft_data_free(d);
    sft_close(c);
}

/* Gathered ahead by the thread or on the spot, in order or at random: the same rows. Batches of
 * 16 x 8192 floats are large enough for the thread. */
static void prefetch_changes_nothing(void **state)
{
    (void)state;
    sft_ctx        *c = check_open();
    sft_data       *d = numbered(c, 100, 8192);
    sft_loader_conf k = { .batch = 16, .seed = 3, .shuffle = true };
    sft_loader     *plain = sft__loader_new(d, &k);
    k.prefetch = true;
    sft_loader *ahead = sft__loader_new(d, &k);
    CHECK_OK(c);
    srand(5);
    for (int i = 0; i < 300; i++) {
        int64_t          epoch = i < 200 ? i / 7 : rand() % 9, step = i < 200 ? i % 7 : rand() % 7;
        const sft_batch *a = sft__loader_get(plain, epoch, step),
                        *b = sft__loader_get(ahead, epoch, step);
        assert_int_equal(a->rows, b->rows);
        assert_memory_equal(a->label, b->label, (size_t)a->rows * sizeof *a->label);
        check_rows(b, 8192);
    }
    sft__loader_free(plain);
    sft__loader_free(ahead);
    sft_data_free(d);
    sft_close(c);
}

/* 0 where a sanitizer's own bookkeeping would be measured. */
static int64_t resident_pages(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    long  size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f) return 0;
    if (fscanf(f, "%ld %ld", &size, &resident) != 2) resident = 0;
    fclose(f);
    return resident;
#endif
}

/* Ten thousand batches: not one allocation, and the process does not grow. */
static void getting_allocates_nothing(void **state)
{
    (void)state;
    for (int prefetch = 0; prefetch < 2; prefetch++) {
        check_memory m = { 0 };
        sft_ctx     *c =
            sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
        sft_data   *d = numbered(c, 64, 8192);
        sft_loader *l = sft__loader_new(
            d, &(sft_loader_conf){ .batch = 10, .shuffle = true, .prefetch = prefetch });
        CHECK_OK(c);
        for (int64_t i = 0; i < 100; i++) sft__loader_get(l, i / 7, i % 7);
        int64_t calls = m.calls, pages = resident_pages();
        for (int64_t i = 0; i < 5000; i++) sft__loader_get(l, i / 7, i % 7);
        assert_int_equal(m.calls, calls);
        assert_true(resident_pages() <= pages + 64);
        sft__loader_free(l);
        sft_data_free(d);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
}

static void wrong_batches_are_refused(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    sft_data *d = numbered(c, 25, 2);
    assert_null(sft__loader_new(d, &(sft_loader_conf){ .batch = 26, .shuffle = true }));
    CHECK_FAILS(c, "E246", "25 samples");
    assert_null(sft__loader_new(d, &(sft_loader_conf){ .split = SFT_TEST, .batch = 5 }));
    CHECK_FAILS(c, "E245", "no samples");
    assert_null(sft__loader_new(d, &(sft_loader_conf){ .batch = 0 }));
    CHECK_FAILS(c, "E002", "batch of 0");
    sft_loader *l =
        sft__loader_new(d, &(sft_loader_conf){ .batch = 100 }); /* to evaluate: one short batch */
    assert_int_equal(sft__loader_get(l, 0, 0)->rows, 25);
    sft__loader_free(l);
    sft_data_free(d);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_once_an_epoch),
        cmocka_unit_test(file_order_without_shuffling),
        cmocka_unit_test(prefetch_changes_nothing),
        cmocka_unit_test(getting_allocates_nothing),
        cmocka_unit_test(wrong_batches_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
