/* SPDX-License-Identifier: MIT */
/* layers: a signal over the layers' number, a line each value of an axis. */
#include "lab/figures/figures.h"

#include <math.h>
#include <string.h>

static const char *const columns[] = { "rms", "mean", "gain", "alike", "dead", "slope", "gradient", "weight", "update", NULL };
static const char *const names[] = { "root mean square of outputs", "mean of outputs", "gain (rms of output / input)",
                                     "cosine of outputs of two samples", "dead units (share)", "mean |slope| of the activation",
                                     "root mean square of the gradient", "root mean square of weights", "update / weight" };

typedef struct layers_conf {
    const char *experiment, *per, *where, *op, *at, *x_label, *y_label;
    int         column, log;
} layers_conf;

typedef struct layers {         /* a figure in the making */
    const layers_conf    *k;
    const sft_experiment *x;
    const sft_axis       *per;  /* NULL without */
    const sft_bind       *where;
    int64_t               at;
    int                   n;    /* series */
    sft_track           *course;
    bool                  log;
} layers;

static sft_status prepare(sft_lab *lab, const sft_drawing *d, layers *f)
{
    const layers_conf *k = d->conf;
    *f = (layers){ .k = k, .log = k->log == 1 };
    if (!strcmp(k->at, "end")) f->at = SFT_LAST_LOOK;
    else if (strcmp(k->at, "start") && (!sft__parse_int(k->at, strlen(k->at), &f->at) || f->at < 0))
        return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `at` is `%s`, which is neither start nor end nor a step", d->name,
                            k->at);
    if (sft__choice_series(lab, d, k->experiment, k->per, k->where, &f->x, &f->per, &f->where)) return sft_code(lab->ctx);
    f->n = sft__values_of(f->per);
    return SFT_OK;
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    layers f;
    return prepare(lab, d, &f);
}

static void put_series(sft_draft *d, const layers *f, int i)
{
    const sft_track *c = &f->course[i];
    const char       *name = f->per ? sft__value_label(f->per, i) : NULL;
    const int block = sft__draft_block(d, SFT_WORDS(d->easel->arena, "%s: layer\tmean\tlowest\thighest\ttrials", name ? name : "all"));
    bool      any = false;
    for (int j = 0; j < c->n; j++) {
        const sft_spread_row *r = &c->row[j];
        any = any || !f->log || r->mean > 0;
        sft__put(&d->table, "%n\t%n\t%n\t%n\t%i\n", r->x, !f->log || r->mean > 0 ? r->mean : NAN,
                 !f->log || r->low > 0 ? r->low : NAN, !f->log || r->high > 0 ? r->high : NAN, r->n);
    }
    if (c->n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\tNaN\t0\n");
    if (any && f->x->seeds > 1) {
        sft__paint_band(sft__draft_curve(d, block), i);
    }
    sft_string *curve = sft__draft_curve(d, block);
    sft__put(curve, "using 1:2 with linespoints pointinterval %i ", c->n / 20 + 1);
    sft__paint_series(curve, i, name);
}

static sft_status read(sft_lab *lab, layers *f)
{
    f->course = sft__arena_alloc(&lab->arena, (size_t)f->n * sizeof *f->course);
    for (int i = 0; f->course && i < f->n; i++) {
        sft_bind per;
        if (sft__course_of_layers(lab, f->x, sft__bind(&per, f->per, i, f->where), columns[f->k->column], f->k->op ? f->k->op : "",
                                  f->at, &f->course[i])) break;
    }
    return sft_code(lab->ctx);
}

static void put_ranges(sft_draft *d, const layers *f)
{
    sft_extent y = sft__extent();
    double     most = 1;
    for (int i = 0; i < f->n; i++)
        for (int j = 0; j < f->course[i].n; j++) {
            const sft_spread_row *r = &f->course[i].row[j];
            sft__extent_add(&y, r->low, f->log);
            sft__extent_add(&y, r->high, f->log);
            most = fmax(most, r->x);
        }
    sft__paint_range(d, 'y', &y, f->log);
    sft__put(&d->settings, "set xrange [%n:%n]\n", most > 15 ? 0 : 0.7, most + (most > 15 ? 1 : 0.3));
    if (most <= 15) sft__put(&d->settings, "set xtics 1\n");
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    layers    f;
    sft_draft d;
    sft_easel e = sft__paint_easel(lab);
    if (prepare(lab, w, &f) || read(lab, &f)) return sft_code(lab->ctx);
    sft__draft_open(&d, &e, w->name, w->title, 800, 500);
    sft__paint_label(&d, 'x', f.k->x_label ? f.k->x_label : f.k->op ? SFT_WORDS(e.arena, "layer (%s only)", f.k->op) : "layer");
    sft__paint_label(&d, 'y', f.k->y_label ? f.k->y_label : names[f.k->column]);
    put_ranges(&d, &f);
    sft__paint_key(&d, f.per);
    for (int i = 0; i < f.n; i++) put_series(&d, &f, i);
    return sft__draft_close(&d, SFT_WORDS(e.arena, "%s%s", w->caption, f.x->seeds > 1 ?
        " Lines are means over seeds, bands their lowest and highest." : ""));
}

static const char *const log_words[] = { "none", "y", NULL };

static const sft_field fields[] = {
    { "column", SFT_WORD, offsetof(layers_conf, column), .text = "rms", .words = columns, .doc = "of signals.csv", .flags = SFT_MAIN },
    { "experiment", SFT_TEXT, offsetof(layers_conf, experiment), .doc = "auto: the lab's only one", .flags = SFT_AUTO },
    { "per", SFT_TEXT, offsetof(layers_conf, per), .doc = "axis; a line each of its values", .flags = SFT_AUTO },
    { "where", SFT_TEXT, offsetof(layers_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "at", SFT_TEXT, offsetof(layers_conf, at), .text = "start", .doc = "start, end, or a step: of the looks the nearest" },
    { "op", SFT_TEXT, offsetof(layers_conf, op), .doc = "layers of this op only, as linear", .flags = SFT_AUTO },
    { "log", SFT_WORD, offsetof(layers_conf, log), .text = "none", .words = log_words, .doc = "logarithmic scale" },
    { "x_label", SFT_TEXT, offsetof(layers_conf, x_label), .doc = "label of x", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(layers_conf, y_label), .doc = "label of y, with its unit", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_layers = {
    .name = "layers", .doc = "a signal over the layers' number: rms, gain, gradient or another column of signals.csv",
    .conf_size = sizeof(layers_conf), .fields = fields, .check = check, .draw = draw,
};
