/* SPDX-License-Identifier: MIT */
/* Columns of metrics.csv and signals.csv of many trials: their mean and range at each place. */
#include "lab/figures/figures.h"

#include <math.h>
#include <string.h>

#include "report/page_csv.h"

static const size_t limit = (size_t)1 << 28;

/* ---- a course in the making ---------------------------------------------------------------------- */

typedef struct bowl {
    sft_ctx        *ctx;
    int             n, room;
    sft_spread_row *row;        /* rising in x */
} bowl;

static bool make_room(bowl *b)
{
    if (b->n < b->room) return true;
    const int       more = b->room ? 2 * b->room : 64;
    sft_spread_row *row = sft__realloc(b->ctx, b->row, (size_t)b->room * sizeof *row, (size_t)more * sizeof *row);
    if (!row) return false;
    b->row = row;
    b->room = more;
    return true;
}

static void add(bowl *b, double x, double v)
{
    int k = b->n;
    if (!isfinite(v) || !isfinite(x)) return;
    while (k > 0 && b->row[k - 1].x > x) k--;
    if (k == 0 || b->row[k - 1].x < x) {
        if (!make_room(b)) return;
        memmove(b->row + k + 1, b->row + k, (size_t)(b->n++ - k) * sizeof *b->row);
        b->row[k++] = (sft_spread_row){ .x = x, .low = v, .high = v };
    }
    sft_spread_row *r = &b->row[k - 1];
    r->n++;
    r->mean += (v - r->mean) / r->n;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

static sft_status pour(sft_lab *lab, bowl *b, sft_track *out)
{
    out->n = b->n;
    out->row = sft__arena_alloc(&lab->arena, (size_t)b->n * sizeof *out->row + 1);
    if (out->row && b->n) memcpy(out->row, b->row, (size_t)b->n * sizeof *out->row);
    sft__free(b->ctx, b->row, (size_t)b->room * sizeof *b->row);
    return sft_code(lab->ctx);
}

/* ---- files --------------------------------------------------------------------------------------- */

typedef struct wanted {         /* what is read of each file */
    const char *file, *column, *split, *op;
    bool        by_step;
    int64_t     at;
    bool        found;          /* some file has the column */
} wanted;

typedef void read_fn(const sft_page_csv *t, const wanted *w, bowl *b);

/* A run without the file, as one that broke before it wrote, adds nothing. */
static void read_file(sft_lab *lab, const char *folder, wanted *w, read_fn *read, bowl *b)
{
    sft_bytes    bytes = { 0 };
    sft_page_csv t;
    const char  *path = folder ? sft__arena_printf(&lab->arena, "%s/%s", folder, w->file) : NULL;
    if (!path || sft__read_file(lab->ctx, path, limit, &bytes) != SFT_IO_OK) return;
    sft__page_csv_open(&t, lab->ctx, &bytes);
    if (sft__page_csv_column(&t, w->column) >= 0) {
        w->found = true;
        read(&t, w, b);
    }
    sft__page_csv_close(&t);
    sft__bytes_free(lab->ctx, &bytes);
}

static sft_status read_all(sft_lab *lab, const sft_experiment *x, const sft_bind *bound, wanted *w, read_fn *read, sft_track *out)
{
    bowl b = { .ctx = lab->ctx };
    *out = (sft_track){ 0 };
    for (int64_t i = 0; i < x->study.n; i++) {
        const sft_attempt *t = &x->study.attempt[i];
        if (t->folder && *t->folder && sft__choice_has(x, i, bound)) read_file(lab, sft__choice_folder(lab, x, t), w, read, &b);
    }
    return pour(lab, &b, out);
}

/* ---- metrics.csv --------------------------------------------------------------------------------- */

static void read_curve(const sft_page_csv *t, const wanted *w, bowl *b)
{
    const int column = sft__page_csv_column(t, w->column), split = sft__page_csv_column(t, "split");
    const int place = sft__page_csv_column(t, w->by_step ? "step" : "epoch");
    for (int64_t i = 0; i < t->n; i++)
        if (!strcmp(sft__page_csv_text(t, i, split), w->split))
            add(b, sft__page_csv_number(t, i, place), sft__page_csv_number(t, i, column));
}

sft_status sft__course_of_curve(sft_lab *lab, const sft_experiment *x, const sft_bind *bound, const char *column, const char *split,
                                bool by_step, sft_track *out)
{
    return read_all(lab, x, bound, &(wanted){ .file = "metrics.csv", .column = column, .split = split, .by_step = by_step }, read_curve,
                    out);
}

/* ---- signals.csv --------------------------------------------------------------------------------- */

/* The look nearest to step `at`; the earlier of two as near. */
static double nearest_look(const sft_page_csv *t, int step, int64_t at)
{
    double best = NAN;
    for (int64_t i = 0; i < t->n; i++) {
        const double v = sft__page_csv_number(t, i, step);
        if (isnan(best) || (at == SFT_LAST_LOOK ? v > best : fabs(v - (double)at) < fabs(best - (double)at))) best = v;
    }
    return best;
}

/* The first row of a look is the input, which is no layer. */
static void read_layers(const sft_page_csv *t, const wanted *w, bowl *b)
{
    const int    step = sft__page_csv_column(t, "step"), op = sft__page_csv_column(t, "op"), column = sft__page_csv_column(t, w->column);
    const double look = nearest_look(t, step, w->at);
    int          layer = 0;
    for (int64_t i = 0; i < t->n; i++) {
        const double v = sft__page_csv_number(t, i, column);
        const char  *name = sft__page_csv_text(t, i, op);
        if (sft__page_csv_number(t, i, step) != look || isnan(v) || !strcmp(name, "input")) continue;
        if (!*w->op || !strcmp(name, w->op)) add(b, ++layer, v);
    }
}

sft_status sft__course_of_layers(sft_lab *lab, const sft_experiment *x, const sft_bind *bound, const char *column, const char *op,
                                 int64_t at, sft_track *out)
{
    return read_all(lab, x, bound, &(wanted){ .file = "signals.csv", .column = column, .op = op, .at = at }, read_layers, out);
}
