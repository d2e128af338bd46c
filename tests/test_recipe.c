/* SPDX-License-Identifier: MIT */
/* Recipes: every resolved text reads back as itself; spellings, overrides, places and single values. labels: core */
#include "check.h"

#include "base/random.h"
#include "base/text.h"
#include "recipe/sections.h"

#ifdef SFT_HAVE_JANSSON
#include <jansson.h>
#endif

#ifdef SFT_HAVE_YAML
#define NEEDS_YAML(what) ((void)0)
#else
#define NEEDS_YAML(what)                                                                           \
    do {                                                                                           \
        printf("skipped: %s (built without libyaml)\n", what);                                     \
        return;                                                                                    \
    } while (0)
#endif

static sft_recipe *read_text(sft_ctx *c, const char *text)
{
    return sft_recipe_parse(c, "r.yaml", text, strlen(text));
}

/* A recipe made of overrides only, which needs no YAML. */
static sft_recipe *small(sft_ctx *c)
{
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", NULL, 0);
    sft_recipe_set(r, "data=digits");
    sft_recipe_set(r, "model=mlp depth=3");
    CHECK_OK(c);
    return r;
}

static void has(sft_recipe *r, const char *key, const char *want)
{
    const char *got = sft_recipe_get(r, key);
    CHECK_OK(r->ctx);
    if (!got || strcmp(got, want) != 0) fail_msg("%s is %s, want %s", key, got ? got : "absent", want);
}

/* ---- round trip ---------------------------------------------------------------------------- */

static const char *const words[] = {
    "plain", "two words", "\"quoted\"", "back\\slash", "it's", "#sharp", "a: b", "Größe", "null", "~", "[1, 2]", "- x", "",
};

/* A value that the row takes; NULL: leave this row alone. */
static const char *some_value(const sft_field *row, sft_stream *s, char *buf, size_t size)
{
    static const char *const bound[] = { "a", "b", "low", "high" }; /* one below the other */
    int n = 0;
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (sft__text_is(row->name, bound[i])) return NULL;
    if (sft__text_is(row->name, "shards") || sft__text_is(row->name, "steps")) return NULL; /* bound to others */
    switch (row->kind) {
    case SFT_INT: {
        const bool   bounded = row->low != 0 || row->high != 0;
        const double low = bounded ? row->low : 0, high = bounded && row->high < 1e6 ? row->high : low + 1000;
        snprintf(buf, size, "%.0f", low + 1 + (double)sft__below(s, (uint64_t)(high - low)));
        return buf;
    }
    case SFT_REAL: {
        const bool   bounded = row->low != 0 || row->high != 0;
        const double low = bounded ? row->low : 0, high = bounded && row->high < 1 ? row->high : low + 1;
        return sft__print_real(low + (high - low) * (0.01 + 0.98 * sft__uniform(s)), buf, size);
    }
    case SFT_FLAG: return sft__below(s, 2) ? "true" : "false";
    case SFT_WORD:
        while (row->words[n]) n++;
        return row->words[sft__below(s, (uint64_t)n)];
    case SFT_TEXT: return words[sft__below(s, sizeof words / sizeof words[0])];
    case SFT_DIMS: return sft__below(s, 2) ? "3" : "1x2";
    case SFT_REALS: return NULL;
    }
    return NULL;
}

static void set(sft_recipe *r, const char *section, const char *key, const char *value)
{
    char text[512];
    snprintf(text, sizeof text, "%s.%s=%s", section, key, value);
    sft_recipe_set(r, text);
    CHECK_OK(r->ctx);
}

