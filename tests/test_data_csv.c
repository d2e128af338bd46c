/* SPDX-License-Identifier: MIT */
/* CSV: what RFC 4180 allows and what tables look like in the wild. labels: core data */
#include "data_folder.h"

#include <math.h>

static sft_split_conf plain = { .standardize = SFT_STANDARDIZE_NONE };

/* A folder with train.csv; `line` opens it. */
static sft_data *open_text(sft_ctx *c, const char *line, const char *text)
{
    char path[64];
    folder_make(path);
    folder_text(path, "train.csv", text);
    sft_data *d = open_line(c, line, path, &plain);
    folder_remove(path);
    return d;
}

static void check_values(const sft_data *d, const float *want, int64_t rows, int64_t features)
{
    assert_int_equal(d->raw.train.count, rows);
    assert_int_equal(d->facts.shape.rank, 1);
    assert_int_equal(d->facts.shape.dim[0], features);
    for (int64_t i = 0; i < rows * features; i++) assert_true(d->raw.train.floats[i] == want[i]);
}

/* The same table in many spellings. */
static void many_spellings_one_table(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1,2.5,a\n-3,4e1,b\n",
        "x,y,name\n1,2.5,a\n-3,4e1,b",
        "\xEF\xBB\xBFx,y,name\r\n1,2.5,a\r\n-3,4e1,b\r\n",
        "x;y;name\n1;2.5;a\n\n-3;4e1;b\n\n",
        "x\ty\tname\n1\t2.5\ta\n-3\t4e1\tb\n",
        "\"x, the first\",\"y\"\"y\",name\n\"1\",\"2.5\",\"a\"\n -3 , 4e1 , \"b\" \n",
        "\"two\nlines\",y,name\n1,2.5,a\n-3,4e1,b\n",
    };
    const float want[] = { 1, 2.5f, -3, 40 };
    sft_ctx    *c = check_open();
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        sft_data *d = open_text(c, "csv:%s/train.csv", texts[k]);
        CHECK_OK(c);
        check_values(d, want, 2, 2);
        assert_int_equal(d->facts.task, SFT_CLASSES);
        assert_int_equal(d->facts.outputs, 2);
        assert_string_equal(d->facts.class_names[1], "b");
        assert_int_equal(d->raw.train.label[0], 0);
        assert_int_equal(d->raw.train.label[1], 1);
        sft_data_free(d);
    }
    sft_close(c);
}

/* What the first line is, where nobody says it. */
static void headers_are_recognised(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     rows;
    } cases[] = {
        { "x,k\n1,a\n2,b\n", 2 },      { "1,a\n2,b\n", 2 }, { "0,1,class\n1,2,0\n3,4,1\n", 2 },
        { ",x,k\n1,2,a\n3,4,b\n", 2 }, { "1,2\n3,4\n", 2 }, { "1,2,a\n", 1 },
    };
    sft_ctx *c = check_open();
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        sft_data *d = open_text(c, "csv:%s/train.csv", cases[k].text);
        CHECK_OK(c);
        assert_int_equal(d->raw.train.count, cases[k].rows);
        sft_data_free(d);
    }
    assert_null(
        open_text(c, "csv:%s/train.csv", "1,oops,a\n2,3,b\n")); /* a mistake, not a header */
    CHECK_FAILS(c, "E231", "line 1, column 2: \"oops\"");
    sft_close(c);
}

static void the_label_is_found(void **state)
{
    (void)state;
    static const char *const lines[] = { "csv:%s/train.csv label=kind", "csv:%s/train.csv label=2",
                                         "csv:%s/train.csv label=-2" };
    const float              want[] = { 1, 2, 3, 4 };
    sft_ctx                 *c = check_open();
    for (int k = 0; k < 3; k++) {
        sft_data *d = open_text(c, lines[k], "x,kind,y\n1,9,2\n3,7,4\n");
        CHECK_OK(c);
        check_values(d, want, 2, 2);
        assert_int_equal(d->raw.train.label[0], 1); /* classes are sorted by number: 7, 9 */
        assert_string_equal(d->facts.class_names[0], "7");
        sft_data_free(d);
    }
    assert_null(open_text(c, "csv:%s/train.csv label=kinds", "x,kind,y\n1,9,2\n3,7,4\n"));
    CHECK_FAILS(c, "E202", "did you mean 'kind'");
    assert_null(open_text(c, "csv:%s/train.csv label=4", "x,kind,y\n1,9,2\n3,7,4\n"));
    CHECK_FAILS(c, "E202", "1..3");
    sft_close(c);
}

