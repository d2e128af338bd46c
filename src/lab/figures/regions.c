/* SPDX-License-Identifier: MIT */
/* regions: two features; the predicted probability of each class as shading, the border between classes, the training samples. */
#include "lab/figures/figures.h"

#include <math.h>
#include <stdlib.h>

enum { GRID = 90, MOST_PANELS = 12, CLASSES = 6 };

typedef struct regions_conf {
    const char *experiment, *per, *x, *where, *x_label, *y_label;
} regions_conf;

typedef struct regions {        /* a figure in the making */
    sft_lab              *lab;
    const sft_drawing    *d;
    const regions_conf   *k;
    const sft_experiment *e;
    const sft_axis       *per, *x; /* rows and columns of panels; NULL without */
    const sft_bind       *where;
    int                   columns, panels, classes;
} regions;

static sft_status prepare(sft_lab *lab, const sft_drawing *d, regions *f)
{
    const regions_conf *k = d->conf;
    sft_bind            per, x;
    const int           at = sft__choice_experiment(lab, d, k->experiment);
    if (at < 0) return sft_code(lab->ctx);
    *f = (regions){ .lab = lab, .d = d, .k = k, .e = &lab->experiment[at] };
    if (sft__choice_axis(lab, d, f->e, "per", k->per, &f->per) || sft__choice_axis(lab, d, f->e, "x", k->x, &f->x) ||
        sft__choice_where(lab, d, f->e, k->where, &f->where))
        return sft_code(lab->ctx);
    f->panels = sft__values_of(f->per) * sft__values_of(f->x);
    f->columns = f->x ? f->x->n : f->panels <= 3 ? f->panels : f->panels == 4 ? 2 : 3;
    if (f->panels > MOST_PANELS)
        return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: %d panels are more than %d", d->name, f->panels, MOST_PANELS);
    return sft__choice_whole(lab, d, f->e, sft__bind(&per, f->per, 0, sft__bind(&x, f->x, 0, f->where)));
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    regions f;
    return prepare(lab, d, &f);
}

/* ---- probabilities ------------------------------------------------------------------------------------- */

/* Of all classes, from logits; one logit is that of the second of two. */
static void probabilities(const float *logit, int outputs, double *p)
{
    double top = -INFINITY, sum = 0;
    if (outputs == 1) {
        p[1] = 1 / (1 + exp(-(double)logit[0]));
        p[0] = 1 - p[1];
        return;
    }
    for (int i = 0; i < outputs; i++) top = fmax(top, (double)logit[i]);
    for (int i = 0; i < outputs; i++) sum += p[i] = exp((double)logit[i] - top);
    for (int i = 0; i < outputs; i++) p[i] /= sum;
}

/* Between the colours of the classes by their probability, lightened towards white. */
static void colour_of(const double *p, int n, int rgb[3])
{
    double mixed[3] = { 0 };
    for (int i = 0; i < n; i++) {
        const unsigned long c = strtoul(sft__style_colour(i) + 1, NULL, 16);
        for (int k = 0; k < 3; k++) mixed[k] += p[i] * (double)(c >> (16 - 8 * k) & 255);
    }
    for (int k = 0; k < 3; k++) rgb[k] = (int)lround(255 - 0.5 * (255 - mixed[k]));
}

/* By how much class i is ahead of the best other one. */
static double lead_of(const double *p, int n, int i)
{
    double other = 0;
    for (int k = 0; k < n; k++)
        if (k != i) other = fmax(other, p[k]);
    return p[i] - other;
}

/* ---- panels --------------------------------------------------------------------------------------------- */

static sft_status look_at_data(regions *f, const sft_revived *r)
{
    sft_data_facts facts = { 0 };
    if (sft_data_facts_of(r->data, &facts)) return sft_code(f->lab->ctx);
    f->classes = facts.task == SFT_BINARY ? 2 : (int)facts.outputs;
    if (facts.task == SFT_REGRESSION || facts.shape.rank != 1 || facts.shape.dim[0] != 2 || f->classes > CLASSES ||
        (facts.task == SFT_BINARY && facts.outputs != 1))
        return sft__fail_at(f->lab->ctx, f->d->pos, SFT_E115, "figure `%s`: the data of experiment `%s` are not of two features and at "
                            "most %d classes — as `moons` and `spirals` are", f->d->name, f->e->name, CLASSES);
    return SFT_OK;
}