/* Some rules with patterns that want quotes and such that do not. */
static void fill_rules(sft_recipe *r, int id, sft_stream *s)
{
    static const char *const patterns[] = { "*.bias", "0.weight", "2.body.*", "conv2d", "#? : x" };
    const sft_section *section = &sft__section[id];
    char               call[256], buf[64];
    for (uint64_t k = sft__below(s, 4); k > 0; k--) {
        sft_choice c = { .name = "", .fields = section->rows };
        int        n = 0;
        while (section->at && section->at(n, &c)) n++;
        if (section->at) section->at((int)sft__below(s, (uint64_t)n), &c);
        n = snprintf(call, sizeof call, "%s", c.name);
        for (const sft_field *row = sft__section_rows(r, id, &c); row->name; row++) {
            const char *value = sft__below(s, 2) ? some_value(row, s, buf, sizeof buf) : NULL;
            if (value) n += snprintf(call + n, sizeof call - (size_t)n, " %s=%s", row->name, value);
        }
        set(r, section->name, patterns[sft__below(s, sizeof patterns / sizeof patterns[0])], call);
    }
}

/* Two calls, with some options of the second. */
static void fill_list(sft_recipe *r, sft_stream *s)
{
    char text[128], buf[64];
    int  n = 0;
    while (sft__augment_at(n)) n++;
    const sft_augment *x = sft__augment_at((int)sft__below(s, (uint64_t)n));
    snprintf(text, sizeof text, "augment=flip p=0.25 | %s", x->name);
    sft_recipe_set(r, text);
    CHECK_OK(r->ctx);
    for (const sft_field *row = x->fields; row->name; row++) {
        const char *value = some_value(row, s, buf, sizeof buf);
        if (value) set(r, "augment.2", row->name, value);
    }
}

static void fill_section(sft_recipe *r, int id, sft_stream *s)
{
    if (sft__section[id].patterns) {
        fill_rules(r, id, s);
        return;
    }
    if (sft__section[id].list) {
        fill_list(r, s);
        return;
    }
    const sft_section *section = &sft__section[id];
    sft_choice         c = { .fields = section->rows };
    char               text[128], buf[64];
    if (section->at) {
        int n = 0;
        while (section->at(n, &c)) n++;
        section->at((int)sft__below(s, (uint64_t)n), &c);
        const bool place = id == SFT_DATA_SECTION && ((const sft_source *)c.record)->place;
        set(r, section->name, "name", c.name);
        if (place) {
            snprintf(text, sizeof text, "%s:some dir/é.csv", c.name);
            set(r, section->name, "name", text);
        }
    }
    for (const sft_field *row = sft__section_rows(r, id, &c); row->name; row++) {
        if (id == SFT_METRICS_SECTION) continue; /* names records */
        if (sft__text_is(section->name, "model") && row->kind == SFT_TEXT) continue; /* names an op */
        if (sft__below(s, 2) && !(row->flags & SFT_REQUIRED)) continue;
        const char *value = some_value(row, s, buf, sizeof buf);
        if (value) set(r, section->name, row->name, value);
    }
}

static void test_every_text_reads_back(void **state)
{
    (void)state;
    NEEDS_YAML("resolved recipes read back");
    for (uint32_t seed = 0; seed < 300; seed++) {
        sft_ctx    *c = check_open();
        sft_stream  s = sft__stream(sft__key(seed, SFT_FOR_TEST), 0, 0, 0);
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", NULL, 0);
        for (int id = 0; id < SFT_SECTIONS; id++) fill_section(r, id, &s);
        if (sft__text_is(r->optimizer.name, "lbfgs")) { /* goes with neither */
            sft_recipe_set(r, "wrap=none");
            sft_recipe_set(r, "train.clip_norm=0");
        }
        if (seed % 2) sft_recipe_set(r, "model=linear 64 a=\"x | y\" | relu | residual ( relu ) | linear");
        sft_clear(c);
        if (seed % 2) sft_recipe_set(r, "model=linear 64 | relu | repeat 2 ( residual ( relu ) ) | linear");
        const char *text = sft_recipe_text(r);
        CHECK_OK(c);
        sft_recipe *again = read_text(c, text);
        const char *twice = sft_recipe_text(again);
        CHECK_OK(c);
        assert_string_equal(text, twice);
        for (int id = 0; id < SFT_SECTIONS; id++) { /* and every value is the same */
            if (sft__section[id].patterns) has(again, sft__section[id].name, sft_recipe_get(r, sft__section[id].name));
            if (sft__section[id].patterns) continue;
            for (const sft_field *row = r->bound[id].rows; row->name; row++) {
                char key[128];
                snprintf(key, sizeof key, "%s.%s", sft__section[id].name, row->name);
                has(again, key, sft_recipe_get(r, key));
            }
        }
        has(again, "augment", sft_recipe_get(r, "augment"));
        sft_recipe_free(again);
        sft_recipe_free(r);
        sft_close(c);
    }
}