static void samples_to_predict_have_no_label(void **state)
{
    (void)state;
    const float want[] = { 1, 2, 3, 4 };
    sft_ctx    *c = check_open();
    static const char *const texts[] = { "x,y\n1,2\n3,4\n", "1,2\n3,4\n" };
    for (int k = 0; k < 2; k++) {
        sft_data *d = open_text(c, "csv:%s/train.csv label=none", texts[k]);
        CHECK_OK(c);
        check_values(d, want, 2, 2);
        assert_int_equal(d->facts.task, SFT_REGRESSION);
        sft_data_free(d);
    }
    sft_data *d = open_text(c, "csv:%s/train.csv label=none header=yes", "x,none,y\n1,7,2\n3,8,4\n");
    CHECK_OK(c);
    check_values(d, want, 2, 2); /* a column of that name is the label */
    sft_data_free(d);
    sft_close(c);
}

static void numbers_are_classes_or_quantities(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    kept_notes notes = { 0 };
    sft_on_note(c, keep_note, &notes);
    sft_data *classes = open_text(c, "csv:%s/train.csv", "1,0\n2,1\n3,0\n");
    assert_non_null(strstr(notes.text, "taken as classes"));
    sft_data *fractions = open_text(c, "csv:%s/train.csv", "1,0.5\n2,1\n3,0\n");
    assert_non_null(strstr(notes.text, "taken as a number"));
    sft_data *told = open_text(c, "csv:%s/train.csv task=regression", "1,0\n2,1\n3,0\n");
    sft_data *binary = open_text(c, "csv:%s/train.csv task=binary", "1,no\n2,yes\n3,no\n");
    char      many[512] = "";
    for (int i = 0; i < 21; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "%d,%d\n", i, i);
    sft_data *quantity = open_text(c, "csv:%s/train.csv", many);
    CHECK_OK(c);
    assert_int_equal(classes->facts.task, SFT_CLASSES);
    assert_int_equal(fractions->facts.task, SFT_REGRESSION);
    assert_true(fractions->raw.train.target[0] == 0.5f);
    assert_int_equal(told->facts.task, SFT_REGRESSION);
    assert_int_equal(binary->facts.task, SFT_BINARY);
    assert_int_equal(binary->facts.outputs, 1);
    assert_true(binary->raw.train.target[0] == 0 && binary->raw.train.target[1] == 1);
    assert_int_equal(quantity->facts.task, SFT_REGRESSION);
    sft_data *all[] = { classes, fractions, told, binary, quantity };
    for (int i = 0; i < 5; i++) sft_data_free(all[i]);
    sft_close(c);
}

/* x has the mean 2 where it is there; missing means are fitted on training samples alone. */
static void missing_values_are_dropped_or_filled(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    const char *text = "x,y,k\n1,5,a\n?,6,b\n3,7,a\nNA,,b\n";
    sft_data   *filled = open_text(c, "csv:%s/train.csv missing=mean", text);
    sft_data   *dropped = open_text(c, "csv:%s/train.csv missing=drop", text);
    CHECK_OK(c);
    const float all[] = { 1, 5, 2, 6, 3, 7, 2, 6 }, some[] = { 1, 5, 3, 7 };
    check_values(filled, all, 4, 2);
    check_values(dropped, some, 2, 2);
    sft_data_free(filled);
    sft_data_free(dropped);
    assert_null(open_text(c, "csv:%s/train.csv", text));
    CHECK_FAILS(c, "E232", "train.csv:3:1");
    sft_close(c);
}

