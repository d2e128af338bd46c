/* SPDX-License-Identifier: MIT */
/* fit: training samples of one number, and the function that each network has made of them. */
#include "lab/figures/figures.h"

#include <math.h>

enum { POINTS = 240 };

typedef struct fit_conf {
    const char *experiment, *per, *where, *x_label, *y_label;
} fit_conf;

typedef struct fit {            /* a figure in the making */
    sft_lab              *lab;
    const sft_drawing    *d;
    const fit_conf       *k;
    const sft_experiment *x;
    const sft_axis       *per;  /* NULL without */
    const sft_bind       *where;
    int64_t               n;    /* samples */
    float                *seen, *own, *target; /* of the first value's training */
    sft_extent            range, spread; /* of x as seen; of y */
} fit;

static sft_status prepare(sft_lab *lab, const sft_drawing *d, fit *f)
{
    const fit_conf *k = d->conf;
    *f = (fit){ .lab = lab, .d = d, .k = k, .range = sft__extent(), .spread = sft__extent() };
    return sft__choice_series(lab, d, k->experiment, k->per, k->where, &f->x, &f->per, &f->where);
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    fit f;
    return prepare(lab, d, &f);
}

/* The samples of a run, once. */
static sft_status take_samples(fit *f, const sft_revived *r)
{
    sft_data_facts facts = { 0 };
    if (f->n > 0 || sft_data_facts_of(r->data, &facts)) return sft_code(f->lab->ctx);
    if (facts.task != SFT_REGRESSION || facts.outputs != 1 || facts.shape.rank != 1 || facts.shape.dim[0] != 1)
        return sft__fail_at(f->lab->ctx, f->d->pos, SFT_E115, "figure `%s`: the data of experiment `%s` are not one number to be predicted "
                            "from one number — as `regression-1d` is", f->d->name, f->x->name);
    const size_t bytes = (size_t)facts.count[SFT_TRAIN] * sizeof *f->own;
    f->seen = sft__arena_alloc(&f->lab->arena, bytes);
    f->own = sft__arena_alloc(&f->lab->arena, bytes);
    f->target = sft__arena_alloc(&f->lab->arena, bytes);
    if (!f->seen || !f->own || !f->target) return sft_code(f->lab->ctx);
    while (sft__revived_sample(r, f->n, f->seen + f->n, f->own + f->n, f->target + f->n)) {
        sft__extent_add(&f->range, (double)f->seen[f->n], false);
        sft__extent_add(&f->spread, (double)f->target[f->n], false);
        f->n++;
    }
    return sft_code(f->lab->ctx);
}

static void put_samples(sft_draft *d, const fit *f)
{
    const int block = sft__draft_block(d, "training samples: input\ttarget");
    for (int64_t i = 0; i < f->n; i++) sft__put(&d->table, "%n\t%n\n", (double)f->own[i], (double)f->target[i]);
    sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype 7 pointsize 0.55 linecolor rgb '#8a8f96' "
             "title 'training samples'");
}

/* Over the range of the samples and a twentieth of it beyond. */
static sft_status put_function(sft_draft *d, fit *f, sft_revived *r, int series)
{
    float        x[POINTS], own[POINTS], y[POINTS];
    const double room = 0.05 * (f->range.high - f->range.low), low = f->range.low - room, high = f->range.high + room;
    const char  *name = f->per ? sft__value_label(f->per, series) : "network";
    for (int i = 0; i < POINTS; i++) own[i] = x[i] = (float)(low + (high - low) * i / (POINTS - 1));
    if (sft_data_restore(r->data, own, POINTS) || sft_net_predict(r->net, x, POINTS, y))
        return sft__fail(f->lab->ctx, SFT_E299, "figure `%s`: %s", f->d->name, sft_message(r->ctx));
    if (series == 0) sft__put(&d->settings, "set xrange [%n:%n]\n", (double)own[0], (double)own[POINTS - 1]);
    const int block = sft__draft_block(d, SFT_WORDS(d->easel->arena, "%s: input\toutput", name));
    for (int i = 0; i < POINTS; i++) sft__put(&d->table, "%n\t%n\n", (double)own[i], (double)y[i]);
    sft_string *curve = sft__draft_curve(d, block);
    sft__put(curve, "using 1:2 with linespoints pointinterval %i ", POINTS / 7);
    sft__paint_series(curve, series, name);
    return SFT_OK;
}

static sft_status draw_one(sft_draft *d, fit *f, int i)
{
    sft_revived r;
    sft_bind    per;
    if (sft__revive(f->lab, f->d, f->x, sft__bind(&per, f->per, i, f->where), true, &r) == SFT_OK && take_samples(f, &r) == SFT_OK) {
        if (i == 0) put_samples(d, f);
        put_function(d, f, &r, i);
    }
    sft__revived_close(&r);
    return sft_code(f->lab->ctx);
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    fit       f;
    sft_draft d;
    sft_easel e = sft__paint_easel(lab);
    if (prepare(lab, w, &f)) return sft_code(lab->ctx);
    sft__draft_open(&d, &e, w->name, w->title, 800, 500);
    sft__paint_label(&d, 'x', f.k->x_label ? f.k->x_label : "input");
    sft__paint_label(&d, 'y', f.k->y_label ? f.k->y_label : "target, output");
    if (f.per) sft__paint_key(&d, f.per);
    for (int i = 0; i < sft__values_of(f.per) && !sft__failed(lab->ctx); i++) draw_one(&d, &f, i);
    const double room = 0.25 * (f.spread.high - f.spread.low);
    if (room > 0) sft__put(&d.settings, "set yrange [%n:%n]\n", f.spread.low - room, f.spread.high + room);
    return sft__draft_close(&d, w->caption);
}

static const sft_field fields[] = {
    { "per", SFT_TEXT, offsetof(fit_conf, per), .doc = "axis; a curve each of its values", .flags = SFT_MAIN | SFT_AUTO },
    { "experiment", SFT_TEXT, offsetof(fit_conf, experiment), .doc = "auto: the lab's only one", .flags = SFT_AUTO },
    { "where", SFT_TEXT, offsetof(fit_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "x_label", SFT_TEXT, offsetof(fit_conf, x_label), .doc = "label of x", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(fit_conf, y_label), .doc = "label of y", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_fit = {
    .name = "fit", .doc = "training samples of one number and the function that each network has made of them (first seed)",
    .conf_size = sizeof(fit_conf), .fields = fields, .check = check, .draw = draw,
};
