/* SPDX-License-Identifier: MIT */
/* YAML to sections, by libyaml's events: bounded in size and depth, without aliases, tags and second documents. */
#include <string.h>

#include "base/text.h"
#include "recipe/sections.h"

#ifdef SFT_HAVE_YAML
#include <yaml.h>

typedef struct reader {
    sft_recipe   *r;
    const char   *text;
    size_t        n;
    yaml_parser_t parser;
    yaml_event_t  event;        /* the one at hand */
    bool          held;
    int           depth;
    sft_pos       seen[SFT_SECTIONS];
} reader;

typedef struct mapping {        /* a section written as a mapping, while it is read */
    int      id;
    sft_spec spec;
    bool     quoted[256];       /* per argument: it stood in quotes */
} mapping;

static sft_pos at(const reader *d, yaml_mark_t m)
{
    return (sft_pos){ d->r->file, (int)m.line + 1, (int)m.column + 1 };
}

static sft_pos here(const reader *d) { return at(d, d->event.start_mark); }

/* Line and column of a byte. */
static sft_pos place(const reader *d, size_t offset)
{
    sft_pos p = { d->r->file, 1, 1 };
    for (size_t i = 0; i < offset && i < d->n; i++) {
        if (d->text[i] == '\n') {
            p.line++;
            p.col = 1;
        } else if (((unsigned char)d->text[i] & 0xC0) != 0x80) {
            p.col++;
        }
    }
    return p;
}

/* The byte at which character `index` begins; libyaml counts characters and leaves out a byte order mark. */
static size_t offset_of(const reader *d, size_t index)
{
    size_t i = d->n >= 3 && memcmp(d->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (; i < d->n; i++) {
        if (((unsigned char)d->text[i] & 0xC0) == 0x80) continue;
        if (index-- == 0) break;
    }
    return i;
}

static sft_status syntax(reader *d)
{
    const yaml_parser_t *p = &d->parser;
    sft_ctx             *c = d->r->ctx;
    const char          *problem = p->problem ? p->problem : "not YAML";
    if (p->error == YAML_MEMORY_ERROR) return sft__fail(c, SFT_E004, "out of memory while reading %s", d->r->file);
    if (p->error == YAML_READER_ERROR) {
        return sft__fail_at(c, place(d, p->problem_offset), SFT_E103, "%s — is this a text file?", problem);
    }
    const size_t offset = offset_of(d, p->problem_mark.index);
    if (offset < d->n && d->text[offset] == '\t') {
        return sft__fail_at(c, at(d, p->problem_mark), SFT_E102, "tab used for indentation — use blanks");
    }
    if (p->context) {
        return sft__fail_at(c, at(d, p->problem_mark), SFT_E103, "%s, %s begun at %d:%d — is a quote or bracket left open?",
                            problem, p->context, (int)p->context_mark.line + 1, (int)p->context_mark.column + 1);
    }
    return sft__fail_at(c, at(d, p->problem_mark), SFT_E103, "%s — is the indentation right?", problem);
}

static sft_status refuse_alias(reader *d)
{
    return sft__fail_at(d->r->ctx, here(d), SFT_E105, "aliases are off — write the value out where it is used");
}

static sft_status refuse_tag(reader *d, const yaml_char_t *tag)
{
    return sft__fail_at(d->r->ctx, here(d), SFT_E108, "tags are not allowed: `%.60s` — leave it out", (const char *)tag);
}

static sft_status check(reader *d, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) return refuse_alias(d);
    if (tag) return refuse_tag(d, tag);
    return SFT_OK;
}

static sft_status open_level(reader *d)
{
    if (++d->depth <= SFT_RECIPE_DEPTH) return SFT_OK;
    return sft__fail_at(d->r->ctx, here(d), SFT_E106, "nested deeper than %d — recipes have two levels", SFT_RECIPE_DEPTH);
}

