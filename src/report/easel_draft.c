/* SPDX-License-Identifier: MIT */
/* A gnuplot script and its table in the making. */
#include "report/easel.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"

const char *sft__style_colour(int i)
{
    static const char *const colour[SFT_STYLES] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" };
    return colour[i % SFT_STYLES];
}

int sft__style_marker(int i)
{
    static const int marker[SFT_STYLES] = { 7, 5, 9, 13, 11, 15, 3 };
    return marker[i % SFT_STYLES];
}

/* ---- text --------------------------------------------------------------------------------------- */

/* NULL comes from an arena that is full: the context has the failure, and nothing of this is written. */
static void put_text(sft_string *s, const char *text)
{
    if (text) sft__string_add(s, text);
}

static void put_quoted(sft_string *s, const char *text, bool is_format)
{
    sft__string_add(s, "'");
    for (; text && *text; text++) {
        if (*text == '\'') sft__string_add(s, "'");
        if (*text == '%' && is_format) sft__string_add(s, "%");
        sft__string_addn(s, *text == '\n' || *text == '\t' ? " " : text, 1);
    }
    sft__string_add(s, "'");
}

static void put_number(sft_string *s, double v)
{
    char buf[64];
    sft__string_add(s, isfinite(v) ? sft__print_real(v, buf, sizeof buf) : "NaN");
}

void sft__put(sft_string *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            sft__string_addn(s, p, 1);
            continue;
        }
        switch (*++p) {
        case 's': put_text(s, va_arg(args, const char *)); break;
        case 'q': put_quoted(s, va_arg(args, const char *), false); break;
        case 't': put_quoted(s, va_arg(args, const char *), true); break;
        case 'n': put_number(s, va_arg(args, double)); break;
        case 'i': sft__string_addf(s, "%d", va_arg(args, int)); break;
        case 'c': sft__string_addf(s, "%c", va_arg(args, int)); break;
        default: sft__string_addn(s, p, 1);
        }
    }
    va_end(args);
}

/* ---- a draft ------------------------------------------------------------------------------------ */

void sft__draft_open(sft_draft *d, sft_easel *e, const char *name, const char *title, int width, int height)
{
    *d = (sft_draft){ .easel = e, .name = name, .title = title, .width = width, .height = height };
    sft__string_open(&d->settings, e->ctx);
    sft__string_open(&d->plot, e->ctx);
    sft__string_open(&d->table, e->ctx);
}

int sft__draft_block(sft_draft *d, const char *columns)
{
    sft__put(&d->table, "%s# %s\n", d->blocks ? "\n\n" : "", columns);
    return d->blocks++;
}

sft_string *sft__draft_curve(sft_draft *d, int block)
{
    sft__put(&d->plot, "%s'%s.tsv' index %i ", d->curves++ ? ", \\\n     " : d->panels ? "\nplot " : "", d->name, block);
    return &d->plot;
}

void sft__draft_panel(sft_draft *d, const char *title, int columns)
{
    sft__put(&d->plot, "%sset title %q noenhanced", d->panels++ ? "\n" : "", title);
    d->columns = columns;
    d->curves = 0;
}

double sft__draft_metric(sft_draft *d, char which)
{
    const sft_easel *e = d->easel;
    double           low = e->low, high = e->high, edge;
    if (e->log) low = log(low), high = log(high);
    const double span = high > low ? high - low : high != 0 ? 0.1 * fabs(high) : 1;
    edge = e->maximize ? low - 0.10 * span : high + 0.10 * span;
    low = e->failed && e->maximize ? edge - 0.05 * span : low - 0.06 * span;
    high = e->failed && !e->maximize ? edge + 0.05 * span : high + 0.06 * span;
    if (e->log) low = exp(low), high = exp(high), edge = exp(edge);
    sft__put(&d->settings, "set %clabel %q noenhanced\n", which, e->metric);
    if (e->log) sft__put_log_scale(&d->settings, which, low, high);
    else sft__put(&d->settings, "set %crange [%n:%n]\n", which, low, high);
    return edge;
}

void sft__draft_palette(sft_draft *d)
{
    const sft_easel *e = d->easel;
    sft__put(&d->settings, "set palette defined (0 '#fdea45', 0.2 '#cbba69', 0.4 '#958f78', 0.6 '#666970', 0.8 '#31446b', 1 '#00204d')%s\n",
             e->maximize ? "" : " negative");
    sft__put(&d->settings, "set cblabel %q noenhanced offset 1.2\nset cbrange [%n:%n]\nset colorbox noborder\n", e->metric, e->low,
             e->high > e->low ? e->high : e->low + 1);
    if (e->log) sft__put(&d->settings, "set logscale cb\n");
}

