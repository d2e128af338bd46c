/* SPDX-License-Identifier: MIT */
/* safetensors files: what is written reads back to the bit; every malformed file is refused with
 * its code and the place of the fault. labels: core */
#include "check.h"
#include "data_folder.h"

#include "train/safetensors.h"

#include <math.h>

enum { LARGEST = 4096 };

/* A file: the header's length, its text, `data` bytes of data. */
static size_t build(uint8_t *to, const char *header, size_t data)
{
    size_t n = strlen(header);
    assert_true(8 + n + data <= LARGEST);
    memset(to, 0, LARGEST);
    to[0] = (uint8_t)n;
    to[1] = (uint8_t)(n >> 8);
    memcpy(to + 8, header, n);
    for (size_t i = 0; i < data; i++)
        to[8 + n + i] = (uint8_t)(i * 37 + 1);
    return 8 + n + data;
}

/* A block of exactly the file's size, so that a sanitizer sees one byte too far. */
static sft_status parse_exactly(sft_ctx *c, const uint8_t *bytes, size_t size, sft_st_file *f,
                                uint8_t **block)
{
    *block = malloc(size ? size : 1);
    assert_non_null(*block);
    if (size)
        memcpy(*block, bytes, size);
    return sft__st_parse(c, "a.safetensors", *block, size, f);
}

static void refused(const uint8_t *bytes, size_t size, const char *id, const char *part)
{
    sft_ctx *c = check_open();
    sft_st_file f;
    uint8_t *block;
    assert_int_equal(parse_exactly(c, bytes, size, &f, &block), SFT_CHECKPOINT);
    assert_non_null(strstr(sft_message(c), "a.safetensors"));
    CHECK_FAILS(c, id, part);
    sft__st_close(c, &f);
    free(block);
    sft_close(c);
}

static void test_round_trip(void **state)
{
    (void)state;
    char folder[64], path[128];
    snprintf(path, sizeof path, "%s/a.safetensors", folder_make(folder));
    sft_ctx *c = check_open();
    const float weight[6] = { 1, -2.5f, 1e-42f, -0.0f, INFINITY, NAN };
    const double wide[1] = { 0.1 };
    const int64_t counter = -7;
    const sft_st_out out[] = {
        { "0.weight", SFT_F32, { 2, { 2, 3 } }, weight, sizeof weight },
        { "0.empty", SFT_F32, { 2, { 0, 3 } }, weight, 0 },
        { "wide", SFT_F64, { 1, { 1 } }, wide, sizeof wide },
        { "1.num_batches_tracked", SFT_I64, { 0 }, &counter, sizeof counter },
    };
    const sft_st_meta meta[] = { { "format", "surefoot" },
                                 { "text", "line\n\ttab \"quote\" \\ ö € 𝄞 \x01" },
                                 { "", "" } };
    assert_int_equal(sft__st_write(c, path, out, 4, meta, 3), SFT_OK);
    sft_st_file f;
    assert_int_equal(sft__st_read(c, path, &f), SFT_OK);
    CHECK_OK(c);
    assert_int_equal(f.header_size % 8, 0);
    assert_int_equal(f.n_tensors, 4);
    assert_int_equal(f.n_meta, 3);
    for (int i = 0; i < 4; i++) {
        const sft_st_tensor *t = sft__st_find(&f, out[i].name);
        assert_non_null(t);
        assert_int_equal(t->dtype, out[i].dtype);
        assert_true(sft__same_shape(t->shape, out[i].shape));
        assert_int_equal(t->bytes, out[i].bytes);
        assert_memory_equal(t->data, out[i].data, out[i].bytes);
    }
    assert_true(sft__st_value(sft__st_find(&f, "1.num_batches_tracked"), 0) == -7);
    assert_true(sft__st_value(sft__st_find(&f, "wide"), 0) == 0.1);
    assert_true(sft__st_value(sft__st_find(&f, "0.weight"), 1) == -2.5);
    for (int i = 0; i < 3; i++)
        assert_string_equal(sft__st_meta(&f, meta[i].key), meta[i].value);
    assert_null(sft__st_find(&f, "0.weigh"));
    assert_null(sft__st_meta(&f, "nothing"));
    sft__st_close(c, &f);
    sft_close(c);
    folder_remove(folder);
}

/* Every half against the definition: (-1)^s 2^(e-15) 1.m, and bfloat16 as the upper half of a
 * float. */