static void put_samples(sft_draft *d, const regions *f, const sft_revived *r)
{
    float x[2], own[2], y[1];
    for (int class = 0; class < f->classes; class++) {
        const int block = sft__draft_block(d, SFT_WORDS(d->easel->arena, "training samples of class %d: feature 1\tfeature 2", class));
        int       n = 0;
        for (int64_t i = 0; sft__revived_sample(r, i, x, own, y); i++) {
            if ((int)lround((double)y[0]) != class) continue;
            sft__put(&d->table, "%n\t%n\n", (double)own[0], (double)own[1]);
            n++;
        }
        if (n == 0) sft__put(&d->table, "NaN\tNaN\n");
        sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype %i pointsize 0.45 linecolor rgb '%s' notitle",
                 sft__style_marker(class), sft__style_colour(class));
    }
}

/* The range of the training samples with a tenth of it around. */
static void extents(const sft_revived *r, sft_extent side[2])
{
    float x[2], own[2], y[1];
    side[0] = side[1] = sft__extent();
    for (int64_t i = 0; sft__revived_sample(r, i, x, own, y); i++)
        for (int k = 0; k < 2; k++) sft__extent_add(&side[k], (double)x[k], false);
    for (int k = 0; k < 2; k++) {
        const double room = 0.1 * (side[k].high - side[k].low);
        side[k] = (sft_extent){ side[k].low - room, side[k].high + room };
    }
}

/* In the data's own units. */
static sft_plane plane_of(regions *f, const sft_revived *r, const sft_extent side[2])
{
    float     corner[4] = { (float)side[0].low, (float)side[1].low, (float)side[0].high, (float)side[1].high };
    sft_plane p = { .n = GRID, .z = sft__arena_alloc(&f->lab->arena, GRID * GRID * sizeof *p.z) };
    sft_data_restore(r->data, corner, 2);
    p.x0 = (double)corner[0], p.y0 = (double)corner[1], p.x1 = (double)corner[2], p.y1 = (double)corner[3];
    return p;
}

static void put_shading(sft_draft *d, const sft_plane *p, const double *all, int classes)
{
    const int block = sft__draft_block(d, "feature 1\tfeature 2\tred\tgreen\tblue\tprobability of each class");
    for (int i = 0; i < GRID * GRID; i++) {
        int rgb[3];
        colour_of(all + i * classes, classes, rgb);
        sft__put(&d->table, "%n\t%n\t%i\t%i\t%i", sft__plane_x(p, i % GRID), sft__plane_y(p, i / GRID), rgb[0], rgb[1], rgb[2]);
        for (int k = 0; k < classes; k++) sft__put(&d->table, "\t%n", all[i * classes + k]);
        sft__put(&d->table, "\n");
    }
    sft__put(sft__draft_curve(d, block), "using 1:2:3:4:5 with rgbimage notitle");
}

static void put_border(sft_draft *d, sft_plane *p, const double *all, int classes)
{
    const int block = sft__draft_block(d, "border between classes: ends of its pieces, feature 1\tfeature 2");
    int       pieces = 0;
    for (int class = classes == 2 ? 1 : 0; class < classes; class++) {
        for (int i = 0; i < GRID * GRID; i++) p->z[i] = lead_of(all + i * classes, classes, class);
        pieces += sft__plane_contour(p, 0, &d->table);
    }
    if (pieces) sft__put(sft__draft_curve(d, block), "using 1:2 with lines linewidth 1.6 linecolor rgb '#000000' notitle");
    else sft__put(&d->table, "NaN\tNaN\n");
}

