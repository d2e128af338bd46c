/* SPDX-License-Identifier: MIT */
/* The page of labs: every claim with its number, bound and verdict; whatever is in the texts is shown, never obeyed. */
#include "lab_draw.h"

#include "base/io.h"

static void add_claim(lab_draw *x, const char *says, sft_claim_bound bound, double low, double high, double mean, double half, int n,
                      sft_claim_verdict verdict, const char *instead)
{
    sft_claim *k = &x->lab.claim[x->lab.n_claims++];
    *k = (sft_claim){ .name = says, .says = says, .because = "Theory <says> so.", .unit = "", .instead = instead, .text = "a < b",
                      .bound = bound, .low = low, .high = high, .in_check = true, .n = n, .mean = mean, .from = mean - half,
                      .to = mean + half, .verdict = verdict };
}

static void open_claims(lab_draw *x)
{
    lab_draw_open(x);
    add_claim(x, "It grows.", SFT_AT_LEAST, 0.98, INFINITY, 0.99312, 0.00187, 3, SFT_CLAIM_HOLDS, NULL);
    add_claim(x, "It always grows.", SFT_AT_MOST, -INFINITY, 0.25, 31.4159, 2.5, 5, SFT_CLAIM_FAILS, "It grows & shrinks.");
    add_claim(x, "It shrinks.", SFT_BETWEEN, 0.9, 1.1, 2, 0, 1, SFT_CLAIM_FAILS, NULL);
    add_claim(x, "Who knows?", SFT_EQUALS, 0, 0, NAN, NAN, 0, SFT_CLAIM_UNKNOWN, NULL);
    add_claim(x, "It is near.", SFT_AT_MOST, -INFINITY, 5, 4.9, 0.3, 3, SFT_CLAIM_OPEN, NULL);
    add_claim(x, "Not now.", SFT_AT_MOST, -INFINITY, 5, NAN, NAN, 0, SFT_CLAIM_LEFT_OUT, NULL);
}

static char *page_of(lab_draw *x, int n, sft_lab *const *lab)
{
    char      path[128];
    sft_bytes b;
    assert_int_equal(sft__labs_page(x->c, n, lab, x->folder), SFT_OK);
    CHECK_OK(x->c);
    snprintf(path, sizeof path, "%s/index.html", x->folder);
    assert_int_equal(sft__read_file(x->c, path, 1 << 24, &b), SFT_IO_OK);
    char *text = strdup((const char *)b.data);
    sft__bytes_free(x->c, &b);
    return text;
}

static void has(const char *page, const char *part)
{
    if (!strstr(page, part)) fail_msg("the page has no: %s", part);
}

static void hasnt(const char *page, const char *part)
{
    if (strstr(page, part)) fail_msg("the page has: %s", part);
}

static int count_of(const char *page, const char *part)
{
    int n = 0;
    for (const char *at = page; (at = strstr(at, part)) != NULL; at++) n++;
    return n;
}

static void numbers_have_the_digits_that_their_interval_carries(void **state)
{
    (void)state;
    lab_draw x;
    open_claims(&x);
    sft_lab *l = &x.lab;
    assert_string_equal(sft__claim_measured(l, &l->claim[0]), "0.9931 (0.9913 to 0.9950)");
    assert_string_equal(sft__claim_measured(l, &l->claim[1]), "31.4 (28.9 to 33.9)");
    assert_string_equal(sft__claim_measured(l, &l->claim[2]), "2 (one seed)");
    assert_string_equal(sft__claim_measured(l, &l->claim[3]), "-");
    l->claim[4].from = l->claim[4].to = 4.9;
    assert_string_equal(sft__claim_measured(l, &l->claim[4]), "4.9 (in each of 3 seeds)");
    l->claim[1].unit = "%";
    assert_string_equal(sft__claim_measured(l, &l->claim[1]), "31.4 % (28.9 to 33.9)");
    assert_string_equal(sft__claim_bound(l, &l->claim[0]), "at least 0.98");
    assert_string_equal(sft__claim_bound(l, &l->claim[1]), "at most 0.25 %");
    assert_string_equal(sft__claim_bound(l, &l->claim[2]), "within 0.9 to 1.1");
    assert_string_equal(sft__claim_bound(l, &l->claim[3]), "exactly 0");
    lab_draw_close(&x);
}