static void test_small_types(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    uint8_t bytes[LARGEST], *block;
    size_t size = build(bytes,
                        "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},\"b\":{"
                        "\"shape\":[2],\"data_offsets\":[12,16],"
                        "\"dtype\":\"BF16\"}}",
                        16);
    const uint16_t half[6] = { 0x3C00, 0xC100, 0x0001, 0x03FF, 0x7BFF, 0xFC00 };
    const double want[6] = { 1, -2.5, 0x1p-24, 0x1.ff8p-15, 65504, -INFINITY };
    const uint16_t brain[2] = { 0x3FC0, 0xC2F7 };
    for (int i = 0; i < 6; i++)
        bytes[size - 16 + 2 * (size_t)i] = (uint8_t)half[i],
                              bytes[size - 15 + 2 * (size_t)i] = (uint8_t)(half[i] >> 8);
    for (int i = 0; i < 2; i++)
        bytes[size - 4 + 2 * (size_t)i] = (uint8_t)brain[i],
                             bytes[size - 3 + 2 * (size_t)i] = (uint8_t)(brain[i] >> 8);
    sft_st_file f;
    assert_int_equal(parse_exactly(c, bytes, size, &f, &block), SFT_OK);
    for (int i = 0; i < 6; i++)
        assert_true(sft__st_value(sft__st_find(&f, "h"), i) == want[i]);
    assert_true(sft__st_value(sft__st_find(&f, "b"), 0) == 1.5);
    assert_true(sft__st_value(sft__st_find(&f, "b"), 1) == -123.5);
    sft__st_close(c, &f);
    free(block);
    sft_close(c);
}

/* What the format allows and we do not write ourselves. */
static void test_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t      data;
        int         tensors;
    } good[] = {
        { "{}", 0, 0 },
        { "{ \"__metadata__\" : { } }   ", 0, 0 },
        { "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},\"a\":{\"dtype\":"
          "\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
          8, 2 },
        { "\t{\n\"a\" : { \"data_offsets\" : [ 0 , 8 ], \"shape\" : [ 2 ] , \"dtype\" : \"F32\" } "
          "}",
          8, 1 },
        { "{\"\\u00e9\\ud834\\udd1e\\/"
          "\":{\"dtype\":\"F64\",\"shape\":[1,1,1,1,1,1,1,1],\"data_offsets\":[0,8]}}",
          8, 1 },
        { "{\"e\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,0],\"data_offsets\":[0,0]}}", 0,
          1 },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        sft_ctx *c = check_open();
        uint8_t bytes[LARGEST], *block;
        const char *header = good[i].header[0] == '\t' ? good[i].header + 1 : good[i].header;
        size_t size = build(bytes, header, good[i].data);
        sft_st_file f;
        parse_exactly(c, bytes, size, &f, &block);
        CHECK_OK(c);
        assert_int_equal(f.n_tensors, good[i].tensors);
        sft__st_close(c, &f);
        free(block);
        sft_close(c);
    }
}

#define ENTRY(type, shape, from, to)                                                               \
    "{\"dtype\":\"" type "\",\"shape\":[" shape "],\"data_offsets\":[" #from "," #to "]}"
#define A4 "\"a\":" ENTRY("F32", "1", 0, 4)

