/* SPDX-License-Identifier: MIT */
/* metrics.csv: a column for every metric that the recipe asks for, and the same rows whatever interrupts a run or changes
 * its list. labels: core */
#include "fit_run.h"

#include "base/text.h"

#define FIXED "step,epoch,split,loss,accuracy,lr,grad_norm,seconds"

static const char *const two[] = { "metrics=[f1_macro,top2]", NULL },
                  *const other_two[] = { "metrics=[top3,f1_macro]", NULL };

/* Field `column` of the row that begins so, in buf; the row must be there. */
static const char *field(const char *text, const char *row, int column, char buf[40])
{
    char begin[64];
    snprintf(begin, sizeof begin, "\n%s,", row);
    const char *at = strstr(text, begin);
    assert_non_null(at);
    for (at++; column > 0; column--)
        at += strcspn(at, ",\n") + 1;
    snprintf(buf, 40, "%.*s", (int)strcspn(at, ",\n"), at);
    return buf;
}

static void check_head(const char *text, const char *head)
{
    char want[256];
    snprintf(want, sizeof want, "%s\n", head);
    if (strncmp(text, want, strlen(want)) != 0)
        fail_msg("the head is not %s: %.100s", head, text);
}

/* Every line has so many fields. */
static void check_fields(const char *text, int fields)
{
    for (const char *at = text; *at;) {
        int n = 1;
        for (; *at != '\n'; at++)
            n += *at == ',';
        assert_int_equal(n, fields);
        at++;
    }
}

static void columns_are_the_metrics(void **state)
{
    (void)state;
    char    folder[64], buf[40], want[40];
    fit_run x;
    fit_open(&x, 0, fit_recipe, two);
    fit_go(&x, folder_make(folder), false);
    CHECK_OK(x.c);
    char *text = fit_text(folder, "metrics.csv", NULL);
    check_head(text, FIXED ",f1_macro,top2");
    check_fields(text, 10);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(field(text, "140,4,train", 8 + i, buf), ""); /* a running mean has none */
        sft__print_real(x.result.measures[SFT_VALIDATION].value[i], want, sizeof want);
        assert_string_equal(field(text, "140,4,validation", 8 + i, buf), want);
        sft__print_real(x.result.measures[SFT_TEST].value[i], want, sizeof want);
        assert_string_equal(field(text, "140,4,test", 8 + i, buf), want);
        assert_string_not_equal(field(text, "35,1,validation", 8 + i, buf), "");
    }
    free(text);
    fit_close(&x);
    folder_remove(folder);
}

static void runs_without_metrics_have_no_more(void **state)
{
    (void)state;
    char folder[64], hash[65];
    fit_whole(folder_make(folder), false, 0, fit_recipe, NULL, hash);
    char *text = fit_text(folder, "metrics.csv", NULL);
    check_head(text, FIXED);
    check_fields(text, 8);
    free(text);
    folder_remove(folder);
}

static void the_watched_metric_has_one(void **state)
{
    (void)state;
    static const char *const watched[] = { "metrics=top2", "early_stop=monitor=f1_macro patience=9", NULL };
    static const int64_t     moments[] = { 12, 50, 82 };
    char                     whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, fit_recipe, watched, want);
    char *text = fit_text(whole, "metrics.csv", NULL);
    check_head(text, FIXED ",top2,f1_macro");
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) { /* and killed runs have the same rows */
        fit_vanish(folder_make(folder), false, 0, fit_recipe, watched, moments[i]);
        fit_whole(folder, true, 0, fit_recipe, watched, hash);
        fit_same_end(folder, hash, whole, want);
        folder_remove(folder);
    }
    free(text);
    folder_remove(whole);
}