static void every_claim_has_its_verdict(void **state)
{
    (void)state;
    lab_draw x;
    open_claims(&x);
    char *page = page_of(&x, 1, (sft_lab *[]){ &x.lab });
    for (int i = 0; i < x.lab.n_claims; i++) {
        char part[160];
        has(page, x.lab.claim[i].says);
        snprintf(part, sizeof part, "data-name=\"verdict\">%s</td>", sft__claim_verdict_name(x.lab.claim[i].verdict));
        has(page, part);
    }
    assert_int_equal(count_of(page, "data-name=\"verdict\""), 6);
    has(page, "1 claim holds, 1 is too strong as said, 1 does not hold, 1 is not decided, 1 is not measured, 1 is left out");
    has(page, "The sentence is too strong. What is true instead: It grows &amp; shrinks.");
    free(page);
    lab_draw_close(&x);
}

static void texts_are_shown_and_not_obeyed(void **state)
{
    (void)state;
    lab_draw x;
    open_claims(&x);
    folder_text(x.folder, "README.md", "# A lab made by hand\n\nRaw <script>alert(1)</script> and *stars*.\n\n"
                "<img src=x onerror=alert(1)>\n\n## What to look at\n\n[beside](depth.yaml) [there](https://example.org/a) "
                "[trick](javascript:alert(1)) ![a picture](x.png)\n");
    x.lab.sentence = "One is < two <script>alert(2)</script>";
    x.lab.title = "<b>bold</b>";
    char *page = page_of(&x, 1, (sft_lab *[]){ &x.lab });
    hasnt(page, "<script");
    hasnt(page, "<img");
    hasnt(page, "<b>bold");
    has(page, "One is &lt; two");
    has(page, "Theory &lt;says&gt; so.");
    has(page, "Slides &amp; tests");
#ifdef SFT_HAVE_CMARK
    has(page, "<em>stars</em>");
    has(page, "<h4>What to look at</h4>");
    has(page, "<a href=\"https://example.org/a\">there</a>");
    hasnt(page, "javascript:");
    hasnt(page, "depth.yaml");
    assert_int_equal(count_of(page, "<h1>"), 1);
#else
    has(page, "&lt;script&gt;alert(1)");
    has(page, "*stars*");
#endif
    free(page);
    lab_draw_close(&x);
}

static double rising(int a, int b, int seed)
{
    return a + b + seed;
}

static void figures_are_in_the_page_with_number_and_caption(void **state)
{
    (void)state;
    lab_draw x;
    open_claims(&x);
    sft_experiment *e = lab_draw_experiment(&x, "rates", "optimizer.lr: 1 2 3", NULL, 3);
    lab_draw_take(&x, "height", e, rising);
    lab_draw_figure(&x, "one", "lines x=lr y=height");
    lab_draw_figure(&x, "two", "heat x=lr y=lr z=height");
    x.lab.drawing[0].caption = "Two\nlines; $HOME `id` 'quoted'";
    assert_int_equal(sft__lab_draw(&x.lab), SFT_OK);
    const bool drawn = x.lab.figures.figure[0].drawn && x.lab.figures.figure[1].drawn;
    if (!x.lab.figures.skipped) assert_true(drawn);
    char *page = page_of(&x, 2, (sft_lab *[]){ &x.lab, &x.lab });
    has(page, "Figure 1.1. A title.");
    has(page, "Figure 2.2. A title.");
    has(page, "Two\nlines; $HOME `id` &#39;quoted&#39;");
    has(page, "<a href=\"#lab-made\">");
    assert_int_equal(count_of(page, "<img alt=\"A title\" src=\"data:image/svg+xml;base64,"), drawn ? 4 : 0);
    assert_int_equal(count_of(page, "was not drawn"), drawn ? 0 : 4);
    hasnt(page, "src=\"http");
    free(page);
    lab_draw_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_the_digits_that_their_interval_carries),
        cmocka_unit_test(every_claim_has_its_verdict),
        cmocka_unit_test(texts_are_shown_and_not_obeyed),
        cmocka_unit_test(figures_are_in_the_page_with_number_and_caption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
