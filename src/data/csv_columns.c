/* SPDX-License-Identifier: MIT */
/* The layout of a CSV file: whether its first line holds names, and which columns are labels. */
#include "base/text.h"
#include "data/csv_table.h"

#include <string.h>

/* ---- what the option `label` names ---------------------------------------------------------- */

typedef struct labels { /* as the recipe spells them; n = 0: the last column */
    int64_t      n;
    const char **name;
} labels;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* One name of a list, quoted or up to the comma, from *at on, which moves behind it and its blanks. In "…" a
 * backslash takes the next character as it is, in '…' two quotes are one: as everywhere in recipes. */
static void read_name(const char **at, const char *end, char *to)
{
    const char *p = *at, *start = to;
    char        quote = p < end && (*p == '"' || *p == '\'') ? *p++ : 0;
    for (; p < end && (quote || *p != ','); p++) {
        if (*p == quote && quote && (quote == '"' || p + 1 == end || p[1] != quote)) {
            p++;
            break;
        }
        p += (*p == '\\' && quote == '"' && p + 1 < end) || (*p == quote && quote);
        *to++ = *p;
    }
    while (!quote && to > start && is_blank(to[-1])) to--;
    *to = '\0';
    while (p < end && is_blank(*p)) p++;
    *at = p;
}

static sft_status bad_list(sft_arena *a, const char *path, const char *list)
{
    return sft__fail_at(a->ctx, (sft_pos){ .file = path }, SFT_E202,
                        "the labels '%s' are no list of columns — write label=[a,b,c], names with a "
                        "comma in quotes",
                        list);
}

/* "[a, "b, c"]" or "a,b" cut into its names. */
static sft_status read_list(sft_arena *a, const char *path, const char *text, labels *l)
{
    const char *at = text, *end = text + strlen(text);
    if (*at == '[') {
        at++;
        end -= end[-1] == ']' && end - 1 > text;
    }
    l->name = sft__arena_alloc(a, (strlen(text) / 2 + 1) * sizeof *l->name);
    char *to = sft__arena_alloc(a, strlen(text) + 2);
    if (!l->name || !to) return sft_code(a->ctx);
    for (bool more = true; more; at++) {
        while (at < end && is_blank(*at)) at++;
        l->name[l->n] = to;
        read_name(&at, end, to);
        if (!*to || (at < end && *at != ',')) return bad_list(a, path, text);
        to += strlen(to) + 1;
        l->n++;
        more = at < end;
    }
    return SFT_OK;
}

/* A column's own name may hold commas and brackets. */
static sft_status read_labels(sft_arena *a, const char *path, const char *text,
                              const char *const *names, int64_t columns, labels *l)
{
    bool list = text && (text[0] == '[' || strchr(text, ','));
    *l = (labels){ 0 };
    if (!text) return SFT_OK;
    for (int64_t i = 0; names && i < columns && list; i++) list = !sft__text_is(names[i], text);
    if (list) return read_list(a, path, text, l);
    l->name = sft__arena_alloc(a, sizeof *l->name);
    if (!l->name) return sft_code(a->ctx);
    l->name[l->n++] = text;
    return SFT_OK;
}

/* ---- the columns of the labels -------------------------------------------------------------- */

/* Where column i stands in the first line: for failures, as the reader goes back to it. */
static sft_pos place_of(sft_csv_reader *r, int64_t i)
{
    sft__csv_rewind(r);
    return sft__csv_next(r) && i < r->n ? sft__csv_pos(r, i) : (sft_pos){ .file = r->path };
}

static sft_status unknown_label(sft_csv_reader *r, const sft_csv_table *t, const char *label)
{
    sft_near near = sft__near(label);
    for (int64_t i = 0; t->names && i < t->columns; i++)
        sft__near_try(&near, t->names[i] ? t->names[i] : "");
    const char *best = sft__near_best(&near);
    return sft__fail_at(r->ctx, place_of(r, 0), SFT_E202,
                        "no column '%s' to be the label — %s%s%sa name of the "
                        "header, a number 1..%lld, or -1 for the last",
                        label, best ? "did you mean '" : "", best ? best : "", best ? "'? " : "",
                        (long long)t->columns);
}

/* By name, by number from 1, by number from the end; -1: there is none. */
static int64_t column_of(const sft_csv_table *t, const char *label)
{
    int64_t number;
    for (int64_t i = 0; t->names && i < t->columns; i++)
        if (sft__text_is(t->names[i], label)) return i;
    if (!sft__parse_int(label, strlen(label), &number) || number == 0 || number > t->columns ||
        number < -t->columns)
        return -1;
    return number > 0 ? number - 1 : t->columns + number;
}

static sft_status add_label(sft_csv_reader *r, sft_csv_table *t, const char *label)
{
    int64_t i = label ? column_of(t, label) : t->columns - 1;
    if (i < 0) return unknown_label(r, t, label);
    if (t->label_of[i] >= 0)
        return sft__fail_at(r->ctx, place_of(r, i), SFT_E202,
                            "column %lld is named twice as a label (as '%s' the second time) — leave one out",
                            (long long)i + 1, label);
    t->label_of[i] = t->labels;
    t->label_column[t->labels++] = i;
    return SFT_OK;
}

