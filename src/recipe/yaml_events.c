/* SPDX-License-Identifier: MIT */
/* libyaml's events, one at a time: each is refused here when it is an alias, tagged or too deep. */
#ifdef SFT_HAVE_YAML
#include <string.h>

#include "base/text.h"
#include "recipe/yaml_events.h"

static sft_pos at(const sft_yaml *d, yaml_mark_t m)
{
    return (sft_pos){ d->file, (int)m.line + 1, (int)m.column + 1 };
}

sft_pos sft__yaml_here(const sft_yaml *d) { return at(d, d->event.start_mark); }

/* Line and column of a byte. */
static sft_pos place(const sft_yaml *d, size_t offset)
{
    sft_pos p = { d->file, 1, 1 };
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

/* libyaml counts characters and leaves out a byte order mark. */
size_t sft__yaml_offset(const sft_yaml *d, size_t index)
{
    size_t i = d->n >= 3 && memcmp(d->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (; i < d->n; i++) {
        if (((unsigned char)d->text[i] & 0xC0) == 0x80) continue;
        if (index-- == 0) break;
    }
    return i;
}

static sft_status syntax(sft_yaml *d)
{
    const yaml_parser_t *p = &d->parser;
    sft_ctx             *c = d->ctx;
    const char          *problem = p->problem ? p->problem : "not YAML";
    if (p->error == YAML_MEMORY_ERROR)
        return sft__fail(c, SFT_E004, "out of memory while reading %s", d->file);
    if (p->error == YAML_READER_ERROR) {
        return sft__fail_at(c, place(d, p->problem_offset), SFT_E103, "%s — is this a text file?",
                            problem);
    }
    const size_t offset = sft__yaml_offset(d, p->problem_mark.index);
    if (offset < d->n && d->text[offset] == '\t') {
        return sft__fail_at(c, at(d, p->problem_mark), SFT_E102,
                            "tab used for indentation — use blanks");
    }
    if (p->context) {
        return sft__fail_at(c, at(d, p->problem_mark), SFT_E103,
                            "%s, %s begun at %d:%d — is a quote or bracket left open?", problem,
                            p->context, (int)p->context_mark.line + 1,
                            (int)p->context_mark.column + 1);
    }
    return sft__fail_at(c, at(d, p->problem_mark), SFT_E103, "%s — is the indentation right?",
                        problem);
}

static sft_status refuse_alias(sft_yaml *d)
{
    return sft__fail_at(d->ctx, sft__yaml_here(d), SFT_E105,
                        "aliases are off — write the value out where it is used");
}

static sft_status refuse_tag(sft_yaml *d, const yaml_char_t *tag)
{
    return sft__fail_at(d->ctx, sft__yaml_here(d), SFT_E108,
                        "tags are not allowed: `%.60s` — leave it out", (const char *)tag);
}

static sft_status check(sft_yaml *d, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) return refuse_alias(d);
    if (tag) return refuse_tag(d, tag);
    return SFT_OK;
}

static sft_status open_level(sft_yaml *d)
{
    if (++d->depth <= SFT_RECIPE_DEPTH) return SFT_OK;
    return sft__fail_at(d->ctx, sft__yaml_here(d), SFT_E106,
                        "nested deeper than %d — nothing here needs so many levels", SFT_RECIPE_DEPTH);
}

sft_status sft__yaml_next(sft_yaml *d)
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

sft_status sft__yaml_skip(sft_yaml *d)
{
    const yaml_event_type_t t = d->event.type;
    if (t != YAML_SEQUENCE_START_EVENT && t != YAML_MAPPING_START_EVENT) return SFT_OK;
    for (const int depth = d->depth; d->depth >= depth;) {
        sft_status s = sft__yaml_next(d);
        if (s != SFT_OK) return s;
    }
    return SFT_OK;
}

bool sft__yaml_quoted(const sft_yaml *d)
{
    const yaml_scalar_style_t style = d->event.data.scalar.style;
    return style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

bool sft__yaml_null(const sft_yaml *d)
{
    const char *v = (const char *)d->event.data.scalar.value;
    return d->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*v || sft__text_is(v, "~") || sft__text_is(v, "null") || sft__text_is(v, "Null") ||
            sft__text_is(v, "NULL"));
}

sft_status sft__yaml_twice(sft_yaml *d, const char *key, sft_pos pos, sft_pos before)
{
    return sft__fail_at(d->ctx, pos, SFT_E104,
                        "`%s` given twice: %d:%d and %d:%d — leave one of the two out", key,
                        before.line, before.col, pos.line, pos.col);
}

sft_status sft__yaml_begin(sft_yaml *d, bool *nothing)
{
    *nothing = false;
    sft_status s = sft__yaml_next(d); /* the stream's start */
    if (s == SFT_OK) s = sft__yaml_next(d);
    if (s == SFT_OK && d->event.type == YAML_STREAM_END_EVENT) {
        *nothing = true;
        return s;
    }
    if (s == SFT_OK) s = sft__yaml_next(d);
    if (s == SFT_OK) *nothing = d->event.type == YAML_SCALAR_EVENT && sft__yaml_null(d);
    return s;
}

sft_status sft__yaml_end(sft_yaml *d, const char *what)
{
    sft_status s = sft__yaml_next(d); /* the document's end */
    if (s == SFT_OK) s = sft__yaml_next(d);
    if (s != SFT_OK || d->event.type == YAML_STREAM_END_EVENT) return s;
    return sft__fail_at(d->ctx, sft__yaml_here(d), SFT_E109,
                        "second document — one %s a file; take the `---` out", what);
}

/* What libyaml would not say well, or not in time. */
static sft_status screen(const sft_yaml *d)
{
    sft_ctx *c = d->ctx;
    if (d->n > SFT_RECIPE_LIMIT) {
        return sft__fail_at(c, (sft_pos){ d->file, 0, 0 }, SFT_E107,
                            "larger than %d bytes — recipes and sweeps are small; is this the right file?",
                            SFT_RECIPE_LIMIT);
    }
    const int64_t fault = sft__utf8_fault(d->text, d->n);
    if (fault < 0) return SFT_OK;
    const sft_pos p = place(d, (size_t)fault);
    return sft__fail_at(c, p, SFT_E101,
                        "byte 0x%02X at %d:%d is not UTF-8 — save the file as UTF-8",
                        (unsigned)(unsigned char)d->text[fault], p.line, p.col);
}

sft_status sft__yaml_open(sft_yaml *d, sft_ctx *c, const char *file, const char *text, size_t n)
{
    *d = (sft_yaml){ .ctx = c, .file = file, .text = text, .n = n };
    sft_status s = screen(d);
    if (s != SFT_OK) return s;
    if (!yaml_parser_initialize(&d->parser))
        return sft__fail(c, SFT_E004, "out of memory while reading %s", file);
    yaml_parser_set_encoding(&d->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&d->parser, (const unsigned char *)text, n);
    return SFT_OK;
}

void sft__yaml_close(sft_yaml *d)
{
    if (d->held) yaml_event_delete(&d->event);
    yaml_parser_delete(&d->parser);
}

#else
typedef int sft_no_yaml; /* a file must not be empty */
#endif
