/* SPDX-License-Identifier: MIT */
/* The resolved recipe as YAML with every option filled in, and single values of it. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "recipe/augment.h"
#include "recipe/sections.h"

enum { LINE = 96 };

/* A YAML scalar that reads back as `text`: plain where that is safe, else in JSON's quotes. */
void sft__yaml_scalar(sft_string *out, const char *text)
{
    static const char *const words[] = { "null", "Null", "NULL", "~", "-",
                                         "--",   "---",  "...",  "",  NULL };
    bool                     plain =
        text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-")] ==
        0;
    for (int i = 0; words[i]; i++) plain = plain && strcmp(text, words[i]) != 0;
    if (plain)
        sft__string_add(out, text);
    else
        sft__string_json(out, text);
}

/* 1e-8 as 1.0e-8 and 1e21 as 1.0e+21: readers of YAML 1.1 (Python's) take them for text otherwise. */
static void number(sft_string *out, const char *text)
{
    const size_t n = strcspn(text, "e");
    sft__string_addn(out, text, n);
    if (!text[n]) return;
    if (!memchr(text, '.', n)) sft__string_add(out, ".0");
    sft__string_add(out, text[n + 1] == '-' || text[n + 1] == '+' ? "e" : "e+");
    sft__string_add(out, text + n + 1);
}

void sft__yaml_number(sft_string *out, double value)
{
    char buf[32];
    number(out, sft__print_real(value, buf, sizeof buf));
}

/* What a printed value is written by: numbers and lists as they are, texts and words so that YAML leaves them alone. */
static void value(sft_string *out, const sft_field *row, const void *conf)
{
    char        buf[512];
    const char *text = NULL;
    if (row->kind == SFT_TEXT) memcpy(&text, (const char *)conf + row->offset, sizeof text);
    if (!text) text = sft__field_print(row, conf, buf, sizeof buf);
    if (row->kind == SFT_TEXT || row->kind == SFT_WORD) sft__yaml_scalar(out, text);
    else if (row->kind == SFT_REAL) number(out, text);
    else sft__string_add(out, text);
}

/* Stack text on several lines, broken behind a | that no quote holds. */
static void stack(sft_string *out, const char *text)
{
    size_t column = 0;
    bool   quoted = false;
    sft__string_add(out, "model: |\n  ");
    for (const char *c = text; *c; c++, column++) {
        if (*c == '\\' && quoted && c[1]) {
            sft__string_addn(out, c++, 1);
        } else if (*c == '"') {
            quoted = !quoted;
        } else if (*c == ' ' && !quoted && c > text && c[-1] == '|' &&
                   column + strcspn(c + 1, "|") > LINE) {
            sft__string_add(out, "\n  ");
            column = 0;
            continue;
        }
        sft__string_addn(out, c, 1);
    }
    sft__string_add(out, "\n");
}

static bool is_given(const sft_spec *s, const sft_field *rows, const sft_field *row)
{
    for (int i = 0; i < s->n; i++) {
        const sft_arg   *a = &s->arg[i];
        const sft_field *named = sft__field_find(rows, a->key ? a->key : a->value);
        if (named == row || (!a->key && !named && row->flags & SFT_MAIN)) return true;
    }
    return false;
}

/* given: the options to write; NULL: all. */
static void section(sft_string *out, const char *name, const sft_bound *b, const sft_spec *given)
{
    const bool bare = !b->rows->name || (given && given->n == 0);
    sft__string_addf(out, "%s:", name);
    if (b->name && bare) {
        sft__string_add(out, " ");
        sft__yaml_scalar(out, b->name);
    }
    sft__string_add(out, "\n");
    if (bare) return;
    if (b->name) {
        sft__string_add(out, "  name: ");
        sft__yaml_scalar(out, b->name);
        sft__string_add(out, "\n");
    }
    for (const sft_field *row = b->rows; row->name; row++) {
        if (given && !is_given(given, b->rows, row)) continue;
        sft__string_addf(out, "  %s: ", row->name);
        value(out, row, b->conf);
        sft__string_add(out, "\n");
    }
}

/* A section without rules says nothing. */
static void rules(sft_string *out, sft_recipe *r, int id)
{
    const sft_rules *all = sft__section_rules(r, id);
    if (all->n) sft__string_addf(out, "%s:\n", sft__section[id].name);
    for (int i = 0; i < all->n; i++) {
        const char *text = sft__rule_text(&r->arena, &all->rule[i]);
        if (!text) return;
        sft__string_add(out, "  ");
        sft__yaml_scalar(out, all->rule[i].pattern);
        sft__string_add(out, ": ");
        sft__yaml_scalar(out, text);
        sft__string_add(out, "\n");
    }
}

