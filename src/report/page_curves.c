/* SPDX-License-Identifier: MIT */
/* metrics.csv and signals.csv, thinned out for a page. */
#include "report/page.h"
#include "report/page_csv.h"

#include <math.h>
#include <string.h>

enum { NUMBER = 7 };            /* bytes that a number of a curve takes, about */

typedef struct thin {           /* the rows of a file that are shown */
    sft_page_csv csv;
    int64_t      n, *row;
} thin;

static void put_key(sft_string *out, const char *name)
{
    sft__string_json(out, name);
    sft__string_add(out, ":");
}

static bool has_numbers(const thin *t, int column)
{
    for (int64_t i = 0; i < t->n; i++)
        if (!isnan(sft__page_csv_number(&t->csv, t->row[i], column))) return true;
    return false;
}

static void put_column(sft_string *out, const thin *t, int column)
{
    sft__string_add(out, "[");
    for (int64_t i = 0; i < t->n; i++) {
        double v = sft__page_csv_number(&t->csv, t->row[i], column);
        if (i) sft__string_add(out, ",");
        if (v == floor(v) && fabs(v) < 1e15) sft__string_addf(out, "%.0f", v); /* steps keep all their digits */
        else sft__short_number(out, v);
    }
    sft__string_add(out, "]");
}

/* ---- curves -------------------------------------------------------------------------------------- */

/* Of each of `parts` stretches of equal length the rows with the least and the largest loss, in their order: spikes stay. The first and
 * the last row stay too. */
static void thin_out(thin *t, int64_t most)
{
    int     loss = sft__page_csv_column(&t->csv, "loss");
    int64_t n = 0, parts = (most - 2) / 2, inner = t->n - 2;
    if (t->n <= most || parts < 1) return;
    t->row[n++] = t->row[0];
    for (int64_t p = 0; p < parts; p++) {
        int64_t from = 1 + inner * p / parts, to = 1 + inner * (p + 1) / parts, low = from, high = from;
        double  least = INFINITY, largest = -INFINITY;
        for (int64_t i = from; i < to; i++) {
            double v = sft__page_csv_number(&t->csv, t->row[i], loss);
            if (v < least) least = v, low = i;
            if (v > largest) largest = v, high = i;
        }
        int64_t first = low < high ? low : high, second = low < high ? high : low;
        int64_t a = t->row[first], b = t->row[second];
        t->row[n++] = a;
        if (b != a) t->row[n++] = b;
    }
    t->row[n++] = t->row[t->n - 1];
    t->n = n;
}

static void put_split(sft_string *out, thin *t, const char *split, int64_t most)
{
    static const char *const left_out[] = { "split", "seconds" };
    int column = sft__page_csv_column(&t->csv, "split");
    t->n = 0;
    for (int64_t i = 0; i < t->csv.n; i++)
        if (!strcmp(sft__page_csv_text(&t->csv, i, column), split)) t->row[t->n++] = i;
    put_key(out, split);
    if (!t->n) {
        sft__string_add(out, "null");
        return;
    }
    thin_out(t, most);
    sft__string_add(out, "{");
    bool first = true;
    for (int i = 0; i < t->csv.columns; i++) {
        const char *name = t->csv.name[i];
        bool again = !strcmp(split, "validation") && (!strcmp(name, "lr") || !strcmp(name, "grad_norm")); /* they are training's */
        if (again || !strcmp(name, left_out[0]) || !strcmp(name, left_out[1]) || !has_numbers(t, i)) continue;
        if (!first) sft__string_add(out, ",");
        first = false;
        put_key(out, name);
        put_column(out, t, i);
    }
    sft__string_add(out, "}");
}

