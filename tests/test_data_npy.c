/* SPDX-License-Identifier: MIT */
/* NumPy's arrays: types, orders, axes and labels; archives; every fault with its code.
 * labels: core data */
#include "zip_write.h"

#include "data/npy_read.h"

#ifdef SFT_HAVE_ZLIB
#include <zlib.h>
#endif

static sft_split_conf all_training = { .validation = 0 };

static void put_npy(const char *folder, const char *name, const char *literal, const void *values,
                    size_t size)
{
    made_bytes m;
    made_npy(&m, literal, values, size);
    folder_write(folder, name, m.p, m.n);
}

/* ---- values ---------------------------------------------------------------------------------- */

static void every_type_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        size_t      size;
        uint8_t     value[24];
        double      want[3];
    } cases[] = {
        { "<f2", 2, { 0, 0x3C, 0, 0xC0, 1, 0 }, { 1, -2, 0x1p-24 } },
        { "<f4", 4, { 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F }, { 1, -2, 0.5 } },
        { "<f8",
          8,
          { 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F },
          { 1, -2, 0.5 } },
        { "|i1", 1, { 1, 0xFE, 0x80 }, { 1, -2, -128 } },
        { "<i2", 2, { 1, 0, 0xFE, 0xFF, 0, 0x80 }, { 1, -2, -32768 } },
        { "<i4", 4, { 1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0 }, { 1, -2, 65536 } },
        { "<i8",
          8,
          { 1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1 },
          { 1, -2, 4294967296.0 } },
        { "|u1", 1, { 1, 0xFE, 0x80 }, { 1, 254, 128 } },
        { "<u2", 2, { 1, 0, 0xFE, 0xFF, 0, 0x80 }, { 1, 65534, 32768 } },
        { "<u4",
          4,
          { 1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0 },
          { 1, 4294967294.0, 65536 } },
        { "<u8",
          8,
          { 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
          { 1, 2, 4294967296.0 } },
        { "|b1", 1, { 1, 0, 5 }, { 1, 0, 1 } },
    };
    sft_ctx *c = check_open();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        made_bytes m;
        sft_npy    npy;
        char       literal[128];
        snprintf(literal, sizeof literal,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (3,), }  \n", cases[k].type);
        made_npy(&m, literal, cases[k].value, 3 * cases[k].size);
        assert_int_equal(sft__npy_parse(c, "a.npy", m.p, m.n, &npy), SFT_OK);
        assert_int_equal(npy.count, 3);
        for (int i = 0; i < 3; i++) assert_true(sft__npy_value(&npy, i) == cases[k].want[i]);
    }
    sft_close(c);
}

static const uint8_t six[6] = { 0, 1, 2, 3, 4, 5 };

#define U1(shape)         "{'descr': '|u1', 'fortran_order': False, 'shape': " shape ", }"
#define U1_FORTRAN(shape) "{\"shape\": " shape ", \"fortran_order\" : True,'descr':'|u1'}"

static void axes_become_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *literal, *options, *shape;
        uint8_t     want[6];
    } cases[] = {
        { U1("(6,)"), "", "1", { 0, 1, 2, 3, 4, 5 } },
        { U1("(1, 6)"), "", "6", { 0, 1, 2, 3, 4, 5 } },
        { U1("(1,6)"), "sequence=true", "1x6", { 0, 1, 2, 3, 4, 5 } },
        { U1_FORTRAN("(2, 3)"), "", "3", { 0, 2, 4, 1, 3, 5 } },
        { U1("(1, 2, 3)"), "", "1x2x3", { 0, 1, 2, 3, 4, 5 } },
        { U1("(1, 2, 3)"), "sequence=true", "2x3", { 0, 1, 2, 3, 4, 5 } },
        { U1("(1, 2, 3)"), "sequence=true channels=last", "3x2", { 0, 3, 1, 4, 2, 5 } },
        { U1("(1, 1, 2, 3)"), "", "1x2x3", { 0, 1, 2, 3, 4, 5 } },
        { U1("(1, 1, 2, 3)"), "channels=last", "3x1x2", { 0, 3, 1, 4, 2, 5 } },
        { U1_FORTRAN("(1, 1, 2, 3)"), "", "1x2x3", { 0, 2, 4, 1, 3, 5 } },
        { U1("(1, 6, 1, 1)"),
          "",
          "1x6x1",
          { 0, 1, 2, 3, 4, 5 } }, /* channels at the end: 1 <= 4 < 6 */
        { U1("(1, 6, 1, 1)"), "channels=first", "6x1x1", { 0, 1, 2, 3, 4, 5 } },
    };
    sft_ctx *c = check_open();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char path[64], line[128], text[64];
        folder_make(path);
        put_npy(path, "X_train.npy", cases[k].literal, six, 6);
        snprintf(line, sizeof line, "npy:%%s y=none %s", cases[k].options);
        sft_data *d = open_line(c, line, path, &all_training);
        CHECK_OK(c);
        assert_string_equal(sft__shape_text(d->facts.shape, text, sizeof text), cases[k].shape);
        assert_memory_equal(d->raw.train.bytes, cases[k].want, 6);
        sft_data_free(d);
        folder_remove(path);
    }
    sft_close(c);
}

