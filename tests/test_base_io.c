/* SPDX-License-Identifier: MIT */
/* Files are read whole or not at all; writing leaves the old file or the new one, and nothing beside it. labels: core */
#include "check.h"

#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fixture {
    sft_ctx *c;
    char     folder[64], path[96];
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->c = check_open();
    strcpy(f->folder, "/tmp/surefoot-io-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/file", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int gone = system(command);
    sft_close(f->c);
    free(f);
    return gone;
}

static int entries(const char *folder)
{
    int n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void write_text(fixture *f, const char *text)
{
    sft__write_file(f->c, f->path, &(sft_part){ text, strlen(text) }, 1);
}

static void check_holds(fixture *f, const char *text)
{
    sft_bytes b;
    assert_int_equal(sft__read_file(f->c, f->path, 1 << 20, &b), SFT_IO_OK);
    assert_int_equal(b.size, strlen(text));
    assert_string_equal((char *)b.data, text);
    sft__bytes_free(f->c, &b);
    sft__bytes_free(f->c, &b);
}

static void writing_replaces_whole_files(void **state)
{
    fixture *f = *state;
    assert_false(sft__exists(f->path));
    write_text(f, "old");
    CHECK_OK(f->c);
    check_holds(f, "old");
    const sft_part parts[] = { { "new ", 4 }, { NULL, 0 }, { "content", 7 } };
    assert_int_equal(sft__write_file(f->c, f->path, parts, 3), SFT_OK);
    check_holds(f, "new content");
    assert_int_equal(sft__write_file(f->c, f->path, NULL, 0), SFT_OK);
    check_holds(f, "");
    assert_int_equal(entries(f->folder), 1);
    assert_true(sft__exists(f->path));
}

static void links_are_replaced_not_followed(void **state)
{
    fixture *f = *state;
    char other[96];
    struct stat st;
    snprintf(other, sizeof other, "%s/other", f->folder);
    assert_int_equal(symlink(other, f->path), 0);
    write_text(f, "x");
    CHECK_OK(f->c);
    assert_false(sft__exists(other));
    assert_int_equal(lstat(f->path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
}

static void long_names_work(void **state)
{
    fixture *f = *state;
    char path[400];
    size_t n = (size_t)snprintf(path, sizeof path, "%s/", f->folder);
    memset(path + n, 'n', 255);
    path[n + 255] = '\0';
    sft__write_file(f->c, path, &(sft_part){ "x", 1 }, 1);
    CHECK_OK(f->c);
    assert_true(sft__exists(path));
}

static void reading_is_bounded(void **state)
{
    fixture *f = *state;
    sft_bytes b;
    write_text(f, "12345");
    assert_int_equal(sft__read_file(f->c, f->path, 5, &b), SFT_IO_OK);
    sft__bytes_free(f->c, &b);
    assert_int_equal(sft__read_file(f->c, f->path, 4, &b), SFT_IO_TOO_LARGE);
    assert_null(b.data);
    assert_int_equal(sft__read_file(f->c, "/dev/zero", 100000, &b), SFT_IO_TOO_LARGE);
    assert_int_equal(sft__read_file(f->c, "/dev/null", 0, &b), SFT_IO_OK);
    assert_int_equal(b.size, 0);
    sft__bytes_free(f->c, &b);
    assert_int_equal(sft__read_file(f->c, f->folder, 100, &b), SFT_IO_FOLDER);
    assert_int_equal(sft__read_file(f->c, "/nowhere/at/all", 100, &b), SFT_IO_MISSING);
    assert_int_equal(errno, ENOENT);
    CHECK_OK(f->c); /* faults are the caller's to word */
}

/* A pipe has no size beforehand. */
static void pipes_are_read_to_the_end(void **state)
{
    fixture *f = *state;
    int end[2];
    char path[32], text[10000];
    sft_bytes b;
    memset(text, 'p', sizeof text);
    assert_int_equal(pipe(end), 0);
    assert_int_equal(write(end[1], text, sizeof text), sizeof text);
    close(end[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    assert_int_equal(sft__read_file(f->c, path, 1 << 20, &b), SFT_IO_OK);
    assert_int_equal(b.size, sizeof text);
    assert_memory_equal(b.data, text, sizeof text);
    sft__bytes_free(f->c, &b);
    close(end[0]);
}

static void folders_are_made_with_their_parents(void **state)
{
    fixture *f = *state;
    char deep[128];
    snprintf(deep, sizeof deep, "%s/a//b/c/", f->folder);
    assert_int_equal(sft__make_folder(f->c, deep), SFT_OK);
    assert_int_equal(sft__make_folder(f->c, deep), SFT_OK);
    assert_true(sft__exists(deep));
    write_text(f, "in the way");
    snprintf(deep, sizeof deep, "%s/file/b", f->folder);
    assert_int_equal(sft__make_folder(f->c, deep), SFT_IO);
    CHECK_FAILS(f->c, "E333", "file");
    assert_int_equal(sft__make_folder(f->c, ""), SFT_IO);
    CHECK_FAILS(f->c, "E333", "folder");
    assert_int_equal(sft__make_folder(f->c, "/"), SFT_OK);
}

/* The process's own limit stands for a full disk: it too lets the file begin and refuses the rest. */
static void a_full_disk_keeps_the_old_file(void **state)
{
    fixture *f = *state;
    struct rlimit before, small;
    static char big[100000];
    write_text(f, "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 50000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    sft_status s = sft__write_file(f->c, f->path, &(sft_part){ big, sizeof big }, 1);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(s, SFT_IO);
    CHECK_FAILS(f->c, "E330", f->path);
    check_holds(f, "old");
    assert_int_equal(entries(f->folder), 1);
}

static void read_only_folders_are_named(void **state)
{
    fixture *f = *state;
    bool root = geteuid() == 0;
    write_text(f, "old");
    assert_int_equal(chmod(f->folder, 0555), 0);
    if (root && seteuid(65534)) {
        printf("skipped: read-only folders (root may write everywhere)\n");
        return;
    }
    sft_bytes b;
    char secret[96];
    write_text(f, "new");
    CHECK_FAILS(f->c, "E331", f->path);
    check_holds(f, "old");
    snprintf(secret, sizeof secret, "%s/sub", f->folder);
    assert_int_equal(sft__make_folder(f->c, secret), SFT_IO);
    CHECK_FAILS(f->c, "E331", secret);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_int_equal(chmod(f->path, 0), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(sft__read_file(f->c, f->path, 100, &b), SFT_IO_DENIED);
    if (root)
        assert_int_equal(seteuid(0), 0);
}

static void impossible_targets_fail(void **state)
{
    fixture *f = *state;
    const sft_part part = { "x", 1 };
    char path[128];
    snprintf(path, sizeof path, "%s/missing/file", f->folder);
    assert_int_equal(sft__write_file(f->c, path, &part, 1), SFT_IO);
    CHECK_FAILS(f->c, "E333", path);
    snprintf(path, sizeof path, "%s/", f->folder);
    assert_int_equal(sft__write_file(f->c, path, &part, 1), SFT_IO);
    CHECK_FAILS(f->c, "E333", f->folder);
    assert_int_equal(sft__write_file(f->c, f->folder, &part, 1), SFT_IO); /* a folder stands there */
    CHECK_FAILS(f->c, "E333", f->folder);
    assert_int_equal(entries(f->folder), 0);
}

static void errors_have_their_codes(void **state)
{
    fixture *f = *state;
    static const struct {
        int         error;
        const char *id;
    } cases[] = { { ENOSPC, "E330" }, { EROFS, "E331" }, { EACCES, "E331" }, { EPERM, "E331" },
                  { EDQUOT, "E332" }, { EIO, "E333" },   { EFBIG, "E330" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(sft__io_fail(f->c, "/tmp/p", cases[i].error, "writing"), SFT_IO);
        CHECK_FAILS(f->c, cases[i].id, "writing `/tmp/p`: ");
    }
}

static void check_hash(const void *data, size_t n, size_t step, const char *want)
{
    sft_sha256 s;
    char hex[65];
    sft__sha256_open(&s);
    for (size_t i = 0; i < n; i += step)
        sft__sha256_add(&s, (const char *)data + i, n - i < step ? n - i : step);
    sft__sha256_close(&s, hex);
    assert_string_equal(hex, want);
}

/* Examples of FIPS 180-2 and the empty message; any cut of the input gives the same. */
static void sha256_equals_the_published_examples(void **state)
{
    (void)state;
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static char million[1000000];
    memset(million, 'a', sizeof million);
    check_hash("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_hash("abc", 3, 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_hash(two_blocks, 56, 56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    for (size_t step = 1; step < 300; step += 37)
        check_hash(million, sizeof million, step, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    check_hash(million, sizeof million, 70001, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    check_hash(million, sizeof million, sizeof million,
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void the_clock_goes_forward(void **state)
{
    (void)state;
    double before = sft__now();
    for (int i = 0; i < 1000; i++) {
        double now = sft__now();
        assert_true(now >= before);
        before = now;
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writing_replaces_whole_files),
        TEST(links_are_replaced_not_followed),
        TEST(long_names_work),
        TEST(reading_is_bounded),
        TEST(pipes_are_read_to_the_end),
        TEST(folders_are_made_with_their_parents),
        TEST(a_full_disk_keeps_the_old_file),
        TEST(read_only_folders_are_named),
        TEST(impossible_targets_fail),
        TEST(errors_have_their_codes),
        cmocka_unit_test(sha256_equals_the_published_examples),
        cmocka_unit_test(the_clock_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
