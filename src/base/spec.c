/* SPDX-License-Identifier: MIT */
/* The one grammar `name [main] key=value …`. Values: bare words, "quoted", 'quoted', [lists]. */
#include "base/fields.h"

#include <string.h>

#define MOST_ARGUMENTS 256

static bool is_key(const sft_arg *a, const char *key)
{
    return key && a->key ? strcmp(a->key, key) == 0 : key == a->key;
}

static sft_arg *find(const sft_spec *s, const char *key)
{
    for (int i = 0; i < s->n; i++)
        if (is_key(&s->arg[i], key))
            return &s->arg[i];
    return NULL;
}

static sft_status append(sft_arena *a, sft_spec *s, sft_arg arg)
{
    if (s->n >= MOST_ARGUMENTS)
        return sft__fail_at(a->ctx, arg.pos, SFT_E115, "more than %d options — nothing takes so many", MOST_ARGUMENTS);
    if (s->n >= s->room) {
        int room = s->n ? s->n * 2 : 8;
        sft_arg *bigger = sft__arena_alloc(a, (size_t)room * sizeof *bigger);
        if (!bigger)
            return sft_code(a->ctx);
        if (s->n)
            memcpy(bigger, s->arg, (size_t)s->n * sizeof *bigger);
        s->arg = bigger;
        s->room = room;
    }
    s->arg[s->n++] = arg;
    return SFT_OK;
}

sft_status sft__spec_put(sft_arena *a, sft_spec *s, const char *key, const char *value, sft_pos pos, bool override)
{
    sft_arg arg = { .pos = pos, .override = override };
    arg.key = key ? sft__arena_text(a, key) : NULL;
    arg.value = sft__arena_text(a, value);
    if (!arg.value || (key && !arg.key))
        return sft_code(a->ctx);
    sft_arg *old = find(s, key);
    if (!old)
        return append(a, s, arg);
    *old = arg;
    return SFT_OK;
}

/* ---- parsing ------------------------------------------------------------------------------- */

typedef struct reader {
    sft_arena  *arena;
    const char *at, *end;
    char       *to;             /* where the next word is written */
    sft_pos     pos;
} reader;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Columns count characters, so the bytes behind the first of a UTF-8 character do not move them. */
static char take(reader *r)
{
    char c = *r->at++;
    if (c == '\n' && r->pos.line > 0) {
        r->pos.line++;
        r->pos.col = 1;
    } else if (((unsigned char)c & 0xC0) != 0x80 && r->pos.col > 0) {
        r->pos.col++;
    }
    return c;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        take(r);
}

static bool quote_starts(const reader *r, bool first)
{
    return r->at < r->end && (*r->at == '"' || *r->at == '\'') && (first || r->at[-1] == ':');
}

/* Copies what stands between the quotes: in "…" a backslash takes the next character as it is, in '…' two
 * quotes are one, as in YAML. */
static sft_status read_quoted(reader *r)
{
    sft_pos start = r->pos;
    char quote = take(r);
    while (r->at < r->end) {
        char c = take(r);
        if (c == quote) {
            if (quote == '"' || r->at == r->end || *r->at != quote)
                return SFT_OK;
            take(r);
        } else if (c == '\\' && quote == '"' && r->at < r->end) {
            c = take(r);
        }
        *r->to++ = c;
    }
    return sft__fail_at(r->arena->ctx, start, SFT_E115, "the quote %c is not closed — add a second one", quote);
}

/* Copies "[a, b]", brackets included. */
static sft_status read_list(reader *r)
{
    sft_pos start = r->pos;
    int depth = 0;
    while (r->at < r->end) {
        char c = take(r);
        depth += (c == '[') - (c == ']');
        *r->to++ = c;
        if (!depth)
            return SFT_OK;
    }
    return sft__fail_at(r->arena->ctx, start, SFT_E115, "the list is not closed — add a `]`");
}

/* A word up to a blank, or up to `=` when it may be a key. Quotes count at its start and behind a colon
 * (csv:"my file.csv"); a list only at its start. */
static sft_status read_word(reader *r, bool may_be_key, bool *plain, char **word)
{
    *plain = true;
    *word = r->to;
    for (bool first = true; r->at < r->end && !is_blank(*r->at); first = false) {
        if (may_be_key && *plain && *r->at == '=')
            break;
        sft_status s = SFT_OK;
        if (quote_starts(r, first) || (first && *r->at == '[')) {
            *plain = false;
            s = *r->at == '[' ? read_list(r) : read_quoted(r);
        } else {
            *r->to++ = take(r);
        }
        if (s)
            return s;
    }
    *r->to++ = '\0';
    return SFT_OK;
}

static sft_status read_value(reader *r, sft_spec *out, sft_pos at, const char *key)
{
    bool plain;
    char *value;
    sft_arg *old = find(out, key);
    if (old)
        return sft__fail_at(r->arena->ctx, at, SFT_E104, "`%s` given twice — leave one of the two out", key);
    take(r); /* the = */
    sft_status s = read_word(r, false, &plain, &value);
    if (s)
        return s;
    if (plain && !*value)
        return sft__fail_at(r->arena->ctx, r->pos, SFT_E115,
                            "`%s=` has no value — write key=value without blanks around the `=`", key);
    return append(r->arena, out, (sft_arg){ .key = key, .value = value, .pos = at });
}

static sft_status read_item(reader *r, sft_spec *out, bool first)
{
    sft_pos at = r->pos;
    bool plain;
    char *word;
    sft_status s = read_word(r, true, &plain, &word);
    if (s)
        return s;
    if (r->at < r->end && *r->at == '=') {
        if (!*word)
            return sft__fail_at(r->arena->ctx, at, SFT_E115,
                                "`=` without a key — write key=value without blanks around the `=`");
        return read_value(r, out, at, word);
    }
    if (first) {
        out->name = word;
        return SFT_OK;
    }
    return append(r->arena, out, (sft_arg){ .value = word, .pos = at });
}

sft_status sft__spec_parse(sft_arena *a, const char *text, size_t n, sft_pos pos, sft_spec *out)
{
    reader r = { .arena = a, .at = text, .end = text + n, .pos = pos };
    *out = (sft_spec){ .name = "", .pos = pos };
    if (memchr(text, '\0', n))
        return sft__fail_at(a->ctx, pos, SFT_E115, "a zero byte in the text — write it anew in an editor");
    r.to = sft__arena_alloc(a, 2 * n + 2); /* a word is no longer than its source, and its NUL than one blank or `=` */
    if (!r.to)
        return sft_code(a->ctx);
    skip_blanks(&r);
    out->pos = r.pos;
    for (bool first = true; r.at < r.end; first = false) {
        sft_status s = read_item(&r, out, first);
        if (s)
            return s;
        skip_blanks(&r);
    }
    return SFT_OK;
}

/* Quotes and lists start where sft__spec_parse sees them. */
size_t sft__spec_length(const char *text, size_t n)
{
    char   quote = 0, before = ' ';
    int    lists = 0;
    size_t i = 0;
    for (; i < n; before = text[i++]) {
        const char c = text[i];
        const bool start = is_blank(before) || before == '=';
        if (quote) {
            if (c == '\\' && quote == '"' && i + 1 < n)
                i++;
            else if (c == quote)
                quote = 0;
        } else if (lists > 0) {
            lists += (c == '[') - (c == ']');
        } else if ((c == '"' || c == '\'') && (start || before == ':')) {
            quote = c;
        } else if (c == '[' && start) {
            lists = 1;
        } else if (c == '|' || c == '(' || c == ')') {
            break;
        }
    }
    return i;
}
