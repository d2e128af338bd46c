/* SPDX-License-Identifier: MIT */
/* Stack text: trees, places, text that reads back, presets, and bounds on what a short text may ask for. labels: core */
#include "check.h"

#include "base/text.h"
#include "graph/graph.h"
#include "graph/presets/presets.h"

typedef struct stack {
    sft_ctx  *c;
    sft_arena a;
} stack;

static stack open_stack(void)
{
    stack s = { .c = check_open() };
    sft__arena_open(&s.a, s.c);
    return s;
}

static void close_stack(stack *s)
{
    sft__arena_close(&s->a);
    sft_close(s->c);
}

static sft_layer *parse(stack *s, const char *text)
{
    sft_layer *first = NULL;
    sft__stack_parse(&s->a, text, strlen(text), (sft_pos){ "m", 1, 1 }, &first);
    return sft__failed(s->c) ? NULL : first;
}

static const char *text_of(stack *s, const char *text)
{
    sft_layer *first = parse(s, text);
    CHECK_OK(s->c);
    return sft__stack_text(&s->a, first);
}

static void fails(stack *s, const char *text, const char *id, const char *part)
{
    assert_null(parse(s, text));
    CHECK_FAILS(s->c, id, part);
}

static void test_tree(void **state)
{
    (void)state;
    stack      s = open_stack();
    sft_layer *l = parse(&s, "linear 64 bias=no | repeat 3 ( relu | dropout 0.5 ) |\n residual ( tanh ) shortcut ( relu )|linear");
    CHECK_OK(s.c);
    assert_int_equal(l->kind, SFT_LAYER);
    assert_string_equal(l->spec.name, "linear");
    assert_int_equal(l->spec.n, 2);
    assert_null(l->spec.arg[0].key);
    assert_string_equal(l->spec.arg[0].value, "64");
    assert_string_equal(l->spec.arg[1].key, "bias");
    l = l->next;
    assert_int_equal(l->kind, SFT_REPEAT);
    assert_int_equal(l->times, 3);
    assert_string_equal(l->body->next->spec.name, "dropout");
    assert_null(l->body->next->next);
    l = l->next;
    assert_int_equal(l->kind, SFT_RESIDUAL);
    assert_int_equal(l->spec.pos.line, 2);
    assert_int_equal(l->spec.pos.col, 2);
    assert_string_equal(l->body->spec.name, "tanh");
    assert_string_equal(l->shortcut->spec.name, "relu");
    assert_int_equal(l->shortcut->spec.pos.line, 2);
    assert_int_equal(l->shortcut->spec.pos.col, 31);
    assert_string_equal(l->next->spec.name, "linear");
    assert_null(l->next->next);
    close_stack(&s);
}

/* Reading what was written gives the same text, and aliases are written as the canonical names. */
static void test_text_reads_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "linear 64 | relu | linear",
        "repeat 2 ( repeat 3 ( linear 8 | tanh ) | batchnorm )",
        "residual ( conv2d 16 kernel_size=3x3 padding=1 | relu ) shortcut ( conv2d 16 kernel_size=1 )",
        "linear \"6 4\" | relu a=\"x|y\" | tanh b=\"q\\\"(\" c='it''s' d=[1, 2]",
        "mlp depth=3 act=tanh norm=batch dropout=0.25", "resnet20", "lenet", NULL
    };
    stack s = open_stack();
    for (int i = 0; texts[i]; i++) {
        const char *once = text_of(&s, texts[i]);
        assert_string_equal(text_of(&s, once), once);
    }
    assert_string_equal(text_of(&s, "linear units=3"), text_of(&s, "linear out_features=3"));
    close_stack(&s);
}

