/* SPDX-License-Identifier: MIT */
/* How the signal stands while a run trains: a table of its weighted layers, and how fast each has learned so far. */
#include "cli.h"

#include <math.h>
#include <string.h>

enum { SPARK = 16 };

/* A series that is full forgets every second value: it always spans the whole run. */
static void add_value(cli_course *s, double v)
{
    if (s->n == CLI_COURSE) {
        for (int i = 0; i < CLI_COURSE / 2; i++) s->v[i] = s->v[2 * i];
        s->n = CLI_COURSE / 2;
        s->stride *= 2;
    }
    if (s->seen++ % (s->stride > 0 ? s->stride : 1) == 0) s->v[s->n++] = v;
    if (s->stride == 0) s->stride = 1;
}

/* The activation behind a layer, before the next weighted one: the first that has units without slope, or could have. */
static const sft_signal_facts *bend_behind(const sft_signals *s, int at)
{
    for (int i = at + 1; i < s->layers && isnan(s->layer[i].weight); i++)
        if (!isnan(s->layer[i].dead)) return &s->layer[i];
    return NULL;
}

static int weighted(const sft_signals *s)
{
    int n = 0;
    for (int i = 0; i < s->layers; i++) n += !isnan(s->layer[i].weight);
    return n;
}

/* Of more layers than there are rows some are shown, the first and the last among them. */
static bool is_shown(int layer, int layers)
{
    if (layers <= CLI_SIGNAL_ROWS) return true;
    return layer * (CLI_SIGNAL_ROWS - 1) / (layers - 1) != (layer - 1) * (CLI_SIGNAL_ROWS - 1) / (layers - 1) || layer == 0;
}

/* Calls f for each row: its number and the layer's. */
static void each_row(cli_signal_course *k, const sft_signals *s, void (*f)(cli_signal_course *, const sft_signals *, int row, int layer))
{
    const int all = weighted(s);
    for (int i = 0, layer = 0, row = 0; i < s->layers; i++)
        if (!isnan(s->layer[i].weight) && is_shown(layer++, all) && row < CLI_SIGNAL_ROWS) f(k, s, row++, i);
}

static void add_row(cli_signal_course *k, const sft_signals *s, int row, int layer)
{
    const double v = s->layer[layer].update;
    if (v > 0) add_value(&k->update[row], log10(v));
}

void cli_signals_add(cli_signal_course *k, const sft_signals *s)
{
    if (!k->no_loss) add_value(&k->loss, s->loss);
    each_row(k, s, add_row);
}

static void put_spark(const cli_signal_course *k, const cli_course *s)
{
    if (!cli_utf8() || s->n < 2) return;
    fputs("  ", k->out);
    cli_sparkline(k->out, s->v, s->n, SPARK);
}

static void put_number(FILE *out, const char *format, double v)
{
    char text[24] = "-";
    if (!isnan(v)) snprintf(text, sizeof text, format, v);
    fprintf(out, "  %9s", text);
}

static void print_row(cli_signal_course *k, const sft_signals *s, int row, int layer)
{
    const sft_signal_facts *y = &s->layer[layer], *bend = bend_behind(s, layer);
    fprintf(k->out, "  %-12.24s %-12s", y->layer, y->op);
    put_number(k->out, "%.3g", y->rms);
    put_number(k->out, "%.0f %%", bend ? 100 * bend->dead : NAN);
    put_number(k->out, "%.1e", y->gradient);
    put_number(k->out, "%.3g", y->weight);
    put_number(k->out, "%.1e", y->update);
    put_spark(k, &k->update[row]);
    fputc('\n', k->out);
}

void cli_signals_print(cli_signal_course *k, const sft_signals *s)
{
    const int all = weighted(s);
    fprintf(k->out, "signal after step %lld (epoch %lld)", (long long)s->step, (long long)s->epoch);
    if (!k->no_loss) fprintf(k->out, "  loss %.4g  gradient %.3g", s->loss, s->grad_norm);
    put_spark(k, &k->loss);
    fprintf(k->out, "\n  %-12s %-12s  %9s  %9s  %9s  %9s  %9s", "layer", "op", "rms", "dead", "gradient", "weight", "step/w");
    fputs(all > CLI_SIGNAL_ROWS ? "  (some of the layers)\n" : "\n", k->out);
    each_row(k, s, print_row);
}
