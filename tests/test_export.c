/* SPDX-License-Identifier: MIT */
/* Exports: checksums and frames of event files, and what was written reads back as what the run had logged. labels: core */
#include "event_reader.h"

static const char recipe_a[] = "data: digits\nmodel: flatten | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 3}\n";
static const char recipe_b[] = "data: digits\nmodel: flatten | linear\noptimizer: sgd lr=0.2\ntrain: {epochs: 3}\n";

/* ---- checksums and frames ---------------------------------------------------------------------------- */

/* RFC 3720, appendix B.4, and the check value of CRC-32C. */
static void checksums_are_those_published(void **state)
{
    (void)state;
    uint8_t zero[32] = { 0 }, ones[32], up[32], down[32];
    for (int i = 0; i < 32; i++) ones[i] = 0xff, up[i] = (uint8_t)i, down[i] = (uint8_t)(31 - i);
    static const uint8_t command[48] = { 0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0,
                                         0,    0,    0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0,    0x02, 0, 0, 0, 0, 0, 0, 0 };
    assert_int_equal(sft__crc32c(zero, 32), 0x8a9136aau);
    assert_int_equal(sft__crc32c(ones, 32), 0x62a8ab43u);
    assert_int_equal(sft__crc32c(up, 32), 0x46dd794eu);
    assert_int_equal(sft__crc32c(down, 32), 0x113fdb5cu);
    assert_int_equal(sft__crc32c(command, 48), 0xd9963a56u);
    assert_int_equal(sft__crc32c("123456789", 9), 0xe3069283u);
    assert_int_equal(sft__crc32c("", 0), 0);
}

static void records_are_framed(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    sft_string s;
    uint8_t    big[300];
    record     r;
    memset(big, 7, sizeof big);
    sft__string_open(&s, c);
    sft__tfrecord_add(&s, big, sizeof big);
    sft__tfrecord_add(&s, "", 0);
    sft__tfrecord_add(&s, "abc", 3);
    assert_int_equal(s.n, 3 * 16 + 303);
    const uint8_t *at = (uint8_t *)s.text, *end = at + s.n;
    assert_true(next_record(&at, end, &r) && r.n == 300 && !memcmp(r.data, big, 300));
    assert_true(next_record(&at, end, &r) && r.n == 0);
    assert_true(next_record(&at, end, &r) && r.n == 3 && !memcmp(r.data, "abc", 3));
    assert_false(next_record(&at, end, &r));
    sft__string_close(&s);
    sft_close(c);
}

/* ---- tensorboard ------------------------------------------------------------------------------------- */

/* Every number of both files once, at its step and its time; what was not logged is not there. */
static void event_files_hold_what_was_logged(void **state)
{
    (void)state;
    char             folder[64], in[200], out[200];
    event_file       f;
    sft_export_facts facts;
    sft_ctx         *c = check_open();
    folder_make(folder);
    make_run(folder, "a", NULL);
    snprintf(in, sizeof in, "%s/a/", folder);
    snprintf(out, sizeof out, "%s/new/folder", folder);
    sft_export(c, 1, &(const char *){ in }, &(sft_export_options){ .format = "tensorboard", .path = out }, &facts);
    CHECK_OK(c);
    read_events(out, "", &f);
    double begin = 0;           /* without jansson nobody knows when it was */
#ifdef SFT_HAVE_JANSSON
    begin = 1767225600;
#endif
    check_scalar(&f, "loss/train", 10, 1.5, begin + 1);
    check_scalar(&f, "accuracy/train", 10, 0.5, begin + 1);
    check_scalar(&f, "lr", 10, 0.1, begin + 1);
    check_scalar(&f, "grad_norm", 10, 2, begin + 1);
    check_scalar(&f, "loss/validation", 10, 1.25, begin + 1);
    check_scalar(&f, "accuracy/validation", 10, 0.625, begin + 1);
    check_scalar(&f, "top2/validation", 10, 0.75, begin + 1);
    check_scalar(&f, "accuracy/train", 30, 0.25, begin + 3);
    check_scalar(&f, "lr", 30, 0.05, begin + 3);
    check_scalar(&f, "loss/test", 30, 0.1, begin + 3);
    check_scalar(&f, "accuracy/test", 30, 1, begin + 3);
    check_scalar(&f, "top2/test", 30, 1, begin + 3);
    check_scalar(&f, "signal/input/rms", 0, 1, begin);
    check_scalar(&f, "signal/input/mean", 0, 0.5, begin);
    check_scalar(&f, "signal/2.body.0.linear/gradient", 0, 0.25, begin);
    check_scalar(&f, "signal/2.body.0.linear/update", 20, 0.001, begin + 2); /* halfway between steps 10 and 30 */
    assert_int_equal(f.n, 12 + 2 + 5 + 6);
    assert_int_equal(facts.values, f.n);
    assert_int_equal(facts.runs, 1);
    assert_int_equal(facts.files, 1);
    assert_int_equal(f.plugins, 0);
    folder_remove(folder);
    sft_close(c);
}

