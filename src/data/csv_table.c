/* SPDX-License-Identifier: MIT */
/* Reads a CSV file into a table of numbers: first its layout, then its rows counted, then its
 * values. */
#include "data/csv_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool next_row(sft_csv_reader *r, const sft_csv_table *t)
{
    if (!sft__csv_next(r)) return false;
    if (r->n == t->columns) return true;
    sft__fail_at(r->ctx, sft__csv_pos(r, 0), SFT_E230,
                 "line %lld has %lld fields, %s %lld — a field with a separator in it "
                 "needs quotes",
                 (long long)r->record_line, (long long)r->n,
                 t->header ? "the header has" : "the first line has", (long long)t->columns);
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
        : t->label_of[i] >= 0
            ? "where there are several labels each is a number: 0 for no, 1 for yes, or what is to be predicted"
            : "text can be the label only: write categories as numbers, one column each; "
              "decimals take a point");
}

/* One feature; NaN where it is missing. */
static sft_status read_value(const sft_csv_reader *r, const sft_csv_table *t, int64_t i,
                             int missing, float *x)
{
    double v = NAN;
    if (sft__csv_missing(&r->field[i])) {
        *x = NAN;
        return missing == SFT_MISSING_ERROR ? bad_field(r, t, i, SFT_E232) : SFT_OK;
    }
    if (!sft__csv_number(&r->field[i], &v)) return bad_field(r, t, i, SFT_E231);
    if (!(fabs(v) <= 3.4028234663852886e38)) return bad_field(r, t, i, SFT_E247);
    *x = (float)v;
    return SFT_OK;
}

/* The only label, as it stands. */
static sft_status read_label(const sft_csv_reader *r, const sft_csv_table *t, int missing,
                             sft_csv_label *label, bool *keep)
{
    if (t->labels == 0) {
        *label = (sft_csv_label){ .p = "0", .n = 1, .number = true, .row = t->rows, .line = r->record_line };
        return SFT_OK;
    }
    const sft_csv_field *f = &r->field[t->label_column[0]];
    *label = (sft_csv_label){
        .p = f->p, .n = f->n, .escaped = f->escaped, .row = t->rows, .line = r->record_line
    };
    label->number = sft__csv_number(f, &label->value);
    if (!sft__csv_missing(f)) return SFT_OK;
    *keep = false; /* a sample without a label teaches nothing */
    return missing == SFT_MISSING_ERROR ? bad_field(r, t, t->label_column[0], SFT_E232) : SFT_OK;
}

/* All labels of a row as numbers; what the first is that no yes-or-no answer can be, and the first row that is not
 * one-hot. */
static sft_status read_targets(const sft_csv_reader *r, sft_csv_table *t, int missing, float *y,
                               bool *keep)
{
    double sum = 0;
    for (int64_t k = 0; k < t->labels; k++) {
        if (read_value(r, t, t->label_column[k], missing, &y[k])) return sft_code(r->ctx);
        *keep = *keep && !isnan(y[k]);
        sum += (double)y[k];
    }
    for (int64_t k = 0; k < t->labels && *keep && !t->odd.file; k++)
        if (y[k] != 0 && y[k] != 1) {
            t->odd = sft__csv_pos(r, t->label_column[k]);
            t->odd_label = k;
            t->odd_value = y[k];
        }
    if (*keep && sum != 1 && !t->not_one_hot.file) t->not_one_hot = sft__csv_pos(r, 0);
    return SFT_OK;
}

static sft_status read_row(const sft_csv_reader *r, sft_csv_table *t, int missing)
{
    float *x = t->floats + t->rows * t->features;
    bool   keep = true;
    for (int64_t i = 0; i < t->columns; i++) {
        if (t->label_of[i] >= 0) continue;
        if (read_value(r, t, i, missing, x)) return sft_code(r->ctx);
        keep = keep && !(isnan(*x) && missing == SFT_MISSING_DROP);
        x++;
    }
    if (t->labels > 1 ? read_targets(r, t, missing, t->targets + t->rows * t->labels, &keep)
                      : read_label(r, t, missing, &t->label[t->rows], &keep))
        return sft_code(r->ctx);
    t->rows += keep;
    t->dropped += !keep;
    return SFT_OK;
}

/* Where a sample has several labels they are numbers from the start; one label may be text. */
static sft_status make_room(sft_ctx *c, sft_csv_table *t)
{
    int64_t values, targets, bytes;
    if (!sft__mul(t->room, t->features, &values) || !sft__mul(values, sizeof *t->floats, &bytes) ||
        !sft__mul(t->room, t->labels, &targets) || !sft__mul(targets, sizeof *t->targets, &bytes))
        return sft__fail(c, SFT_E004, "%s is too large", t->path);
    t->floats = sft__alloc(c, (size_t)values * sizeof *t->floats);
    if (t->labels > 1)
        t->targets = sft__alloc(c, (size_t)targets * sizeof *t->targets);
    else
        t->label = sft__alloc(c, (size_t)t->room * sizeof *t->label);
    return sft_code(c);
}

static sft_status read_rows(sft_csv_reader *r, const sft_csv_conf *k, sft_csv_table *t)
{
    if (make_room(r->ctx, t)) return sft_code(r->ctx);
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
    if (sft__csv_layout(a, &r, k, train, t) || count_rows(&r, t) || read_rows(&r, k, t))
        sft__csv_table_free(a->ctx, t);
    sft__csv_close(&r);
    return sft_code(a->ctx);
}

void sft__csv_table_free(sft_ctx *c, sft_csv_table *t)
{
    sft__free(c, t->floats, (size_t)(t->room * t->features) * sizeof *t->floats);
    sft__free(c, t->targets, (size_t)(t->room * t->labels) * sizeof *t->targets);
    sft__free(c, t->label, (size_t)t->room * sizeof *t->label);
    t->floats = t->targets = NULL;
    t->label = NULL;
}
