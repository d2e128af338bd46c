/* SPDX-License-Identifier: MIT */
/* Option rows: what binds, what is refused with which code, and that printed options bind to the same values. labels: core */
#include "check.h"

#include "base/fields.h"

#include <math.h>

typedef struct options {
    double      lr, share;
    int64_t     width, maybe;
    bool        nesterov;
    int         act;
    const char *file, *note;
    sft_dims    kernel, pad;
    sft_reals   betas;
} options;

static const char *const acts[] = { "relu", "tanh", "leaky_relu", NULL };

#define AT(member) .offset = offsetof(options, member)
static const sft_field rows[] = {
    { .name = "lr", .kind = SFT_REAL, AT(lr), .def = 0.1, .low = 0, .high = INFINITY, .aliases = "learning_rate lr_init",
      .flags = SFT_ABOVE_LOW | SFT_LOG },
    { .name = "share", .kind = SFT_REAL, AT(share), .def = 0, .low = 0, .high = 1, .flags = SFT_BELOW_HIGH | SFT_AUTO },
    { .name = "width", .kind = SFT_INT, AT(width), .def = 8, .low = 1, .high = 65536, .flags = SFT_MAIN },
    { .name = "maybe", .kind = SFT_INT, AT(maybe), .flags = SFT_AUTO },
    { .name = "nesterov", .kind = SFT_FLAG, AT(nesterov) },
    { .name = "act", .kind = SFT_WORD, AT(act), .words = acts, .text = "tanh" },
    { .name = "file", .kind = SFT_TEXT, AT(file), .text = "a b" },
    { .name = "note", .kind = SFT_TEXT, AT(note), .flags = SFT_AUTO },
    { .name = "kernel", .kind = SFT_DIMS, AT(kernel), .text = "3x5", .low = 1, .high = 99 },
    { .name = "pad", .kind = SFT_DIMS, AT(pad), .flags = SFT_AUTO },
    { .name = "betas", .kind = SFT_REALS, AT(betas), .text = "[0.9, 0.999]", .low = 0, .high = 1, .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END,
};

typedef struct required {
    int64_t out;
} required;

static const sft_field required_rows[] = {
    { .name = "out", .kind = SFT_INT, .offset = offsetof(required, out), .low = 1, .high = 9, .flags = SFT_REQUIRED | SFT_MAIN,
      .doc = "outputs" },
    SFT_FIELD_END,
};

/* Sizes with a word of their own beside a plain default, as a convolution's padding has. */
static const char *const same[] = { "same", NULL };
static const sft_field padding_rows[] = {
    { .name = "padding", .kind = SFT_DIMS, .text = "0", .words = same, .high = 99, .flags = SFT_AUTO },
    SFT_FIELD_END,
};

typedef struct fixture {
    sft_ctx  *c;
    sft_arena a;
    sft_spec  s;
    options   o;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->c = check_open();
    sft__arena_open(&f->a, f->c);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    sft__arena_close(&f->a);
    sft_close(f->c);
    free(f);
    return 0;
}

static sft_status parse(fixture *f, const char *text)
{
    return sft__spec_parse(&f->a, text, strlen(text), (sft_pos){ "r.yaml", 4, 12 }, &f->s);
}

static sft_status bind(fixture *f, const char *text)
{
    sft_status s = parse(f, text);
    return s ? s : sft__fields_bind(&f->a, rows, &f->o, &f->s, f->s.name);
}

static void accept(fixture *f, const char *text)
{
    bind(f, text);
    CHECK_OK(f->c);
}

static void refuse(fixture *f, const char *text, const char *id, const char *part)
{
    assert_true(bind(f, text) != SFT_OK);
    CHECK_FAILS(f->c, id, part);
}

static void defaults_are_the_rows(void **state)
{
    fixture *f = *state;
    accept(f, "sgd");
    const options *o = &f->o;
    assert_true(o->lr == 0.1 && isnan(o->share) && o->width == 8 && o->maybe == -1 && !o->nesterov && o->act == 1);
    assert_string_equal(o->file, "a b");
    assert_null(o->note);
    assert_true(o->kernel.n == 2 && o->kernel.v[0] == 3 && o->kernel.v[1] == 5 && o->pad.n == 0);
    assert_true(o->betas.n == 2 && o->betas.v[0] == 0.9 && o->betas.v[1] == 0.999);
}

static void every_way_to_say_it(void **state)
{
    fixture *f = *state;
    const options *o = &f->o;
    accept(f, "sgd 64 lr=1e-3");
    assert_true(o->width == 64 && o->lr == 1e-3);
    assert_string_equal(f->s.name, "sgd");
    accept(f, "  sgd\n\twidth=1e3   learning_rate=2.5 \r\n");
    assert_true(o->width == 1000 && o->lr == 2.5);
    accept(f, "sgd nesterov 16.0");
    assert_true(o->width == 16 && o->nesterov);
    static const char *const yes[] = { "true", "yes", "on", "1", "True", "YES" }, *const no[] = { "false", "No", "off", "0" };
    char text[64];
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        snprintf(text, sizeof text, "sgd nesterov=%s", yes[i]);
        accept(f, text);
        assert_true(o->nesterov);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        snprintf(text, sizeof text, "sgd nesterov=%s", no[i]);
        accept(f, text);
        assert_false(o->nesterov);
    }
    accept(f, "sgd act=leaky_relu file=\"it's \\\"a\\\" \\\\ b\" note='it''s'");
    assert_int_equal(o->act, 2);
    assert_string_equal(o->file, "it's \"a\" \\ b");
    assert_string_equal(o->note, "it's");
    accept(f, "sgd share=auto maybe=auto note=auto pad=auto file=\"\"");
    assert_true(isnan(o->share) && o->maybe == -1 && !o->note && o->pad.n == 0);
    assert_string_equal(o->file, "");
    accept(f, "sgd maybe=7 share=0.5 pad=1");
    assert_true(o->maybe == 7 && o->share == 0.5 && o->pad.n == 1 && o->pad.v[0] == 1);
    accept(f, "learning_rate=3");
    assert_string_equal(f->s.name, "");
    assert_true(o->lr == 3);
    accept(f, "csv:\"my file.csv\" 5");
    assert_string_equal(f->s.name, "csv:my file.csv");
    accept(f, "");
    assert_string_equal(f->s.name, "");
}

