/* SPDX-License-Identifier: MIT */
/* signals.csv read back: what each layer showed at each look. */
#include "lab/lab.h"

#include "base/io.h"
#include "report/page_csv.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t      offset;
} column[] = {
    { "rms", offsetof(sft_signal_row, rms) },           { "mean", offsetof(sft_signal_row, mean) },
    { "gain", offsetof(sft_signal_row, gain) },         { "alike", offsetof(sft_signal_row, alike) },
    { "dead", offsetof(sft_signal_row, dead) },         { "slope", offsetof(sft_signal_row, slope) },
    { "gradient", offsetof(sft_signal_row, gradient) }, { "weight", offsetof(sft_signal_row, weight) },
    { "update", offsetof(sft_signal_row, update) },
};
enum { COLUMNS = sizeof column / sizeof *column };

double sft__signal_value(const sft_signal_row *y, int which)
{
    double v;
    memcpy(&v, (const char *)y + column[which].offset, sizeof v);
    return v;
}

int sft__signal_column(const char *name)
{
    for (int i = 0; i < COLUMNS; i++)
        if (sft__text_is(name, column[i].name)) return i;
    return -1;
}

/* A name stands once for all looks. */
static const char *name_of(sft_arena *a, const sft_signal_rows *out, const char *text, bool layer)
{
    for (int i = 0; i < out->n; i++) {
        const char *known = layer ? out->row[i].layer : out->row[i].op;
        if (sft__text_is(known, text)) return known;
        if (out->row[i].step != out->row[0].step) break;
    }
    return sft__arena_text(a, text);
}

static sft_status take_rows(sft_arena *a, const sft_page_csv *t, sft_signal_rows *out)
{
    const int step = sft__page_csv_column(t, "step"), layer = sft__page_csv_column(t, "layer"), op = sft__page_csv_column(t, "op");
    int       at[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) at[i] = sft__page_csv_column(t, column[i].name);
    out->row = sft__arena_alloc(a, (size_t)(t->n + 1) * sizeof *out->row);
    for (int64_t r = 0; out->row && r < t->n; r++) {
        sft_signal_row *y = &out->row[out->n];
        const char     *text = sft__page_csv_text(t, r, step);
        if (!sft__parse_int(text, strlen(text), &y->step)) continue;
        y->layer = name_of(a, out, sft__page_csv_text(t, r, layer), true);
        y->op = name_of(a, out, sft__page_csv_text(t, r, op), false);
        for (int i = 0; i < COLUMNS; i++) {
            const double v = sft__page_csv_number(t, r, at[i]);
            memcpy((char *)y + column[i].offset, &v, sizeof v);
        }
        out->n++;
    }
    return sft_code(a->ctx);
}

sft_status sft__signal_rows(sft_ctx *c, sft_arena *a, const char *folder, sft_signal_rows *out)
{
    const char  *path = sft__arena_printf(a, "%s/signals.csv", folder);
    sft_bytes    bytes = { 0 };
    sft_page_csv t;
    *out = (sft_signal_rows){ 0 };
    if (!path || sft__failed(c) || sft__read_file(c, path, (size_t)1 << 30, &bytes) != SFT_IO_OK) return sft_code(c);
    sft__page_csv_open(&t, c, &bytes);
    if (sft__page_csv_column(&t, "step") >= 0) take_rows(a, &t, out);
    sft__page_csv_close(&t);
    sft__bytes_free(c, &bytes);
    return sft_code(c);
}

const sft_signal_rows *sft__subject_signals(sft_subject *s)
{
    if (!s->signals) {
        s->signals = sft__arena_alloc(s->arena, sizeof *s->signals);
        if (!s->signals || sft__signal_rows(s->ctx, s->arena, s->folder, s->signals)) return NULL;
    }
    return s->signals->n > 0 ? s->signals : NULL;
}