/* ---- labels ---------------------------------------------------------------------------------- */

static void labels_have_meanings(void **state)
{
    (void)state;
    static const struct {
        const char *literal;
        uint8_t     value[12];
        size_t      size;
        const char *options;
        sft_task    task;
        int64_t     outputs;
        double      last; /* label or first target of the last sample */
    } cases[] = {
        { U1("(3,)"), { 0, 1, 4 }, 3, "", SFT_CLASSES, 5, 4 },
        { U1("(3, 1)"), { 0, 1, 4 }, 3, "", SFT_CLASSES, 5, 4 },
        { U1("(3,)"), { 0, 1, 4 }, 3, "task=regression", SFT_REGRESSION, 1, 4 },
        { U1("(3,)"), { 0, 1, 1 }, 3, "task=binary", SFT_BINARY, 1, 1 },
        { U1("(3, 2)"), { 1, 0, 1, 0, 0, 1 }, 6, "", SFT_CLASSES, 2, 1 },
        { U1("(3, 2)"), { 1, 0, 1, 1, 0, 0 }, 6, "", SFT_BINARY, 2, 0 },
        { U1("(3, 2)"), { 1, 0, 1, 7, 3, 0 }, 6, "", SFT_REGRESSION, 2, 3 },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
          { 0, 0, 0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0 },
          12,
          "",
          SFT_REGRESSION,
          1,
          -2 },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
          { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40 },
          12,
          "",
          SFT_CLASSES,
          3,
          2 },
    };
    sft_ctx *c = check_open();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char path[64], line[128];
        folder_make(path);
        put_npy(path, "x.npy", U1("(3, 2)"), six, 6);
        put_npy(path, "labels", cases[k].literal, cases[k].value, cases[k].size);
        snprintf(line, sizeof line, "npy:%%s %s", cases[k].options);
        sft_data *d = open_line(c, line, path, &all_training);
        CHECK_OK(c);
        assert_int_equal(d->facts.task, cases[k].task);
        assert_int_equal(d->facts.outputs, cases[k].outputs);
        const sft_samples *s = &d->raw.train;
        assert_true((s->label ? s->label[2] : (double)s->target[2 * d->facts.outputs]) ==
                    cases[k].last);
        sft_data_free(d);
        folder_remove(path);
    }
    sft_close(c);
}