/* A run that was begun without metrics, or by an older version, and goes on with some. */
static void older_rows_stay_empty(void **state)
{
    (void)state;
    char    folder[64], buf[40];
    fit_run x;
    fit_vanish(folder_make(folder), false, 0, fit_recipe, NULL, 60);
    char *before = fit_text(folder, "metrics.csv", NULL);
    fit_open(&x, 0, fit_recipe, two);
    fit_go(&x, folder, true);
    CHECK_OK(x.c);
    char *text = fit_text(folder, "metrics.csv", NULL);
    check_head(text, FIXED ",f1_macro,top2");
    check_fields(text, 10);
    assert_string_equal(field(text, "35,1,validation", 8, buf), "");
    assert_string_not_equal(field(text, "70,2,validation", 8, buf), "");
    for (int i = 0; i < 8; i++) {
        char old[40];
        assert_string_equal(field(text, "35,1,train", i, buf), field(before, "35,1,train", i, old));
    }
    assert_non_null(strstr(x.notes.text, "2 new columns from `f1_macro` on, empty in the rows up to step 56"));
    free(text), free(before);
    fit_close(&x);
    folder_remove(folder);
}

/* Columns stay where they are although their metric is not asked for any more. */
static void no_column_is_lost(void **state)
{
    (void)state;
    char    folder[64], buf[40], old[40];
    fit_run x;
    fit_vanish(folder_make(folder), false, 0, fit_recipe, two, 60);
    char *before = fit_text(folder, "metrics.csv", NULL);
    fit_vanish(folder, true, 0, fit_recipe, other_two, 80); /* killed once more on the way */
    fit_open(&x, 0, fit_recipe, other_two);
    fit_go(&x, folder, true);
    CHECK_OK(x.c);
    assert_null(strstr(x.notes.text, "new column"));
    char *text = fit_text(folder, "metrics.csv", NULL);
    check_head(text, FIXED ",f1_macro,top2,top3");
    check_fields(text, 11);
    for (int i = 8; i < 10; i++)
        assert_string_equal(field(text, "35,1,validation", i, buf), field(before, "35,1,validation", i, old));
    assert_string_equal(field(text, "35,1,validation", 10, buf), "");
    assert_string_not_equal(field(text, "140,4,validation", 8, buf), "");
    assert_string_equal(field(text, "140,4,validation", 9, buf), "");
    assert_string_not_equal(field(text, "140,4,test", 10, buf), "");
    free(text), free(before);
    fit_close(&x);
    folder_remove(folder);
}

/* Whatever hand or editor was at the file, rows come out as long as the head. */
static void odd_files_are_put_right(void **state)
{
    (void)state;
    static const struct {
        const char *before, *head;
        int         fields;
    } cases[] = {
        { "a,b\n35,1,train,0.5\n35,1,validation,0.5,0.9,0.01,1,2,3,4,5\n", FIXED ",f1_macro,top2", 10 },
        { FIXED ",mine,top2\r\n35,1,train,0.5,,,,,7\r\n", FIXED ",mine,top2,f1_macro", 11 },
        { FIXED ",\n35,1,train,0.5,,,,,7\n", FIXED ",,f1_macro,top2", 11 },
        { "35,1,train\n,,\n", FIXED ",f1_macro,top2", 10 },
        { "", FIXED ",f1_macro,top2", 10 },
    };
    char folder[64], start[64], command[256], buf[40];
    fit_vanish(folder_make(start), false, 0, fit_recipe, two, 60);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fit_run x;
        folder_make(folder);
        snprintf(command, sizeof command, "cp -r '%s/.' '%s'", start, folder);
        assert_int_equal(system(command), 0);
        folder_text(folder, "metrics.csv", cases[i].before);
        fit_open(&x, 0, fit_recipe, two);
        fit_go(&x, folder, true);
        CHECK_OK(x.c);
        char *text = fit_text(folder, "metrics.csv", NULL);
        check_head(text, cases[i].head);
        check_fields(text, cases[i].fields);
        if (i < 3)
            assert_string_equal(field(text, "35,1,train", 3, buf), "0.5");
        if (i == 1)
            assert_string_equal(field(text, "35,1,train", 8, buf), "7");
        free(text);
        fit_close(&x);
        folder_remove(folder);
    }
    folder_remove(start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_the_metrics),       cmocka_unit_test(runs_without_metrics_have_no_more),
        cmocka_unit_test(the_watched_metric_has_one),    cmocka_unit_test(older_rows_stay_empty),
        cmocka_unit_test(no_column_is_lost),             cmocka_unit_test(odd_files_are_put_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
