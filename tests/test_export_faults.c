/* SPDX-License-Identifier: MIT */
/* Exports that go wrong: damaged logs, wrong use, memory that is short; and that it does not grow with the run. labels: core */
#include "export_run.h"

/* ---- damage and wrong use ---------------------------------------------------------------------------- */

static bool refuse(void *user, const void *bytes, size_t n)
{
    (void)user, (void)bytes, (void)n;
    return false;
}

/* Damage is told by line; the file of an export before stays, and nothing lies beside it. */
static void damage_is_told_and_leaves_the_old_file(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id, *part;
    } bad[] = {
        { HEAD "\n1,1,train,1,1,1,1\n", "E230", "line 2: 7 fields" },
        { HEAD "\n1,1,train,1,1,1,1,1,1\n", "E230", "line 2: 9 fields" },
        { "step,loss\n1,1\n", "E230", "line 1" },
        { HEAD "s\n1,1,train,1,1,1,1,1\n", "E230", "line 1" },
        { HEAD "\n1,1,train,1,1,1,1,1\n1,1,train,x,1,1,1,1\n", "E231", "line 3: `x`" },
        { HEAD "\n,1,train,1,1,1,1,1\n", "E231", "step" },
        { HEAD "\n-1,1,train,1,1,1,1,1\n", "E231", "step" },
        { HEAD "\n1.5,1,train,1,1,1,1,1\n", "E231", "step" },
    };
    char     folder[64], in[200], out[200];
    size_t   n = 0;
    sft_ctx *c = check_open();
    folder_make(folder);
    make_run(folder, "a", NULL);
    snprintf(in, sizeof in, "%s/a", folder);
    snprintf(out, sizeof out, "%s/out/x", folder);
    static const char *const formats[] = { "csv", "json" };
    for (int k = 0; k < 2; k++) {
        const sft_export_options o = { .format = formats[k], .path = out };
        folder_text(in, "metrics.csv", metrics);
        sft_export(c, 1, &(const char *){ in }, &o, NULL);
        CHECK_OK(c);
        char *before = read_all(folder, "out/x", &n);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            folder_text(in, "metrics.csv", bad[i].text);
            assert_int_equal(sft_export(c, 1, &(const char *){ in }, &o, NULL), SFT_DATA);
            CHECK_FAILS(c, bad[i].id, bad[i].part);
            char *after = read_all(folder, "out/x", &n);
            assert_string_equal(after, before);
            free(after);
        }
        free(before);
    }
    char out_folder[200];
    snprintf(out_folder, sizeof out_folder, "%s/out/x", folder);
    unlink(out_folder);
    *strrchr(out_folder, '/') = 0;
    assert_int_equal(rmdir(out_folder), 0);
    folder_remove(folder);
    sft_close(c);
}

