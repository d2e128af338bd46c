/* SPDX-License-Identifier: MIT */
/* YAML to sections: scalars in the one grammar, mappings of options, positions as in the file. */
#include <string.h>

#include "base/text.h"
#include "recipe/sections.h"

#ifdef SFT_HAVE_YAML
#include "recipe/augment.h"
#include "recipe/yaml_events.h"

typedef struct reader {
    sft_yaml   *y;
    sft_recipe *r;
    sft_pos     seen[SFT_SECTIONS];
} reader;

typedef struct mapping { /* a section written as a mapping, while it is read */
    int      id;
    sft_spec spec;
    bool     quoted[256]; /* per argument: it stood in quotes */
} mapping;

static const char *scalar(const reader *d) { return (const char *)d->y->event.data.scalar.value; }

static bool no_zero(const reader *d) { return strlen(scalar(d)) == d->y->event.data.scalar.length; }

/* The key at hand, copied; NULL after a failure. */
static const char *read_key(reader *d)
{
    if (d->y->event.type == YAML_SCALAR_EVENT && no_zero(d))
        return sft__arena_text(&d->r->arena, scalar(d));
    sft__fail_at(d->r->ctx, sft__yaml_here(d->y), SFT_E111, "a key must be a word");
    return NULL;
}

static bool same_words(const char *a, size_t na, const char *b, size_t nb)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < na && strchr(" \t\r\n", a[i])) i++;
        while (j < nb && strchr(" \t\r\n", b[j])) j++;
        if (i == na || j == nb) return i == na && j == nb;
        if (a[i++] != b[j++]) return false;
    }
}

/* The text of a scalar and where it begins. Positions inside stack text are to be those of the file, so the file's own
 * bytes are used where they differ from the value in blanks only (plain and block scalars). */
static sft_status section_scalar(reader *d, int id)
{
    const yaml_event_t *e = &d->y->event;
    const char         *text = scalar(d);
    size_t              n = e->data.scalar.length;
    sft_pos             pos = sft__yaml_here(d->y);
    size_t              first = sft__yaml_offset(d->y, e->start_mark.index),
           end = sft__yaml_offset(d->y, e->end_mark.index);
    if (!no_zero(d))
        return sft__fail_at(d->r->ctx, pos, SFT_E111, "a zero character in `%s`",
                            sft__section[id].name);
    const bool block = e->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                       e->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    if (block) { /* begins on the line behind the | or > */
        const char *newline = memchr(d->y->text + first, '\n', d->y->n - first);
        first = newline ? (size_t)(newline - d->y->text) + 1 : d->y->n;
        pos.line++;
        pos.col = 1;
    }
    if (first < end && same_words(d->y->text + first, end - first, text, n)) {
        text = d->y->text + first;
        n = end - first;
    } else if (sft__yaml_quoted(d->y)) {
        pos.col++;
    }
    return sft__section_assign(d->r, id, text, n, pos, false);
}

static sft_status wrong_value(reader *d, const char *key, const char *wanted)
{
    const bool    list = d->y->event.type == YAML_SEQUENCE_START_EVENT;
    const sft_pos pos = sft__yaml_here(d->y);
    sft_status    s = sft__yaml_skip(d->y);
    if (s != SFT_OK) return s;
    return sft__fail_at(d->r->ctx, pos, SFT_E111, "`%s` wants %s, got a %s", key, wanted,
                        list ? "list" : "mapping");
}