static void sizes_and_lists(void **state)
{
    fixture *f = *state;
    const options *o = &f->o;
    static const char *const three[] = { "kernel=3x4x5", "kernel=[3,4,5]", "kernel=[ 3 , 4 , 5 ]", "kernel=3,4,5",
                                         "kernel=3X4X5" };
    for (size_t i = 0; i < sizeof three / sizeof *three; i++) {
        char text[64];
        snprintf(text, sizeof text, "sgd %s", three[i]);
        accept(f, text);
        assert_true(o->kernel.n == 3 && o->kernel.v[0] == 3 && o->kernel.v[1] == 4 && o->kernel.v[2] == 5);
    }
    accept(f, "sgd kernel=7");
    assert_true(o->kernel.n == 1 && o->kernel.v[0] == 7);
    accept(f, "sgd betas=0.5");
    assert_true(o->betas.n == 1 && o->betas.v[0] == 0.5);
    accept(f, "sgd betas=[0.1,.2, 3e-1]");
    assert_true(o->betas.n == 3 && o->betas.v[2] == 0.3);
    accept(f, "sgd betas=[]");
    assert_int_equal(o->betas.n, 0);
    refuse(f, "sgd kernel=1x2x3x4", "E111", "sizes");
    refuse(f, "sgd kernel=", "E115", "no value");
    refuse(f, "sgd kernel=[]", "E111", "kernel");
    refuse(f, "sgd kernel=3x", "E111", "kernel");
    refuse(f, "sgd kernel=[3", "E115", "]");
    refuse(f, "sgd kernel=3]", "E111", "kernel");
    refuse(f, "sgd kernel=0", "E113", "1..99");
    refuse(f, "sgd kernel=3x100", "E113", "1..99");
    refuse(f, "sgd betas=0.9,1", "E113", ">= 0 and < 1");
    refuse(f, "sgd betas=0.9,nan", "E112", "finite");
    refuse(f, "sgd betas=.1,.1,.1,.1,.1,.1,.1,.1,.1", "E111", "numbers");
}

