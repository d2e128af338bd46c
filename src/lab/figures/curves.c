/* SPDX-License-Identifier: MIT */
/* curves: a column of metrics.csv over the epochs, a line each value of an axis, with a band over seeds. */
#include "lab/figures/figures.h"

#include <math.h>
#include <string.h>

#include "base/stats.h"

enum { TRAIN, VALIDATION, BOTH };
static const char *const split_words[] = { "train", "validation", "both", NULL };
static const char *const place_words[] = { "epoch", "step", NULL };

typedef struct curves_conf {
    const char *experiment, *column, *per, *where, *x_label, *y_label;
    int         split, x, log;
} curves_conf;

typedef struct curves {         /* a figure in the making */
    const curves_conf    *k;
    const sft_experiment *x;
    const sft_axis       *per;  /* NULL without */
    const sft_bind       *where;
    int                   n;    /* series */
    sft_track           *course[2]; /* of training, of validation: one a series */
    bool                  log_x, log_y, percent;
} curves;

static sft_status prepare(sft_lab *lab, const sft_drawing *d, curves *f)
{
    const curves_conf *k = d->conf;
    *f = (curves){ .k = k, .log_x = k->log == SFT_LOG_X || k->log == SFT_LOG_XY, .log_y = k->log == SFT_LOG_Y || k->log == SFT_LOG_XY,
                   .percent = sft__text_is(k->column, "accuracy") };
    if (sft__choice_series(lab, d, k->experiment, k->per, k->where, &f->x, &f->per, &f->where)) return sft_code(lab->ctx);
    f->n = sft__values_of(f->per);
    return SFT_OK;
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    curves f;
    return prepare(lab, d, &f);
}

static bool has_split(const curves *f, int split)
{
    return f->k->split == BOTH || f->k->split == split;
}

static sft_status read(sft_lab *lab, curves *f)
{
    for (int s = TRAIN; s <= VALIDATION; s++) {
        f->course[s] = sft__arena_alloc(&lab->arena, (size_t)f->n * sizeof **f->course);
        for (int i = 0; f->course[s] && has_split(f, s) && i < f->n; i++) {
            sft_bind per;
            sft_track *c = &f->course[s][i];
            if (sft__course_of_curve(lab, f->x, sft__bind(&per, f->per, i, f->where), f->k->column, split_words[s],
                                     f->k->x == 1, c)) break;
            for (int j = 0; f->percent && j < c->n; j++) c->row[j].mean *= 100, c->row[j].low *= 100, c->row[j].high *= 100;
        }
    }
    return sft_code(lab->ctx);
}

/* ---- range ------------------------------------------------------------------------------------------ */

/* What diverges knows no end: the picture ends not far above the middle one of all that curves begin with. */
static double top_of(const curves *f, const sft_extent *s)
{
    double start[2 * SFT_MOST_VALUES];
    int    n = 0;
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < f->n; i++)
            if (f->course[w][i].n > 0) start[n++] = f->course[w][i].row[0].high;
    sft__sort(start, n);
    const double middle = n ? start[n / 2] : 0;
    return middle > 0 ? fmin(s->high, (f->log_y ? 1000 : 2) * middle) : s->high;
}

/* Returns whether something is cut off. */
static bool put_range(sft_draft *d, const curves *f)
{
    sft_extent s = sft__extent(), x = sft__extent();
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < f->n; i++)
            for (int j = 0; j < f->course[w][i].n; j++) {
                const sft_spread_row *r = &f->course[w][i].row[j];
                sft__extent_add(&s, r->low, f->log_y);
                sft__extent_add(&s, r->high, f->log_y);
                sft__extent_add(&x, r->x, f->log_x);
            }
    const double top = f->percent ? s.high : top_of(f, &s); /* shares have an end of their own */
    const bool   cut = s.high > top;
    s.high = cut ? top : s.high;
    sft__paint_range(d, 'y', &s, f->log_y);
    if (f->log_x) sft__paint_range(d, 'x', &x, true);
    else sft__put(&d->settings, "set xrange [%s:*]\n", x.low > 0 && x.low < 2 ? "0" : "*");
    return cut;
}

/* ---- curves ----------------------------------------------------------------------------------------- */

