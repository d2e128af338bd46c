/* SPDX-License-Identifier: MIT */
/* lines: an expression over an axis, a line each value of another. */
#include "lab/figures/figures.h"

#include <math.h>

typedef struct lines_conf {
    const char *x, *y, *per, *where, *x_label, *y_label, *law, *law_label;
    int         log;
} lines_conf;

typedef struct lines {          /* a figure in the making */
    sft_lab           *lab;
    const sft_drawing *d;
    const lines_conf  *k;
    sft_expr          *y, *law; /* law: NULL without */
    const sft_axis    *x, *per; /* per: NULL without */
    const sft_bind    *where;
    int                seeds;
    sft_estimate      *value, *theory; /* a row each value of per */
    sft_extent         range;
    bool               log_x, log_y, cut; /* cut: some interval reaches zero on a logarithmic scale */
} lines;

/* ---- what is drawn --------------------------------------------------------------------------------- */

/* Names and expressions; their values are not looked at. */
static sft_status prepare(sft_lab *lab, const sft_drawing *d, lines *f)
{
    const lines_conf *k = d->conf;
    sft_bind          x, per;
    *f = (lines){ .lab = lab, .d = d, .k = k, .range = sft__extent() };
    f->log_x = k->log == SFT_LOG_X || k->log == SFT_LOG_XY;
    f->log_y = k->log == SFT_LOG_Y || k->log == SFT_LOG_XY;
    f->y = sft__expr_parse(lab, k->y, d->pos);
    if (f->y && k->law) f->law = sft__expr_parse(lab, k->law, d->pos);
    if (sft__failed(lab->ctx)) return sft_code(lab->ctx);
    const int at = sft__expr_experiment(f->y);
    if (at < 0) return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `y` has no measure in it: %s", d->name, k->y);
    const sft_experiment *e = &lab->experiment[at];
    if (sft__choice_axis(lab, d, e, "x", k->x, &f->x) || sft__choice_axis(lab, d, e, "per", k->per, &f->per) ||
        sft__choice_where(lab, d, e, k->where, &f->where))
        return sft_code(lab->ctx);
    f->seeds = sft__expr_seeds(f->y);
    const sft_bind *bound = sft__bind(&per, f->per, 0, sft__bind(&x, f->x, 0, f->where));
    if (sft__expr_check(f->y, bound) == SFT_OK && f->law) sft__expr_check(f->law, bound);
    for (int i = 0; f->log_x && f->x->number && i < f->x->n; i++)
        if (!(f->x->number[i] > 0))
            return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `x` has the value %s, which a logarithmic scale has no place for",
                                d->name, sft__value_label(f->x, i));
    return sft_code(lab->ctx);
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    lines f;
    return prepare(lab, d, &f);
}

static void widen(lines *f, const sft_estimate *e)
{
    if (!e->n) return;
    sft__extent_add(&f->range, e->mean, f->log_y);
    sft__extent_add(&f->range, e->from, f->log_y);
    sft__extent_add(&f->range, e->to, f->log_y);
    f->cut = f->cut || (f->log_y && e->mean > 0 && !(e->from > 0));
}

static sft_status estimate(lines *f)
{
    const int columns = f->x->n, rows = sft__values_of(f->per);
    f->value = sft__arena_alloc(&f->lab->arena, (size_t)(rows * columns) * sizeof *f->value);
    f->theory = sft__arena_alloc(&f->lab->arena, (size_t)(rows * columns) * sizeof *f->theory);
    if (!f->value || !f->theory) return sft_code(f->lab->ctx);
    for (int i = 0; i < rows * columns; i++) {
        sft_bind        x, per;
        const sft_bind *bound = sft__bind(&per, f->per, i / columns, sft__bind(&x, f->x, i % columns, f->where));
        f->value[i] = sft__expr_estimate(f->y, bound);
        widen(f, &f->value[i]);
        if (!f->law) continue;
        f->theory[i] = sft__expr_estimate(f->law, bound);
        widen(f, &f->theory[i]);
    }
    return sft_code(f->lab->ctx);
}

/* ---- curves ---------------------------------------------------------------------------------------- */

/* Over a category the series stand side by side. */
static double shift(const lines *f, int series)
{
    const int n = sft__values_of(f->per);
    return sft__is_category(f->x) ? (series - 0.5 * (n - 1)) * fmin(0.14, 0.7 / n) : 0;
}

static int put_rows(sft_draft *d, const lines *f, const sft_estimate *e)
{
    const int block = sft__draft_block(d, "x\tmean\tfrom\tto\tseeds\tlabel");
    for (int i = 0; i < f->x->n; i++) {
        const double from = f->log_y && !(e[i].from > 0) ? f->range.low : e[i].from;
        const bool   known = e[i].n > 0 && (!f->log_y || e[i].mean > 0);
        sft__put(&d->table, "%n\t%n\t%n\t%n\t%i\t%s\n", sft__paint_place(f->x, i), known ? e[i].mean : NAN, known ? from : NAN,
                 known ? e[i].to : NAN, e[i].n, sft__value_label(f->x, i));
    }
    return block;
}