static void wrong_use_is_told(void **state)
{
    (void)state;
    char     folder[64];
    sft_ctx *c = check_open();
    folder_make(folder);
    const char *const paths[] = { folder };
    sft_export(c, 1, paths, &(sft_export_options){ .format = "csv", .write = refuse }, NULL);
    CHECK_FAILS(c, "E299", "no run folder and no sweep");
    folder_text(folder, "metrics.csv", metrics);
    sft_export(c, 1, paths, &(sft_export_options){ .format = "csv", .write = refuse }, NULL);
    CHECK_FAILS(c, "E333", "not taken");
    sft_export(c, 1, paths, &(sft_export_options){ .format = "tensorbord", .path = folder }, NULL);
    CHECK_FAILS(c, "E002", "did you mean `tensorboard`?");
    sft_export(c, 1, paths, &(sft_export_options){ .format = "xml", .path = folder }, NULL);
    CHECK_FAILS(c, "E002", "tensorboard, csv, json");
    sft_export(c, 1, paths, &(sft_export_options){ .format = "tensorboard", .write = take_bytes }, NULL);
    CHECK_FAILS(c, "E002", "folder");
    sft_export(c, 1, paths, &(sft_export_options){ .format = "csv" }, NULL);
    CHECK_FAILS(c, "E002", "path");
    sft_export(c, 0, paths, &(sft_export_options){ .format = "csv", .write = refuse }, NULL);
    CHECK_FAILS(c, "E002", "nothing to export");
    sft_export(c, 1, paths, &(sft_export_options){ .format = "csv", .path = folder }, NULL);
    CHECK_FAILS(c, "E333", folder);
    folder_text(folder, "metrics.csv", "");      /* begun a moment ago */
    sft_export_facts facts = { 0 };
    sft_string       s;
    sft__string_open(&s, c);
    sft_export(c, 1, paths, &(sft_export_options){ .format = "csv", .write = take_bytes, .user = &s }, &facts);
    CHECK_OK(c);
    assert_int_equal(facts.values, 0);
    assert_string_equal(s.text, "run,step,epoch,split,metric,value\n");
    sft__string_close(&s);
    folder_remove(folder);
    sft_close(c);
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

typedef struct peak {
    int64_t in_use, most;
} peak;

static void *peak_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
    peak *p = user;
    p->in_use += (int64_t)new_size - (int64_t)old_size;
    if (p->in_use > p->most) p->most = p->in_use;
    if (new_size) return realloc(block, new_size);
    free(block);
    return NULL;
}

static int64_t most_memory(const char *path, const char *out, const char *format)
{
    peak     p = { 0 };
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = peak_realloc, .realloc_user = &p });
    sft_export(c, 1, &path, &(sft_export_options){ .format = format, .path = out }, NULL);
    CHECK_OK(c);
    sft_close(c);
    assert_int_equal(p.in_use, 0);
    return p.most;
}

/* A hundred times the rows take no more memory, once there is a block of them. */
static void memory_does_not_grow_with_the_run(void **state)
{
    (void)state;
    char folder[64], out[200];
    folder_make(folder);
    for (size_t f = 0; sft__exporter_at((int)f); f++) {
        int64_t most[2];
        for (int k = 0; k < 2; k++) {
            char path[200];
            snprintf(path, sizeof path, "%s/metrics.csv", folder);
            FILE *file = fopen(path, "w");
            assert_non_null(file);
            fputs(HEAD "\n", file);
            for (int i = 0; i < (k ? 200000 : 2000); i++) fprintf(file, "%d,1,train,0.123456789,0.5,0.1,2,%d\n", i, i);
            fclose(file);
            snprintf(out, sizeof out, "%s/out-%d-%d", folder, (int)f, k);
            most[k] = most_memory(folder, out, sft__exporter_at((int)f)->name);
        }
        assert_int_equal(most[0], most[1]);
    }
    folder_remove(folder);
}

/* Whichever allocation fails, the export says so and gives back all it had. */
static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    char folder[64], in[200], out[200];
    folder_make(folder);
    make_run(folder, "a", NULL);
    snprintf(in, sizeof in, "%s/a", folder);
    for (int f = 0; sft__exporter_at(f); f++) {
        bool done = false;
        for (int64_t n = 1; !done; n++) {
            assert_true(n < 2000);
            check_memory m = { .fails = n, .once = true };
            sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
            if (!c) continue;
            snprintf(out, sizeof out, "%s/out-%d", folder, f);
            sft_export(c, 1, &(const char *){ in }, &(sft_export_options){ .format = sft__exporter_at(f)->name, .path = out }, NULL);
            done = m.calls < n;
            if (done) CHECK_OK(c);
            else if (sft__failed(c)) assert_int_equal(sft_code(c), SFT_MEMORY);
            else assert_true(sft__exists(out));
            sft_close(c);
            assert_int_equal(m.in_use, 0);
        }
        assert_true(sft__exists(out));
    }
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage_is_told_and_leaves_the_old_file), cmocka_unit_test(wrong_use_is_told),
        cmocka_unit_test(memory_does_not_grow_with_the_run), cmocka_unit_test(every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