static void a_test_file_shares_the_classes(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    char     path[64], line[256];
    folder_make(path);
    folder_text(path, "train.csv", "x,k\n1,b\n2,a\n3,c\n");
    folder_text(path, "test.csv", "x,k\n4,c\n5,b\n");
    folder_text(path, "other.csv", "x,k\n4,c\n5,d\n");
    folder_text(path, "wide.csv", "x,y,k\n4,1,c\n");
    snprintf(line, sizeof line, "csv:%s/train.csv test=%s/test.csv", path, path);
    sft_data *d = open_line(c, line, "", &plain);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TRAIN], 3);
    assert_int_equal(d->facts.count[SFT_TEST], 2);
    assert_int_equal(d->raw.train.label[1], 0);
    assert_int_equal(d->raw.test.label[0], 2);
    sft_data_free(d);
    snprintf(line, sizeof line, "csv:%s/train.csv test=%s/other.csv", path, path);
    assert_null(open_line(c, line, "", &plain));
    CHECK_FAILS(c, "E240", "\"d\"");
    snprintf(line, sizeof line, "csv:%s/train.csv test=%s/wide.csv", path, path);
    assert_null(open_line(c, line, "", &plain));
    CHECK_FAILS(c, "E230", "3 fields");
    folder_remove(path);
    sft_close(c);
}

/* x, y and what the labels are, in the order in which they are named. */
static void check_answers(const sft_data *d, sft_task task)
{
    const float want[] = { 5, -1, 6, -2, 7, -3 }, targets[] = { 0, 1, 1, 0, 1, 1 };
    check_values(d, want, 3, 2);
    assert_int_equal(d->facts.task, task);
    assert_int_equal(d->facts.outputs, 2);
    for (int i = 0; i < 6; i++) assert_true(d->raw.train.target[i] == targets[i]);
    assert_null(d->raw.train.label);
}

static void several_labels_are_answers(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "csv:%s/train.csv label=[b,a]",        "csv:%s/train.csv label=b,a",
        "csv:%s/train.csv label=[ 'b' , \"a\"]", "csv:%s/train.csv label=[3,1]",
        "csv:%s/train.csv label=[-2,a]",       "csv:%s/train.csv targets=\"[b, a]\"",
    };
    const char *text = "a,x,b,y\n1,5,0,-1\n0,6,1,-2\n1,7,1,-3\n";
    sft_ctx    *c = check_open();
    kept_notes  notes = { 0 };
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        sft_data *d = open_text(c, lines[k], text);
        CHECK_OK(c);
        check_answers(d, SFT_BINARY);
        assert_string_equal(d->facts.class_names[0], "b");
        sft_data_free(d);
    }
    sft_on_note(c, keep_note, &notes);
    sft_data *bare = open_text(c, "csv:%s/train.csv label=3,1", strchr(text, '\n') + 1);
    sft_data *numbers = open_text(c, "csv:%s/train.csv label=b,a task=regression", text);
    sft_data *one = open_text(c, "csv:%s/train.csv label=[b]", text);
    CHECK_OK(c);
    check_answers(bare, SFT_BINARY);
    assert_null(bare->facts.class_names);
    check_answers(numbers, SFT_REGRESSION);
    assert_int_equal(one->facts.task, SFT_CLASSES);
    assert_int_equal(one->facts.shape.dim[0], 3);
    assert_non_null(strstr(notes.text, "the 2 labels of"));
    sft_data_free(bare);
    sft_data_free(numbers);
    sft_data_free(one);
    sft_close(c);
}