static void test_malformed_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t      data;
        const char *id, *part;
    } bad[] = {
        { "{" A4 "}", 3, "E302", "cut short — needs " },
        { "{" A4 ",", 4, "E305", "byte 62" },
        { "{" A4, 4, "E305", "`}` expected at byte 61" },
        { "{" A4 "}x", 4, "E305", "the end of the header expected at byte 62" },
        { "{]", 0, "E305", "`\"` expected at byte 9" },
        { "{\"a", 0, "E305", "the end of a string" },
        { "{\"a\\", 0, "E305", "the end of a string" },
        { "{\"a\\q\":1}", 0, "E305", "odd escapes" },
        { "{\"a\\u12\":1}", 0, "E305", "odd escapes" },
        { "{\"a\\ud834\":1}", 0, "E305", "odd escapes" },
        { "{\"a\\udd1e\":1}", 0, "E305", "odd escapes" },
        { "{\"a\\u0000b\":1}", 0, "E305", "odd escapes" },
        { "{\"a\nb\":1}", 0, "E305", "control characters" },
        { "{\"a\xFF\":1}", 0, "E305", "byte 11 of the header is not UTF-8" },
        { "{\"\\u001b[2J\":" ENTRY("F32", "1", 0, 4) "}", 4, "E305", "without control characters" },
        { "{\"a\":{}}", 0, "E305", "`\"` expected" },
        { "{\"a\":[]}", 0, "E305", "`{` expected at byte 13" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 0, "E305",
          "dtype, shape and data_offsets expected" },
        { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "E305", "one each" },
        { "{\"a\":{\"color\":\"F32\"}}", 0, "E305", "one each" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1]}}", 0, "E305", "a whole number expected" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5]}}", 0, "E305", "`]` expected" },
        { "{\"__metadata__\":{\"a\":1}}", 0, "E305", "`\"` expected" },
        { "{\"__metadata__\":[]}", 0, "E305", "`{` expected" },
        { "{" A4 ",\"a\":" ENTRY("F32", "1", 4, 8) "}", 8, "E306", "tensor `a` stands twice" },
        { "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "E306", "`__metadata__` stands twice" },
        { "{\"__metadata__\":{\"k\":\"1\",\"l\":\"2\",\"k\":\"3\"}}", 0, "E306",
          "`k` stands twice" },
        { "{\"a\":" ENTRY("F32", "1", 4, 8) "}", 8, "E307", "4 bytes before tensor `a`" },
        { "{" A4 ",\"b\":" ENTRY("F32", "1", 8, 12) "}", 12, "E307", "4 bytes before tensor `b`" },
        { "{" A4 "}", 9, "E307", "5 bytes behind the last tensor" },
        { "{" A4 ",\"b\":" ENTRY("F32", "1", 2, 6) "}", 6, "E308", "tensor `b` overlaps" },
        { "{" A4 ",\"b\":" ENTRY("F32", "1", 0, 4) "}", 4, "E308", "overlaps" },
        { "{\"a\":" ENTRY("F32", "2", 0, 7) "}", 7, "E309",
          "needs 8 bytes, its offsets 0 to 7 give 7" },
        { "{\"a\":" ENTRY("F32", "1", 8, 4) "}", 8, "E309", "give -4" },
        { "{\"a\":" ENTRY("C64", "1", 0, 8) "}", 8, "E310", "tensor `a` has data type C64" },
        { "{\"a\":" ENTRY("\\u001b", "1", 0, 8) "}", 8, "E305", "a data type" },
        { "{\"a\":" ENTRY("F32", "4294967296,4294967296", 0, 4) "}", 4, "E311", "tensor `a`" },
        { "{\"a\":" ENTRY("F32", "9223372036854775807", 0, 4) "}", 4, "E311",
          "larger than any file" },
        { "{\"a\":" ENTRY("F32", "99999999999999999999", 0, 4) "}", 4, "E311",
          "overflows 64 bits" },
        { "{\"a\":" ENTRY("F32", "1,1,1,1,1,1,1,1,1", 0, 4) "}", 4, "E311", "at most 8" },
        { "{\"a\":" ENTRY("F32", "1", 0, 18446744073709551620) "}", 4, "E311", "overflows" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t bytes[LARGEST];
        refused(bytes, build(bytes, bad[i].header, bad[i].data), bad[i].id, bad[i].part);
    }
}

static void test_long_names(void **state)
{
    (void)state;
    for (int n = 256; n <= 257; n++) {
        char header[512];
        uint8_t bytes[LARGEST], *block;
        snprintf(header, sizeof header, "{\"%0*d\":" ENTRY("F32", "1", 0, 4) "}", n, 1);
        size_t size = build(bytes, header, 4);
        if (n == 257) {
            refused(bytes, size, "E305", "a name of at most 256 bytes");
            continue;
        }
        sft_ctx *c = check_open();
        sft_st_file f;
        assert_int_equal(parse_exactly(c, bytes, size, &f, &block), SFT_OK);
        sft__st_close(c, &f);
        free(block);
        sft_close(c);
    }
}

static void set_length(uint8_t *bytes, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(n >> (8 * i));
}

static void test_frames(void **state)
{
    (void)state;
    uint8_t bytes[LARGEST];
    size_t size = build(bytes, "{" A4 "}", 4);
    refused(bytes, 0, "E300", "is empty");
    refused(bytes, 5, "E302", "needs at least 8 bytes, has 5");
    refused(bytes, 8, "E303", "has 0 behind its length");
    set_length(bytes, size - 8 + 1);
    refused(bytes, size, "E303", "the file has");
    set_length(bytes, (uint64_t)64 << 20);
    refused(bytes, size, "E303", "67108864");
    set_length(bytes, ((uint64_t)64 << 20) + 1);
    refused(bytes, size, "E304", "over the limit of 64 MiB");
    set_length(bytes, UINT64_MAX);
    refused(bytes, size, "E304", "18446744073709551615");
    set_length(bytes, 1);
    refused(bytes, size, "E305", "a header of 1 bytes");
    set_length(bytes, 0);
    refused(bytes, size, "E305", "a header of 0 bytes");
}