/* A call a line. */
static void list(sft_recipe *r, sft_string *out, const char *name)
{
    sft__string_addf(out, r->stages.n > 0 ? "%s: |\n  " : "%s: ", name);
    sft__augment_text(&r->arena, out, &r->stages, " |\n  ");
    sft__string_add(out, "\n");
}

static void sections(sft_recipe *r, sft_string *out, const char *layers, const bool *sparse)
{
    sft__string_addf(out, "version: %d\n", SFT_RECIPE_VERSION);
    for (int id = 0; id < SFT_SECTIONS; id++) {
        if (id == SFT_MODEL_SECTION && layers)
            stack(out, layers);
        else if (sft__section[id].patterns)
            rules(out, r, id);
        else if (sft__section[id].list)
            list(r, out, sft__section[id].name);
        else
            section(out, sft__section[id].name, &r->bound[id], sparse && sparse[id] ? sft__section_spec(r, id) : NULL);
    }
}

static const char *text_of(sft_recipe *r, const char *head, const bool *sparse, sft_arena *a)
{
    if (sft_recipe_resolve(r) != SFT_OK) return NULL;
    const char *layers = r->stack ? sft__stack_text(&r->arena, r->layers) : NULL;
    if (r->stack && !layers) return NULL;
    sft_string out;
    sft__string_open(&out, r->ctx);
    sft__string_add(&out, head);
    sections(r, &out, layers, sparse);
    const char *text = sft__failed(r->ctx) ? NULL : sft__arena_text(a, out.text);
    sft__string_close(&out);
    return text;
}

const char *sft__recipe_sparse(sft_recipe *r, const bool sparse[SFT_SECTIONS], sft_arena *a)
{
    return text_of(r, "", sparse, a);
}

const char *sft_recipe_text(sft_recipe *r)
{
    if (!r || sft_recipe_resolve(r) != SFT_OK) return NULL;
    if (!r->text)
        r->text = text_of(r, "# resolved by surefoot " SFT_VERSION "; running it again gives the same bits\n", NULL, &r->arena);
    return r->text;
}

/* ---- one value ----------------------------------------------------------------------------- */

static const char *one(sft_recipe *r, const sft_bound *b, const char *key)
{
    if (b->name && sft__text_is(key, "name")) return b->name;
    const sft_field *row = sft__field_find(b->rows, key);
    if (!row) return NULL;
    char        buf[512];
    const char *text = NULL;
    if (row->kind == SFT_TEXT) memcpy(&text, (const char *)b->conf + row->offset, sizeof text);
    return sft__arena_text(&r->arena,
                           text ? text : sft__field_print(row, b->conf, buf, sizeof buf));
}

/* The call behind a pattern, or with NULL all of them as `PATTERN: CALL, …`. */
static const char *one_rule(sft_recipe *r, int id, const char *pattern)
{
    const sft_rules *all = sft__section_rules(r, id);
    const sft_rule  *rule = pattern ? sft__rules_find(all, pattern) : NULL;
    if (pattern) return rule ? sft__rule_text(&r->arena, rule) : NULL;
    const char *text = sft__arena_text(&r->arena, "");
    for (int i = 0; i < all->n && text; i++) {
        const char *call = sft__rule_text(&r->arena, &all->rule[i]);
        if (!call) return NULL;
        text = sft__arena_printf(&r->arena, "%s%s%s: %s", text, i ? ", " : "", all->rule[i].pattern, call);
    }
    return text;
}

double sft_recipe_number(sft_recipe *r, const char *key)
{
    const char *text = sft_recipe_get(r, key);
    double value;
    if (text && (!strcmp(text, "true") || !strcmp(text, "false"))) return *text == 't';
    return text && sft__parse_real(text, strlen(text), &value) ? value : NAN;
}

const char *sft_recipe_get(sft_recipe *r, const char *key)
{
    const char *option;
    if (!r || !key || sft_recipe_resolve(r) != SFT_OK) return NULL;
    const int id = sft__section_of(key, &option);
    if (id < 0) return NULL;
    const sft_bound *b = &r->bound[id];
    if (sft__section[id].patterns) return one_rule(r, id, option);
    if (sft__section[id].list) return sft__augment_get(r, option);
    if (id == SFT_MODEL_SECTION && sft__text_is(option, "stack")) return sft__stack_text(&r->arena, r->layers);
    if (option) return one(r, b, option);
    if (id == SFT_MODEL_SECTION && r->stack) return sft__stack_text(&r->arena, r->layers);
    return b->name ? b->name : sft__fields_text(&r->arena, b->rows, b->conf);
}