static void splits_of_their_own(void **state)
{
    (void)state;
    char     path[64];
    sft_ctx *c = check_open();
    folder_make(path);
    put_npy(path, "X_train.npy", U1("(3, 2)"), six, 6);
    put_npy(path, "y_train.npy", U1("(3,)"), "\0\1\0", 3);
    put_npy(path, "X_val.npy", U1("(2, 2)"), "\6\7\x8\x9", 4);
    put_npy(path, "y_val.npy", U1("(2,)"), "\1\0", 2);
    put_npy(path, "X_test.npy", U1("(1, 2)"), "ab", 2);
    put_npy(path, "y_test.npy", U1("(1,)"), "\1", 1);
    sft_data *d = open_line(c, "npy:%s", path, NULL);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TRAIN], 3);
    assert_int_equal(d->facts.count[SFT_VALIDATION], 2);
    assert_int_equal(d->facts.count[SFT_TEST], 1);
    float x[2], y;
    sft_data_sample(d, SFT_VALIDATION, 1, x, &y);
    CHECK_NEAR((x[0] - d->shift[0]) / d->scale[0], 8, 1e-5);
    assert_true(y == 0);
    sft_data_free(d);
    put_npy(path, "y_test.npy", U1("(1,)"), "\2", 1);
    assert_null(open_line(c, "npy:%s", path, NULL));
    CHECK_FAILS(c, "E240", "label 2 of sample 0");
    put_npy(path, "y_val.npy", U1("(3,)"), "\1\0\0", 3);
    assert_null(open_line(c, "npy:%s", path, NULL));
    CHECK_FAILS(c, "E213", "2 samples, but 3 labels");
    folder_remove(path);
    sft_close(c);
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* A file "bad.npy" of these bytes is refused so, names itself, and every byte of memory comes back. */
static void expect(const char *name, const char *line, const void *bytes, size_t size,
                   const char *id, const char *part)
{
    check_memory m = { 0 };
    sft_ctx     *c =
        sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
    char path[64];
    folder_make(path);
    folder_write(path, name, bytes, size);
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

static void expect_npy(const char *literal, size_t values, const char *id, const char *part)
{
    static const uint8_t zeros[64];
    made_bytes           m;
    made_npy(&m, literal, zeros, values);
    expect("bad.npy", "npy:%s/bad.npy y=none", m.p, m.n, id, part);
}

static void npy_faults(void **state)
{
    (void)state;
    expect_npy("{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", 3, "E220",
               "pickled objects are refused");
    expect_npy("{'descr': 'O', 'fortran_order': False, 'shape': (3,)}", 3, "E220",
               "a.astype('float32')");
    expect_npy("{'descr': '>f4', 'fortran_order': False, 'shape': (3,)}", 12, "E221",
               "accepted are <f2 <f4 <f8");
    expect_npy("{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}", 24, "E221", "<c8");
    expect_npy("{'descr': '<U4', 'fortran_order': False, 'shape': (3,)}", 24, "E221", "<U4");
    expect_npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}", 12, "E221",
               "with fields");
    expect_npy("{'descr': '|u1', 'fortran_order': True, 'shape': (40000, 40000)}", 1, "E222",
               "ascontiguousarray");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,)", 3, "E223", "does not end");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} x", 3, "E223",
               "something follows");
    expect_npy("{'descr': '|u1', 'fortran_order': No, 'shape': (3,)}", 3, "E223", "True or False");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': [3]}", 3, "E223", "not a tuple");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-3,)}", 3, "E223",
               "whole numbers");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,3)}", 3, "E223",
               "more than 8");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3037000500,3037000500,3)}", 3,
               "E223", "63 bits");
    expect_npy("{'descr': '|u1', 'fortran_order': False}", 3, "E223", "missing");
    expect_npy("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 3, "E223",
               "twice");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'x': 1}", 3, "E223",
               "unknown");
    expect_npy("__import__('os').system('true')", 3, "E223", "not a literal");
    expect_npy(U1("(4,)"), 3, "E223",
               "cut off — its header asks for 4 bytes of values, the file has 3");
    expect_npy(U1("(2,)"), 3, "E223", "too long");
    expect_npy(U1("(0, 3)"), 0, "E245", "no samples");
    expect_npy(U1("()"), 1, "E202", "one number");
    expect("bad.npy", "npy:%s/bad.npy y=none", "\x93NUMPY\x09\0\x10\0{}", 12, "E223", "version 9");
    expect("bad.npy", "npy:%s/bad.npy y=none", "\x93NUMPY\2\0\1\0\1\0{}", 14, "E223",
           "longer than 64 KiB");
    expect("bad.npy", "npy:%s/bad.npy y=none", "\x93NUMPY\1\0\x10\0{}", 12, "E223",
           "the file ends");
    expect("bad.npy", "npy:%s/bad.npy y=none", "PK\3\4 and so on", 15, "E223", "does not begin");
    expect("bad.npy", "npy:%s", "", 0, "E200", "no training samples");
    expect("bad.npy", "npy:%s x=good", "", 0, "E200", "no array `good`");
    expect("bad.npy", "npy:%s/none.npz", "", 0, "E200", "working folder");
}

#ifdef SFT_HAVE_ZLIB

