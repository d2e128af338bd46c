/* SPDX-License-Identifier: MIT */
/* The vocabulary that `surefoot list` prints, and files of tensors for the caller. labels: core */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the vocabulary -------------------------------------------------------------------------- */

static void every_record_and_option_is_told(void **state)
{
    (void)state;
    sft_record_facts r;
    sft_option_facts o;
    char             buf[1024];
    int              records = 0, options = 0;
    for (; sft_list(records, &r); records++) {
        int k = 0;
        assert_true(r.kind && *r.kind && r.name && *r.name && r.doc && *r.doc && r.math && r.aliases);
        for (; sft_list_option(records, k, &o, buf, sizeof buf); k++) {
            assert_true(*o.name && *o.kind && *o.doc && o.def && o.range && o.aliases);
            options++;
        }
        assert_int_equal(k, r.options);
    }
    assert_true(records > 40 && options > 60);
    assert_false(sft_list(-1, &r));
    assert_false(sft_list_option(0, -1, &o, buf, sizeof buf));
}

static bool has_option(const char *kind, const char *name, const char *option, const char *def)
{
    sft_record_facts r;
    sft_option_facts o;
    char             buf[1024];
    for (int i = 0; sft_list(i, &r); i++)
        for (int k = 0; !strcmp(r.kind, kind) && !strcmp(r.name, name) &&
                        sft_list_option(i, k, &o, buf, sizeof buf);
             k++)
            if (!strcmp(o.name, option)) return !strcmp(o.def, def);
    return false;
}

static void options_are_those_of_the_rows(void **state)
{
    (void)state;
    assert_true(has_option("optimizer", "adam", "eps", "1e-8"));
    assert_true(has_option("section", "train", "batch", "64"));
    assert_true(has_option("op", "conv2d", "kernel_size", "3"));
    assert_true(has_option("schedule", "cosine", "warmup", "0")); /* which all schedules share */
    assert_false(has_option("optimizer", "adam", "warmup", "0"));
}

static void the_nearest_word_is_found(void **state)
{
    (void)state;
    assert_string_equal(sft_nearest("admaw"), "adamw");
    assert_string_equal(sft_nearest("batchnrom"), "batchnorm");
    assert_string_equal(sft_nearest("learning_rte"), "lr"); /* by another spelling of it */
    assert_string_equal(sft_nearest("relu"), "relu");
    assert_null(sft_nearest("quaternionic"));
    assert_null(sft_nearest(""));
    assert_null(sft_nearest(NULL));
}

/* ---- files of tensors ------------------------------------------------------------------------ */

static const char recipe[] = "data: digits\nmodel: flatten | linear 4 | batchnorm | relu | linear\n";

static void a_saved_network_is_read_back(void **state)
{
    (void)state;
    char path[] = "/tmp/surefoot-file-XXXXXX";
    int  fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    sft_ctx    *c = check_open();
    sft_recipe *r = sft_recipe_parse(c, "test", recipe, sizeof recipe - 1);
    sft_data   *d = sft_data_open(c, r);
    sft_net    *n = sft_net_new(c, r, d);
    sft_net_save(n, path);
    sft_file *f = sft_file_open(c, path);
    CHECK_OK(c);
    sft_tensor_facts t;
    float            want[256], got[256];
    int              seen = 0, trained = 0;
    for (; sft_file_tensor(f, seen, &t); seen++) {
        assert_true(t.count <= 256);
        assert_int_equal(sft_file_values(f, seen, got), SFT_OK);
        trained += t.trained;
        if (strstr(t.name, "num_batches")) continue; /* PyTorch's counter, which a network has not */
        assert_int_equal(sft_net_get(n, t.name, want, t.count), SFT_OK);
        assert_memory_equal(want, got, (size_t)t.count * sizeof *got);
    }
    assert_int_equal(seen, 9);
    assert_int_equal(trained, 6);
    assert_string_equal(sft_file_meta(f, "format"), "surefoot");
    assert_null(sft_file_meta(f, "no such key"));
    sft_file_values(f, seen, got);
    CHECK_FAILS(c, "E002", "9 tensors");
    sft_file_close(f);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    unlink(path);
}

static void a_file_that_is_none_is_refused(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_null(sft_file_open(c, "/nowhere/model.safetensors"));
    CHECK_FAILS(c, "E299", "/nowhere/model.safetensors");
    assert_null(sft_file_open(c, NULL));
    CHECK_FAILS(c, "E002", "path");
    sft_file_close(NULL);
    sft_close(c);
}

/* Samples from elsewhere get the very bits that the data set's own have. */
static void raw_samples_are_standardised_alike(void **state)
{
    (void)state;
    static const char raw_recipe[] = "data: digits\nsplit: {standardize: none}\nmodel: flatten | linear\n";
    sft_ctx          *c = check_open();
    sft_recipe       *r = sft_recipe_parse(c, "test", recipe, sizeof recipe - 1);
    sft_recipe       *raw = sft_recipe_parse(c, "test", raw_recipe, sizeof raw_recipe - 1);
    sft_data         *d = sft_data_open(c, r), *e = sft_data_open(c, raw);
    float             want[64], got[64], label;
    for (int64_t i = 0; i < 20; i++) {
        sft_data_sample(d, SFT_TEST, i, want, &label);
        sft_data_sample(e, SFT_TEST, i, got, &label);
        assert_true(memcmp(want, got, sizeof got) != 0);
        assert_int_equal(sft_data_standardize(d, got, 1), SFT_OK);
        assert_memory_equal(want, got, sizeof got);
    }
    CHECK_OK(c);
    sft_data_free(d);
    sft_data_free(e);
    sft_recipe_free(r);
    sft_recipe_free(raw);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_and_option_is_told),
        cmocka_unit_test(options_are_those_of_the_rows),
        cmocka_unit_test(the_nearest_word_is_found),
        cmocka_unit_test(a_saved_network_is_read_back),
        cmocka_unit_test(a_file_that_is_none_is_refused),
        cmocka_unit_test(raw_samples_are_standardised_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
