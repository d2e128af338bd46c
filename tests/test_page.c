/* SPDX-License-Identifier: MIT */
/* report.html as text: harmless whatever stands in a run, small, whole where files are not. The browser looks at it in
 * test_page_browser.py, for which `test_page --write PAGE FOLDER RATES SEEDS` writes one. */
#include "check.h"
#include "page_study.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static void open_study(sft_study *s)
{
    *s = (sft_study){ .ctx = check_open() };
    sft__arena_open(&s->arena, s->ctx);
}

static void close_study(sft_study *s)
{
    sft__arena_close(&s->arena);
    sft_close(s->ctx);
}

static char root[64];

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, folder);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", root, folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
        n++;
    return n;
}

/* ---- JSON and HTML ------------------------------------------------------------------------------- */

static void squeeze_copies_json_only(void **state)
{
    (void)state;
    static const char *const skip[] = { "big", NULL };
    static const struct { const char *in, *out; } good[] = {
        { "{}", "{}" },
        { " { \"a\" : [ 1 , -2.5e+3, true,null ] }\n", "{\"a\":[1,-2.5e+3,true,null]}" },
        { "{\"big\": {\"x\": [1]}, \"a\": \"\\u00e9 b\"}", "{\"a\":\"\\u00e9 b\"}" },
        { "{\"a\": {\"big\": 1}, \"big\": 2}", "{\"a\":{\"big\":1}}" },
    };
    static const char *const bad[] = { "", "1", "{", "{\"a\":}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":\"\n\"}",
                                       "{\"a\":\"\\x\"}", "{} {}", "{\"a\":1.}", "{\"a\":\"\xff\"}", "{\"a\":[1,]}",
                                       "{\"a\" 1}", "{\"big\":}" };
    sft_ctx   *c = check_open();
    sft_string s;
    sft__string_open(&s, c);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        s.n = 0;
        assert_true(sft__json_squeeze(&s, good[i].in, strlen(good[i].in), skip));
        assert_string_equal(s.text, good[i].out);
    }
    s.n = 0;
    sft__string_add(&s, "before");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(sft__json_squeeze(&s, bad[i], strlen(bad[i]), skip));
        assert_string_equal(s.text, "before");
    }
    sft__string_close(&s);
    sft_close(c);
}

static void deep_json_is_refused(void **state)
{
    (void)state;
    char       deep[4000] = "{\"a\":";
    sft_ctx   *c = check_open();
    sft_string s;
    memset(deep + 5, '[', 3000);
    sft__string_open(&s, c);
    assert_false(sft__json_squeeze(&s, deep, strlen(deep), NULL));
    sft__string_close(&s);
    sft_close(c);
}

static void json_in_html_ends_no_script(void **state)
{
    (void)state;
    const char *json = "{\"a\":\"</script><!-- \xE2\x80\xA8 & \xE2\x80\xA9 \xE2\x80\xA6\"}";
    sft_ctx    *c = check_open();
    sft_string  s;
    sft__string_open(&s, c);
    sft__html_json(&s, json, strlen(json));
    assert_string_equal(s.text, "{\"a\":\"\\u003c/script\\u003e\\u003c!-- \\u2028 \\u0026 \\u2029 \xE2\x80\xA6\"}");
    s.n = 0;
    sft__html_text(&s, "<b onclick=\"x\">'&'");
    assert_string_equal(s.text, "&lt;b onclick=&quot;x&quot;&gt;&#39;&amp;&#39;");
    sft__string_close(&s);
    sft_close(c);
}

static void base64_and_short_numbers(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    sft_string s;
    sft__string_open(&s, c);
    static const char *const rfc[] = { "f", "Zg==", "fo", "Zm8=", "foo", "Zm9v", "foob", "Zm9vYg==" };    /* RFC 4648, section 10 */
    for (int i = 0; i < 8; i += 2) {
        s.n = 0;
        sft__base64(&s, (const uint8_t *)rfc[i], strlen(rfc[i]));
        assert_string_equal(s.text, rfc[i + 1]);
    }
    s.n = 0;
    sft__short_number(&s, 0.123456);
    sft__string_add(&s, " ");
    sft__short_number(&s, NAN);
    sft__string_add(&s, " ");
    sft__short_number(&s, -INFINITY);
    assert_string_equal(s.text, "0.1235 null null");
    sft__string_close(&s);
    sft_close(c);
}