static void several_labels_are_numbers_or_a_class(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    kept_notes notes = { 0 };
    sft_on_note(c, keep_note, &notes);
    sft_data *numbers = open_text(c, "csv:%s/train.csv label=a,b", "a,b,x\n1,0,5\n0.5,1e3,6\n");
    CHECK_OK(c);
    assert_int_equal(numbers->facts.task, SFT_REGRESSION);
    assert_true(numbers->raw.train.target[2] == 0.5f && numbers->raw.train.target[3] == 1000);
    assert_non_null(strstr(notes.text, "train.csv:3:1: a is 0.5, neither 0 nor 1"));
    const char *one_hot = "cat,dog,x\n1,0,5\n0,1,6\n";
    sft_data   *answers = open_text(c, "csv:%s/train.csv label=cat,dog", one_hot);
    sft_data   *classes = open_text(c, "csv:%s/train.csv label=cat,dog task=classes", one_hot);
    CHECK_OK(c);
    assert_non_null(strstr(notes.text, "data.task=classes for classes"));
    assert_int_equal(answers->facts.task, SFT_BINARY);
    assert_int_equal(classes->facts.task, SFT_CLASSES);
    assert_int_equal(classes->raw.train.label[1], 1);
    assert_string_equal(classes->facts.class_names[1], "dog");
    sft_data_free(numbers);
    sft_data_free(answers);
    sft_data_free(classes);
    sft_close(c);
}

/* A sample that lacks one of its labels falls away; its features may be filled. */
static void several_labels_may_be_missing(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    const char *text = "a,b,x\n1,0,5\n,7,6\n0,1,\n1,1,7\n";
    sft_data   *filled = open_text(c, "csv:%s/train.csv label=a,b missing=mean", text);
    sft_data   *dropped = open_text(c, "csv:%s/train.csv label=a,b missing=drop", text);
    CHECK_OK(c);
    const float all[] = { 5, 6, 7 }, some[] = { 5, 7 };
    check_values(filled, all, 3, 1);
    check_values(dropped, some, 2, 1);
    assert_int_equal(filled->facts.task, SFT_BINARY); /* the 7 is of a line that fell away */
    assert_true(dropped->raw.train.target[2] == 1);
    sft_data_free(filled);
    sft_data_free(dropped);
    sft_close(c);
}

/* One column whose name looks like a list, and names that need quotes in one. */
static void names_may_hold_commas(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    const char *text = "\"a,b\",\"[c]\",\"it's\",x\n1,0,1,5\n0,1,1,6\n";
    sft_data   *one = open_text(c, "csv:%s/train.csv label=\"a,b\"", text);
    sft_data   *list = open_text(c, "csv:%s/train.csv label=[\"a,b\",'it''s',\"[c]\"]", text);
    CHECK_OK(c);
    assert_int_equal(one->facts.shape.dim[0], 3);
    assert_int_equal(list->facts.outputs, 3);
    assert_string_equal(list->facts.class_names[1], "it's");
    assert_string_equal(list->facts.class_names[2], "[c]");
    assert_true(list->raw.train.target[0] == 1 && list->raw.train.target[2] == 0);
    sft_data_free(one);
    sft_data_free(list);
    sft_close(c);
}

static void a_test_file_has_the_same_labels(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    char     path[64], line[256];
    folder_make(path);
    folder_text(path, "train.csv", "a,x,b\n1,5,0\n0,6,1\n1,5,1\n");
    folder_text(path, "test.csv", "a,x,b\n0,7,0\n");
    folder_text(path, "other.csv", "a,x,b\n0,7,3\n");
    snprintf(line, sizeof line, "csv:%s/train.csv label=b,a test=%s/test.csv", path, path);
    sft_data *d = open_line(c, line, "", NULL);
    CHECK_OK(c);
    assert_int_equal(d->facts.count[SFT_TEST], 1);
    assert_int_equal(d->facts.task, SFT_BINARY);
    assert_true(d->raw.test.target[0] == 0 && d->raw.test.floats[0] == 7);
    sft_data_free(d);
    snprintf(line, sizeof line, "csv:%s/train.csv label=b,a test=%s/other.csv", path, path);
    assert_null(open_line(c, line, "", &plain));
    CHECK_FAILS(c, "E240", "other.csv:2:5");
    folder_remove(path);
    sft_close(c);
}

