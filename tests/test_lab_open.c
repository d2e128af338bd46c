/* SPDX-License-Identifier: MIT */
/* Labs by the public calls: those of the project can be read, all of them; what they claim is complete; memory that runs out is told and
 * given back. labels: core */
#include "check.h"

#include <dirent.h>
#include <math.h>

static const char *root(char *buf, size_t size)
{
    const char *source = getenv("SUREFOOT_SOURCE");
    snprintf(buf, size, "%s/labs", source ? source : "..");
    return buf;
}

static void check_claim(const char *lab, const sft_claim_facts *k)
{
    if (!*k->name || !*k->says || !*k->because || !*k->bound) fail_msg("%s: a claim lacks its name, words, bound or reason", lab);
    if (!isnan(k->mean) || k->seeds || k->as_said) fail_msg("%s: %s knows its result before it has run", lab, k->name);
}

static void test_labs_of_the_project(void **state)
{
    (void)state;
    char           folder[4096], path[8192];
    sft_ctx       *c = sft_open(&(sft_config){ .threads = 1 });
    DIR           *dir = opendir(root(folder, sizeof folder));
    int            labs = 0;
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        sft_lab_facts   f;
        sft_claim_facts k;
        FILE           *there;
        snprintf(path, sizeof path, "%s/%s/claim.yaml", folder, e->d_name);
        if (e->d_name[0] == '.' || !(there = fopen(path, "r"))) continue;
        fclose(there);
        *strrchr(path, '/') = 0;
        sft_lab *lab = sft_lab_open(c, path, &(sft_lab_options){ .folder = "nowhere" });
        CHECK_OK(c);
        assert_int_equal(sft_lab_facts_of(lab, &f), SFT_OK);
        assert_string_equal(f.name, e->d_name);
        assert_true(f.claims > 0 && f.planned > 0 && !f.complete && f.wrong == f.claims);
        int n = 0;
        for (; sft_lab_claim(lab, n, &k); n++) check_claim(f.name, &k);
        assert_int_equal(n, f.claims);
        assert_false(sft_lab_picture(lab, 0, NULL, NULL));
        sft_lab_close(lab);
        labs++;
    }
    closedir(dir);
    assert_true(labs >= 23);
    sft_close(c);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    char folder[4096], path[4200];
    snprintf(path, sizeof path, "%s/vanishing", root(folder, sizeof folder));
    bool done = false;
    for (int64_t at = 1; !done; at += at < 60 ? 1 : at / 9) {
        check_memory m = { .fails = at };
        sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
        if (c) {
            sft_lab *lab = sft_lab_open(c, path, &(sft_lab_options){ .folder = "nowhere" });
            done = lab != NULL;
            if (!done && strcmp(sft_error_id(c), "E004") != 0) fail_msg("allocation %lld: %s", (long long)at, sft_message(c));
            sft_lab_close(lab);
            sft_close(c);
        }
        assert_int_equal(m.in_use, 0);
    }
}

static void test_wrong_use(void **state)
{
    (void)state;
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1 });
    assert_null(sft_lab_open(c, "labs/vanishing", NULL));
    CHECK_FAILS(c, "E002", "folder");
    assert_null(sft_lab_open(c, "no/such/lab", &(sft_lab_options){ .folder = "nowhere" }));
    CHECK_FAILS(c, "E152", "claim.yaml");
    sft_lab_page(c, 0, NULL, "nowhere");
    CHECK_FAILS(c, "E002", "sft_lab_page");
    sft_lab_close(NULL);
    assert_int_equal(sft_lab_run(NULL), SFT_USAGE);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labs_of_the_project),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_wrong_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