/* ---- a run ------------------------------------------------------------------------------------------ */

static void long_curve(sft_string *s, int rows, int spike)
{
    sft__string_add(s, "step,epoch,split,loss,accuracy,lr,grad_norm,seconds\n");
    for (int i = 1; i <= rows; i++)
        sft__string_addf(s, "%d,%d,train,%s,0.5,0.1,,1\n%d,%d,validation,0.25,0.75,,,1\n", i, i, i == spike ? "777" : "1.25", i, i);
    sft__string_add(s, "9999,9999,train,1");    /* cut off by a kill */
}

static void curves_are_thin_and_keep_spikes(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    sft_string csv, json;
    char       path[128];
    sft__string_open(&csv, c);
    sft__string_open(&json, c);
    long_curve(&csv, 5000, 1234);
    put_file("long", "metrics.csv", csv.text);
    snprintf(path, sizeof path, "%s/long", root);
    sft__page_run(&json, path, 1 << 20);
    const char *steps = strstr(json.text, "\"step\":["), *end = strchr(steps, ']');
    int         points = 1;
    for (const char *p = steps; p < end; p++)
        points += *p == ',';
    assert_in_range(points, SFT_PAGE_POINTS / 2, SFT_PAGE_POINTS);
    assert_non_null(strstr(steps, "[1,"));          /* the first and the last stay */
    assert_memory_equal(end - 5, ",5000", 5);
    assert_non_null(strstr(json.text, ",777,"));
    assert_null(strstr(json.text, "9999"));
    assert_null(strstr(json.text, "grad_norm"));    /* without a number */
    size_t full = json.n;
    json.n = 0;
    sft__page_run(&json, path, 4096);
    assert_true(json.n < full / 3);
    sft__string_close(&json);
    sft__string_close(&csv);
    CHECK_OK(c);
    sft_close(c);
}

static void damaged_files_leave_the_rest(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    sft_string json;
    char       path[128];
    put_file("broken", "metrics.csv", "step,epoch,split,loss\n1,1,train,0.5\n2,2,train\n");
    put_file("broken", "diagnosis.json", "{\"findings\": [");
    put_file("broken", "run.json", "{\"status\": \"failed\", \"cpu\": \"x\", \"message\": \"m\"}");
    put_file("broken", "signals.csv",
             "step,epoch,layer,op,rms\n0,0,a,linear,1.5\n0,0,b,relu,\n8,1,a,linear,2.5\n8,1,b,relu,\n16,2,a,linear,3\n");
    snprintf(path, sizeof path, "%s/broken", root);
    sft__string_open(&json, c);
    sft__page_run(&json, path, 1 << 20);
    assert_string_equal(json.text,
                        "{\"train\":{\"step\":[1],\"epoch\":[1],\"loss\":[0.5]},\"validation\":null,\"diagnosis\":\"damaged\","
                        "\"run\":{\"status\":\"failed\",\"message\":\"m\"},\"recipe\":null,\"signals\":{\"layer\":[\"a\",\"b\"],"
                        "\"op\":[\"linear\",\"relu\"],\"step\":[0,8],\"rms\":[[1.5,2.5],null],\"gain\":[null,null],"
                        "\"alike\":[null,null],\"dead\":[null,null],\"slope\":[null,null],"
                        "\"gradient\":[null,null],\"weight\":[null,null],\"update\":[null,null]}}");
    json.n = 0;
    snprintf(path, sizeof path, "%s/nowhere", root);
    sft__page_run(&json, path, 1 << 20);
    assert_string_equal(json.text,
                        "{\"train\":null,\"validation\":null,\"diagnosis\":null,\"run\":null,\"recipe\":null,\"signals\":null}");
    sft__string_close(&json);
    CHECK_OK(c);
    sft_close(c);
}

/* ---- the page ------------------------------------------------------------------------------------------ */

static char *page_of(sft_study *s, const sft_page_parts *parts)
{
    char      path[128];
    sft_bytes file = { 0 };
    snprintf(path, sizeof path, "%s/report.html", root);
    assert_int_equal(sft__page_write(s, parts, path), SFT_OK);
    assert_int_equal(sft__read_file(s->ctx, path, (size_t)64 << 20, &file), SFT_IO_OK);
    char *text = strdup((const char *)file.data);
    sft__bytes_free(s->ctx, &file);
    return text;
}