/* ---- files -------------------------------------------------------------------------------------- */

/* On one line, whatever is in it. */
static void put_comment(sft_string *s, const char *text)
{
    sft__string_add(s, "# ");
    for (; *text; text++) sft__string_addn(s, *text == '\n' || *text == '\r' ? " " : text, 1);
    sft__string_add(s, "\n");
}

static void put_head(const sft_draft *d, const char *caption, sft_string *s)
{
    put_comment(s, d->title);
    put_comment(s, caption);
    sft__put(s, "# Change what you like and run: gnuplot %s.gp\n", d->name);
    sft__put(s, "reset\n"
                "set encoding utf8\n"
                "set datafile separator tab\n"
                "set border 3 linecolor rgb '#444444'\n"
                "set tics nomirror out textcolor rgb '#222222'\n"
                "set grid linetype 1 linecolor rgb '#e4e4e4' linewidth 0.7\n"
                "set key outside right top Left reverse samplen 2.5 spacing 1.1\n"
                "set style fill solid 0.85\n");
}

/* One plot, which may be done again, or panels. */
static void put_once(const sft_draft *d, sft_string *s, const char *again)
{
    const char *plot = d->plot.text ? d->plot.text : "";
    if (!d->panels && again) sft__put(s, "%s\n", again);
    else if (!d->panels) sft__put(s, "plot %s\n", plot);
    else sft__put(s, "set multiplot layout %i,%i\n%s\nunset multiplot\n", (d->panels + d->columns - 1) / d->columns, d->columns, plot);
}

/* The same picture three times: for pages, for slides, for print. */
static void put_plot(const sft_draft *d, sft_string *s)
{
    sft__put(s, "set terminal svg size %i,%i dynamic font 'sans-serif,14' background '#ffffff'\n", d->width, d->height);
    sft__put(s, "set output '%s.svg'\n", d->name);
    put_once(d, s, NULL);
    sft__put(s, "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n"
                "    set terminal pngcairo size %i,%i font 'sans-serif,12' fontscale 1.7 linewidth 1.8 pointscale 1.8 "
                "background '#ffffff'\n"
                "    set output '%s.png'\n",
             2 * d->width, 2 * d->height, d->name);
    put_once(d, s, "    replot");
    sft__put(s, "}\nif (strstrt(GPVAL_TERMINALS, 'pdfcairo') > 0) {\n"
                "    set terminal pdfcairo size %ncm,%ncm font 'sans-serif,10' background '#ffffff'\n"
                "    set output '%s.pdf'\n",
             d->width / 50.0, d->height / 50.0, d->name);
    put_once(d, s, "    replot");
    sft__put(s, "}\nset output\n");
}

static sft_status write_text(sft_draft *d, const char *end, const sft_string *s)
{
    const char    *path = sft__arena_printf(d->easel->arena, "%s/%s.%s", d->easel->folder, d->name, end);
    const sft_part part = { s->text, s->n };
    return path && !sft__failed(d->easel->ctx) ? sft__write_file(d->easel->ctx, path, &part, 1) : sft_code(d->easel->ctx);
}

sft_status sft__draft_close(sft_draft *d, const char *caption)
{
    sft_easel       *e = d->easel;
    sft_figure_list *l = e->list;
    sft_string       script;
    sft__string_open(&script, e->ctx);
    if (caption && l->n < SFT_MOST_FIGURES && d->curves > 0) {
        put_head(d, caption, &script);
        sft__string_addn(&script, d->settings.text ? d->settings.text : "", d->settings.n);
        put_plot(d, &script);
        if (write_text(d, "tsv", &d->table) == SFT_OK && write_text(d, "gp", &script) == SFT_OK)
            l->figure[l->n++] = (sft_figure){ .name = d->name, .title = d->title, .caption = caption,
                                              .stem = sft__arena_printf(e->arena, "figures/%s", d->name),
                                              .width = d->width, .height = d->height };
    }
    sft__string_close(&script);
    sft__string_close(&d->settings);
    sft__string_close(&d->plot);
    sft__string_close(&d->table);
    return sft_code(e->ctx);
}