/* The next event, checked. */
static sft_status next(reader *d)
{
    if (d->held) yaml_event_delete(&d->event);
    d->held = false;
    if (!yaml_parser_parse(&d->parser, &d->event)) return syntax(d);
    d->held = true;
    const yaml_event_t *e = &d->event;
    sft_status          s = SFT_OK;
    switch (e->type) {
    case YAML_ALIAS_EVENT: return refuse_alias(d);
    case YAML_SCALAR_EVENT: return check(d, e->data.scalar.anchor, e->data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
        s = check(d, e->data.sequence_start.anchor, e->data.sequence_start.tag);
        return s == SFT_OK ? open_level(d) : s;
    case YAML_MAPPING_START_EVENT:
        s = check(d, e->data.mapping_start.anchor, e->data.mapping_start.tag);
        return s == SFT_OK ? open_level(d) : s;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: d->depth--; return SFT_OK;
    default: return SFT_OK;
    }
}

/* Reads on to the end of the node that has just begun, so that limits speak before tastes do. */
static sft_status skip_node(reader *d)
{
    const yaml_event_type_t t = d->event.type;
    if (t != YAML_SEQUENCE_START_EVENT && t != YAML_MAPPING_START_EVENT) return SFT_OK;
    for (const int depth = d->depth; d->depth >= depth;) {
        sft_status s = next(d);
        if (s != SFT_OK) return s;
    }
    return SFT_OK;
}

static const char *scalar(const reader *d) { return (const char *)d->event.data.scalar.value; }

static bool is_quoted(const reader *d)
{
    const yaml_scalar_style_t style = d->event.data.scalar.style;
    return style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

/* An unquoted nothing: the section or key is as if it were not there. */
static bool is_null(const reader *d)
{
    const char *v = scalar(d);
    return d->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*v || sft__text_is(v, "~") || sft__text_is(v, "null") || sft__text_is(v, "Null") || sft__text_is(v, "NULL"));
}

static bool no_zero(const reader *d) { return strlen(scalar(d)) == d->event.data.scalar.length; }

/* The key at hand, copied; NULL after a failure. */
static const char *read_key(reader *d)
{
    if (d->event.type == YAML_SCALAR_EVENT && no_zero(d)) return sft__arena_text(&d->r->arena, scalar(d));
    sft__fail_at(d->r->ctx, here(d), SFT_E111, "a key must be a word");
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
    const yaml_event_t *e = &d->event;
    const char         *text = scalar(d);
    size_t              n = e->data.scalar.length;
    sft_pos             pos = here(d);
    size_t              first = offset_of(d, e->start_mark.index), end = offset_of(d, e->end_mark.index);
    const bool block = e->data.scalar.style == YAML_LITERAL_SCALAR_STYLE || e->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    if (block) { /* begins on the line behind the | or > */
        const char *newline = memchr(d->text + first, '\n', d->n - first);
        first = newline ? (size_t)(newline - d->text) + 1 : d->n;
        pos.line++;
        pos.col = 1;
    }
    if (first < end && same_words(d->text + first, end - first, text, n)) {
        text = d->text + first;
        n = end - first;
    } else if (is_quoted(d)) {
        pos.col++;
    }
    return sft__section_assign(d->r, id, text, n, pos, false);
}

static sft_status wrong_value(reader *d, const char *key, const char *wanted)
{
    const bool    list = d->event.type == YAML_SEQUENCE_START_EVENT;
    const sft_pos pos = here(d);
    sft_status    s = skip_node(d);
    if (s != SFT_OK) return s;
    return sft__fail_at(d->r->ctx, pos, SFT_E111, "`%s` wants %s, got a %s", key, wanted, list ? "list" : "mapping");
}

/* [0.9, 0.999] as the text of the one grammar. */
static const char *read_list(reader *d, const char *key)
{
    sft_string s;
    sft__string_open(&s, d->r->ctx);
    sft__string_add(&s, "[");
    while (next(d) == SFT_OK && d->event.type != YAML_SEQUENCE_END_EVENT) {
        if (d->event.type != YAML_SCALAR_EVENT) {
            wrong_value(d, key, "a flat list");
            break;
        }
        if (!no_zero(d)) {
            sft__fail_at(d->r->ctx, here(d), SFT_E111, "a zero character in `%s`", key);
            break;
        }
        sft__string_addf(&s, "%s%s", s.n > 1 ? ", " : "", scalar(d));
    }
    sft__string_add(&s, "]");
    const char *text = s.text && !sft__failed(d->r->ctx) ? sft__arena_text(&d->r->arena, s.text) : NULL;
    sft__string_close(&s);
    return text;
}

static sft_status given_twice(reader *d, const char *key, sft_pos pos, sft_pos before)
{
    return sft__fail_at(d->r->ctx, pos, SFT_E104, "`%s` given twice: %d:%d and %d:%d — leave one of the two out", key,
                        before.line, before.col, pos.line, pos.col);
}

/* One key of a section and its value. */
static sft_status pair(reader *d, mapping *m)
{
    const sft_pos pos = here(d);
    const char   *key = read_key(d), *value;
    sft_spec     *s = &m->spec;
    const bool    name = key && sft__section[m->id].at && sft__text_is(key, "name");
    if (!key) return sft_code(d->r->ctx);
    for (int i = 0; i < s->n; i++) {
        if (sft__text_is(s->arg[i].key, key)) return given_twice(d, key, pos, s->arg[i].pos);
    }
    if (name && s->name) return given_twice(d, key, pos, s->pos);
    if (next(d) != SFT_OK) return sft_code(d->r->ctx);
    const sft_pos value_pos = here(d);
    const bool    quoted = d->event.type == YAML_SCALAR_EVENT && is_quoted(d);
    if (d->event.type == YAML_SCALAR_EVENT) {
        if (is_null(d)) return SFT_OK;
        if (!no_zero(d)) return sft__fail_at(d->r->ctx, value_pos, SFT_E111, "a zero character in `%s`", key);
        value = sft__arena_text(&d->r->arena, scalar(d));
    } else if (d->event.type == YAML_SEQUENCE_START_EVENT && !name) {
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
        sft__note(d->r->ctx, SFT_NOTE, "W111", "%s:%d:%d: `%s: \"%s\"` is text and read as a number — leave the quotes out",
                  a->pos.file, a->pos.line, a->pos.col, a->key, a->value);
    }
}

static sft_status section_mapping(reader *d, int id)
{
    mapping       m = { .id = id };
    const sft_pos pos = here(d);
    for (;;) {
        sft_status s = next(d);
        if (s != SFT_OK) return s;
        if (d->event.type == YAML_MAPPING_END_EVENT) break;
        s = pair(d, &m);
        if (s != SFT_OK) return s;
    }
    note_quoted(d, &m);
    if (!m.spec.name) m.spec.pos = pos;
    sft__section_clear(d->r, id);
    *sft__section_spec(d->r, id) = m.spec;
    return SFT_OK;
}

static sft_status version(reader *d)
{
    sft_status s = next(d);
    if (s != SFT_OK) return s;
    if (d->event.type != YAML_SCALAR_EVENT) return wrong_value(d, "version", "a number");
    return sft__version_check(d->r, scalar(d), here(d), false);
}

static sft_status section(reader *d)
{
    const sft_pos pos = here(d);
    const char   *key = read_key(d);
    if (!key) return sft_code(d->r->ctx);
    if (sft__text_is(key, "version")) return version(d);
    const int id = sft__section_find(key);
    if (id >= 0 && d->seen[id].line) return given_twice(d, key, pos, d->seen[id]);
    sft_status s = next(d);
    if (s != SFT_OK) return s;
    if (id < 0) {
        s = skip_node(d);
        return s == SFT_OK ? sft__section_unknown(d->r, key, pos, SFT_E110) : s;
    }
    d->seen[id] = pos;
    if (d->event.type == YAML_MAPPING_START_EVENT) return section_mapping(d, id);
    if (d->event.type != YAML_SCALAR_EVENT) return wrong_value(d, key, "text or a mapping");
    return is_null(d) ? SFT_OK : section_scalar(d, id);
}

static sft_status empty(reader *d)
{
    const sft_pos pos = { d->r->file, 0, 0 };
    return sft__fail_at(d->r->ctx, pos, SFT_E100, "recipe is empty — a smallest one is:\n  %s\n  %s",
                        sft__section[SFT_DATA_SECTION].example, sft__section[SFT_MODEL_SECTION].example);
}

static sft_status document(reader *d)
{
    sft_status s = next(d); /* the stream's start */
    if (s == SFT_OK) s = next(d);
    if (s != SFT_OK) return s;
    if (d->event.type == YAML_STREAM_END_EVENT) return empty(d);
    s = next(d);
    if (s != SFT_OK) return s;
    if (d->event.type == YAML_SCALAR_EVENT && is_null(d)) return empty(d);
    if (d->event.type != YAML_MAPPING_START_EVENT) {
        const sft_pos pos = here(d);
        s = skip_node(d);
        if (s != SFT_OK) return s;
        return sft__fail_at(d->r->ctx, pos, SFT_E111, "a recipe is a mapping of sections — it begins like `%s`",
                            sft__section[SFT_DATA_SECTION].example);
    }
    for (;;) {
        s = next(d);
        if (s != SFT_OK) return s;
        if (d->event.type == YAML_MAPPING_END_EVENT) break;
        s = section(d);
        if (s != SFT_OK) return s;
    }
    s = next(d); /* the document's end */
    if (s == SFT_OK) s = next(d);
    if (s == SFT_OK && d->event.type != YAML_STREAM_END_EVENT) {
        return sft__fail_at(d->r->ctx, here(d), SFT_E109, "second document — one recipe a file; take the `---` out");
    }
    return s;
}

/* What libyaml would not say well, or not in time. */
static sft_status screen(const reader *d)
{
    sft_ctx *c = d->r->ctx;
    if (d->n > SFT_RECIPE_LIMIT) {
        return sft__fail_at(c, (sft_pos){ d->r->file, 0, 0 }, SFT_E107,
                            "larger than %d bytes — recipes are small; is this the right file?", SFT_RECIPE_LIMIT);
    }
    const int64_t fault = sft__utf8_fault(d->text, d->n);
    if (fault < 0) return SFT_OK;
    const sft_pos p = place(d, (size_t)fault);
    return sft__fail_at(c, p, SFT_E101, "byte 0x%02X at %d:%d is not UTF-8 — save the file as UTF-8",
                        (unsigned)(unsigned char)d->text[fault], p.line, p.col);
}

sft_status sft__yaml_read(sft_recipe *r, const char *text, size_t n)
{
    reader     d = { .r = r, .text = text, .n = n };
    sft_status s = screen(&d);
    if (s != SFT_OK) return s;
    if (!yaml_parser_initialize(&d.parser)) return sft__fail(r->ctx, SFT_E004, "out of memory while reading %s", r->file);
    yaml_parser_set_encoding(&d.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&d.parser, (const unsigned char *)text, n);
    s = document(&d);
    if (d.held) yaml_event_delete(&d.event);
    yaml_parser_delete(&d.parser);
    return s;
}

#else

sft_status sft__yaml_read(sft_recipe *r, const char *text, size_t n)
{
    (void)text;
    (void)n;
    return sft__fail_at(r->ctx, (sft_pos){ r->file, 0, 0 }, SFT_E151,
                        "this build has no YAML reader (libyaml was absent) — begin with sft_recipe_parse(c, name, NULL, 0) "
                        "and give each section by sft_recipe_set, as in \"data=digits\"");
}

#endif