/* Several runs: a folder each under names that differ, hyperparameters, and the old export replaced. */
static void runs_have_folders(void **state)
{
    (void)state;
    char       folder[64], path[3][200], out[200];
    event_file f;
    sft_ctx   *c = check_open();
    folder_make(folder);
    make_run(folder, "a", recipe_a);
    make_run(folder, "b", recipe_b);
    snprintf(path[2], sizeof path[2], "%s/sub", folder);
    assert_int_equal(mkdir(path[2], 0777), 0);
    make_run(path[2], "a", recipe_a);
    snprintf(path[0], sizeof path[0], "%s/a", folder);
    snprintf(path[1], sizeof path[1], "%s/b", folder);
    snprintf(path[2], sizeof path[2], "%s/sub/a", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    const char *const        paths[] = { path[0], path[1], path[2] };
    const sft_export_options o = { .format = "tensorboard", .path = out, .no_signals = true };
    for (int again = 0; again < 2; again++) {
        sft_export(c, 3, paths, &o, NULL);
        CHECK_OK(c);
    }
    static const char *const names[] = { "a", "b", "a-2" };
    for (int i = 0; i < 3; i++) {
        read_events(out, names[i], &f);
        assert_int_equal(f.n, 12);
#ifdef SFT_HAVE_YAML
        assert_string_equal(f.plugin[0], "_hparams_/session_start_info");
        assert_string_equal(f.plugin[1], "recipe");
#endif
    }
#ifdef SFT_HAVE_YAML
    read_events(out, "", &f);
    assert_int_equal(f.n, 0);
    assert_string_equal(f.plugin[0], "_hparams_/experiment");
#endif
    folder_remove(folder);
    sft_close(c);
}

/* ---- csv and json ------------------------------------------------------------------------------------ */

static const char nasty[] = "a,\"b\" line\n\xc3\xa9";

static void csv_reads_back(void **state)
{
    (void)state;
    char             folder[64], path[200], buf[6][200];
    bool             last = false;
    int              rows = 0;
    sft_export_facts facts;
    sft_string       s;
    sft_ctx         *c = check_open();
    folder_make(folder);
    make_run(folder, nasty, NULL);
    snprintf(path, sizeof path, "%s/%s", folder, nasty);
    sft__string_open(&s, c);
    sft_export(c, 1, &(const char *){ path }, &(sft_export_options){ .format = "csv", .write = take_bytes, .user = &s }, &facts);
    CHECK_OK(c);
    double sum = 0, value;
    for (const char *at = s.text; *at; rows++) {
        for (int i = 0; i < 6; i++) {
            at = csv_field(at, buf[i], &last);
            assert_int_equal(last, i == 5);
        }
        if (!rows) {
            assert_string_equal(buf[4], "metric");
            continue;
        }
        assert_string_equal(buf[0], nasty);
        assert_true(sft__parse_real(buf[5], strlen(buf[5]), &value));
        sum += value;
    }
    assert_int_equal(rows - 1, facts.values);
    /* all fields that are not empty, of whole lines; exact in binary but for 0.1, 0.05 and 0.001 */
    CHECK_NEAR(sum, 1.5 + 0.5 + 0.1 + 2 + 1 + 1.25 + 0.625 + 0.1 + 2 + 1 + 0.75 + 0.25 + 0.05 + 3 + 0.1 + 1 + 3 + 1 + /* looks */ 1.5 +
                        2 + 2 + 0.25 + 0.5 + 3 + 3 + 0.125 + 0.5 + 0.001, 1e-12);
    sft__string_close(&s);
    folder_remove(folder);
    sft_close(c);
}

#ifdef SFT_HAVE_JANSSON
#include <jansson.h>

static void json_reads_back(void **state)
{
    (void)state;
    char       folder[64], path[200];
    sft_string s;
    sft_ctx   *c = check_open();
    folder_make(folder);
    make_run(folder, nasty, recipe_a);
    snprintf(path, sizeof path, "%s/%s", folder, nasty);
    sft__string_open(&s, c);
    sft_export(c, 1, &(const char *){ path }, &(sft_export_options){ .format = "json", .write = take_bytes, .user = &s }, NULL);
    CHECK_OK(c);
    json_t *root = json_loads(s.text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    const json_t *run = json_array_get(json_object_get(root, "runs"), 0), *curves = json_object_get(run, "curves");
    assert_string_equal(json_string_value(json_object_get(run, "name")), nasty);
    assert_string_equal(json_string_value(json_object_get(json_object_get(run, "results"), "status")), "finished");
    assert_int_equal(json_array_size(curves), 4);
    assert_int_equal(json_array_size(json_object_get(run, "signals")), 3);
    const json_t *row = json_array_get(curves, 2);
    assert_true(json_is_null(json_object_get(row, "loss")));
    assert_true(json_real_value(json_object_get(row, "accuracy")) == 0.25);
    assert_int_equal(json_integer_value(json_object_get(row, "step")), 30);
    assert_string_equal(json_string_value(json_object_get(row, "split")), "train");
#ifdef SFT_HAVE_YAML
    assert_true(json_real_value(json_object_get(json_object_get(run, "recipe"), "optimizer.lr")) == 0.1);
    assert_non_null(strstr(json_string_value(json_object_get(run, "recipe_yaml")), "epochs: 3"));
#endif
    json_decref(root);
    sft__string_close(&s);
    folder_remove(folder);
    sft_close(c);
}

/* A run.json that is no JSON does not make an export that is none. */
static void a_damaged_summary_is_left_out(void **state)
{
    (void)state;
    char       folder[64], path[200];
    kept_notes notes = { 0 };
    sft_string s;
    sft_ctx   *c = check_open();
    sft_on_note(c, keep_note, &notes);
    folder_make(folder);
    make_run(folder, "a", NULL);
    snprintf(path, sizeof path, "%s/a", folder);
    folder_text(path, "run.json", "{\"status\": \"fin");
    sft__string_open(&s, c);
    sft_export(c, 1, &(const char *){ path }, &(sft_export_options){ .format = "json", .write = take_bytes, .user = &s }, NULL);
    CHECK_OK(c);
    assert_non_null(strstr(notes.text, "W372"));
    json_t *root = json_loads(s.text, 0, NULL);
    assert_non_null(root);
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results")));
    json_decref(root);
    sft__string_close(&s);
    folder_remove(folder);
    sft_close(c);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_those_published), cmocka_unit_test(records_are_framed),
        cmocka_unit_test(event_files_hold_what_was_logged), cmocka_unit_test(runs_have_folders), cmocka_unit_test(csv_reads_back),
#ifdef SFT_HAVE_JANSSON
        cmocka_unit_test(json_reads_back), cmocka_unit_test(a_damaged_summary_is_left_out),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