/* Name, samples, features, task and outputs of the sets that everyone knows. */
static void tables_everyone_knows(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        int64_t     rows, features;
        sft_task    task;
        int64_t     outputs;
    } cases[] = {
        { "tabular/iris.csv", 150, 4, SFT_CLASSES, 3 },
        { "tabular/wine.csv", 178, 13, SFT_CLASSES, 3 },
        { "tabular/breast_cancer.csv", 569, 30, SFT_CLASSES, 2 },
        { "tabular/diabetes.csv", 442, 10, SFT_REGRESSION, 1 },
        { "tabular/california_housing.csv.gz", 20640, 8, SFT_REGRESSION, 1 },
        { "autotrainer-toy/blob-train.csv", 700, 2, SFT_CLASSES, 3 },
        { "autotrainer-toy/circle-val.csv", 300, 2, SFT_CLASSES, 2 },
    };
    const char *folder = check_data_folder("tabular sets");
    sft_ctx    *c = check_open();
    for (size_t k = 0; folder && k < sizeof cases / sizeof *cases; k++) {
        char path[700];
        snprintf(path, sizeof path, "%s/%s", folder, cases[k].file);
        if (!sft__exists(path)) {
            printf("skipped: %s (absent)\n", path);
            continue;
        }
        sft_data *d = open_line(c, "csv:%s", path, NULL);
        CHECK_OK(c);
        assert_int_equal(d->raw.train.count, cases[k].rows);
        assert_int_equal(d->facts.shape.dim[0], cases[k].features);
        assert_int_equal(d->facts.task, cases[k].task);
        assert_int_equal(d->facts.outputs, cases[k].outputs);
        if (cases[k].rows == 20640) {
            const float first[8] = { 8.3252f, 41,          6.98412698f, 1.02380952f,
                                     322,     2.55555556f, 37.88f,      -122.23f };
            for (int i = 0; i < 8; i++)
                CHECK_NEAR(d->raw.train.floats[i], first[i], 1e-6 * fabs((double)first[i]));
            CHECK_NEAR(d->raw.train.target[0], 4.526f, 1e-6);
        }
        sft_data_free(d);
    }
    sft_close(c);
}

/* Every byte of memory comes back, whichever allocation fails. */
static void is_clean(const char *train, const char *test, const char *options)
{
    char path[64], line[256];
    folder_make(path);
    folder_text(path, "train.csv", train);
    folder_text(path, "test.csv", test);
    snprintf(line, sizeof line, "csv:%s/train.csv test=%s/test.csv missing=mean %s", path, path, options);
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        check_memory m = { .fails = n };
        sft_ctx     *c =
            sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
        sft_data *d = c ? open_line(c, line, "", &plain) : NULL;
        failed = !d;
        assert_int_equal(sft_code(c), failed ? SFT_MEMORY : SFT_OK);
        sft_data_free(d);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
    folder_remove(path);
}

static void any_failed_allocation_is_clean(void **state)
{
    (void)state;
    is_clean("x,y,k\n1,2,\"b\"\"c\"\n2,,a\n3,4,c\n", "x,y,k\n4,1,c\n", "");
    is_clean("x,y,a,b\n1,2,0,1\n2,,1,\n3,,1,0\n", "x,y,a,b\n4,1,0,0\n", "label=[a,b]");
    is_clean("x,y,a,b\n1,2,0,1\n2,,1,\n3,,1,0\n", "x,y,a,b\n4,1,0,1\n", "label=[a,b] task=classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_spellings_one_table),
        cmocka_unit_test(headers_are_recognised),
        cmocka_unit_test(the_label_is_found),
        cmocka_unit_test(samples_to_predict_have_no_label),
        cmocka_unit_test(numbers_are_classes_or_quantities),
        cmocka_unit_test(missing_values_are_dropped_or_filled),
        cmocka_unit_test(a_test_file_shares_the_classes),
        cmocka_unit_test(several_labels_are_answers),
        cmocka_unit_test(several_labels_are_numbers_or_a_class),
        cmocka_unit_test(several_labels_may_be_missing),
        cmocka_unit_test(names_may_hold_commas),
        cmocka_unit_test(a_test_file_has_the_same_labels),
        cmocka_unit_test(tables_everyone_knows),
        cmocka_unit_test(any_failed_allocation_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