static void test_errors_and_places(void **state)
{
    (void)state;
    stack s = open_stack();
    fails(&s, "linear 64 |\n  rleu", "E132", "m:2:3: error[E132]: unknown layer `rleu` — did you mean `relu`?");
    fails(&s, "xyzzyxyzzy", "E132", "surefoot list op");
    fails(&s, "", "E115", "m:1:1: error[E115]: the model ends where a layer such as `linear 64` is expected");
    fails(&s, "relu | ", "E115", "m:1:8: error[E115]: the model ends");
    fails(&s, "relu || relu", "E115", "m:1:7: error[E115]: `|` where a layer");
    fails(&s, "repeat 2 relu", "E115", "m:1:10: error[E115]: `r` where `(` behind `repeat` is expected");
    fails(&s, "repeat two ( relu )", "E115", "m:1:8: error[E115]: `repeat` wants a whole number, got `two`");
    fails(&s, "repeat ( relu )", "E115", "m:1:8");
    fails(&s, "repeat 0 ( relu )", "E113", "m:1:8: error[E113]: `repeat` is out of range");
    fails(&s, "relu | residual ( relu", "E115", "m:1:17: error[E115]: `(` is never closed");
    fails(&s, "relu )", "E115", "m:1:6: error[E115]: `)` without a `(`");
    fails(&s, "relu ( tanh )", "E115", "m:1:6: error[E115]: `(` where `|` or the end is expected");
    fails(&s, "residual ( relu ) ü", "E115", "m:1:19: error[E115]: `ü` where");
    fails(&s, "linear \"64", "E115", "m:1:8: error[E115]");
    fails(&s, "relu | =3", "E115", "m:1:8");
    fails(&s, "conv2d 8 pad=1 padding=2", "E104", "m:1:16: error[E104]: `padding` of `conv2d` given twice");
    fails(&s, "a=3", "E115", "options without a layer");
    fails(&s, "mlp wdth=3", "E110", "did you mean `width`?");
    fails(&s, "relu | mlp act=tahn", "E132", "m:1:8: error[E132]: unknown layer `tahn` — did you mean `tanh`?");
    close_stack(&s);
}

/* Text of n times `open`, a layer, n times ")". */
static char *nested(int n, const char *open)
{
    char *text = calloc((size_t)n * (strlen(open) + 1) + 8, 1), *at = text;
    assert_non_null(text);
    for (int i = 0; i < n; i++) at += sprintf(at, "%s", open);
    at += sprintf(at, "relu");
    memset(at, ')', (size_t)n);
    return text;
}

static void test_bombs(void **state)
{
    (void)state;
    static const struct { int n; const char *open, *id; } cases[] = {
        { 64, "residual(", NULL }, { 65, "residual(", "E106" }, { 100000, "residual(", "E106" },
        { 16, "repeat 2(", NULL }, { 17, "repeat 2(", "E113" }, { 64, "repeat 100000(", "E113" },
    };
    stack s = open_stack();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = nested(cases[i].n, cases[i].open);
        if (cases[i].id) {
            fails(&s, text, cases[i].id, "");
        } else {
            assert_non_null(parse(&s, text));
            CHECK_OK(s.c);
        }
        free(text);
    }
    fails(&s, "repeat 100001 ( relu )", "E113", "");
    assert_non_null(parse(&s, "repeat 100000 ( relu )"));
    fails(&s, "repeat 100000 ( relu ) | relu", "E113", "more than 100000 layers");
    fails(&s, "repeat 1000 ( mlp depth=1000 )", "E113", "more than 100000 layers");
    close_stack(&s);
}

static int64_t count(const sft_layer *l, const char *name)
{
    int64_t n = 0;
    for (; l; l = l->next) {
        if (l->kind == SFT_LAYER) n += sft__text_is(l->spec.name, name);
        n += count(l->body, name) * (l->kind == SFT_REPEAT ? l->times : 1) + count(l->shortcut, name);
    }
    return n;
}

/* He et al.: 6n+2 layers with weights, not counting the two shortcut convolutions. */
static void test_presets(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t convs, linears; } nets[] = {
        { "resnet20", 19 + 2, 1 }, { "resnet32", 31 + 2, 1 }, { "resnet56", 55 + 2, 1 }, { "resnet20 depth=8", 7 + 2, 1 },
        { "lenet", 2, 3 }, { "mlp", 0, 3 }, { "mlp depth=20", 0, 21 }, { "mlp 0", 0, 1 },
    };
    stack s = open_stack();
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        sft_layer *l = parse(&s, nets[i].text);
        CHECK_OK(s.c);
        assert_int_equal(count(l, "conv2d"), nets[i].convs);
        assert_int_equal(count(l, "linear"), nets[i].linears);
    }
    assert_string_equal(text_of(&s, "mlp depth=3 width=9 act=tanh norm=batch dropout=0.5"),
                        "flatten | repeat 3 ( linear 9 | batchnorm | tanh | dropout 0.5 ) | linear");
    for (int i = 0; sft__preset_at(i); i++) { /* every preset, as it is */
        const sft_preset *p = sft__preset_at(i);
        assert_ptr_equal(sft__preset_find(p->name), p);
        assert_non_null(parse(&s, p->name));
        CHECK_OK(s.c);
    }
    close_stack(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),  cmocka_unit_test(test_text_reads_back), cmocka_unit_test(test_errors_and_places),
        cmocka_unit_test(test_bombs), cmocka_unit_test(test_presets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
