/* SPDX-License-Identifier: MIT */
/* Bad data files: each fault has its code, names the file, says what was found and what to try.
 * labels: core data */
#include "data_folder.h"

#include "data/load.h"

#ifdef SFT_HAVE_ZLIB
#include <zlib.h>
#endif

/* A file "bad" in a folder, opened by `line` (whose %s is the folder), fails so, and every byte
 * comes back. */
static void expect(const char *line, const void *bytes, size_t size, const char *id,
                   const char *part, const char *hint)
{
    check_memory   m = { 0 };
    sft_split_conf k = { .validation = 0.1, .shuffle = true, .stratify = true };
    sft_ctx       *c =
        sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
    char path[64];
    folder_make(path);
    folder_write(path, "bad", bytes, size);
    folder_idx(path, "labels", 8, 1, (uint32_t[]){ 4 }, "\0\1\2\1", 4);
    folder_idx(path, "images", 8, 3, (uint32_t[]){ 4, 1, 2 }, "abcdefgh", 8);
    if (open_line(c, line, path, &k)) fail_msg("no failure, where %s is expected: %s", id, part);
    if (!strstr(sft_message(c), path))
        fail_msg("the message does not name the file: %s", sft_message(c));
    if (!strstr(sft_message(c), hint)) fail_msg("no hint `%s` in: %s", hint, sft_message(c));
    assert_int_equal(sft_code(c), SFT_DATA);
    CHECK_FAILS(c, id, part);
    folder_remove(path);
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

static void expect_text(const char *text, const char *options, const char *id, const char *part,
                        const char *hint)
{
    char line[256];
    snprintf(line, sizeof line, "csv:%%s/bad %s", options);
    expect(line, text, strlen(text), id, part, hint);
}

static void missing_and_unreadable_files(void **state)
{
    (void)state;
    expect("idx:%s/nowhere", "", 0, "E200", "train-images-idx3-ubyte", "working folder");
    expect("cifar:%s/nowhere", "", 0, "E200", "data_batch_1.bin", "working folder");
    expect("csv:%s/nowhere.csv", "", 0, "E200", "nowhere.csv", "working folder");
    expect("csv:%s", "", 0, "E201", "it is a folder", "check the path");
    expect("idx:%s train_images=images train_labels=none", "", 0, "E200", "none", "working folder");
}

#define IDX(n) "idx:%s train_images=bad train_labels=labels", (const uint8_t *)n, sizeof n - 1

static void idx_faults(void **state)
{
    (void)state;
    expect(IDX("\x1F\x8B\x08\0abcdef"), "E210", "0x1F8B0800", "rename it to end in .gz");
    expect(IDX("\0\0\x07\1\0\0\0\4abcd"), "E210", "0x00000701", "check that it is the file");
    expect(IDX("\0\0\x08\5\0\0\0\4abcd"), "E210", "rank 1 to 4", "check that it is the file");
    expect(IDX("\0\0\x08\0abcd"), "E210", "0x00000800", "check that it is the file");
    expect(IDX("\0\0\x08"), "E211", "has 3", "fetch it again");
    expect(IDX("\0\0\x08\3\0\0\0\4\0\0"), "E211", "asks for 16 bytes", "fetch it again");
    expect(IDX("\0\0\x08\2\0\0\0\4\0\0\0\2abcdefg"), "E211", "asks for 20 bytes, the file has 19",
           "fetch it again");
    expect(IDX("\0\0\x08\2\0\0\0\4\0\0\0\2abcdefghi"), "E211", "too long", "fetch it again");
    expect(IDX("\0\0\x08\4\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
           "E212", "overflow", "damaged");
    expect(IDX("\0\0\x0E\3\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF\0\0\0\7"), "E212", "overflow",
           "damaged");
    expect(IDX("\0\0\x08\2\0\0\0\3\0\0\0\2abcdef"), "E213", "3 images, but 4 labels",
           "belong together");
    expect(IDX("\0\0\x08\2\0\0\0\0\0\0\0\2"), "E213", "0 images", "belong together");
    expect("idx:%s train_images=labels train_labels=images", "", 0, "E202", "rank 3", "exchanged?");
}

#define LABELS(n) "idx:%s train_images=images train_labels=bad", (const uint8_t *)n, sizeof n - 1

static void label_faults(void **state)
{
    (void)state;
    expect(LABELS("\0\0\x09\1\0\0\0\4\0\xFF\1\xFE"), "E240",
           "label -1 of sample 1 (from 0) is not a class — 2 of 4", "check");
    expect(LABELS("\0\0\x0D\1\0\0\0\4\0\0\0\0\x3F\x80\0\0\x3F\0\0\0\0\0\0\0"), "E240",
           "label 0.5 of sample 2", "check");
    expect(LABELS("\0\0\x0C\1\0\0\0\4\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0"), "E240",
           "label 65536 of sample 1", "check");
    char     path[64];
    sft_ctx *c = check_open();
    folder_make(path);
    folder_idx(path, "train-images-idx", 8, 3, (uint32_t[]){ 4, 1, 2 }, "abcdefgh", 8);
    folder_idx(path, "train-labels-idx", 8, 1, (uint32_t[]){ 4 }, "\0\1\2\1", 4);
    folder_idx(path, "test-images-idx", 8, 3, (uint32_t[]){ 2, 1, 2 }, "abcd", 4);
    folder_idx(path, "test-labels-idx", 8, 1, (uint32_t[]){ 2 }, "\1\3", 2);
    assert_null(open_line(c, "idx:%s", path, NULL));
    CHECK_FAILS(
        c, "E240",
        "test-labels-idx: error[E240]: label 3 of sample 1 (from 0) is out of range — 1 of 2");
    folder_idx(path, "test-images-idx", 8, 3, (uint32_t[]){ 2, 2, 1 }, "abcd", 4);
    assert_null(open_line(c, "idx:%s", path, NULL));
    CHECK_FAILS(c, "E202", "1x2x1");
    folder_remove(path);
    sft_close(c);
}

static void cifar_faults(void **state)
{
    (void)state;
    char     path[64];
    uint8_t  record[3073] = { 11 };
    sft_ctx *c = check_open();
    folder_make(path);
    folder_write(path, "data_batch_1.bin", record, 3073);
    assert_null(open_line(c, "cifar:%s", path, NULL));
    CHECK_FAILS(c, "E240", "data_batch_1.bin: error[E240]: label 11 of sample 0");
    folder_write(path, "data_batch_1.bin", record, 3000);
    assert_null(open_line(c, "cifar:%s", path, NULL));
    CHECK_FAILS(c, "E218", "3000 bytes are 0 records of 3073 bytes and 3000 more");
    folder_write(path, "data_batch_1.bin", record, 0);
    assert_null(open_line(c, "cifar:%s", path, NULL));
    CHECK_FAILS(c, "E245", "empty");
    folder_remove(path);
    sft_close(c);
}

static void csv_faults(void **state)
{
    (void)state;
    expect_text("a,b,k\n1,2,x\n1,x\n", "", "E230", "line 3 has 2 fields, the header has 3",
                "needs quotes");
    expect_text("1,2,x\n1,2,3,y\n", "", "E230", "line 2 has 4 fields, the first line has 3",
                "needs quotes");
    expect_text("a,b,k\n1,2,x\n3,red,x\n", "", "E231", "line 3, b: \"red\" is not a number",
                "write categories as numbers");
    expect_text("1;2,5;0\n3;4;1\n", "separator=;", "E231", "\"2,5\"", "decimals take a point");
    expect_text("1,2\n3,x\n", "task=regression", "E231", "line 2", "regression");
    expect_text("a,b\n1,\n", "", "E232", "line 2, b: the value is missing", "mean or drop");
    expect_text("a,b\nnan,1\n", "", "E232", "line 2, a", "mean or drop");
    expect("csv:%s/bad", "1,2\n1,\0\n", 8, "E233", "NUL", "UTF-8");
    expect_text("1,2\n3,4\r\n", "", "E235", "mixed", "dos2unix");
    expect_text("1,2\r3,4\r", "", "E235", "carriage return", "convert");
    expect_text("1,a\"b\n", "", "E236", "lone quote", "double those inside");
    expect_text("1,\"a\"b\n", "", "E236", "lone quote", "double those inside");
    expect_text("1,2\n\"1,2\n", "", "E236",
                "bad:2:1: error[E236]: a lone quote — it opens a field that never ends", "");
    expect_text("1,0.5\n2,1\n", "task=classes", "E240", "line 1: the label is not a whole number",
                "regression");
    expect_text("1,a\n2,b\n3,c\n", "task=binary", "E240", "3 different labels", "needs two");
    expect_text("a,b,x\n1,0,5\n0,2,6\n", "label=[a,b] task=binary", "E240",
                "bad:3:3: error[E240]: line 3, b: 2 is neither 0 nor 1", "data.task=regression");
    expect_text("a,b,x\n1,0,5\n1,1,6\n", "label=[a,b] task=classes", "E240",
                "bad:3:1: error[E240]: line 3: not exactly one of the 2 labels is 1", "data.task=binary");
    expect_text("a,b,x\n1,0,5\n0,yes,6\n", "label=[a,b]", "E231",
                "bad:3:3: error[E231]: line 3, b: \"yes\" is not a number", "1 for yes");
    expect_text("a,b,x\n1,0,5\n0,,6\n", "label=[a,b]", "E232", "bad:3:3: error[E232]: line 3, b",
                "mean or drop");
    expect_text("a,b,x\n1,0,5\n", "label=[a,c]", "E202", "bad:1:1: error[E202]: no column 'c'",
                "did you mean");
    expect_text("a,b,x\n1,0,5\n", "label=[a,none]", "E202", "no column 'none'", "");
    expect_text("a,b,x\n1,0,5\n", "label=[b,a,2]", "E202",
                "bad:1:3: error[E202]: column 2 is named twice as a label", "leave one out");
    expect_text("a,b,x\n1,0,5\n", "label=[a,b,x]", "E202", "every column is a label", "to learn from");
    expect_text("a,b,x\n1,0,5\n", "label=a,", "E202", "the labels 'a,' are no list", "label=[a,b,c]");
    expect_text("a,b,x\n1,0,5\n", "label=[\"a\"b]", "E202", "are no list", "in quotes");
    expect_text("", "", "E245", "no samples", "no line");
    expect_text("\n\n", "", "E245", "no samples", "no line");
    expect_text("a,b\n", "header=yes", "E245", "no samples", "only a header");
    expect_text("1,\n,2\n", "missing=drop", "E245", "no samples are left", "missing=mean");
    expect_text("1e39,0\n2,1\n", "", "E247", "line 1, column 1: \"1e39\"", "drop the line");
    expect_text("inf,0\n2,1\n", "", "E247", "\"inf\"", "drop the line");
    expect_text("1\n2\n", "", "E202", "one column only", "separator");
}

static void csv_limits(void **state)
{
    (void)state;
    size_t size = 2u << 20;
    char  *line = malloc(size);
    assert_non_null(line);
    memset(line, '1', size);
    expect("csv:%s/bad", line, size, "E234", "more than 1048576 bytes", "quote");
    line[0] = '"';
    expect("csv:%s/bad", line, size, "E234", "more than 1048576 bytes", "quote");
    memset(line, ',', 70000);
    expect("csv:%s/bad", line, 70000, "E237", "65536 columns", "separator");
    free(line);
}

#ifdef SFT_HAVE_ZLIB
/* The bytes as one gzip member; its size. */
static size_t packed(const void *bytes, size_t size, uint8_t *out, size_t room)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes,
                   .avail_in = (uInt)size,
                   .next_out = out,
                   .avail_out = (uInt)room };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void gzip_faults(void **state)
{
    (void)state;
    sft_ctx  *c = check_open();
    char      path[64], text[4000];
    uint8_t   gz[8192];
    sft_bytes out;
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + i * i % 23);
    size_t n = packed(text, sizeof text, gz, sizeof gz),
           m = packed("more", 4, gz + n, sizeof gz - n);
    assert_int_equal(sft__gunzip(c, "x.gz", gz, n + m, 1 << 20, &out),
                     SFT_OK); /* two members are one text */
    assert_int_equal(out.size, 4004);
    assert_memory_equal(out.data + 3998, text + 3998, 2);
    assert_memory_equal(out.data + 4000, "more", 5);
    sft__bytes_free(c, &out);

    folder_make(path);
    char place[128];
    snprintf(place, sizeof place, "%s/bad.gz", path);
    for (size_t cut = 0; cut < n; cut += cut < 20 ? 1 : 97) { /* wherever it is cut */
        folder_write(path, "bad.gz", gz, cut);
        sft__load(c, (sft_pos){ 0 }, place, &out);
        CHECK_FAILS(c, "E214", "/bad.gz: error[E214]");
    }
    gz[n - 6] ^= 1; /* in the CRC */
    folder_write(path, "bad.gz", gz, n);
    sft__load(c, (sft_pos){ 0 }, place, &out);
    CHECK_FAILS(c, "E215", "incorrect data check");
    gz[n - 6] ^= 1;
    gz[n] = 'x'; /* bytes behind the end */
    folder_write(path, "bad.gz", gz, n + 1);
    sft__load(c, (sft_pos){ 0 }, place, &out);
    CHECK_FAILS(c, "E215", "follow its end");
    folder_text(path, "bad.gz", "not gzip at all");
    sft__load(c, (sft_pos){ 0 }, place, &out);
    CHECK_FAILS(c, "E215", "fetch the file again");
    folder_remove(path);

    static uint8_t zeros[1 << 20];
    n = packed(zeros, sizeof zeros, gz, sizeof gz);
    assert_int_equal(sft__gunzip(c, "bomb.gz", gz, n, sizeof zeros, &out), SFT_OK);
    sft__bytes_free(c, &out);
    sft__gunzip(c, "bomb.gz", gz, n, sizeof zeros - 1, &out);
    CHECK_FAILS(c, "E216", "bomb.gz: error[E216]");
    sft_close(c);
}
#endif