static void put_series(sft_draft *d, const lines *f, int i)
{
    const int   block = put_rows(d, f, f->value + i * f->x->n);
    const char *name = f->per ? sft__value_label(f->per, i) : f->law ? "measured" : NULL;
    sft_string *curve = sft__draft_curve(d, block);
    sft__put(curve, "using ($1+(%n)):2:3:4 with yerrorbars linewidth 1.3 pointsize 0 linecolor rgb '%s' notitle", shift(f, i),
             sft__style_colour(i));
    curve = sft__draft_curve(d, block);
    sft__put(curve, "using ($1+(%n)):2 with %s ", shift(f, i), sft__is_category(f->x) ? "points" : "linespoints");
    sft__paint_series(curve, i, name);
}

static bool same_law(const lines *f, int i)
{
    for (int k = 0; k < f->x->n; k++)
        if (f->theory[i * f->x->n + k].mean != f->theory[k].mean) return false;
    return true;
}

/* Theory that says the same of every line is one line. */
static void put_law(sft_draft *d, const lines *f)
{
    const int rows = sft__values_of(f->per);
    bool      one = true;
    for (int i = 0; i < rows; i++) one = one && same_law(f, i);
    for (int i = 0; i < (one ? 1 : rows); i++) {
        const int   block = put_rows(d, f, f->theory + i * f->x->n);
        sft_string *curve = sft__draft_curve(d, block);
        sft__put(curve, "using 1:2 with lines linewidth 1.6 dashtype '- ' linecolor rgb '%s' ", one ? "#000000" : sft__style_colour(i));
        if (i == 0) sft__put(curve, "title %q noenhanced", f->k->law_label ? f->k->law_label : f->k->law);
        else sft__put(curve, "notitle");
    }
}

/* At the lower edge. low: means that a logarithmic scale has no place for; else points where some seed has no number, as of a run that
 * ended in NaN. Returns how many. */
static int put_marks(sft_draft *d, const lines *f, bool low)
{
    const int block = sft__draft_block(d, low ? "zero or below: x\ty of the mark\tmean" : "without a number for some seed: x\ty of the mark"
                                                                                         "\tseeds without");
    int       n = 0;
    for (int i = 0; i < sft__values_of(f->per); i++)
        for (int k = 0; k < f->x->n; k++) {
            const sft_estimate *v = &f->value[i * f->x->n + k];
            if (low ? !f->log_y || v->n == 0 || v->mean > 0 : v->n >= f->seeds) continue;
            sft__put(&d->table, "%n\t%n\t%n\n", sft__paint_place(f->x, k) + shift(f, i), f->range.low, low ? v->mean : f->seeds - v->n);
            n++;
        }
    if (n == 0) sft__put(&d->table, "NaN\tNaN\t0\n");
    else sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype %i pointsize 1 linewidth 1.8 linecolor rgb '#000000' "
                  "title '%s'", low ? 10 : 2, low ? "zero or below" : "a seed has no number");
    return n;
}

/* ---- the figure ------------------------------------------------------------------------------------ */

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    lines     f;
    sft_draft d;
    sft_easel e = sft__paint_easel(lab);
    if (prepare(lab, w, &f) || estimate(&f)) return sft_code(lab->ctx);
    sft__draft_open(&d, &e, w->name, w->title, 800, 500);
    sft__paint_axis(&d, 'x', f.x, f.log_x, f.k->x_label);
    sft__paint_label(&d, 'y', f.k->y_label ? f.k->y_label : f.k->y);
    sft__paint_range(&d, 'y', &f.range, f.log_y);
    if (f.per) sft__paint_key(&d, f.per);
    for (int i = 0; i < sft__values_of(f.per); i++) put_series(&d, &f, i);
    if (f.law) put_law(&d, &f);
    const int marks = put_marks(&d, &f, false) + put_marks(&d, &f, true);
    if (!f.per && !f.law && !marks) sft__paint_key(&d, NULL);
    return sft__draft_close(&d, SFT_WORDS(&lab->figures.arena, "%s%s", w->caption, f.cut ?
        " Intervals that reach zero end at the lower edge." : ""));
}

static const sft_field fields[] = {
    { "x", SFT_TEXT, offsetof(lines_conf, x), .doc = "axis along x", .flags = SFT_MAIN | SFT_REQUIRED },
    { "y", SFT_TEXT, offsetof(lines_conf, y), .doc = "expression, whose mean and 95 % interval over seeds are drawn",
      .flags = SFT_REQUIRED },
    { "per", SFT_TEXT, offsetof(lines_conf, per), .doc = "axis; a line each of its values", .flags = SFT_AUTO },
    { "where", SFT_TEXT, offsetof(lines_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "log", SFT_WORD, offsetof(lines_conf, log), .text = "none", .words = sft__log_words, .doc = "logarithmic scales" },
    { "law", SFT_TEXT, offsetof(lines_conf, law), .doc = "expression drawn dashed: what theory says", .flags = SFT_AUTO },
    { "law_label", SFT_TEXT, offsetof(lines_conf, law_label), .doc = "its name in the legend", .flags = SFT_AUTO },
    { "x_label", SFT_TEXT, offsetof(lines_conf, x_label), .doc = "label of x, with its unit", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(lines_conf, y_label), .doc = "label of y, with its unit", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_lines = {
    .name = "lines", .doc = "an expression over an axis, a line each value of another, bars for the 95 % interval over seeds",
    .conf_size = sizeof(lines_conf), .fields = fields, .check = check, .draw = draw,
};
