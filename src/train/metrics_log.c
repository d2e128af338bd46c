/* SPDX-License-Identifier: MIT */
/* metrics.csv of the run folder: begun, gone on with, a row at a time. */
/* Its columns are eight that never change, then a metric each. A run that goes on keeps the columns that the file
 * has, in their order, and adds those that the recipe asks for since: no number is lost, and every row is as long as
 * the head. */
#include "base/text.h"
#include "train/folder.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { FIXED = 8 };
static const char        head[] = "step,epoch,split,loss,accuracy,lr,grad_norm,seconds";
const char *const sft__split_word[SFT_SPLITS] = { "train", "validation", "test" };

/* ---- columns ---------------------------------------------------------------------------------- */

static size_t field_length(const char *text, size_t n)
{
    const char *comma = n ? memchr(text, ',', n) : NULL;
    return comma ? (size_t)(comma - text) : n;
}

static bool has_column(const sft_folder *f, const char *name)
{
    for (int i = 0; i < f->n_columns; i++)
        if (!strcmp(f->column[i], name))
            return true;
    return false;
}

/* The columns of a head, as far as it is one of ours. */
static void old_columns(sft_folder *f, const char *line, size_t n)
{
    const size_t fixed = sizeof head - 1;
    if (n < fixed || memcmp(line, head, fixed) || (n > fixed && line[fixed] != ','))
        return;
    for (size_t at = fixed + 1, length; at <= n; at += length + 1) {
        length = field_length(line + at, n - at);
        f->column[f->n_columns] = sft__arena_textn(&f->arena, line + at, length);
        f->n_columns += f->column[f->n_columns] != NULL;
    }
}

/* Of the file there is (n = 0: none), then of the recipe. Returns how many the file had. */
static int set_columns(sft_folder *f, const char *text, size_t n)
{
    const sft_trainer *t = f->trainer;
    size_t             length = sft__line_length(text, n), room = (size_t)t->n_measures + 1;
    for (size_t i = 0; i < length; i++)
        room += text[i] == ',';
    f->n_columns = 0;
    f->column = sft__arena_alloc(&f->arena, room * sizeof *f->column);
    if (!f->column)
        return 0;
    old_columns(f, text, length);
    int old = f->n_columns;
    for (int i = 0; i < t->n_measures; i++)
        if (!has_column(f, t->measure[i]->name))
            f->column[f->n_columns++] = t->measure[i]->name;
    return old;
}

/* ---- rows that stay --------------------------------------------------------------------------- */

/* Does a row stay when a run goes on from last_step? Rows of test are written at the end only, and
 * will be again. */
static bool stays(const char *row, size_t n, int64_t last_step)
{
    size_t commas = 0, at = 0;
    if (!sft__line_up_to(row, n, last_step))
        return false;
    while (at < n && commas < 2)
        commas += row[at++] == ',';
    return commas == 2 && !(n - at >= 5 && !memcmp(row + at, "test,", 5));
}

/* A row with as many fields as the head: what it has in the file's own columns, and nothing in new ones. */
static void keep_row(const sft_folder *f, const char *row, size_t n, int old, sft_string *keep)
{
    size_t at = 0, length;
    for (int i = 0; i < FIXED + f->n_columns; i++, at += length + (at + length < n)) {
        length = i < FIXED + old ? field_length(row + at, n - at) : 0;
        if (i > 0)
            sft__string_add(keep, ",");
        sft__string_addn(keep, row + at, length);
    }
    sft__string_add(keep, "\n");
}

typedef struct keeping {        /* rows of an older file that stay */
    const sft_folder *folder;
    int64_t           last_step;
    int               old;      /* columns that the file had */
    bool              any;
    sft_string       *into;
} keeping;

static void keep_good(void *user, const char *row, size_t n)
{
    keeping *k = user;
    if (!stays(row, n, k->last_step)) return;
    keep_row(k->folder, row, n, k->old, k->into);
    k->any = true;
}

/* The rows up to last_step, without a last line that a crash tore. */
static void good_rows(sft_folder *f, const char *text, size_t size, int64_t last_step, int old, sft_string *keep)
{
    keeping k = { .folder = f, .last_step = last_step, .old = old, .into = keep };
    sft__whole_lines(f, "metrics.csv", text, size, keep_good, &k);
    if (k.any && old < f->n_columns)
        sft__note(f->ctx, SFT_NOTE, NULL,
                  "metrics.csv gets %d new column%s from `%s` on, empty in the rows up to step %lld",
                  f->n_columns - old, f->n_columns - old > 1 ? "s" : "", f->column[old], (long long)last_step);
}

sft_status sft__metrics_open(sft_folder *f, int64_t last_step)
{
    char path[SFT_PATH];
    sft__folder_file(f, "metrics.csv", path);
    sft_string text;
    sft_bytes  before = { 0 };
    if (last_step > 0 && sft__read_file(f->ctx, path, (size_t)1 << 31, &before) != SFT_IO_OK)
        before.size = 0;
    const int old = set_columns(f, (char *)before.data, before.size);
    sft__string_open(&text, f->ctx);
    sft__string_add(&text, head);
    for (int i = 0; i < f->n_columns; i++)
        sft__string_addf(&text, ",%s", f->column[i]);
    sft__string_add(&text, "\n");
    good_rows(f, (char *)before.data, before.size, last_step, old, &text);
    sft__bytes_free(f->ctx, &before);
    sft_part part = { text.text, text.n };
    if (!sft__failed(f->ctx))
        sft__write_file(f->ctx, path, &part, 1);
    sft__string_close(&text);
    if (sft__failed(f->ctx))
        return sft_code(f->ctx);
    if (f->metrics)
        fclose(f->metrics);
    f->metrics = fopen(path, "ae");
    return f->metrics ? SFT_OK : sft__io_fail(f->ctx, path, errno, "opening the metrics");
}

/* ---- a new row -------------------------------------------------------------------------------- */

static double value_of(const sft_measures *m, const char *name)
{
    for (int i = 0; i < m->n; i++)
        if (!strcmp(m->name[i], name))
            return m->value[i];
    return NAN;
}

sft_status sft_folder_log(sft_folder *f, const sft_metric *row)
{
    char path[SFT_PATH];
    if (!f || sft__failed(f->ctx))
        return f ? sft_code(f->ctx) : SFT_OK;
    if (!f->metrics && sft__folder_begin(f))
        return sft_code(f->ctx);
    f->last[row->split] = *row;
    f->last_seconds = row->seconds;
    fprintf(f->metrics, "%lld,%lld,%s", (long long)row->step, (long long)row->epoch, sft__split_word[row->split]);
    const double fixed[] = { row->scores.loss, row->scores.accuracy, row->lr, row->grad_norm, row->seconds };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        sft__put_field(f->metrics, fixed[i]);
    for (int i = 0; i < f->n_columns; i++)
        sft__put_field(f->metrics, value_of(&row->measures, f->column[i]));
    fputc('\n', f->metrics);
    if (fflush(f->metrics) || ferror(f->metrics))
        return sft__io_fail(f->ctx, sft__folder_file(f, "metrics.csv", path), errno, "writing the metrics");
    return SFT_OK;
}
