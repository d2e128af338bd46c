/* SPDX-License-Identifier: MIT */
/* The JSON Schema of recipes, written from the rows that the reader binds. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "recipe/sections.h"

static void bounds(sft_string *out, const sft_field *row)
{
    if (row->low == 0 && row->high == 0) return;
    const char *low = row->flags & SFT_ABOVE_LOW ? "exclusiveMinimum" : "minimum";
    const char *high = row->flags & SFT_BELOW_HIGH ? "exclusiveMaximum" : "maximum";
    if (isfinite(row->low)) {
        sft__string_addf(out, ", \"%s\": ", low);
        sft__string_number(out, row->low);
    }
    if (isfinite(row->high)) {
        sft__string_addf(out, ", \"%s\": ", high);
        sft__string_number(out, row->high);
    }
}

static void words(sft_string *out, const char *const *list)
{
    sft__string_add(out, "{\"enum\": [");
    for (int i = 0; list && list[i]; i++) {
        if (i) sft__string_add(out, ", ");
        sft__string_json(out, list[i]);
    }
    sft__string_add(out, "]}");
}

/* The schema of a row's value, without `auto`. */
static void kind(sft_string *out, const sft_field *row)
{
    switch (row->kind) {
    case SFT_INT:
    case SFT_REAL:
        sft__string_addf(out, "{\"type\": \"%s\"", row->kind == SFT_INT ? "integer" : "number");
        bounds(out, row);
        sft__string_add(out, "}");
        break;
    case SFT_FLAG:
        sft__string_add(out, "{\"enum\": [true, false, \"yes\", \"no\", \"on\", \"off\", 0, 1]}");
        break;
    case SFT_WORD: words(out, row->words); break;
    case SFT_TEXT: sft__string_add(out, "{\"type\": [\"string\", \"number\"]}"); break;
    case SFT_DIMS: sft__string_add(out, "{\"type\": [\"string\", \"integer\", \"array\"]}"); break;
    case SFT_REALS: sft__string_add(out, "{\"type\": [\"string\", \"number\", \"array\"]}"); break;
    }
}

static void property(sft_string *out, const sft_field *row, const char *name, size_t n)
{
    char text[128];
    sft__string_add(out, ", \"");
    sft__string_addn(out, name, n);
    sft__string_add(out, "\": {\"description\": ");
    sft__string_json(out, row->doc);
    if (!(row->flags & SFT_REQUIRED)) {
        sft__string_add(out, ", \"$comment\": ");
        sft__string_json(out, sft__field_default(row, text, sizeof text));
    }
    sft__string_add(out, ", \"anyOf\": [");
    kind(out, row);
    if (row->flags & SFT_AUTO) sft__string_add(out, ", {\"const\": \"auto\"}");
    sft__string_add(out, ", {\"type\": \"null\"}]}");
}

static size_t word_length(const char *text)
{
    size_t n = 0;
    while (text[n] && text[n] != ' ') n++;
    return n;
}

/* Every row under its name and its aliases. */
static void properties(sft_string *out, const sft_field *rows)
{
    for (const sft_field *row = rows; row && row->name; row++) {
        property(out, row, row->name, word_length(row->name));
        for (const char *a = row->aliases; a && *a;) {
            const size_t n = word_length(a);
            if (n > 0) property(out, row, a, n);
            a += n + (a[n] == ' ');
        }
    }
}

/* A mapping: its name, if the section has one, and its options. */
static void mapping(sft_string *out, const sft_section *s, const sft_choice *c,
                    const sft_field *rows)
{
    sft__string_add(
        out, "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"name\": ");
    if (!c->name) {
        sft__string_add(out, "false");
    } else {
        sft__string_add(out, "{\"type\": \"string\", \"pattern\": \"^(");
        sft__string_add(out, c->name);
        for (const char *a = c->aliases; a && *a;) {
            const size_t n = word_length(a);
            if (n > 0) {
                sft__string_add(out, "|");
                sft__string_addn(out, a, n);
            }
            a += n + (a[n] == ' ');
        }
        const bool place =
            s == &sft__section[SFT_DATA_SECTION] && ((const sft_source *)c->record)->place;
        sft__string_add(out, place ? "):\"}" : ")$\"}");
    }
    properties(out, rows);
    sft__string_add(out, "}");
    if (c->name && (!s->usual || strcmp(s->usual, c->name) != 0))
        sft__string_add(out, ", \"required\": [\"name\"]");
    sft__string_add(out, "}");
}

static void body(sft_string *out, sft_recipe *r, int id)
{
    const sft_section *s = &sft__section[id];
    sft_choice         c = { 0 };
    sft__string_add(out, "{\"description\": ");
    sft__string_json(out, s->doc);
    if (s->patterns) sft__string_add(out, ", \"type\": [\"object\", \"null\"], \"additionalProperties\": {");
    else sft__string_add(out, ", ");
    sft__string_add(out, "\"anyOf\": [{\"type\": [\"string\", \"number\", \"null\"]}");
    if (s->list) /* a list of calls: text or mappings, as the only call is */
        sft__string_addf(out, ", {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/%s\"}}", s->name);
    if (!s->at) {
        sft__string_add(out, ", ");
        mapping(out, s, &c, s->rows);
    }
    for (int i = 0; s->at && s->at(i, &c); i++) {
        sft__string_add(out, ", ");
        mapping(out, s, &c, sft__section_rows(r, id, &c));
    }
    sft__string_add(out, s->patterns ? "]}}" : "]}");
}

const char *sft_recipe_schema(sft_recipe *r)
{
    if (!r || sft__failed(r->ctx)) return NULL;
    sft_string out;
    sft__string_open(&out, r->ctx);
    sft__string_add(
        &out,
        "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
        " \"title\": \"surefoot recipe\", \"type\": \"object\", \"additionalProperties\": false,\n"
        " \"properties\": {\"version\": {\"type\": \"integer\", \"minimum\": 1");
    sft__string_addf(&out, ", \"maximum\": %d}", SFT_RECIPE_VERSION);
    for (int id = 0; id < SFT_SECTIONS; id++) {
        sft__string_addf(&out, ",\n  \"%s\": ", sft__section[id].name);
        sft__string_addf(&out, "{\"$ref\": \"#/$defs/%s\"}", sft__section[id].name);
        for (const char *a = sft__section[id].aliases; a && *a;) {
            const size_t n = word_length(a);
            sft__string_add(&out, ", \"");
            sft__string_addn(&out, a, n);
            sft__string_addf(&out, "\": {\"$ref\": \"#/$defs/%s\"}", sft__section[id].name);
            a += n + (a[n] == ' ');
        }
    }
    sft__string_add(&out, "},\n \"$defs\": {");
    for (int id = 0; id < SFT_SECTIONS; id++) {
        sft__string_addf(&out, "%s\n  \"%s\": ", id ? "," : "", sft__section[id].name);
        body(&out, r, id);
    }
    sft__string_add(&out, "}}\n");
    const char *text = sft__failed(r->ctx) ? NULL : sft__arena_text(&r->arena, out.text);
    sft__string_close(&out);
    return text;
}