static int64_t between(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

void sft__page_curves(sft_string *out, sft_bytes *metrics, size_t room)
{
    thin t = { 0 };
    sft__page_csv_open(&t.csv, out->ctx, metrics);
    t.row = sft__alloc(out->ctx, (size_t)(t.csv.n + 1) * sizeof *t.row);
    if (t.row) {
        int64_t columns = 2 * (t.csv.columns > 2 ? t.csv.columns - 2 : 1);
        int64_t most = between((int64_t)(room / NUMBER) / columns, 16, SFT_PAGE_POINTS);
        put_split(out, &t, "train", most);
        sft__string_add(out, ",");
        put_split(out, &t, "validation", most);
    } else {
        sft__string_add(out, "\"train\":null,\"validation\":null");
    }
    sft__free(out->ctx, t.row, (size_t)(t.csv.n + 1) * sizeof *t.row);
    sft__page_csv_close(&t.csv);
}

/* ---- signals --------------------------------------------------------------------------------------- */

static const char *const signal_name[] = { "rms", "gain", "alike", "dead", "slope", "gradient", "weight", "update" };
enum { SIGNALS = sizeof signal_name / sizeof *signal_name };

/* Rows of the first look: a row a layer. */
static int64_t layers_of(const sft_page_csv *t, int step)
{
    int64_t n = 0;
    while (n < t->n && !strcmp(sft__page_csv_text(t, n, step), sft__page_csv_text(t, 0, step)))
        n++;
    return n;
}

static void put_names(sft_string *out, const sft_page_csv *t, int64_t layers, const char *name)
{
    int column = sft__page_csv_column(t, name);
    put_key(out, name);
    sft__string_add(out, "[");
    for (int64_t i = 0; i < layers; i++) {
        if (i) sft__string_add(out, ",");
        sft__string_json(out, sft__page_csv_text(t, i, column));
    }
    sft__string_add(out, "],");
}

/* "rms":[of each layer its course, or null] */
static void put_signal(sft_string *out, thin *t, const char *name, int64_t layers, int64_t looks, int64_t shown)
{
    int column = sft__page_csv_column(&t->csv, name);
    put_key(out, name);
    sft__string_add(out, "[");
    for (int64_t layer = 0; layer < layers; layer++) {
        t->n = shown;
        for (int64_t k = 0; k < shown; k++)     /* the first and the last look are among them */
            t->row[k] = (shown > 1 ? k * (looks - 1) / (shown - 1) : looks - 1) * layers + layer;
        if (layer) sft__string_add(out, ",");
        if (has_numbers(t, column)) put_column(out, t, column);
        else sft__string_add(out, "null");
    }
    sft__string_add(out, "]");
}

static void put_signals(sft_string *out, thin *t, int64_t layers, size_t room)
{
    int64_t looks = t->csv.n / layers, numbers = layers * SIGNALS;
    int64_t shown = between((int64_t)(room / NUMBER) / numbers, 1, SFT_PAGE_LOOKS);
    if (shown > looks) shown = looks;
    sft__string_add(out, "{");
    put_names(out, &t->csv, layers, "layer");
    put_names(out, &t->csv, layers, "op");
    put_key(out, "step");
    t->n = shown;
    for (int64_t k = 0; k < shown; k++)
        t->row[k] = (shown > 1 ? k * (looks - 1) / (shown - 1) : looks - 1) * layers;
    put_column(out, t, sft__page_csv_column(&t->csv, "step"));
    for (int i = 0; i < SIGNALS; i++) {
        sft__string_add(out, ",");
        put_signal(out, t, signal_name[i], layers, looks, shown);
    }
    sft__string_add(out, "}");
}

void sft__page_signals(sft_string *out, sft_bytes *signals, size_t room)
{
    thin t = { 0 };
    sft__page_csv_open(&t.csv, out->ctx, signals);
    int64_t layers = layers_of(&t.csv, sft__page_csv_column(&t.csv, "step"));
    t.row = sft__alloc(out->ctx, (size_t)(t.csv.n + 1) * sizeof *t.row);
    sft__string_add(out, "\"signals\":");
    if (t.row && layers && t.csv.n / layers) put_signals(out, &t, layers, room);
    else sft__string_add(out, "null");
    sft__free(out->ctx, t.row, (size_t)(t.csv.n + 1) * sizeof *t.row);
    sft__page_csv_close(&t.csv);
}