#define WICKED "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>"

static void wicked_names_are_harmless(void **state)
{
    (void)state;
    sft_study s;
    open_study(&s);
    page_study_grid(&s, root, 2, 1);
    char *plain = page_of(&s, NULL);
    for (int64_t i = 0; i < s.n; i++) {
        s.attempt[i].note = s.attempt[i].failure = WICKED;
        s.attempt[i].folder = "trials/" WICKED;
        s.attempt[i].value[0] = WICKED;
    }
    s.plan.name = s.plan.space.axis[0].key = s.version = WICKED;
    char *wicked = page_of(&s, NULL);
    assert_int_equal(count(wicked, "<script"), count(plain, "<script"));
    assert_int_equal(count(wicked, "</script"), count(plain, "</script"));
    assert_int_equal(count(wicked, "<!--"), count(plain, "<!--"));
    assert_int_equal(count(wicked, "<img"), 0);
    free(plain);

    const char           *head[] = { WICKED }, *cell[] = { WICKED };
    const sft_page_table  table = { WICKED, 1, 1, head, NULL, cell };
    const sft_page_answer answer = { WICKED, WICKED "\n\n" WICKED };
    const sft_page_parts  parts = { .title = WICKED, .n_answers = 1, .answer = &answer, .n_tables = 1, .table = &table, .recipe = WICKED };
    char *more = page_of(&s, &parts);
    assert_int_equal(count(more, "<script"), count(wicked, "<script"));
    assert_int_equal(count(more, "<img"), 0);
    assert_true(count(more, "&lt;/script&gt;&lt;script&gt;") >= 8);
    free(wicked);
    free(more);
    close_study(&s);
}

static void parts_are_on_the_page(void **state)
{
    (void)state;
    sft_study s;
    char      svg[128];
    open_study(&s);
    page_study_grid(&s, root, 2, 1);
    put_file("figures", "a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>");
    snprintf(svg, sizeof svg, "%s/figures/a.svg", root);
    const char           *head[] = { "lr", "Val Acc" }, *cell[] = { "0.1", "72.40 ± 0.51", "1", NULL };
    const bool            right[] = { false, true };
    const sft_page_table  table = { "Table 1: Effect of the rate", 2, 2, head, right, cell };
    const sft_page_answer answer = { "Too high?", "First.\n\nSecond." };
    const sft_page_figure figure[] = { { "Heat map", "Of two.", svg }, { "Gone", NULL, "/nowhere.svg" } };
    const sft_page_parts  parts = { .title = "T", .n_answers = 1, .answer = &answer, .n_tables = 1, .table = &table,
                                    .n_figures = 2, .figure = figure, .recipe = "data: digits\n" };
    char *page = page_of(&s, &parts);
    assert_non_null(strstr(page, "<title>T</title>"));
    assert_non_null(strstr(page, "<h3>Too high?</h3><p>First.</p><p>Second.</p>"));
    assert_non_null(strstr(page, "<td>0.1</td><td class=\"right\">72.40 ± 0.51</td>"));
    assert_int_equal(count(page, "<figure>"), 1);       /* the one without a file is left out */
    assert_non_null(strstr(page, "src=\"data:image/svg+xml;base64,"));
    assert_null(strstr(page, "<svg"));
    assert_null(strstr(page, "{{"));
    free(page);
    close_study(&s);
}

/* A number from a range has the digits that the report's tables have, and behind them the whole number. */
static void numbers_of_ranges_are_short(void **state)
{
    (void)state;
    sft_study   s;
    sft_string  json;
    sft_axis    axis = { .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .parent = -1 };
    const char *value = "0.083980335";
    sft_attempt trial = { .value = &value, .folder = "t", .note = "" };
    open_study(&s);
    s.plan.space = (sft_space){ .n = 1, .axis = &axis };
    s.attempt = &trial;
    s.n = 1;
    sft__string_open(&json, s.ctx);
    sft__page_study(&json, &s, "T");
    assert_non_null(strstr(json.text, "\"values\":[[\"0.08398\",0.083980335]]"));
    sft__string_close(&json);
    close_study(&s);
}

