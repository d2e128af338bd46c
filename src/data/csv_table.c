/* SPDX-License-Identifier: MIT */
/* Reads a CSV file into a table of numbers: first its layout, then its rows counted, then its
 * values. */
#include "base/text.h"
#include "data/csv_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_missing(const sft_csv_field *f)
{
    static const char *const words[] = {
        "", "na", "n/a", "nan", "null", "none", "?", "-nan", "+nan"
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == f->n && !strncasecmp(words[i], f->p, f->n)) return true;
    return false;
}

static bool is_number(const sft_csv_field *f, double *value)
{
    return sft__parse_real(f->p, f->n, value) && !isnan(*value);
}

/* ---- layout -------------------------------------------------------------------------------- */

enum { TEXT = 1, NUMBER, MISSING };

static uint8_t *kinds_of(sft_arena *a, const sft_csv_reader *r)
{
    double   ignored;
    uint8_t *kind = sft__arena_alloc(a, (size_t)r->n + 1);
    for (int64_t i = 0; kind && i < r->n; i++)
        kind[i] = is_missing(&r->field[i])            ? MISSING
                  : is_number(&r->field[i], &ignored) ? NUMBER
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

static sft_status unknown_label(sft_arena *a, const sft_csv_table *t, const char *label)
{
    sft_near near = sft__near(label);
    for (int64_t i = 0; t->names && i < t->columns; i++)
        sft__near_try(&near, t->names[i] ? t->names[i] : "");
    const char *best = sft__near_best(&near);
    return sft__fail_at(a->ctx, (sft_pos){ .file = t->path }, SFT_E202,
                        "no column '%s' to be the label — %s%s%sa name of the "
                        "header, a number 1..%lld, or -1 for the last",
                        label, best ? "did you mean '" : "", best ? best : "", best ? "'? " : "",
                        (long long)t->columns);
}

/* By name, by number from 1, by number from the end; the last one by default. */
static sft_status find_label(sft_arena *a, const char *label, sft_csv_table *t)
{
    int64_t number;
    t->unlabelled = false;
    t->label_column = t->columns - 1;
    if (!label) return SFT_OK;
    for (int64_t i = 0; t->names && i < t->columns; i++)
        if (sft__text_is(t->names[i], label)) {
            t->label_column = i;
            return SFT_OK;
        }
    t->unlabelled = sft__text_is(label, "none");
    if (t->unlabelled) {
        t->label_column = t->columns;
        return SFT_OK;
    }
    if (!sft__parse_int(label, strlen(label), &number) || number == 0 || number > t->columns ||
        number < -t->columns)
        return unknown_label(a, t, label);
    t->label_column = number > 0 ? number - 1 : t->columns + number;
    return SFT_OK;
}

/* A header has text, and no number, above the features; or numbered features and text above
 * labels that are numbers. A line with both text and numbers is data with a mistake in it, not a
 * header that would hide the mistake. */
static bool looks_like_header(const uint8_t *first, const uint8_t *second, int64_t columns,
                              int64_t label)
{
    int64_t texts = 0, numbers = 0;
    for (int64_t i = 0; i < columns; i++) {
        texts += i != label && first[i] == TEXT;
        numbers += i != label && first[i] == NUMBER;
    }
    if (texts > 0) return numbers == 0;
    return label < columns && first[label] == TEXT && second && second[label] != TEXT;
}

static bool is_index(const char *label)
{
    int64_t number;
    return !label || sft__text_is(label, "none") || sft__parse_int(label, strlen(label), &number);
}

static sft_status find_header(sft_arena *a, sft_csv_reader *r, const sft_csv_conf *k,
                              sft_csv_table *t)
{
    uint8_t           *first = kinds_of(a, r), *second = NULL;
    const char *const *names = names_of(a, r);
    t->columns = r->n;
    t->header = k->header == SFT_HEADER_YES;
    if (sft__failed(a->ctx)) return sft_code(a->ctx);
    if (k->header == SFT_HEADER_AUTO) {
        if (sft__csv_next(r) && r->n == t->columns) second = kinds_of(a, r);
        if (sft__failed(a->ctx) || (is_index(k->label) && find_label(a, k->label, t)))
            return sft_code(a->ctx);
        t->header =
            !is_index(k->label) || looks_like_header(first, second, t->columns, t->label_column);
    }
    t->names = t->header ? names : NULL;
    find_label(a, k->label, t);
    t->columns += t->unlabelled;
    return sft_code(a->ctx);
}

/* Fields of a line. */
static int64_t fields_of(const sft_csv_table *t) { return t->columns - t->unlabelled; }

/* The test file's columns are those of the training file. */
static sft_status same_columns(sft_ctx *c, const sft_csv_table *train, const sft_csv_table *t)
{
    sft_pos at = { t->path, 1, 0 };
    if (t->columns != train->columns)
        return sft__fail_at(c, at, SFT_E230, "%lld fields, but %s has %lld columns",
                            (long long)t->columns, train->path, (long long)train->columns);
    for (int64_t i = 0; t->names && train->names && i < fields_of(t); i++)
        if (!sft__text_is(t->names[i], train->names[i]))
            return sft__fail_at(
                c, at, SFT_E202,
                "column %lld is '%s', but '%s' in %s — both files need the same columns",
                (long long)i + 1, t->names[i], train->names[i], train->path);
    return SFT_OK;
}

static sft_status read_layout(sft_arena *a, sft_csv_reader *r, const sft_csv_conf *k,
                              const sft_csv_table *train, sft_csv_table *t)
{
    sft_pos at = { .file = t->path };
    if (!sft__csv_next(r))
        return sft__fail_at(a->ctx, at, SFT_E245, "no samples — the file has no line with text");
    if (find_header(a, r, k, t) || (train && same_columns(a->ctx, train, t)))
        return sft_code(a->ctx);
    if (train) t->label_column = train->label_column;
    if (t->columns < 2)
        return sft__fail_at(a->ctx, at, SFT_E202,
                            "one column only, and that is the label — is the separator right? give "
                            "separator=; or tab");
    sft__csv_rewind(r);
    return SFT_OK;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool next_row(sft_csv_reader *r, const sft_csv_table *t)
{
    if (!sft__csv_next(r)) return false;
    if (r->n == fields_of(t)) return true;
    sft__fail_at(r->ctx, sft__csv_pos(r, 0), SFT_E230,
                 "line %lld has %lld fields, %s %lld — a field with a separator in it "
                 "needs quotes",
                 (long long)r->record_line, (long long)r->n,
                 t->header ? "the header has" : "the first line has", (long long)fields_of(t));
    return false;
}

static sft_status count_rows(sft_csv_reader *r, sft_csv_table *t)
{
    while (next_row(r, t)) t->room++;
    t->room -= t->header;
    if (t->room < 1)
        return sft__fail_at(r->ctx, (sft_pos){ .file = t->path }, SFT_E245,
                            "no samples — there is only a header");
    sft__csv_rewind(r);
    if (t->header) sft__csv_next(r);
    return sft_code(r->ctx);
}

static const char *column_name(const sft_csv_table *t, int64_t i, char buf[32])
{
    snprintf(buf, 32, "column %lld", (long long)i + 1);
    return t->names ? t->names[i] : buf;
}

static sft_status bad_field(const sft_csv_reader *r, const sft_csv_table *t, int64_t i, sft_ecode e)
{
    const sft_csv_field *f = &r->field[i];
    char                 buf[32], text[64];
    snprintf(text, sizeof text, "%.*s%s", f->n > 40 ? 40 : (int)f->n, f->p, f->n > 40 ? "..." : "");
    const char *name = column_name(t, i, buf);
    sft_pos     at = sft__csv_pos(r, i);
    if (e == SFT_E232)
        return sft__fail_at(
            r->ctx, at, e,
            "line %lld, %s: the value is missing (\"%s\") — set data.missing to mean or drop",
            (long long)r->record_line, name, text);
    if (e == SFT_E247)
        return sft__fail_at(
            r->ctx, at, e,
            "line %lld, %s: \"%s\" is not finite as a float — mend the value or drop the line",
            (long long)r->record_line, name, text);
    return sft__fail_at(
        r->ctx, at, e, "line %lld, %s: \"%s\" is not a number — %s", (long long)r->record_line,
        name, text,
        r->record_line == 1
            ? "a line of names has no numbers in it, else set header=yes; decimals take a point"
            : "text can be the label only: write categories as numbers, one column each; "
              "decimals take a point");
}

/* One feature; NaN where it is missing. */
static sft_status read_value(const sft_csv_reader *r, const sft_csv_table *t, int64_t i,
                             int missing, float *x)
{
    double v = NAN;
    if (is_missing(&r->field[i])) {
        *x = NAN;
        return missing == SFT_MISSING_ERROR ? bad_field(r, t, i, SFT_E232) : SFT_OK;
    }
    if (!is_number(&r->field[i], &v)) return bad_field(r, t, i, SFT_E231);
    if (!(fabs(v) <= 3.4028234663852886e38)) return bad_field(r, t, i, SFT_E247);
    *x = (float)v;
    return SFT_OK;
}

static sft_status read_label(const sft_csv_reader *r, const sft_csv_table *t, int missing,
                             sft_csv_label *label, bool *keep)
{
    if (t->unlabelled) {
        *label = (sft_csv_label){ .p = "0", .n = 1, .number = true, .row = t->rows, .line = r->record_line };
        return SFT_OK;
    }
    const sft_csv_field *f = &r->field[t->label_column];
    *label = (sft_csv_label){
        .p = f->p, .n = f->n, .escaped = f->escaped, .row = t->rows, .line = r->record_line
    };
    label->number = is_number(f, &label->value);
    if (!is_missing(f)) return SFT_OK;
    *keep = false; /* a sample without a label teaches nothing */
    return missing == SFT_MISSING_ERROR ? bad_field(r, t, t->label_column, SFT_E232) : SFT_OK;
}

static sft_status read_row(const sft_csv_reader *r, sft_csv_table *t, int missing)
{
    float *x = t->floats + t->rows * (t->columns - 1);
    bool   keep = true;
    for (int64_t i = 0; i < t->columns; i++) {
        if (i == t->label_column) continue;
        if (read_value(r, t, i, missing, x)) return sft_code(r->ctx);
        keep = keep && !(isnan(*x) && missing == SFT_MISSING_DROP);
        x++;
    }
    if (read_label(r, t, missing, &t->label[t->rows], &keep)) return sft_code(r->ctx);
    t->rows += keep;
    t->dropped += !keep;
    return SFT_OK;
}

static sft_status read_rows(sft_csv_reader *r, const sft_csv_conf *k, sft_csv_table *t)
{
    int64_t values, bytes;
    if (!sft__mul(t->room, t->columns - 1, &values) || !sft__mul(values, sizeof *t->floats, &bytes))
        return sft__fail(r->ctx, SFT_E004, "%s is too large", t->path);
    t->floats = sft__alloc(r->ctx, (size_t)bytes);
    t->label = sft__alloc(r->ctx, (size_t)t->room * sizeof *t->label);
    while (!sft__failed(r->ctx) && next_row(r, t)) read_row(r, t, k->missing);
    if (!sft__failed(r->ctx) && t->rows == 0)
        sft__fail_at(r->ctx, (sft_pos){ .file = t->path }, SFT_E245,
                     "no samples are left — all %lld lines miss a value — set "
                     "data.missing=mean",
                     (long long)t->dropped);
    return sft_code(r->ctx);
}

sft_status sft__csv_parse(sft_arena *a, const char *path, const uint8_t *bytes, size_t size,
                          const sft_csv_conf *k, const sft_csv_table *train, sft_csv_table *t)
{
    static const char separators[] = { 0, ',', ';', '\t', ',', ';' };
    sft_csv_reader    r;
    *t = (sft_csv_table){ .path = path };
    sft__csv_open(&r, a->ctx, path, bytes, size,
                  train ? train->separator : separators[k->separator]);
    t->separator = r.separator;
    if (read_layout(a, &r, k, train, t) || count_rows(&r, t) || read_rows(&r, k, t))
        sft__csv_table_free(a->ctx, t);
    sft__csv_close(&r);
    return sft_code(a->ctx);
}

void sft__csv_table_free(sft_ctx *c, sft_csv_table *t)
{
    sft__free(c, t->floats, (size_t)(t->room * (t->columns - 1)) * sizeof *t->floats);
    sft__free(c, t->label, (size_t)t->room * sizeof *t->label);
    t->floats = NULL;
    t->label = NULL;
}
