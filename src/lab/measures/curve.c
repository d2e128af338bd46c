/* SPDX-License-Identifier: MIT */
/* curve: a point of metrics.csv, or how restless it is. */
#include "lab/measures/measures.h"

#include "base/io.h"
#include "report/page_csv.h"
#include "train/folder.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct conf {
    int         column, split;
    const char *at;
    double      below, above;
} conf;

static const char *const columns[] = { "loss", "accuracy", "grad_norm", "lr", NULL };
static const char *const splits[] = { "train", "validation", NULL };

static const sft_field fields[] = {
    { .name = "column", .kind = SFT_WORD, .offset = offsetof(conf, column), .text = "loss", .words = columns, .flags = SFT_MAIN,
      .doc = "of metrics.csv; training rows are means over their epoch" },
    { .name = "split", .kind = SFT_WORD, .offset = offsetof(conf, split), .text = "train", .words = splits,
      .doc = "whose rows; grad_norm and lr are training's" },
    { .name = "at", .kind = SFT_TEXT, .offset = offsetof(conf, at), .text = "last",
      .doc = "last, first, min, max, an epoch, or swing: mean change from row to row over the second half" },
    { .name = "below", .kind = SFT_REAL, .offset = offsetof(conf, below), .low = -1e12, .high = 1e12, .flags = SFT_AUTO,
      .doc = "a number: the first epoch with a value below it, whatever `at` says; not known where it is never reached" },
    { .name = "above", .kind = SFT_REAL, .offset = offsetof(conf, above), .low = -1e12, .high = 1e12, .flags = SFT_AUTO,
      .doc = "likewise, above it" },
    SFT_FIELD_END
};

typedef struct rows {           /* those with a number */
    int     n;
    double *epoch, *v;
} rows;

static sft_status read_rows(sft_subject *s, const conf *k, rows *out)
{
    const char  *path = sft__arena_printf(s->arena, "%s/metrics.csv", s->folder);
    sft_bytes    bytes = { 0 };
    sft_page_csv t;
    if (!path || sft__read_file(s->ctx, path, (size_t)1 << 30, &bytes) != SFT_IO_OK) return sft_code(s->ctx);
    sft__page_csv_open(&t, s->ctx, &bytes);
    const int split = sft__page_csv_column(&t, "split"), epoch = sft__page_csv_column(&t, "epoch");
    const int column = sft__page_csv_column(&t, columns[k->column]);
    out->v = sft__arena_alloc(s->arena, (size_t)(t.n + 1) * sizeof *out->v);
    out->epoch = sft__arena_alloc(s->arena, (size_t)(t.n + 1) * sizeof *out->epoch);
    for (int64_t r = 0; r < t.n && out->v && out->epoch; r++) {
        const double v = sft__page_csv_number(&t, r, column);
        if (isnan(v) || strcmp(sft__page_csv_text(&t, r, split), splits[k->split])) continue;
        out->epoch[out->n] = sft__page_csv_number(&t, r, epoch);
        out->v[out->n++] = v;
    }
    sft__page_csv_close(&t);
    sft__bytes_free(s->ctx, &bytes);
    return sft_code(s->ctx);
}

static double swing(const rows *r)
{
    const int from = r->n / 2 > 0 ? r->n / 2 : 1;
    double    sum = 0;
    for (int i = from; i < r->n; i++) sum += fabs(r->v[i] - r->v[i - 1]);
    return r->n > from ? sum / (r->n - from) : NAN;
}

static double extreme(const rows *r, double sign)
{
    double best = r->v[0];
    for (int i = 1; i < r->n; i++)
        if (sign * r->v[i] > sign * best) best = r->v[i];
    return best;
}

static double at_epoch(const rows *r, double epoch)
{
    for (int i = 0; i < r->n; i++)
        if (r->epoch[i] == epoch) return r->v[i];
    return NAN;
}

static double first_beyond(const rows *r, double bound, double sign)
{
    for (int i = 0; i < r->n; i++)
        if (sign * r->v[i] > sign * bound) return r->epoch[i];
    return NAN;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    rows        r = { 0 };
    double      epoch = NAN;
    const bool  number = sft__parse_real(k->at, strlen(k->at), &epoch);
    static const char *const words[] = { "last", "first", "min", "max", "swing" };
    size_t      word = 0;
    while (word < sizeof words / sizeof *words && !sft__text_is(k->at, words[word])) word++;
    if (!number && word == sizeof words / sizeof *words)
        return sft__fail(s->ctx, SFT_E132, "measure curve: `at` is last, first, min, max, swing or an epoch, got `%s`", k->at);
    if (read_rows(s, k, &r) || !r.n) return sft_code(s->ctx);
    if (!isnan(k->below)) *value = first_beyond(&r, k->below, -1);
    else if (!isnan(k->above)) *value = first_beyond(&r, k->above, 1);
    else if (number) *value = at_epoch(&r, epoch);
    else if (word == 0) *value = r.v[r.n - 1];
    else if (word == 1) *value = r.v[0];
    else if (word == 4) *value = swing(&r);
    else *value = extreme(&r, word == 3 ? 1 : -1);
    return SFT_OK;
}

const sft_gauge sft_gauge_curve = {
    .name = "curve",
    .doc = "a number of the curve of metrics.csv: `curve loss split=validation at=min`",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