/* 1,000 trials of 100 epochs that the doctor looked at, in one folder: written in time, and small. */
static void thousand_trials_are_quick_and_small(void **state)
{
    (void)state;
    sft_study  s;
    sft_string text;
    open_study(&s);
    sft__string_open(&text, s.ctx);
    long_curve(&text, 100, 3);
    put_file("many", "metrics.csv", text.text);
    text.n = 0;
    sft__string_add(&text, "step,epoch,layer,op,rms,mean,gain,alike,dead,slope,gradient,weight,update\n");
    for (int i = 0; i < 20 * 12; i++)
        sft__string_addf(&text, "%d,%d,%d,linear,1.0002332537384837,0.1,0.123456,0.4803,0.25,0.5123,0.01234,5.4321,0.00123456\n",
                         i / 12, i / 12, i % 12);
    put_file("many", "signals.csv", text.text);
    s.n = 1000;
    s.folder = root;
    s.attempt = sft__arena_alloc(&s.arena, 1000 * sizeof *s.attempt);
    for (int i = 0; i < 1000; i++)
        s.attempt[i] = (sft_attempt){ .number = i, .point = i, .state = SFT_TRIAL_DONE, .folder = "many", .note = "", .rank = i };
    double begun = sft__now();
    char  *page = page_of(&s, NULL);
    double took = sft__now() - begun;
    printf("1,000 trials: %.2f s, %.1f MB\n", took, (double)strlen(page) / 1e6);
    assert_true(took < 5);
    assert_true(strlen(page) < 15000000);
    assert_int_equal(count(page, "\"rms\":[["), 1000);
    free(page);
    sft__string_close(&text);
    close_study(&s);
}

static void a_page_that_cannot_be_written_is_said(void **state)
{
    (void)state;
    sft_study s;
    open_study(&s);
    page_study_grid(&s, root, 1, 1);
    assert_int_equal(sft__page_write(&s, NULL, "/nowhere/at/all/report.html"), SFT_IO);
    CHECK_FAILS(s.ctx, "E333", "/nowhere/at/all");
    close_study(&s);
}

static int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/surefoot-page-XXXXXX");
    return mkdtemp(root) ? 0 : 1;
}

static int remove_root(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command);
}

static int write_page(char **argument)
{
    sft_study s;
    open_study(&s);
    page_study_grid(&s, argument[1], atoi(argument[2]), atoi(argument[3]));
    const sft_page_answer answer[] = {
        { "What happens with too high a rate?",
          "Above a rate of 1 the loss leaves the start and does not come back; "
          "with momentum 0.9 that begins ten times lower." },
        { "How does momentum interact with the rate?",
          "What counts is the effective rate lr / (1 − momentum): the curves of both momenta lie on each "
          "other when they are drawn against it." },
    };
    const sft_page_parts parts = { .n_answers = 2, .answer = answer,
                                   .recipe = "data: digits\nmodel: flatten | linear 64 | relu | linear\n" };
    const char *name = argument[4];
    if (name) {                 /* one run by its folder */
        s.n = 1;
        s.plan.space.n = 0;
        s.plan.name = NULL;
        s.attempt[0].folder = name;
    }
    sft_status status = sft__page_write(&s, name ? NULL : &parts, argument[0]);
    if (status) fprintf(stderr, "%s\n", sft_message(s.ctx));
    close_study(&s);
    return status != SFT_OK;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squeeze_copies_json_only),       cmocka_unit_test(deep_json_is_refused),
        cmocka_unit_test(json_in_html_ends_no_script),    cmocka_unit_test(base64_and_short_numbers),
        cmocka_unit_test(curves_are_thin_and_keep_spikes), cmocka_unit_test(damaged_files_leave_the_rest),
        cmocka_unit_test(numbers_of_ranges_are_short),
        cmocka_unit_test(wicked_names_are_harmless),      cmocka_unit_test(parts_are_on_the_page),
        cmocka_unit_test(thousand_trials_are_quick_and_small), cmocka_unit_test(a_page_that_cannot_be_written_is_said),
    };
    if (argc >= 6 && !strcmp(argv[1], "--write")) return write_page(argv + 2);
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
