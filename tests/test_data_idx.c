/* SPDX-License-Identifier: MIT */
/* IDX files: every rank and type from small files, MNIST itself where it is at hand.
 * labels: core data */
#include "data_folder.h"

static const uint8_t labels4[4] = { 0, 1, 2, 1 };

static void put_labels(const char *folder, const char *name)
{
    folder_idx(folder, name, 8, 1, (uint32_t[]){ 4 }, labels4, 4);
}

static sft_split_conf all_training = { .validation = 0 };

static void every_rank_has_its_shape(void **state)
{
    (void)state;
    static const struct {
        uint32_t    dim[4];
        int         rank;
        const char *shape, *line;
    } cases[] = {
        { { 4 }, 1, "1", "idx:%s" },
        { { 4, 6 }, 2, "6", "idx:%s" },
        { { 4, 6 }, 2, "1x6", "idx:%s sequence=true" },
        { { 4, 2, 3 }, 3, "1x2x3", "idx:%s" },
        { { 4, 3, 2, 2 }, 4, "3x2x2", "idx:%s" },
    };
    sft_ctx *c = check_open();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char     path[64], text[64];
        uint8_t  value[64];
        uint32_t n = 1;
        for (int i = 0; i < cases[k].rank; i++) n *= cases[k].dim[i];
        for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)(255 - i);
        folder_make(path);
        folder_idx(path, "train-images-idx-ubyte", 8, cases[k].rank, cases[k].dim, value, n);
        put_labels(path, "train-labels-idx1-ubyte");
        sft_data *d = open_line(c, cases[k].line, path, &all_training);
        CHECK_OK(c);
        assert_string_equal(sft__shape_text(d->facts.shape, text, sizeof text), cases[k].shape);
        assert_int_equal(d->facts.outputs, 3);
        assert_int_equal(d->facts.count[SFT_TRAIN], 4);
        assert_memory_equal(d->raw.train.bytes, value, n);
        assert_int_equal(d->raw.train.label[2], 2);
        sft_data_free(d);
        folder_remove(path);
    }
    sft_close(c);
}

/* 4 samples of one value each: 1, -2, 300 (or 100), 0.5 where the type can. */
static void every_type_is_read(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        size_t   size;
        uint8_t  value[32];
        float    want[4];
    } cases[] = {
        { 0x09, 4, { 1, 0xFE, 100, 0x80 }, { 1, -2, 100, -128 } },
        { 0x0B, 8, { 0, 1, 0xFF, 0xFE, 1, 44, 0x80, 0 }, { 1, -2, 300, -32768 } },
        { 0x0C,
          16,
          { 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 1, 44, 0, 1, 0, 0 },
          { 1, -2, 300, 65536 } },
        { 0x0D,
          16,
          { 0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0, 0x43, 0x96, 0, 0, 0x3F, 0, 0, 0 },
          { 1, -2, 300, 0.5f } },
        { 0x0E,
          32,
          { 0x3F, 0xF0, 0, 0,    0,    0,    0, 0, 0xC0, 0, 0, 0,    0,
            0,    0,    0, 0x40, 0x72, 0xC0, 0, 0, 0,    0, 0, 0x3F, 0xE0 },
          { 1, -2, 300, 0.5f } },
    };
    sft_ctx *c = check_open();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char path[64];
        folder_make(path);
        folder_idx(path, "a", cases[k].type, 2, (uint32_t[]){ 4, 1 }, cases[k].value,
                   cases[k].size);
        put_labels(path, "b");
        sft_data *d = open_line(c, "idx:%s train_images=a train_labels=b", path, &all_training);
        CHECK_OK(c);
        for (int i = 0; i < 4; i++) assert_true(d->raw.train.floats[i] == cases[k].want[i]);
        sft_data_free(d);
        folder_remove(path);
    }
    sft_close(c);
}

static void test_files_become_the_test_split(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    char     path[64];
    folder_make(path);
    folder_idx(path, "set-train-images-idx3-ubyte", 8, 3, (uint32_t[]){ 4, 1, 2 }, "abcdefgh", 8);
    put_labels(path, "set-train-labels-idx1-ubyte");
    folder_idx(path, "set-t10k-images-idx3-ubyte", 8, 3, (uint32_t[]){ 2, 1, 2 }, "ijkl", 4);
    folder_idx(path, "set-t10k-labels-idx1-ubyte", 8, 1, (uint32_t[]){ 2 }, (uint8_t[]){ 2, 0 }, 2);
    sft_data *d = open_line(c, "idx:%s", path, &all_training);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TEST], 2);
    assert_memory_equal(d->raw.test.bytes, "ijkl", 4);
    assert_int_equal(d->raw.test.label[0], 2);
    sft_data_free(d);
    folder_remove(path);
    sft_close(c);
}

static void mnist_is_mnist(void **state)
{
    (void)state;
    const char *folder = check_data_folder("MNIST");
    char        place[600];
    if (!folder) return;
    snprintf(place, sizeof place, "%s/mnist", folder);
    if (!sft__exists(place)) {
        printf("skipped: MNIST (%s is absent)\n", place);
        return;
    }
    const int64_t train[10] = { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 };
    const int64_t test[10] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
    int64_t       seen[2][10] = { 0 }, sum = 0;
    sft_ctx      *c = check_open();
    sft_data     *d = open_line(c, "idx:%s", place, NULL);
    CHECK_OK(c);
    assert_int_equal(d->raw.train.count, 60000);
    assert_int_equal(d->raw.test.count, 10000);
    for (int64_t i = 0; i < 60000 * 784; i++) sum += d->raw.train.bytes[i];
    CHECK_NEAR((double)sum / (60000.0 * 784), 33.3184, 5e-5);
    for (int i = 0; i < 60000; i++) seen[0][d->raw.train.label[i]]++;
    for (int i = 0; i < 10000; i++) seen[1][d->raw.test.label[i]]++;
    assert_memory_equal(seen[0], train, sizeof train);
    assert_memory_equal(seen[1], test, sizeof test);
    sft_data_free(d);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rank_has_its_shape),
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(test_files_become_the_test_split),
        cmocka_unit_test(mnist_is_mnist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