/* Every prefix of a good file is refused. */
static void test_truncated_anywhere(void **state)
{
    (void)state;
    uint8_t bytes[LARGEST];
    size_t size = build(bytes, "{\"__metadata__\":{\"k\":\"v\"}," A4 "}", 4);
    for (size_t n = 0; n < size; n++)
        refused(bytes, n,
                n == 0                   ? "E300"
                : n < 8 || n >= size - 4 ? "E302"
                                         : "E303",
                n == 0 ? "" : "cut short");
}

/* A header of 640 bytes: its length begins as a pickle does. */
static void test_lengths_like_a_pickle(void **state)
{
    (void)state;
    uint8_t  bytes[LARGEST], *block;
    char     header[200];
    sft_ctx *c = check_open();
    for (int size = 0x280; size <= 0x580; size += 0x100) {
        sft_st_file f;
        char        text[0x581];
        snprintf(header, sizeof header, "{" A4 "}");
        snprintf(text, sizeof text, "%-*s", size, header);
        const size_t all = build(bytes, text, 4);
        assert_int_equal(parse_exactly(c, bytes, all, &f, &block), SFT_OK);
        CHECK_OK(c);
        sft__st_close(c, &f);
        free(block);
    }
    sft_close(c);
}

static void test_foreign_files(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t      n;
        const char *part;
    } foreign[] = {
        { "PK\3\4 a zip archive", 18, "PyTorch's .pt or Keras's .keras" },
        { "\x80\2}q\0(X\6\0\0\0weight", 17, "a Python pickle" },
        { "\x80\5\x95", 3, "a Python pickle" },
        { "\x89HDF\r\n\x1a\n\0\0\0\0", 12, "an HDF5 file" },
        { "GGUF\3\0\0\0\0\0\0\0", 12, "a GGUF file" },
        { "\x93NUMPY\1\0v\0{'descr'", 19, "a NumPy .npy file" },
        { "epochs: 3\nbatch: 100\n", 21, "its header starts with byte 0x33" },
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        refused((const uint8_t *)foreign[i].head, foreign[i].n, "E301", foreign[i].part);
}

static void test_paths(void **state)
{
    (void)state;
    char folder[64], path[128];
    folder_make(folder);
    sft_ctx *c = check_open();
    sft_st_file f;
    snprintf(path, sizeof path, "%s/none.safetensors", folder);
    assert_int_equal(sft__st_read(c, path, &f), SFT_CHECKPOINT);
    CHECK_FAILS(c, "E299", "none.safetensors");
    sft__st_close(c, &f);
    assert_int_equal(sft__st_read(c, folder, &f), SFT_CHECKPOINT);
    CHECK_FAILS(c, "E301", "is a folder");
    sft__st_close(c, &f);
    assert_int_equal(sft__st_read(c, "/dev/zero", &f), SFT_CHECKPOINT);
    CHECK_FAILS(c, "E301", "a device or a pipe");
    sft__st_close(c, &f);
    folder_text(folder, "empty.safetensors", "");
    snprintf(path, sizeof path, "%s/empty.safetensors", folder);
    assert_int_equal(sft__st_read(c, path, &f), SFT_CHECKPOINT);
    CHECK_FAILS(c, "E300", path);
    sft__st_close(c, &f);
    sft_close(c);
    folder_remove(folder);
}

/* Any allocation may fail: a clean error, nothing left. */
static void test_memory(void **state)
{
    (void)state;
    uint8_t bytes[LARGEST];
    size_t size = build(bytes, "{\"__metadata__\":{\"k\":\"v\"}," A4 "}", 4);
    for (int64_t n = 1;; n++) {
        check_memory m = { .fails = 0 };
        sft_ctx *c =
            sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
        assert_non_null(c);
        int64_t before = m.in_use;
        m.fails = m.calls + n;
        sft_st_file f;
        sft_status s = sft__st_parse(c, "a.safetensors", bytes, size, &f);
        sft__st_close(c, &f);
        assert_int_equal(m.in_use, before);
        if (s)
            assert_string_equal(sft_error_id(c), "E004");
        sft_close(c);
        if (s == SFT_OK)
            break;
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),        cmocka_unit_test(test_small_types),
        cmocka_unit_test(test_lengths_like_a_pickle),
        cmocka_unit_test(test_accepted),          cmocka_unit_test(test_malformed_headers),
        cmocka_unit_test(test_long_names),        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_truncated_anywhere), cmocka_unit_test(test_foreign_files),
        cmocka_unit_test(test_paths),             cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