/* ---- spellings ----------------------------------------------------------------------------- */

/* Each line on the left says the same as the key and value on the right. */
static void test_spellings(void **state)
{
    (void)state;
    NEEDS_YAML("other spellings");
    static const struct { const char *yaml, *key, *value; } cases[] = {
        { "optimizer: adamw lr=3e-3", "optimizer.lr", "0.003" },
        { "optimizer: {name: adamw, lr: 3e-3}", "optimizer.lr", "0.003" },
        { "opt:\n  name: adam\n  learning_rate: 0.003\n", "optimizer.lr", "0.003" },
        { "optimizer: {name: adam, eps: 1.0e-8}", "optimizer.eps", "1e-8" },
        { "optimizer: {name: adam, betas: [0.8, 0.99]}", "optimizer.betas", "[0.8, 0.99]" },
        { "solver: sgd", "optimizer", "sgd" },
        { "train: {max_epochs: 7}", "train.epochs", "7" },
        { "train: {max_iter: 7}", "train.epochs", "7" },
        { "trainer: {batch_size: 32}", "train.batch", "32" },
        { "train: batch_size=32 seed=4", "train.seed", "4" },
        { "train: {random_state: 3}", "train.seed", "3" },
        { "train: {gradient_clip_val: 0.5}", "train.clip_norm", "0.5" },
        { "train: {shuffle: no}", "train.shuffle", "false" },
        { "train: {batch: 1e2}", "train.batch", "100" },
        { "early_stopping: {patience: 3, restore_best_weights: false}", "early_stop.restore_best", "false" },
        { "early_stop: 8", "early_stop.patience", "8" },
        { "lr_scheduler: cosine warmup=9", "schedule.warmup", "9" },
        { "sched: {name: cosine, warmup_epochs: 2}", "schedule.warmup_epochs", "2" },
        { "loss: auto", "loss", "auto" },
        { "loss:", "loss", "auto" },
        { "init: xavier_normal", "init", "xavier_normal" },
        { "version: 1", "train.seed", "0" },
        { "train: {epochs: null}", "train.epochs", "20" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sft_ctx *c = check_open();
        char     text[256];
        snprintf(text, sizeof text, "\xEF\xBB\xBF# a recipe\ndata: digits\nmodel: mlp\n%s\n", cases[i].yaml);
        sft_recipe *r = read_text(c, text);
        has(r, cases[i].key, cases[i].value);
        sft_recipe_free(r);
        sft_close(c);
    }
}

static void test_model_forms(void **state)
{
    (void)state;
    NEEDS_YAML("forms of the model");
    static const struct { const char *yaml, *text; } cases[] = {
        { "linear 64 | relu | linear", "linear 64 | relu | linear" },
        { "|\n  linear 64 |\n    relu |\n  linear", "linear 64 | relu | linear" },
        { ">\n  dense 64 |\n  relu\n", "linear 64 | relu" },
        { "linear 64 |\n  relu", "linear 64 | relu" },
        { "'linear 64 | relu'", "linear 64 | relu" },
        { "\"linear 64 | \\x72elu\"", "linear 64 | relu" },
        { "linear 64 | mlp 0", "linear 64 | flatten | linear" },
        { "mlp 0", "mlp" },
        { "{name: mlp, depth: 0}", "mlp" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sft_ctx *c = check_open();
        char     text[256];
        snprintf(text, sizeof text, "data: digits\nmodel: %s\n", cases[i].yaml);
        sft_recipe *r = read_text(c, text);
        has(r, "model", cases[i].text);
        assert_non_null(r->layers);
        sft_recipe_free(r);
        sft_close(c);
    }
}

/* ---- overrides ----------------------------------------------------------------------------- */

static void test_overrides(void **state)
{
    (void)state;
    static const struct { const char *set, *key, *value; } cases[] = {
        { "optimizer.lr=0.5", "optimizer.lr", "0.5" },
        { "optimizer.learning_rate=0.5", "optimizer.lr", "0.5" },
        { "opt.lr=0.5", "optimizer.lr", "0.5" },
        { "optimizer=sgd lr=0.25 momentum=0.5", "optimizer.momentum", "0.5" },
        { "optimizer.name=sgd", "optimizer", "sgd" },
        { "train.epochs=3", "train.epochs", "3" },
        { "+train.epochs=3", "train.epochs", "3" },
        { "++train.epochs=3", "train.epochs", "3" },
        { "train.max_epochs=3", "train.epochs", "3" },
        { "~model.depth", "model.depth", "2" },
        { "model.width=512", "model.width", "512" },
        { "model.depth=9", "model.depth", "9" },
        { "model=linear 8 | relu | linear", "model", "linear 8 | relu | linear" },
        { "model=resnet20", "model.width", "16" },
        { "schedule=cosine warmup=5", "schedule.warmup", "5" },
        { "schedule.warmup=5", "schedule.warmup", "5" },
        { "~schedule", "schedule", "constant" },
        { "data=mnist1d", "data", "mnist1d" },
        { "early_stop=4", "early_stop.patience", "4" },
        { "train.shards=auto", "train.shards", "auto" },
        { "version=1", "train.seed", "0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = small(c);
        has(r, "model.depth", "3"); /* resolves: the override must take effect all the same */
        sft_recipe_set(r, cases[i].set);
        has(r, cases[i].key, cases[i].value);
        sft_recipe_free(r);
        sft_close(c);
    }
}

static void test_the_last_override_rules(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = small(c);
    sft_recipe_set(r, "optimizer.lr=0.5");
    sft_recipe_set(r, "optimizer.lr=0.25");
    sft_recipe_set(r, "model.depth=5");
    sft_recipe_set(r, "model.layers=6");
    has(r, "optimizer.lr", "0.25");
    has(r, "model.depth", "6");
    sft_recipe_set(r, "model=mlp 7");
    sft_recipe_set(r, "model.depth=8");
    has(r, "model.depth", "8");
    CHECK_NEAR(r->lr, 0.25, 0);
    sft_recipe_free(r);
    sft_close(c);
}

/* A refused override leaves the recipe as it was. */
static void test_refused_overrides_change_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = { "train.epochs=ten", "optimizer=sgd lrr=1", "model=linear 3 | rleu", "model=mlp wdth=3",
                                         "optimizer.lr=-1", "schedule=cosin", "train.batch=0", "nonsense", NULL };
    sft_ctx    *c = check_open();
    sft_recipe *r = small(c);
    char        before[4096];
    snprintf(before, sizeof before, "%s", sft_recipe_text(r));
    for (int i = 0; wrong[i]; i++) {
        assert_int_not_equal(sft_recipe_set(r, wrong[i]), SFT_OK);
        sft_clear(c);
        assert_string_equal(sft_recipe_text(r), before);
    }
    sft_recipe_free(r);
    sft_close(c);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void test_get(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = small(c);
    has(r, "train.epochs", "20");
    has(r, "train.batch_size", "64");
    has(r, "optimizer", "adamw");
    has(r, "optimizer.name", "adamw");
    has(r, "data", "digits");
    assert_null(sft_recipe_get(r, "train.nothing"));
    assert_null(sft_recipe_get(r, "nothing"));
    assert_null(sft_recipe_get(r, "train.name"));
    CHECK_OK(c);
    sft_recipe_free(r);
    sft_close(c);
}

/* Whatever a recipe is, after the defaults are filled in its confs hold what the rows say. */
static void test_confs(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = small(c);
    sft_recipe_set(r, "train.seed=7");
    sft_recipe_set(r, "schedule=step warmup=3");
    sft_recipe_set(r, "loss=cross_entropy");
    assert_int_equal(sft_recipe_resolve(r), SFT_OK);
    assert_int_equal(r->train_conf.seed, 7);
    assert_int_equal(r->train_conf.shards, -1);
    assert_int_equal(r->warmup.warmup, 3);
    assert_string_equal(r->schedule_record->name, "step");
    assert_string_equal(r->loss_record->name, "cross_entropy");
    assert_string_equal(r->source->name, "digits");
    assert_true(r->stop_conf.restore_best);
    assert_true(r->keep_conf.keep_last >= 2);
    sft_recipe_free(r);
    sft_close(c);
}

/* The schema is JSON and describes every section, with one mapping for each record. */
static void test_schema(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", NULL, 0);
    const char *text = sft_recipe_schema(r);
    CHECK_OK(c);
    assert_non_null(text);
#ifdef SFT_HAVE_JANSSON
    json_error_t error;
    json_t      *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!root) fail_msg("schema, line %d: %s", error.line, error.text);
    for (int id = 0; id < SFT_SECTIONS; id++) {
        const sft_section *s = &sft__section[id];
        const json_t      *body = json_object_get(json_object_get(root, "$defs"), s->name);
        const json_t      *forms = json_object_get(s->patterns ? json_object_get(body, "additionalProperties") : body, "anyOf");
        sft_choice         k;
        int                n = 0;
        while (s->at && s->at(n, &k)) n++;
        assert_int_equal(json_array_size(forms), 1 + s->list + (s->at ? n : 1));
        assert_non_null(json_object_get(json_object_get(root, "properties"), s->name));
    }
    json_decref(root);
#else
    printf("skipped: the schema as JSON (built without jansson)\n");
#endif
    sft_recipe_free(r);
    sft_close(c);
}

static char said[512];

static void hear(void *user, sft_level level, const char *sentence)
{
    (void)user;
    (void)level;
    snprintf(said, sizeof said, "%s", sentence);
}

/* A number in quotes is a number, with a remark; quotes around a text are not remarked upon. */
static void test_quoted_numbers(void **state)
{
    (void)state;
    NEEDS_YAML("quoted numbers");
    sft_ctx *c = check_open();
    sft_on_note(c, hear, NULL);
    sft_recipe *r = read_text(c, "data: digits\nmodel: {name: \"mlp\", act: \"tanh\"}\n");
    CHECK_OK(c);
    assert_string_equal(said, "");
    sft_recipe_free(r);
    r = read_text(c, "data: digits\nmodel: mlp\noptimizer:\n  lr: \"1e-3\"\n");
    assert_non_null(strstr(said, "W111"));
    assert_non_null(strstr(said, "r.yaml:4:3"));
    has(r, "optimizer.lr", "0.001");
    sft_recipe_free(r);
    sft_close(c);
}

/* The n-th allocation failing for every n ends in "out of memory", and everything is given back. */
static void test_memory_runs_out(void **state)
{
    (void)state;
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        check_memory m = { .fails = n };
        sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
        if (c) {
#ifdef SFT_HAVE_YAML
            sft_recipe *r = read_text(c, "data: digits\nmodel: linear 64 | repeat 2 ( relu ) | linear\n"
                                         "optimizer: {name: adam, betas: [0.8, 0.9], eps: \"1e-8\"}\n");
#else
            sft_recipe *r = sft_recipe_parse(c, "r.yaml", NULL, 0);
            sft_recipe_set(r, "data=digits");
            sft_recipe_set(r, "model=linear 64 | repeat 2 ( relu ) | linear");
#endif
            sft_recipe_set(r, "optimizer.lr=0.5");
            const char *text = sft_recipe_text(r);
            done = text && !sft__failed(c);
            if (!done) assert_int_equal(sft_code(c), SFT_MEMORY);
            sft_recipe_free(r);
            sft_close(c);
        }
        assert_int_equal(m.in_use, 0);
        assert_true(n < 5000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_reads_back), cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_model_forms), cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_the_last_override_rules), cmocka_unit_test(test_refused_overrides_change_nothing),
        cmocka_unit_test(test_get), cmocka_unit_test(test_confs), cmocka_unit_test(test_quoted_numbers), cmocka_unit_test(test_schema),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