/* ---- remarks ------------------------------------------------------------------------------- */

static void note_of(const char *text, const char *options, const sft_split_conf *k,
                    const char *want, bool there)
{
    char       path[64], line[256];
    kept_notes notes = { 0 };
    sft_ctx   *c = check_open();
    sft_on_note(c, keep_note, &notes);
    folder_make(path);
    folder_text(path, "a.csv", text);
    snprintf(line, sizeof line, "csv:%%s/a.csv %s", options);
    sft_data *d = open_line(c, line, path, k);
    CHECK_OK(c);
    if (!strstr(notes.text, want) == there)
        fail_msg("%s `%s` in the notes: %s", there ? "no" : "unwanted", want, notes.text);
    sft_data_free(d);
    folder_remove(path);
    sft_close(c);
}

static void doubtful_data_is_remarked_on(void **state)
{
    (void)state;
    sft_split_conf whole = { 0 }, none = { .standardize = SFT_STANDARDIZE_NONE },
                   half = { .validation = 0.5, .shuffle = true, .stratify = true };
    note_of("1,a\n2,a\n", "", &whole, "W241", true);
    note_of("1,a\n2,b\n", "", &whole, "W241", false);
    note_of("1,a\n2,b\n3,a\n4,a\n5,a\n6,a\n", "", &half, "classes have no", true);
    note_of("1,7,a\n2,7,b\n", "", &whole, "warning[W242]: 1 of 2 features", true);
    note_of("1,7,a\n2,8,b\n", "", &whole, "W242", false);
    note_of("1e9,1e-9,a\n2e9,2e-9,b\n", "", &whole, "note[W243]", true);
    note_of("1e9,1e-9,a\n2e9,2e-9,b\n", "", &none, "warning[W243]", true);
    note_of("1,2,a\n2,3,b\n", "", &none, "W243", false);
    note_of("1,2,a\n1,2,b\n1,2,a\n1,2,b\n", "", &half, "W244]: 2 of 2 validation samples", true);
    note_of("1,2,a\n2,2,b\n3,2,a\n4,2,b\n", "", &half, "W244", false);
}

static void splits_that_leave_nothing(void **state)
{
    (void)state;
    sft_ctx       *c = check_open();
    sft_split_conf most = { .validation = 0.6, .test = 0.4 }, few = { .validation = 0.99 };
    char           path[64];
    folder_make(path);
    folder_text(path, "a.csv", "1,a\n2,b\n");
    assert_null(open_line(c, "csv:%s/a.csv", path, &most));
    CHECK_FAILS(c, "E202", "below 1");
    assert_null(open_line(c, "csv:%s/a.csv", path, &few));
    CHECK_FAILS(c, "E245", "lower split.validation");
    folder_remove(path);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_and_unreadable_files),
        cmocka_unit_test(idx_faults),
        cmocka_unit_test(label_faults),
        cmocka_unit_test(cifar_faults),
        cmocka_unit_test(csv_faults),
        cmocka_unit_test(csv_limits),
#ifdef SFT_HAVE_ZLIB
        cmocka_unit_test(gzip_faults),
#endif
        cmocka_unit_test(doubtful_data_is_remarked_on),
        cmocka_unit_test(splits_that_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
