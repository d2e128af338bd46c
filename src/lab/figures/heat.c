/* SPDX-License-Identifier: MIT */
/* heat: an expression over two axes, a cell each pair of values with the number in it. */
#include "lab/figures/figures.h"

#include <math.h>

typedef struct heat_conf {
    const char *x, *y, *z, *where, *x_label, *y_label, *z_label;
    int         log;
} heat_conf;

typedef struct heat {           /* a figure in the making */
    const heat_conf *k;
    sft_expr        *z;
    const sft_axis  *x, *y;
    const sft_bind  *where;
    bool             log;
} heat;

static sft_status prepare(sft_lab *lab, const sft_drawing *d, heat *f)
{
    const heat_conf *k = d->conf;
    sft_bind         x, y;
    *f = (heat){ .k = k, .log = k->log == 1 };
    f->z = sft__expr_parse(lab, k->z, d->pos);
    if (!f->z) return sft_code(lab->ctx);
    const int at = sft__expr_experiment(f->z);
    if (at < 0) return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `z` has no measure in it: %s", d->name, k->z);
    const sft_experiment *e = &lab->experiment[at];
    if (sft__choice_axis(lab, d, e, "x", k->x, &f->x) || sft__choice_axis(lab, d, e, "y", k->y, &f->y) ||
        sft__choice_where(lab, d, e, k->where, &f->where))
        return sft_code(lab->ctx);
    return sft__expr_check(f->z, sft__bind(&y, f->y, 0, sft__bind(&x, f->x, 0, f->where)));
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    heat f;
    return prepare(lab, d, &f);
}

/* ---- cells ----------------------------------------------------------------------------------------- */

static double share_of(const sft_easel *e, double v)
{
    const double low = e->log ? log(e->low) : e->low, high = e->log ? log(e->high) : e->high;
    return high > low ? ((e->log ? log(v) : v) - low) / (high - low) : 0;
}

static bool drawable(const heat *f, double v)
{
    return isfinite(v) && (!f->log || v > 0);
}

/* kind 0: all with a number; 1, 2: those whose text is dark, light; 3: without one. */
static bool is_kind(const heat *f, const sft_easel *e, double v, int kind)
{
    const bool known = drawable(f, v), dark = known && share_of(e, v) > 0.5;
    return kind == 0 ? known : kind == 1 ? known && !dark : kind == 2 ? dark : !known;
}