/* Four ticks or so, for panels are narrow. */
static double tick_step(double low, double high)
{
    const double raw = (high - low) / 4, power = pow(10, floor(log10(raw))), lead = raw / power;
    return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

static sft_status put_panel(sft_draft *d, regions *f, sft_revived *r, const char *title)
{
    sft_extent side[2];
    const int  outputs = f->classes == 2 && r->net->outputs == 1 ? 1 : f->classes;
    float     *x = sft__arena_alloc(&f->lab->arena, GRID * GRID * 2 * sizeof *x);
    float     *y = sft__arena_alloc(&f->lab->arena, (size_t)(GRID * GRID * outputs) * sizeof *y);
    double    *all = sft__arena_alloc(&f->lab->arena, (size_t)(GRID * GRID * f->classes) * sizeof *all);
    if (!x || !y || !all) return sft_code(f->lab->ctx);
    extents(r, side);
    sft_plane p = plane_of(f, r, side);
    for (int i = 0; i < GRID * GRID; i++) {
        x[2 * i] = (float)(side[0].low + (side[0].high - side[0].low) * (i % GRID) / (GRID - 1));
        x[2 * i + 1] = (float)(side[1].low + (side[1].high - side[1].low) * (i / GRID) / (GRID - 1));
    }
    if (!p.z || sft_net_predict(r->net, x, GRID * GRID, y))
        return sft__fail(f->lab->ctx, SFT_E299, "figure `%s`: %s", f->d->name, sft_message(r->ctx));
    for (int i = 0; i < GRID * GRID; i++) probabilities(y + i * outputs, outputs, all + i * f->classes);
    sft__draft_panel(d, title, f->columns);
    sft__put(&d->plot, "\nset xrange [%n:%n]\nset yrange [%n:%n]\nset xtics %n\nset ytics %n", p.x0, p.x1, p.y0, p.y1,
             tick_step(p.x0, p.x1), tick_step(p.y0, p.y1));
    put_shading(d, &p, all, f->classes);
    put_samples(d, f, r);
    put_border(d, &p, all, f->classes);
    return sft_code(f->lab->ctx);
}

static const char *panel_title(const regions *f, int row, int column)
{
    sft_arena  *a = &f->lab->figures.arena;
    const char *per = f->per ? SFT_WORDS(a, "%s %s", sft__axis_short(f->per), sft__value_label(f->per, row)) : "";
    const char *x = f->x ? SFT_WORDS(a, "%s %s", sft__axis_short(f->x), sft__value_label(f->x, column)) : "";
    return SFT_WORDS(a, "%s%s%s", per, *per && *x ? ", " : "", x);
}

/* "Circles are training samples of class 0, squares class 1". */
static const char *legend(const regions *f)
{
    static const char *const mark[CLASSES] = { "Circles", "squares", "triangles", "diamonds", "triangles on their tip", "pentagons" };
    sft_string s;
    sft__string_open(&s, f->lab->ctx);
    for (int i = 0; i < f->classes; i++)
        sft__string_addf(&s, "%s%s %sclass %d", i ? ", " : "", mark[i], i ? "" : "are training samples of ", i);
    return sft__words_of(&f->lab->figures.arena, &s);
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    regions   f;
    sft_draft d;
    sft_easel e = sft__paint_easel(lab);
    if (prepare(lab, w, &f)) return sft_code(lab->ctx);
    const int rows = (f.panels + f.columns - 1) / f.columns, columns = sft__values_of(f.x);
    sft__draft_open(&d, &e, w->name, w->title, 100 + 290 * f.columns, 40 + 300 * rows);
    sft__paint_label(&d, 'x', f.k->x_label ? f.k->x_label : "feature 1");
    sft__paint_label(&d, 'y', f.k->y_label ? f.k->y_label : "feature 2");
    sft__put(&d.settings, "set key off\nunset grid\nset tics front\n");
    for (int i = 0; i < f.panels && !sft__failed(lab->ctx); i++) {
        sft_revived r;
        sft_bind    per, x;
        const sft_bind *bound = sft__bind(&per, f.per, i / columns, sft__bind(&x, f.x, i % columns, f.where));
        if (sft__revive(lab, w, f.e, bound, true, &r) == SFT_OK && look_at_data(&f, &r) == SFT_OK)
            put_panel(&d, &f, &r, panel_title(&f, i / columns, i % columns));
        sft__revived_close(&r);
    }
    return sft__draft_close(&d, SFT_WORDS(e.arena, "%s %s; shades are the predicted probability, the black line is the border between "
                                          "classes (first seed).", w->caption, legend(&f)));
}

static const sft_field fields[] = {
    { "per", SFT_TEXT, offsetof(regions_conf, per), .doc = "axis; a panel each of its values", .flags = SFT_MAIN | SFT_AUTO },
    { "x", SFT_TEXT, offsetof(regions_conf, x), .doc = "second axis: panels side by side", .flags = SFT_AUTO },
    { "experiment", SFT_TEXT, offsetof(regions_conf, experiment), .doc = "auto: the lab's only one", .flags = SFT_AUTO },
    { "where", SFT_TEXT, offsetof(regions_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "x_label", SFT_TEXT, offsetof(regions_conf, x_label), .doc = "label of x", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(regions_conf, y_label), .doc = "label of y", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_regions = {
    .name = "regions", .doc = "two features: what is predicted where, with the border between classes and the training samples",
    .conf_size = sizeof(regions_conf), .fields = fields, .check = check, .draw = draw,
};