static sft_status find_labels(sft_arena *a, sft_csv_reader *r, const labels *l, sft_csv_table *t)
{
    if (!t->label_of) {
        t->label_of = sft__arena_alloc(a, (size_t)t->columns * sizeof *t->label_of);
        t->label_column = sft__arena_alloc(a, (size_t)t->columns * sizeof *t->label_column);
    }
    if (!t->label_of || !t->label_column) return sft_code(a->ctx);
    for (int64_t i = 0; i < t->columns; i++) t->label_of[i] = -1;
    t->labels = 0;
    bool none = l->n == 1 && sft__text_is(l->name[0], "none") && column_of(t, "none") < 0;
    for (int64_t i = 0; i < (l->n ? l->n : 1) && !none; i++)
        if (add_label(r, t, l->n ? l->name[i] : NULL)) return sft_code(a->ctx);
    t->features = t->columns - t->labels;
    return SFT_OK;
}

/* ---- header --------------------------------------------------------------------------------- */

enum { TEXT = 1, NUMBER, MISSING };

static uint8_t *kinds_of(sft_arena *a, const sft_csv_reader *r)
{
    double   ignored;
    uint8_t *kind = sft__arena_alloc(a, (size_t)r->n + 1);
    for (int64_t i = 0; kind && i < r->n; i++)
        kind[i] = sft__csv_missing(&r->field[i])            ? MISSING
                  : sft__csv_number(&r->field[i], &ignored) ? NUMBER
                                                            : TEXT;
    return kind;
}

static const char *const *names_of(sft_arena *a, const sft_csv_reader *r)
{
    const char **name = sft__arena_alloc(a, ((size_t)r->n + 1) * sizeof *name);
    for (int64_t i = 0; name && i < r->n; i++)
        name[i] = sft__csv_text(a, r->field[i].p, r->field[i].n, r->field[i].escaped);
    return name;
}

/* A header has text, and no number, above the features; or numbered features and text above
 * labels that are numbers. A line with both text and numbers is data with a mistake in it, not a
 * header that would hide the mistake. */
static bool looks_like_header(const uint8_t *first, const uint8_t *second, const sft_csv_table *t)
{
    int64_t texts = 0, numbers = 0;
    for (int64_t i = 0; i < t->columns; i++) {
        texts += t->label_of[i] < 0 && first[i] == TEXT;
        numbers += t->label_of[i] < 0 && first[i] == NUMBER;
    }
    if (texts > 0) return numbers == 0;
    bool named = second && t->labels > 0;
    for (int64_t k = 0; k < t->labels && named; k++)
        named = first[t->label_column[k]] == TEXT && second[t->label_column[k]] != TEXT;
    return named;
}

/* No column need have a name for this. */
static bool are_indices(const labels *l)
{
    int64_t number;
    bool    all = true;
    for (int64_t i = 0; i < l->n && all; i++)
        all = (l->n == 1 && sft__text_is(l->name[i], "none")) ||
              sft__parse_int(l->name[i], strlen(l->name[i]), &number);
    return all;
}

static sft_status find_header(sft_arena *a, sft_csv_reader *r, const sft_csv_conf *k,
                              sft_csv_table *t)
{
    uint8_t           *first = kinds_of(a, r), *second = NULL;
    const char *const *names = names_of(a, r);
    labels             l;
    t->columns = r->n;
    t->header = k->header == SFT_HEADER_YES;
    if (sft__failed(a->ctx) || read_labels(a, t->path, k->label, names, t->columns, &l))
        return sft_code(a->ctx);
    if (k->header == SFT_HEADER_AUTO && are_indices(&l)) {
        if (sft__csv_next(r) && r->n == t->columns) second = kinds_of(a, r);
        if (sft__failed(a->ctx) || find_labels(a, r, &l, t)) return sft_code(a->ctx);
        t->header = looks_like_header(first, second, t);
    } else if (k->header == SFT_HEADER_AUTO) {
        t->header = true;
    }
    t->names = t->header ? names : NULL;
    return find_labels(a, r, &l, t);
}

/* The test file's columns are those of the training file. */
static sft_status same_columns(sft_ctx *c, const sft_csv_table *train, const sft_csv_table *t)
{
    sft_pos at = { t->path, 1, 0 };
    if (t->columns != train->columns)
        return sft__fail_at(c, at, SFT_E230, "%lld fields, but %s has %lld columns",
                            (long long)t->columns, train->path, (long long)train->columns);
    for (int64_t i = 0; t->names && train->names && i < t->columns; i++)
        if (!sft__text_is(t->names[i], train->names[i]))
            return sft__fail_at(
                c, at, SFT_E202,
                "column %lld is '%s', but '%s' in %s — both files need the same columns",
                (long long)i + 1, t->names[i], train->names[i], train->path);
    return SFT_OK;
}

sft_status sft__csv_layout(sft_arena *a, sft_csv_reader *r, const sft_csv_conf *k,
                           const sft_csv_table *train, sft_csv_table *t)
{
    sft_pos at = { .file = t->path };
    if (!sft__csv_next(r))
        return sft__fail_at(a->ctx, at, SFT_E245, "no samples — the file has no line with text");
    if (find_header(a, r, k, t) || (train && same_columns(a->ctx, train, t)))
        return sft_code(a->ctx);
    if (train) {
        t->label_column = train->label_column;
        t->label_of = train->label_of;
        t->labels = train->labels;
        t->features = train->features;
    }
    if (t->features < 1)
        return sft__fail_at(a->ctx, at, SFT_E202,
                            t->columns > 1 ? "every column is a label — leave some to learn from"
                                           : "one column only, and that is the label — is the separator "
                                             "right? give separator=; or tab");
    sft__csv_rewind(r);
    return SFT_OK;
}
