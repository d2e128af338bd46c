/* SPDX-License-Identifier: MIT */
/* LIBSVM files: sparse to dense, classes and regression, and every fault with its code.
 * labels: core data */
#include "data_folder.h"

static sft_split_conf all_training = { .validation = 0 };

static void sparse_becomes_dense(void **state)
{
    (void)state;
    char     path[64];
    sft_ctx *c = check_open();
    folder_make(path);
    folder_text(path, "a",
                "+1 1:0.5 3:-1e2 # remark 9:9\r\n\n# only a remark\n-1 qid:7 2:1\t4:2\n+1\n");
    folder_text(path, "t", "-1 1:7");
    sft_data *d = open_line(c, "libsvm:%s/a", path, &all_training);
    CHECK_OK(c);
    const float want[12] = { 0.5f, 0, -100, 0, 0, 1, 0, 2, 0, 0, 0, 0 };
    assert_int_equal(d->facts.task, SFT_CLASSES);
    assert_int_equal(d->raw.train.count, 3);
    assert_memory_equal(d->raw.train.floats, want, sizeof want);
    assert_memory_equal(d->raw.train.label, ((int32_t[]){ 1, 0, 1 }), 12);
    assert_string_equal(d->facts.class_names[0], "-1");
    sft_data_free(d);
    folder_text(path, "zero", "0 0:3\n1 1:4\n"); /* indices from 0 */
    d = open_line(c, "svmlight:%s/zero", path, &all_training);
    CHECK_OK(c);
    assert_int_equal(d->facts.shape.dim[0], 2);
    assert_true(d->raw.train.floats[0] == 3 && d->raw.train.floats[3] == 4);
    sft_data_free(d);
    char line[256];
    snprintf(line, sizeof line, "libsvm:%%s/a test=%s/t features=6 task=regression", path);
    d = open_line(c, line, path, &all_training);
    CHECK_OK(c);
    assert_int_equal(d->facts.task, SFT_REGRESSION);
    assert_int_equal(d->facts.shape.dim[0], 6);
    assert_int_equal(d->facts.count[SFT_TEST], 1);
    assert_true(d->raw.test.floats[0] == 7 && d->raw.test.target[0] == -1);
    sft_data_free(d);
    folder_text(path, "r", "0.5 1:1\n-2.25 1:2\n");
    d = open_line(c, "libsvm:%s/r", path, &all_training);
    CHECK_OK(c);
    assert_int_equal(d->facts.task, SFT_REGRESSION);
    assert_true(d->raw.train.target[1] == -2.25f);
    sft_data_free(d);
    folder_remove(path);
    sft_close(c);
}

static void expect(const char *text, size_t size, const char *options, const char *id,
                   const char *part)
{
    check_memory m = { 0 };
    sft_ctx     *c =
        sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
    char path[64], line[256];
    folder_make(path);
    folder_write(path, "bad", text, size);
    folder_text(path, "good", "3 1:1\n4 1:1\n");
    snprintf(line, sizeof line, "libsvm:%%s/bad %s%s%s", options, *options == 't' ? path : "",
             *options == 't' ? "/good" : "");
    if (open_line(c, line, path, &all_training))
        fail_msg("no failure, where %s is expected: %s", id, part);
    if (!strstr(sft_message(c), path))
        fail_msg("the message does not name the file: %s", sft_message(c));
    assert_int_equal(sft_code(c), SFT_DATA);
    CHECK_FAILS(c, id, part);
    folder_remove(path);
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

#define TEXT(t) t, sizeof t - 1

static void faults(void **state)
{
    (void)state;
    expect(TEXT("1 1:1\nx 1:1\n"), "", "E231", "bad:2:1: error[E231]: `x` is not a label");
    expect(TEXT("1,2 1:1\n"), "", "E231", "list of labels");
    expect(TEXT("1 5\n"), "", "E231", "1:3: error[E231]: `5` is not index:value");
    expect(TEXT("1 1:\n"), "", "E231", "is not index:value");
    expect(TEXT("1 -1:2\n"), "", "E231", "is not index:value");
    expect(TEXT("1 1:a\n"), "", "E231", "is not index:value");
    expect(TEXT("1 2:1 2:3\n"), "", "E231", "ascend");
    expect(TEXT("1 1048577:1\n"), "", "E231", "above 1048576");
    expect(TEXT("1 99999999999999:1\n"), "", "E231", "is not index:value");
    expect(TEXT("1 1:1\0\n"), "", "E233", "NUL");
    expect(TEXT("\n# nothing\n"), "", "E245", "no samples");
    expect(TEXT("1\n2\n"), "", "E245", "no samples with a feature");
    expect(TEXT("1 5:1\n"), "features=3", "E202", "index 5 occurs");
    expect(TEXT("nan 5:1\n"), "", "E247", "sample 0");
    expect(TEXT("1 1:1\n2 1:2\n"), "test=", "E240",
           "label 3 of sample 0 (from 0) does not occur in training");
    /* a thousand lines of nothing are not turned into gigabytes of zeros */
    static char many[4100];
    for (int i = 0; i < 2000; i++) memcpy(many + 2 * i, "1\n", 2);
    strcpy(many + 4000, "2 1048576:1\n");
    expect(many, strlen(many), "", "E202", "too many with their zeros");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sparse_becomes_dense),
                                        cmocka_unit_test(faults) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