static void sizes_may_have_a_word(void **state)
{
    fixture *f = *state;
    sft_dims d;
    char buf[64];
    static const struct {
        const char *text, *printed;
        int         n;
    } cases[] = { { "conv", "0", 1 }, { "conv padding=same", "same", 0 }, { "conv padding=auto", "same", 0 },
                  { "conv padding=1x2", "1x2", 2 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parse(f, cases[i].text);
        sft__fields_bind(&f->a, padding_rows, &d, &f->s, "conv");
        CHECK_OK(f->c);
        assert_int_equal(d.n, cases[i].n);
        assert_string_equal(sft__field_print(padding_rows, &d, buf, sizeof buf), cases[i].printed);
    }
    assert_string_equal(sft__field_default(padding_rows, buf, sizeof buf), "0");
    assert_string_equal(sft__field_range(padding_rows, buf, sizeof buf), "0..99 or same");
    parse(f, "conv padding=full");
    sft__fields_bind(&f->a, padding_rows, &d, &f->s, "conv");
    CHECK_FAILS(f->c, "E111", "0..99 or same, got `full`");
}

static void what_is_wrong_is_named(void **state)
{
    fixture *f = *state;
    refuse(f, "sgd learning_rte=1", "E110",
           "r.yaml:4:16: error[E110]: unknown key `learning_rte` in `sgd` — allowed: lr, share, width, maybe, nesterov, act, "
           "file, note, kernel, pad, betas — did you mean `lr`?");
    assert_true(bind(f, "sgd zzzzzzzz=1") == SFT_RECIPE);
    assert_null(strstr(sft_message(f->c), "did you mean"));
    CHECK_FAILS(f->c, "E110", "allowed");
    refuse(f, "sgd width=32x", "E111", "`width` in `sgd` wants an integer in 1..65536, got `32x`");
    refuse(f, "sgd width=1.5", "E111", "integer");
    refuse(f, "sgd width=0", "E113", "must be in 1..65536, got `0`");
    refuse(f, "sgd width=2147483648", "E113", "2147483648");
    refuse(f, "sgd width=1e300", "E113", "width");
    refuse(f, "sgd maybe=1e300", "E113", "64 bits");
    refuse(f, "sgd width=nan", "E112", "finite");
    refuse(f, "sgd width=auto", "E111", "auto");
    refuse(f, "sgd lr=nan", "E112", "must be finite and > 0, got `nan`");
    refuse(f, "sgd lr=.inf", "E112", "must be finite and > 0");
    refuse(f, "sgd lr=-1", "E112", "must be finite and > 0");
    refuse(f, "sgd lr=0", "E112", "> 0");
    refuse(f, "sgd lr=fast", "E111", "wants a number");
    refuse(f, "sgd share=1", "E113", ">= 0 and < 1 or auto");
    refuse(f, "sgd nesterov=maybe", "E111", "true or false");
    refuse(f, "sgd act=leaky_rleu", "E132", "choose one of: relu, tanh, leaky_relu — did you mean `leaky_relu`?");
    refuse(f, "sgd act=Tanh", "E132", "did you mean `tanh`?");
    refuse(f, "sgd lr=1 lr=2", "E104", "r.yaml:4:21");
    refuse(f, "sgd lr=1 lr_init=2", "E104", "`lr` of `sgd` given twice");
    refuse(f, "sgd 5 width=6", "E104", "width");
    refuse(f, "sgd 5 6", "E115", "one bare value, got `5` and `6`");
    refuse(f, "sgd lr = 1", "E115", "r.yaml:4:19");
    refuse(f, "sgd lr=", "E115", "no value");
    refuse(f, "sgd file=\"a b", "E115", "r.yaml:4:21");
    refuse(f, "sgd file='a", "E115", "not closed");
    refuse(f, "sgd\n\n  file='a", "E115", "r.yaml:6:8");
    refuse(f, "sgd file=\xC3\xA9\xC3\xA9 oops=1", "E110", "r.yaml:4:24");
    assert_int_equal(sft__spec_parse(&f->a, "a\0b", 3, (sft_pos){ 0 }, &f->s), SFT_RECIPE);
    CHECK_FAILS(f->c, "E115", "zero byte");
}

static void rows_without_options_or_with_needs(void **state)
{
    fixture *f = *state;
    static const sft_field none[] = { SFT_FIELD_END };
    required r;
    parse(f, "relu x=1");
    sft__fields_bind(&f->a, none, NULL, &f->s, "relu");
    CHECK_FAILS(f->c, "E110", "takes no options");
    parse(f, "relu 5");
    sft__fields_bind(&f->a, none, NULL, &f->s, "relu");
    CHECK_FAILS(f->c, "E115", "no bare value");
    parse(f, "relu");
    assert_int_equal(sft__fields_bind(&f->a, NULL, NULL, &f->s, "relu"), SFT_OK);
    sft__fields_bind(&f->a, required_rows, &r, &f->s, "linear");
    CHECK_FAILS(f->c, "E114", "`out` is required in `linear` — outputs");
    parse(f, "linear 5");
    assert_int_equal(sft__fields_bind(&f->a, required_rows, &r, &f->s, "linear"), SFT_OK);
    assert_int_equal(r.out, 5);
}

static void put(fixture *f, const char *key, const char *value, bool override)
{
    sft__spec_put(&f->a, &f->s, key, value, (sft_pos){ 0 }, override);
    CHECK_OK(f->c);
}

static sft_status again(fixture *f)
{
    return sft__fields_bind(&f->a, rows, &f->o, &f->s, "optimizer sgd");
}

static void overrides_win_and_fail_by_their_own_codes(void **state)
{
    fixture *f = *state;
    parse(f, "sgd 5 learning_rate=1 act=wrong");
    put(f, "act", "relu", true);   /* in the recipe's place */
    put(f, "lr", "2", true);       /* under another name */
    put(f, NULL, "6", true);
    put(f, "lr_init", "3", true);  /* the last one wins */
    assert_int_equal(again(f), SFT_OK);
    assert_true(f->o.lr == 3 && f->o.act == 0 && f->o.width == 6);
    put(f, "lr_init", "ten", true);
    assert_int_equal(again(f), SFT_USAGE);
    CHECK_FAILS(f->c, "E145", "wants a number");
    put(f, "lr_init", "-1", true);
    again(f);
    CHECK_FAILS(f->c, "E145", "> 0");
    put(f, "lr_init", "1", true);
    put(f, "act", "sine", true);
    again(f);
    CHECK_FAILS(f->c, "E145", "choose one of");
    put(f, "act", "relu", true);
    put(f, "widht", "1", true);
    assert_int_equal(again(f), SFT_USAGE);
    CHECK_FAILS(f->c, "E144", "did you mean `width`?");
}

static void putting_replaces_or_adds(void **state)
{
    fixture *f = *state;
    parse(f, "sgd");
    char key[16];
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "k%d", i % 50);
        put(f, key, i < 50 ? "old" : "new", false);
    }
    assert_int_equal(f->s.n, 50);
    for (int i = 0; i < 50; i++)
        assert_string_equal(f->s.arg[i].value, "new");
    for (int i = 50; i < 256; i++) {
        snprintf(key, sizeof key, "k%d", i);
        put(f, key, "x", false);
    }
    assert_int_equal(sft__spec_put(&f->a, &f->s, "more", "x", (sft_pos){ 0 }, false), SFT_RECIPE);
    CHECK_FAILS(f->c, "E115", "256");
}