static int put_rows(sft_draft *d, const curves *f, int split, int series)
{
    const sft_track *c = &f->course[split][series];
    const int         every = c->n / 400 + 1;
    const char       *name = f->per ? sft__value_label(f->per, series) : "";
    const int         block = sft__draft_block(d, SFT_WORDS(d->easel->arena, "%s %s: %s\tmean\tlowest\thighest\ttrials", split_words[split],
                                                            name, place_words[f->k->x]));
    for (int j = 0; j < c->n; j++)
        if (j % every == 0 || j + 1 == c->n)
            sft__put(&d->table, "%n\t%n\t%n\t%n\t%i\n", c->row[j].x, c->row[j].mean, c->row[j].low, c->row[j].high, c->row[j].n);
    if (c->n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\tNaN\t0\n");
    return block;
}

/* Training beside validation is thin and dashed. */
static void put_series(sft_draft *d, const curves *f, int split, int i)
{
    const int   block = put_rows(d, f, split, i);
    const bool  beside = f->k->split == BOTH && split == TRAIN;
    const char *name = f->per ? sft__value_label(f->per, i) : f->k->split == BOTH ? "validation" : NULL;
    const int   rows = f->course[split][i].n;
    sft_string *curve = sft__draft_curve(d, block);
    if (!beside && f->x->seeds > 1) {
        sft__paint_band(curve, i);
        curve = sft__draft_curve(d, block);
    }
    if (beside) {
        sft__put(curve, "using 1:2 with lines linewidth 2 dashtype 3 linecolor rgb '%s' notitle", sft__style_colour(i));
        return;
    }
    sft__put(curve, "using 1:2 with linespoints pointinterval %i ", (rows > 400 ? 400 : rows) / 8 + 1);
    sft__paint_series(curve, i, name);
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    curves    f;
    sft_draft d;
    sft_easel e = sft__paint_easel(lab);
    if (prepare(lab, w, &f) || read(lab, &f)) return sft_code(lab->ctx);
    const bool  rate = !strcmp(f.k->column, "lr"), gradient = !strcmp(f.k->column, "grad_norm");
    const bool  own = rate || gradient;    /* there is but one, whatever the split */
    const char *label = f.percent ? "accuracy (%)" : rate ? "learning rate" : gradient ? "norm of the gradient" : f.k->column;
    if (f.k->split != BOTH && !own) label = SFT_WORDS(&lab->figures.arena, "%s %s", f.k->split == TRAIN ? "training" : "validation", label);
    sft__draft_open(&d, &e, w->name, w->title, 800, 500);
    sft__paint_label(&d, 'x', f.k->x_label ? f.k->x_label : place_words[f.k->x]);
    sft__paint_label(&d, 'y', f.k->y_label ? f.k->y_label : label);
    const bool cut = put_range(&d, &f);
    if (f.per || f.k->split != BOTH) sft__paint_key(&d, f.per);
    for (int s = TRAIN; s <= VALIDATION; s++)
        for (int i = 0; has_split(&f, s) && i < f.n; i++) put_series(&d, &f, s, i);
    if (f.k->split == BOTH)
        sft__put(sft__draft_curve(&d, 0), "using (NaN):(NaN) with lines dashtype 3 linewidth 2 linecolor rgb '#444444' title "
                 "'training'");
    return sft__draft_close(&d, SFT_WORDS(&lab->figures.arena, "%s%s%s%s", w->caption, f.k->split == BOTH ? " Training is dotted." : "",
                                          f.x->seeds > 1 ? " Lines are means over seeds, bands their lowest and highest." : "",
                                          cut ? " What lies beyond the top is cut off." : ""));
}

static const sft_field fields[] = {
    { "column", SFT_TEXT, offsetof(curves_conf, column), .doc = "of metrics.csv: loss, accuracy, grad_norm, lr or a metric",
      .text = "loss", .flags = SFT_MAIN },
    { "experiment", SFT_TEXT, offsetof(curves_conf, experiment), .doc = "auto: the lab's only one", .flags = SFT_AUTO },
    { "split", SFT_WORD, offsetof(curves_conf, split), .text = "validation", .words = split_words, .doc = "rows of metrics.csv" },
    { "per", SFT_TEXT, offsetof(curves_conf, per), .doc = "axis; a line each of its values", .flags = SFT_AUTO },
    { "where", SFT_TEXT, offsetof(curves_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "x", SFT_WORD, offsetof(curves_conf, x), .text = "epoch", .words = place_words, .doc = "along x" },
    { "log", SFT_WORD, offsetof(curves_conf, log), .text = "none", .words = sft__log_words, .doc = "logarithmic scales" },
    { "x_label", SFT_TEXT, offsetof(curves_conf, x_label), .doc = "label of x", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(curves_conf, y_label), .doc = "label of y, with its unit", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_curves = {
    .name = "curves", .doc = "loss, accuracy or another column of metrics.csv over the epochs, with a band over seeds",
    .conf_size = sizeof(curves_conf), .fields = fields, .check = check, .draw = draw,
};
