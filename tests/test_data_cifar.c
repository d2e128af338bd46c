/* SPDX-License-Identifier: MIT */
/* CIFAR's binary batches: small ones made here, the real ones where they are at hand.
 * labels: core data */
#include "data_folder.h"

static sft_split_conf all_training = { .validation = 0 };

/* `n` records whose label bytes and pixels follow from their number. */
static void put_batch(const char *folder, const char *name, int n, int labels, int from,
                      int classes)
{
    static uint8_t bytes[8 * 3074];
    int            record = 3072 + labels;
    for (int i = 0; i < n; i++) {
        memset(bytes + i * record, from + i, (size_t)record);
        for (int k = 0; k < labels; k++)
            bytes[i * record + k] = (uint8_t)((from + i + k) % classes);
    }
    folder_write(folder, name, bytes, (size_t)(n * record));
}

static void ten_classes(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    kept_notes notes = { 0 };
    char       path[64];
    sft_on_note(c, keep_note, &notes);
    folder_make(path);
    put_batch(path, "data_batch_1.bin", 4, 1, 0, 10);
    put_batch(path, "data_batch_3.bin", 8, 1, 4, 10);
    put_batch(path, "test_batch.bin", 2, 1, 20, 10);
    folder_text(path, "batches.meta.txt",
                "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
    sft_data *d = open_line(c, "cifar:%s", path, &all_training);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TRAIN], 12);
    assert_int_equal(d->facts.count[SFT_TEST], 2);
    assert_int_equal(d->facts.outputs, 10);
    assert_int_equal(d->facts.shape.dim[0], 3);
    assert_string_equal(d->facts.class_names[9], "truck");
    for (int i = 0; i < 12; i++) {
        assert_int_equal(d->raw.train.label[i], i % 10);
        assert_int_equal(d->raw.train.bytes[i * 3072 + 3071], i);
    }
    assert_non_null(strstr(notes.text, "2 of the 5"));
    sft_data_free(d);
    folder_remove(path);
    sft_close(c);
}

static void hundred_classes_fine_and_coarse(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    char     path[64];
    folder_make(path);
    put_batch(path, "train.bin", 6, 2, 3, 20);
    sft_data *fine = open_line(c, "cifar:%s", path, &all_training);
    sft_data *coarse = open_line(c, "cifar:%s labels=coarse", path, &all_training);
    CHECK_OK(c);
    assert_int_equal(fine->facts.outputs, 100);
    assert_int_equal(coarse->facts.outputs, 20);
    assert_int_equal(fine->raw.train.label[1], 5);
    assert_int_equal(coarse->raw.train.label[1], 4);
    sft_data_free(fine);
    sft_data_free(coarse);
    folder_remove(path);
    sft_close(c);
}

static void the_real_batches(void **state)
{
    (void)state;
    const char *folder = check_data_folder("CIFAR-10");
    char        place[600];
    if (!folder) return;
    snprintf(place, sizeof place, "%s/cifar10/data_batch_2.bin.gz", folder);
    if (!sft__exists(place)) {
        printf("skipped: CIFAR-10 (%s is absent)\n", place);
        return;
    }
    const int64_t want[10] = { 1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981 };
    const uint8_t red[3] = { 59, 43, 50 };
    int64_t       seen[10] = { 0 };
    sft_ctx      *c = check_open();
    snprintf(place, sizeof place, "%s/cifar10", folder);
    sft_data *d = open_line(c, "cifar:%s", place, NULL);
    CHECK_OK(c);
    assert_int_equal(d->raw.train.count % 10000, 0);
    assert_int_equal(d->raw.test.count, 10000);
    for (int i = 0; i < 10000; i++) seen[d->raw.train.label[i]]++;
    assert_memory_equal(seen, want, sizeof want);
    assert_memory_equal(d->raw.train.bytes, red, 3);
    assert_string_equal(d->facts.class_names[0], "airplane");
    sft_data_free(d);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_classes),
        cmocka_unit_test(hundred_classes_fine_and_coarse),
        cmocka_unit_test(the_real_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