/* Printing every option and binding the text again gives the same text, for values all over the ranges. */
static void printed_options_bind_to_the_same(void **state)
{
    fixture *f = *state;
    static const char *const specs[] = {
        "sgd", "sgd 64 lr=1e-3 nesterov", "sgd file=\"\" note=\"auto\"", "sgd note=\"a=b [c] 'd' \\\"e\\\" \\\\\"",
        "sgd kernel=1x2x3 pad=0 betas=[] share=0.3333333333333333", "sgd maybe=-5 lr=5e-324 betas=0.1,0.2,0.3,0.4",
        "sgd file='tab\there' note=x:y", "sgd file=\"[1, 2]\" act=relu width=65536",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        accept(f, specs[i]);
        const char *once = sft__fields_text(&f->a, rows, &f->o);
        char *text = sft__arena_printf(&f->a, "sgd %s", once);
        options before = f->o;
        accept(f, text);
        assert_string_equal(sft__fields_text(&f->a, rows, &f->o), once);
        assert_true(before.lr == f->o.lr && before.width == f->o.width && before.maybe == f->o.maybe);
        assert_string_equal(before.file, f->o.file);
        assert_true(before.note ? f->o.note && strcmp(before.note, f->o.note) == 0 : !f->o.note);
        assert_memory_equal(&before.kernel, &f->o.kernel, sizeof before.kernel);
        assert_memory_equal(&before.betas, &f->o.betas, sizeof before.betas);
    }
    accept(f, "sgd");
    assert_string_equal(sft__fields_text(&f->a, rows, &f->o),
                        "lr=0.1 share=auto width=8 maybe=auto nesterov=false act=tanh file=\"a b\" note=auto kernel=3x5 "
                        "pad=auto betas=[0.9, 0.999]");
}

