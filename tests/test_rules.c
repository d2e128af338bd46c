/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Rules by pattern: what matches, which rule counts, what recipes say of them, and the first values they give. */
#include "base/rules.h"
#include "check.h"

#include <math.h>

static void globs_match_as_a_plain_search_does(void **state)
{
    (void)state;
    const struct {
        const char *pattern, *text;
        bool        match;
    } rows[] = {
        { "0.weight", "0.weight", true },   { "0.weight", "10.weight", false }, { "*.bias", "2.body.0.bias", true },
        { "*.bias", "bias", false },        { "2.body.*", "2.body.0", true },   { "2.body.*", "12.body.0", false },
        { "?.weight", "3.weight", true },   { "?.weight", "13.weight", false }, { "*", "", true },
        { "", "", true },                   { "", "a", false },                 { "*a*b", "xaab", true },
        { "*ab*ab", "abab", true },         { "*ab*ab", "aba", false },         { "a*a", "a", false },
        { "**.weight*", "1.weight", true }, { "?", "", false },                 { "[0].weight", "0.weight", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sft__glob(rows[i].pattern, rows[i].text) != rows[i].match)
            fail_msg("`%s` and `%s`", rows[i].pattern, rows[i].text);
}

static void layers_are_hit_before_tensors(void **state)
{
    (void)state;
    const sft_target weight = { "2.body.0", "conv2d", "weight" };
    const struct {
        const char *pattern;
        sft_hit     hit;
    } rows[] = {
        { "2.body.0", SFT_HITS_LAYER },  { "2.body.0.*", SFT_HITS_LAYER },       { "*.*", SFT_HITS_LAYER },
        { "2.body.*", SFT_HITS_LAYER },         { "conv?d", SFT_HITS_LAYER },
        { "*.weight", SFT_HITS_TENSOR }, { "2.body.0.weight", SFT_HITS_TENSOR }, { "conv2d.weight", SFT_HITS_TENSOR },
        { "*.bias", SFT_MISS },          { "2.body", SFT_MISS },                 { "conv2d.bias", SFT_MISS },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const sft_rule rule = { .pattern = rows[i].pattern };
        if (sft__rule_hits(&rule, &weight) != rows[i].hit)
            fail_msg("%s", rows[i].pattern);
    }
}

static void the_last_rule_that_matches_counts(void **state)
{
    (void)state;
    sft_rule        rule[] = { { .pattern = "*" }, { .pattern = "*.weight" }, { .pattern = "7.*" } };
    const sft_rules rules = { .n = 3, .rule = rule };
    const sft_target a = { "1", "linear", "weight" }, b = { "1", "linear", "bias" }, c = { "7", "linear", "weight" };
    sft_hit hit = SFT_MISS;
    assert_ptr_equal(sft__rule_for(&rules, &a, &hit), &rule[1]);
    assert_int_equal(hit, SFT_HITS_TENSOR);
    assert_ptr_equal(sft__rule_for(&rules, &b, &hit), &rule[0]);
    assert_int_equal(hit, SFT_HITS_LAYER);
    assert_ptr_equal(sft__rule_for(&rules, &c, NULL), &rule[2]);
    assert_null(sft__rule_for(NULL, &a, NULL));
}

/* ---- in recipes ----------------------------------------------------------------------------- */

static sft_recipe *recipe(sft_ctx *c, const char *model)
{
    sft_recipe *r = sft_recipe_parse(c, "test", NULL, 0);
    sft_recipe_set(r, "data=digits");
    sft_recipe_set(r, model);
    return r;
}

/* Mean and mean square of a tensor. */
static void moments(sft_net *n, const char *name, int64_t count, double *mean, double *square)
{
    float *v = malloc((size_t)count * sizeof *v);
    assert_non_null(v);
    assert_int_equal(sft_net_get(n, name, v, count), SFT_OK);
    *mean = *square = 0;
    for (int64_t i = 0; i < count; i++) {
        *mean += (double)v[i] / (double)count;
        *square += (double)v[i] * (double)v[i] / (double)count;
    }
    free(v);
}

static void first_values_follow_the_rules(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = recipe(c, "model=linear 200 | relu | linear 100 | batchnorm | relu | linear");
    sft_recipe_set(r, "init_layers.2=normal std=0.5");        /* a layer: its bias stays zero */
    sft_recipe_set(r, "init_layers.5.*i*=uniform low=1 high=2"); /* tensors: both are drawn */
    sft_recipe_set(r, "init_layers.batch*=zeros");            /* a layer that fills itself: stays */
    sft_recipe_set(r, "init_layers.batchnorm.bias=constant 3");
    sft_data *d = sft_data_open(c, r);
    sft_net  *n = sft_net_new(c, r, d);
    double    mean, square;
    CHECK_OK(c);
    moments(n, "0.weight", 200 * 64, &mean, &square); /* as without rules: Kaiming's */
    CHECK_NEAR(square, 2.0 / 64, 5 * sqrt(2.0 / (200 * 64)) * 2 / 64);
    moments(n, "2.weight", 100 * 200, &mean, &square);
    CHECK_NEAR(square, 0.25, 5 * sqrt(2.0 / (100 * 200)) * 0.25);
    moments(n, "2.bias", 100, &mean, &square);
    assert_true(square == 0);
    moments(n, "3.weight", 100, &mean, &square);
    CHECK_NEAR(mean, 1, 1e-9);
    CHECK_NEAR(square, 1, 1e-9);
    moments(n, "3.bias", 100, &mean, &square);
    CHECK_NEAR(mean, 3, 1e-9);
    CHECK_NEAR(square, 9, 1e-9);
    moments(n, "5.weight", 1000, &mean, &square);
    CHECK_NEAR(mean, 1.5, 5 / sqrt(12 * 1000));
    moments(n, "5.bias", 10, &mean, &square);
    CHECK_NEAR(mean, 1.5, 5 / sqrt(12 * 10));
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

/* Two recipes are one when their resolved texts are. */
static void the_resolved_text_reads_back(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = recipe(c, "model=linear 8 | relu | linear");
    assert_null(strstr(sft_recipe_text(r), "init_layers"));
    sft_recipe_set(r, "init_layers.*.bias=constant 0.1");
    sft_recipe_set(r, "init_layers.0.weight=normal 0.5");
    assert_string_equal(sft_recipe_get(r, "init_layers.0.weight"), "normal mean=0 std=0.5");
    assert_null(sft_recipe_get(r, "init_layers.0"));
    assert_string_equal(sft_recipe_get(r, "init_layers"), "*.bias: constant value=0.1, 0.weight: normal mean=0 std=0.5");
    const char *text = sft_recipe_text(r);
    assert_non_null(strstr(text, "init_layers:\n  \"*.bias\": \"constant value=0.1\"\n  0.weight: \"normal mean=0 std=0.5\"\n"));
    sft_recipe *again = sft_recipe_parse(c, "again", text, strlen(text));
    if (strcmp(sft_error_id(c), "E151") == 0) /* a build without YAML */
        sft_clear(c);
    else
        assert_string_equal(sft_recipe_text(again), text);
    CHECK_OK(c);
    sft_recipe_free(again);
    sft_recipe_free(r);
    sft_close(c);
}

static void overrides_edit_one_rule(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = recipe(c, "model=linear 8 | relu | linear");
    sft_recipe_set(r, "init_layers.*.bias=constant 0.1");
    sft_recipe_set(r, "init_layers.0.bias=ones");
    sft_recipe_set(r, "++init_layers.*.bias=constant 0.2"); /* where it stands: 0.bias still goes before it */
    assert_string_equal(sft_recipe_get(r, "init_layers"), "*.bias: constant value=0.2, 0.bias: ones");
    sft_recipe_set(r, "~init_layers.*.bias");
    assert_string_equal(sft_recipe_get(r, "init_layers"), "0.bias: ones");
    assert_int_equal(sft_recipe_set(r, "init_layers.0.bias=noraml"), SFT_RECIPE);
    assert_non_null(strstr(sft_message(c), "did you mean `normal`?"));
    sft_clear(c);
    assert_string_equal(sft_recipe_get(r, "init_layers"), "0.bias: ones"); /* as before the mistake */
    sft_recipe_set(r, "~init_layers");
    assert_string_equal(sft_recipe_get(r, "init_layers"), "");
    CHECK_OK(c);
    sft_recipe_free(r);
    sft_close(c);
}

static void a_pattern_that_matches_nothing_is_an_error(void **state)
{
    (void)state;
    const char *rows[][2] = { { "init_layers.1.weight=ones", "did you mean `0.weight`?" },
                              { "init_layers.liner=ones", "did you mean `linear`?" },
                              { "init_layers.0.running_mean=ones", "there are 0.weight, 0.bias, 2.weight, 2.bias" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = recipe(c, "model=linear 8 | batchnorm | linear");
        sft_recipe_set(r, "model=linear 8 | relu | linear");
        sft_recipe_set(r, rows[i][0]);
        sft_data *d = sft_data_open(c, r);
        CHECK_OK(c);
        assert_null(sft_net_new(c, r, d));
        assert_string_equal(sft_error_id(c), "E144");
        if (!strstr(sft_message(c), rows[i][1]))
            fail_msg("%s", sft_message(c));
        sft_data_free(d);
        sft_recipe_free(r);
        sft_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_match_as_a_plain_search_does),
        cmocka_unit_test(layers_are_hit_before_tensors),
        cmocka_unit_test(the_last_rule_that_matches_counts),
        cmocka_unit_test(first_values_follow_the_rules),
        cmocka_unit_test(the_resolved_text_reads_back),
        cmocka_unit_test(overrides_edit_one_rule),
        cmocka_unit_test(a_pattern_that_matches_nothing_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