static size_t deflated(const made_bytes *in, uint8_t *out, size_t room)
{
    z_stream s = { .next_in = (Bytef *)(uintptr_t)in->p,
                   .avail_in = (uInt)in->n,
                   .next_out = out,
                   .avail_out = (uInt)room };
    assert_int_equal(deflateInit2(&s, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
    deflateEnd(&s);
    return room - s.avail_out;
}

static void archives_are_read(void **state)
{
    (void)state;
    static made_bytes x, y, z;
    uint8_t           packed[1024];
    char              path[64];
    sft_ctx          *c = check_open();
    made_npy(&x, U1("(3, 2)"), six, 6);
    made_npy(&y, U1("(3,)"), "\2\0\1", 3);
    const made_member both[] = {
        { .name = "x_train.npy",
          .data = packed,
          .n = deflated(&x, packed, sizeof packed),
          .size = x.n,
          .method = 8,
          .crc = made_crc(x.p, x.n) },
        { .name = "y_train.npy", .data = y.p, .n = y.n },
    };
    made_zip(&z, both, 2);
    folder_make(path);
    folder_write(path, "a.npz", z.p, z.n);
    sft_data *d = open_line(c, "npz:%s/a.npz", path, &all_training);
    CHECK_OK(c);
    assert_memory_equal(d->raw.train.bytes, six, 6);
    assert_int_equal(d->raw.train.label[0], 2);
    sft_data_free(d);
    /* cut anywhere, it is refused, and nothing else happens */
    for (size_t n = 0; n < z.n; n += 7) {
        folder_write(path, "a.npz", z.p, n);
        assert_null(open_line(c, "npz:%s/a.npz", path, &all_training));
        CHECK_FAILS(c, "E228", "a.npz");
    }
    folder_remove(path);
    sft_close(c);
}

static void expect_zip(const made_member *m, int count, const char *id, const char *part)
{
    static made_bytes z;
    made_zip(&z, m, count);
    expect("bad.npz", "npy:%s/bad.npz y=none", z.p, z.n, id, part);
}

static void archive_faults(void **state)
{
    (void)state;
    static made_bytes x;
    made_npy(&x, U1("(3, 2)"), six, 6);
#define GOOD .name = "x.npy", .data = x.p, .n = x.n
    expect_zip(&(made_member){ GOOD, .flags = 1 }, 1, "E224", "encrypted");
    expect_zip((made_member[]){ { GOOD }, { GOOD } }, 2, "E225", "two members `x.npy`");
    expect_zip(
        (made_member[]){ { GOOD }, { .name = "y.npy", .local_name = "x.npy", .data = "", .n = 0 } },
        2, "E228", "two names");
    /* the second entry points at the first one's bytes: the way of zip bombs */
    made_bytes two;
    made_zip(&two, (made_member[]){ { GOOD }, { GOOD } }, 2);
    int32_t apart = (int32_t)(30 + 5 + x.n);
    expect_zip((made_member[]){ { GOOD }, { GOOD, .move = -apart } }, 2, "E226", "overlap");
    expect_zip(&(made_member){ .name = "../x.npy", .data = x.p, .n = x.n }, 1, "E227", "leads out");
    expect_zip(&(made_member){ .name = "/x.npy", .data = x.p, .n = x.n }, 1, "E227", "leads out");
    expect_zip(&(made_member){ .name = "a/../../x.npy", .data = x.p, .n = x.n }, 1, "E227",
               "leads out");
    expect_zip(&(made_member){ .name = "a\\x.npy", .data = x.p, .n = x.n }, 1, "E227", "leads out");
    expect_zip(&(made_member){ GOOD, .method = 12 }, 1, "E228", "another method");
    expect_zip(&(made_member){ GOOD, .crc = 1 }, 1, "E228", "sum of a member is wrong");
    expect_zip(&(made_member){ GOOD, .size = 99 }, 1, "E228", "two sizes");
    expect_zip(&(made_member){ GOOD, .method = 8, .size = 99 }, 1, "E228", "does not unpack");
    expect_zip(&(made_member){ GOOD, .move = 3 }, 1, "E228", "not where the directory says");
    expect_zip(&(made_member){ GOOD, .method = 8, .size = 0xF0000000u }, 1, "E229", "bomb");
    expect_zip(&(made_member){ GOOD, .method = 8, .size = 1033 * 4096 }, 1, "E229", "bomb");
    expect("bad.npz", "npy:%s/bad.npz", "", 0, "E228", "no directory");
}

#else

static void archives_are_read(void **state) { (void)state; }

static void archive_faults(void **state)
{
    (void)state;
    static made_bytes x, z;
    made_npy(&x, U1("(3, 2)"), six, 6);
    made_zip(&z, &(made_member){ .name = "x.npy", .data = x.p, .n = x.n }, 1);
    expect("bad.npz", "npy:%s/bad.npz y=none", z.p, z.n, "E201", "without zlib");
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),   cmocka_unit_test(axes_become_shapes),
        cmocka_unit_test(labels_have_meanings), cmocka_unit_test(splits_of_their_own),
        cmocka_unit_test(npy_faults),           cmocka_unit_test(archives_are_read),
        cmocka_unit_test(archive_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