static void rows_describe_themselves(void **state)
{
    (void)state;
    static const char *const range[] = { "> 0", ">= 0 and < 1 or auto", "1..65536", "", "true|false", "relu|tanh|leaky_relu",
                                         "", "", "1..99", "", ">= 0 and < 1" };
    static const char *const def[] = { "0.1", "auto", "8", "auto", "false", "tanh", "\"a b\"", "auto", "3x5", "auto",
                                       "[0.9, 0.999]" };
    char buf[64];
    for (int i = 0; rows[i].name; i++) {
        assert_string_equal(sft__field_range(&rows[i], buf, sizeof buf), range[i]);
        assert_string_equal(sft__field_default(&rows[i], buf, sizeof buf), def[i]);
        assert_ptr_equal(sft__field_find(rows, rows[i].name), &rows[i]);
        for (size_t size = 1; size < 12; size++) { /* a small buffer is never overrun */
            memset(buf, 'x', sizeof buf);
            sft__field_range(&rows[i], buf, size);
            assert_true(strlen(buf) < size && buf[size] == 'x');
            memset(buf, 'x', sizeof buf);
            sft__field_default(&rows[i], buf, size);
            assert_true(strlen(buf) < size && buf[size] == 'x');
        }
    }
    assert_ptr_equal(sft__field_find(rows, "lr_init"), &rows[0]);
    assert_null(sft__field_find(rows, "lr_ini"));
    assert_null(sft__field_find(rows, ""));
    assert_string_equal(sft__field_default(required_rows, buf, sizeof buf), "required");
    assert_string_equal(sft__kind_name(SFT_INT), "integer");
}

static const char *near_of(const char *word)
{
    static const char *const known[] = { "momentum", "adam", "adamw", "kaiming_normal", "lr" };
    sft_near n = sft__near(word);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        sft__near_try(&n, known[i]);
    const char *best = sft__near_best(&n);
    return best ? best : "";
}

static void near_words(void **state)
{
    (void)state;
    assert_string_equal(near_of("momentun"), "momentum");
    assert_string_equal(near_of("mometnum"), "momentum"); /* a swap counts once */
    assert_string_equal(near_of("Adam"), "adam");
    assert_string_equal(near_of("adamv"), "adam");
    assert_string_equal(near_of("adamww"), "adamw");
    assert_string_equal(near_of("kaimingnormal"), "kaiming_normal");
    assert_string_equal(near_of("rl"), "lr");
    assert_string_equal(near_of("spectrogram"), "");
    assert_string_equal(near_of(""), "");
    assert_true(sft__named("b", "a", "b c") && sft__named("c", "a", "b c") && sft__named("a", "a", NULL));
    assert_false(sft__named("b c", "a", "b c") || sft__named("", "a", "b") || sft__named("d", "a", "dd ed"));
    sft_near n = sft__near(NULL);
    sft__near_try(&n, "a");
    assert_null(sft__near_best(&n));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_the_rows),
        TEST(every_way_to_say_it),
        TEST(sizes_and_lists),
        TEST(sizes_may_have_a_word),
        TEST(what_is_wrong_is_named),
        TEST(rows_without_options_or_with_needs),
        TEST(overrides_win_and_fail_by_their_own_codes),
        TEST(putting_replaces_or_adds),
        TEST(printed_options_bind_to_the_same),
        TEST(rows_describe_themselves),
        TEST(near_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