/* What would end an item of a list needs quotes. */
static void add_item(sft_string *s, const char *text)
{
    if (!strpbrk(text, ",[]\"'")) {
        sft__string_add(s, text);
        return;
    }
    sft__string_add(s, "\"");
    for (; *text; text++) sft__string_addf(s, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    sft__string_add(s, "\"");
}

/* [0.9, 0.999] as the text of the one grammar. */
static const char *read_list(reader *d, const char *key)
{
    sft_string s;
    sft__string_open(&s, d->r->ctx);
    sft__string_add(&s, "[");
    while (sft__yaml_next(d->y) == SFT_OK && d->y->event.type != YAML_SEQUENCE_END_EVENT) {
        if (d->y->event.type != YAML_SCALAR_EVENT) {
            wrong_value(d, key, "a flat list");
            break;
        }
        if (!no_zero(d)) {
            sft__fail_at(d->r->ctx, sft__yaml_here(d->y), SFT_E111, "a zero character in `%s`", key);
            break;
        }
        if (s.n > 1) sft__string_add(&s, ", ");
        add_item(&s, scalar(d));
    }
    sft__string_add(&s, "]");
    const char *text =
        s.text && !sft__failed(d->r->ctx) ? sft__arena_text(&d->r->arena, s.text) : NULL;
    sft__string_close(&s);
    return text;
}

/* One key of a section and its value. */
static sft_status pair(reader *d, mapping *m)
{
    const sft_pos pos = sft__yaml_here(d->y);
    const char   *key = read_key(d), *value;
    sft_spec     *s = &m->spec;
    const bool    name = key && sft__section[m->id].at && sft__text_is(key, "name");
    if (!key) return sft_code(d->r->ctx);
    for (int i = 0; i < s->n; i++) {
        if (sft__text_is(s->arg[i].key, key)) return sft__yaml_twice(d->y, key, pos, s->arg[i].pos);
    }
    if (name && s->name) return sft__yaml_twice(d->y, key, pos, s->pos);
    if (sft__yaml_next(d->y) != SFT_OK) return sft_code(d->r->ctx);
    const sft_pos value_pos = sft__yaml_here(d->y);
    const bool    quoted = d->y->event.type == YAML_SCALAR_EVENT && sft__yaml_quoted(d->y);
    if (d->y->event.type == YAML_SCALAR_EVENT) {
        if (sft__yaml_null(d->y)) return SFT_OK;
        if (!no_zero(d))
            return sft__fail_at(d->r->ctx, value_pos, SFT_E111, "a zero character in `%s`", key);
        value = sft__arena_text(&d->r->arena, scalar(d));
    } else if (d->y->event.type == YAML_SEQUENCE_START_EVENT && !name) {
        value = read_list(d, key);
    } else {
        return wrong_value(d, key, "one value");
    }
    if (!value) return sft_code(d->r->ctx);
    if (name) {
        s->name = value;
        s->pos = value_pos;
        return SFT_OK;
    }
    sft_status status = sft__spec_put(&d->r->arena, s, key, value, pos, false);
    if (status == SFT_OK && s->n <= 256) m->quoted[s->n - 1] = quoted;
    return status;
}

/* "1e-3" in quotes where a number is wanted is taken, with a remark. */
static void note_quoted(reader *d, const mapping *m)
{
    const sft_section *section = &sft__section[m->id];
    sft_choice         c = { .fields = section->rows };
    const char        *name = m->spec.name ? m->spec.name : section->usual;
    if (section->at && !sft__choice_find(section, name, &c)) return;
    for (int i = 0; i < m->spec.n && i < 256; i++) {
        const sft_arg   *a = &m->spec.arg[i];
        const sft_field *row = c.fields ? sft__field_find(c.fields, a->key) : NULL;
        if (!m->quoted[i] || !row || (row->kind != SFT_INT && row->kind != SFT_REAL)) continue;
        sft__note(d->r->ctx, SFT_NOTE, "W111",
                  "%s:%d:%d: `%s: \"%s\"` is text and read as a number — leave the quotes out",
                  a->pos.file, a->pos.line, a->pos.col, a->key, a->value);
    }
}

static sft_status read_mapping(reader *d, int id, sft_spec *spec)
{
    mapping       m = { .id = id };
    const sft_pos pos = sft__yaml_here(d->y);
    for (;;) {
        sft_status s = sft__yaml_next(d->y);
        if (s != SFT_OK) return s;
        if (d->y->event.type == YAML_MAPPING_END_EVENT) break;
        s = pair(d, &m);
        if (s != SFT_OK) return s;
    }
    note_quoted(d, &m);
    if (!m.spec.name) m.spec.pos = pos;
    *spec = m.spec;
    return SFT_OK;
}

/* {name: cutout, size: 8} in a list of calls. */
static sft_status push_call(reader *d, int id, const sft_spec *call)
{
    if (call->name) return sft__augment_push(d->r, call);
    return sft__fail_at(d->r->ctx, call->pos, SFT_E114, "an entry of `%s` has no name — write {name: flip}",
                        sft__section[id].name);
}

static sft_status section_mapping(reader *d, int id)
{
    sft_spec         spec;
    const sft_status s = read_mapping(d, id, &spec);
    if (s != SFT_OK) return s;
    if (sft__section[id].list) return push_call(d, id, &spec);
    sft__section_clear(d->r, id);
    *sft__section_spec(d->r, id) = spec;
    return SFT_OK;
}

/* One pattern and its call, as text in the one grammar or as a mapping. */
static sft_status rule(reader *d, int id)
{
    const sft_pos   pos = sft__yaml_here(d->y);
    const char     *pattern = read_key(d);
    sft_spec        spec;
    const sft_rule *before = pattern ? sft__rules_find(sft__section_rules(d->r, id), pattern) : NULL;
    if (!pattern) return sft_code(d->r->ctx);
    if (before) return sft__yaml_twice(d->y, pattern, pos, before->pos);
    sft_status s = sft__yaml_next(d->y);
    if (s != SFT_OK) return s;
    if (d->y->event.type == YAML_MAPPING_START_EVENT) {
        s = read_mapping(d, id, &spec);
        return s != SFT_OK ? s : sft__rule_put(d->r, id, pattern, pos, &spec, false);
    }
    if (d->y->event.type != YAML_SCALAR_EVENT) return wrong_value(d, pattern, "a call or a mapping");
    if (sft__yaml_null(d->y)) return SFT_OK;
    sft_pos at = sft__yaml_here(d->y);
    if (!no_zero(d)) return sft__fail_at(d->r->ctx, at, SFT_E111, "a zero character in `%s`", pattern);
    at.col += sft__yaml_quoted(d->y);
    return sft__rule_assign(d->r, id, pattern, pos, scalar(d), at, false);
}

static sft_status section_rules(reader *d, int id)
{
    sft__section_clear(d->r, id);
    for (;;) {
        sft_status s = sft__yaml_next(d->y);
        if (s != SFT_OK) return s;
        if (d->y->event.type == YAML_MAPPING_END_EVENT) return SFT_OK;
        s = rule(d, id);
        if (s != SFT_OK) return s;
    }
}

/* - crop padding=4
 * - {name: cutout, size: 8} */
static sft_status section_list(reader *d, int id)
{
    for (;;) {
        sft_status s = sft__yaml_next(d->y);
        if (s != SFT_OK || d->y->event.type == YAML_SEQUENCE_END_EVENT) return s;
        const sft_pos pos = sft__yaml_here(d->y);
        if (d->y->event.type == YAML_MAPPING_START_EVENT)
            s = section_mapping(d, id);
        else if (d->y->event.type == YAML_SEQUENCE_START_EVENT)
            s = wrong_value(d, sft__section[id].name, "a flat list");
        else if (!no_zero(d))
            s = sft__fail_at(d->r->ctx, pos, SFT_E111, "a zero character in `%s`", sft__section[id].name);
        else if (!sft__yaml_null(d->y))
            s = sft__augment_add(d->r, scalar(d), d->y->event.data.scalar.length, pos, false);
        if (s != SFT_OK) return s;
    }
}

static sft_status version(reader *d)
{
    sft_status s = sft__yaml_next(d->y);
    if (s != SFT_OK) return s;
    if (d->y->event.type != YAML_SCALAR_EVENT) return wrong_value(d, "version", "a number");
    return sft__version_check(d->r, scalar(d), sft__yaml_here(d->y), false);
}

static sft_status section(reader *d)
{
    const sft_pos pos = sft__yaml_here(d->y);
    const char   *key = read_key(d);
    if (!key) return sft_code(d->r->ctx);
    if (sft__text_is(key, "version")) return version(d);
    const int id = sft__section_find(key);
    if (id >= 0 && d->seen[id].line) return sft__yaml_twice(d->y, key, pos, d->seen[id]);
    sft_status s = sft__yaml_next(d->y);
    if (s != SFT_OK) return s;
    if (id < 0) {
        s = sft__yaml_skip(d->y);
        return s == SFT_OK ? sft__section_unknown(d->r, key, pos, SFT_E110) : s;
    }
    d->seen[id] = pos;
    if (d->y->event.type == YAML_MAPPING_START_EVENT)
        return sft__section[id].patterns ? section_rules(d, id) : section_mapping(d, id);
    if (d->y->event.type == YAML_SEQUENCE_START_EVENT && id == SFT_METRICS_SECTION) {
        const sft_pos at = sft__yaml_here(d->y);
        const char   *list = read_list(d, key);
        return list ? sft__section_assign(d->r, id, list, strlen(list), at, false) : sft_code(d->r->ctx);
    }
    if (d->y->event.type == YAML_SEQUENCE_START_EVENT && sft__section[id].list) return section_list(d, id);
    if (d->y->event.type != YAML_SCALAR_EVENT) return wrong_value(d, key, "text or a mapping");
    return sft__yaml_null(d->y) ? SFT_OK : section_scalar(d, id);
}

static sft_status empty(reader *d)
{
    const sft_pos pos = { d->r->file, 0, 0 };
    return sft__fail_at(
        d->r->ctx, pos, SFT_E100, "recipe is empty — a smallest one is:\n  %s\n  %s",
        sft__section[SFT_DATA_SECTION].example, sft__section[SFT_MODEL_SECTION].example);
}

static sft_status mapping_of_sections(reader *d)
{
    for (;;) {
        sft_status s = sft__yaml_next(d->y);
        if (s != SFT_OK || d->y->event.type == YAML_MAPPING_END_EVENT) return s;
        s = section(d);
        if (s != SFT_OK) return s;
    }
}

sft_status sft__yaml_recipe(sft_yaml *y, sft_recipe *r)
{
    reader d = { .y = y, .r = r };
    return mapping_of_sections(&d);
}

static sft_status document(reader *d)
{
    bool       nothing;
    sft_status s = sft__yaml_begin(d->y, &nothing);
    if (s != SFT_OK) return s;
    if (nothing) return empty(d);
    if (d->y->event.type != YAML_MAPPING_START_EVENT) {
        const sft_pos pos = sft__yaml_here(d->y);
        s = sft__yaml_skip(d->y);
        if (s != SFT_OK) return s;
        return sft__fail_at(d->r->ctx, pos, SFT_E111,
                            "a recipe is a mapping of sections — it begins like `%s`",
                            sft__section[SFT_DATA_SECTION].example);
    }
    s = mapping_of_sections(d);
    return s == SFT_OK ? sft__yaml_end(d->y, "recipe") : s;
}

sft_status sft__yaml_read(sft_recipe *r, const char *text, size_t n)
{
    sft_yaml   y;
    sft_status s = sft__yaml_open(&y, r->ctx, r->file, text, n);
    if (s != SFT_OK) return s;
    reader d = { .y = &y, .r = r };
    s = document(&d);
    sft__yaml_close(&y);
    return s;
}

#else

sft_status sft__yaml_read(sft_recipe *r, const char *text, size_t n)
{
    (void)text;
    (void)n;
    return sft__fail_at(
        r->ctx, (sft_pos){ r->file, 0, 0 }, SFT_E151,
        "this build has no YAML reader (libyaml was absent) — begin with sft_recipe_parse(c, name, NULL, 0) "
        "and give each section by sft_recipe_set, as in \"data=digits\"");
}

#endif