static int put_cells(sft_draft *d, const heat *f, const double *z, int kind, int *n)
{
    char      buf[64];
    const int block = sft__draft_block(d, "column\trow\tvalue\ttext\tx\ty");
    *n = 0;
    for (int i = 0; i < f->x->n * f->y->n; i++) {
        if (!is_kind(f, d->easel, z[i], kind)) continue;
        sft__put(&d->table, "%i\t%i\t%n\t%s\t%s\t%s\n", i % f->x->n, i / f->x->n, z[i],
                 isfinite(z[i]) ? sft__brief(z[i], 3, buf, sizeof buf) : "none", sft__value_label(f->x, i % f->x->n),
                 sft__value_label(f->y, i / f->x->n));
        ++*n;
    }
    if (*n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\t\t\t\n");
    return block;
}

static void put_map(sft_draft *d, const heat *f, const double *z)
{
    static const char *const colour[] = { "", "#000000", "#ffffff", "#444444" };
    int n;
    for (int kind = 0; kind < 4; kind++) {
        const int block = put_cells(d, f, z, kind, &n);
        if (n == 0) continue;
        if (kind == 0)
            sft__put(sft__draft_curve(d, block), "using 1:2:($1-0.485):($1+0.485):($2-0.485):($2+0.485):3 with boxxyerror fillstyle solid "
                     "1 noborder fillcolor palette notitle");
        if (kind == 3)
            sft__put(sft__draft_curve(d, block), "using 1:2:($1-0.485):($1+0.485):($2-0.485):($2+0.485) with boxxyerror fillcolor rgb "
                     "'#ececec' fillstyle solid 1 noborder notitle");
        if (kind > 0)
            sft__put(sft__draft_curve(d, block), "using 1:2:4 with labels font ',%i' textcolor rgb '%s' notitle",
                     f->x->n > 12 || f->y->n > 12 ? 8 : 11, colour[kind]);
    }
}

static void put_axis(sft_draft *d, char which, const sft_axis *a, const char *label)
{
    size_t letters = 0;
    sft__paint_label(d, which, label ? label : sft__axis_title(d->easel->arena, a));
    for (int i = 0; i < a->n; i++)
        for (const char *p = sft__value_label(a, i); *p; p++) letters++;
    sft__put(&d->settings, "set %crange [-0.5:%n]\nset %ctics noenhanced%s (", which, a->n - 0.5, which,
             which == 'x' && letters > 60 ? " rotate by -25" : "");
    for (int i = 0; i < a->n; i++) sft__put(&d->settings, "%s%t %i", i ? ", " : "", sft__value_label(a, i), i);
    sft__put(&d->settings, ")\n");
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    heat       f;
    sft_draft  d;
    sft_extent range = sft__extent();
    sft_easel  e = sft__paint_easel(lab);
    if (prepare(lab, w, &f)) return sft_code(lab->ctx);
    double *z = sft__arena_alloc(&lab->arena, (size_t)(f.x->n * f.y->n) * sizeof *z);
    for (int i = 0; z && i < f.x->n * f.y->n; i++) {
        sft_bind           x, y;
        const sft_estimate v = sft__expr_estimate(f.z, sft__bind(&y, f.y, i / f.x->n, sft__bind(&x, f.x, i % f.x->n, f.where)));
        z[i] = v.n ? v.mean : NAN;
        sft__extent_add(&range, z[i], f.log);
    }
    if (!z) return sft_code(lab->ctx);
    e.low = range.low <= range.high ? range.low : 0;
    e.high = range.low <= range.high ? range.high : 1;
    e.log = f.log;
    e.metric = f.k->z_label ? f.k->z_label : f.k->z;
    sft__draft_open(&d, &e, w->name, w->title, 840, f.y->n <= 3 ? 150 + 90 * f.y->n : 560);
    put_axis(&d, 'x', f.x, f.k->x_label);
    put_axis(&d, 'y', f.y, f.k->y_label);
    sft__draft_palette(&d);
    if (f.log && e.high > 1e3 * e.low) sft__put(&d.settings, "set format cb '10^{%%L}'\n");
    sft__put(&d.settings, "unset grid\nset border 0\nset tics scale 0\n");
    put_map(&d, &f, z);
    return sft__draft_close(&d, w->caption);
}

static const char *const log_words[] = { "none", "z", NULL };

static const sft_field fields[] = {
    { "x", SFT_TEXT, offsetof(heat_conf, x), .doc = "axis along x", .flags = SFT_MAIN | SFT_REQUIRED },
    { "y", SFT_TEXT, offsetof(heat_conf, y), .doc = "axis along y", .flags = SFT_REQUIRED },
    { "z", SFT_TEXT, offsetof(heat_conf, z), .doc = "expression, whose mean over seeds is drawn", .flags = SFT_REQUIRED },
    { "where", SFT_TEXT, offsetof(heat_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "log", SFT_WORD, offsetof(heat_conf, log), .text = "none", .words = log_words, .doc = "logarithmic colours" },
    { "x_label", SFT_TEXT, offsetof(heat_conf, x_label), .doc = "label of x, with its unit", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(heat_conf, y_label), .doc = "label of y, with its unit", .flags = SFT_AUTO },
    { "z_label", SFT_TEXT, offsetof(heat_conf, z_label), .doc = "label of the colours, with its unit", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_heat = {
    .name = "heat", .doc = "an expression over two axes, darker where it is higher, with the number in each cell",
    .conf_size = sizeof(heat_conf), .fields = fields, .check = check, .draw = draw,
};
