/* SPDX-License-Identifier: MIT */
/* Loss and accuracy over the epochs, training and validation, with bands over seeds. */
#include "report/easel.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_CURVES = 6, MOST_EPOCHS = 100000, MOST_ROWS = 400 };

typedef struct spread {
    int    n;
    double mean, low, high;
} spread;

typedef struct course {         /* of one point */
    const char *label;
    int         epochs;
    spread     *loss[2], *accuracy[2]; /* training, validation; by epoch */
} course;

/* ---- reading ------------------------------------------------------------------------------------ */

static void add(spread *s, double v)
{
    if (!isfinite(v)) return;
    s->low = s->n ? fmin(s->low, v) : v;
    s->high = s->n ? fmax(s->high, v) : v;
    s->mean += (v - s->mean) / ++s->n;
}

/* Of an epoch the last row counts. */
static void add_trial(const sft_easel *e, const sft_run_look *look, course *c)
{
    for (int w = 0; w < 2; w++) {
        const sft_curve *k = &look->curve[w == 0 ? SFT_TRAIN : SFT_VALIDATION];
        for (int i = 0; i < k->n; i++) {
            const int64_t epoch = k->epoch[i];
            if (epoch < 0 || epoch >= c->epochs || (i + 1 < k->n && k->epoch[i + 1] == epoch)) continue;
            add(&c->loss[w][epoch], k->loss[i]);
            add(&c->accuracy[w][epoch], e->percent || k->accuracy[i] <= 1 ? 100 * k->accuracy[i] : NAN);
        }
    }
}

static sft_status make_course(sft_easel *e, const sft_dot *d, course *c)
{
    const sft_study *s = e->study;
    c->epochs = 2;
    for (int64_t i = 0; i < s->n; i++)
        if (s->attempt[i].point == d->point && s->attempt[i].epochs >= c->epochs)
            c->epochs = s->attempt[i].epochs < MOST_EPOCHS ? (int)s->attempt[i].epochs + 1 : MOST_EPOCHS;
    for (int w = 0; w < 2; w++) {
        c->loss[w] = sft__arena_alloc(e->arena, (size_t)c->epochs * sizeof **c->loss);
        c->accuracy[w] = sft__arena_alloc(e->arena, (size_t)c->epochs * sizeof **c->accuracy);
    }
    if (sft__failed(e->ctx)) return sft_code(e->ctx);
    for (int64_t i = 0; i < s->n; i++)
        if (s->attempt[i].point == d->point) add_trial(e, &e->look[i], c);
    return SFT_OK;
}

/* ---- whose curves -------------------------------------------------------------------------------- */

static bool differs_only_in(const sft_easel *e, const sft_dot *d, int axis)
{
    const sft_dot *b = &e->dot[e->best];
    for (int i = 0; i < e->study->plan.space.n; i++)
        if (i != axis && !(d->u[i] == b->u[i] || (isnan(d->u[i]) && isnan(b->u[i])))) return false;
    return true;
}

/* Insertion: by place along the axis, or the best first. */
static void sort_dots(const sft_easel *e, int *list, int n, int axis)
{
    for (int i = 1; i < n; i++) {
        const int x = list[i];
        int       j = i;
        for (; j > 0; j--) {
            const sft_dot *a = &e->dot[list[j - 1]], *b = &e->dot[x];
            if (axis >= 0 ? !(b->u[axis] < a->u[axis]) : !sft__easel_better(e, b->mean, a->mean)) break;
            list[j] = list[j - 1];
        }
        list[j] = x;
    }
}

/* Evenly spread over the list, with the best among them. */
static int thin(const sft_easel *e, int *list, int n)
{
    int at = 0, kept = n < MOST_CURVES ? n : MOST_CURVES, pick[MOST_CURVES];
    for (int i = 0; i < n; i++) at = list[i] == e->best ? i : at;
    for (int i = 0; i < kept; i++) pick[i] = kept > 1 ? (int)(((int64_t)i * (n - 1) + (kept - 1) / 2) / (kept - 1)) : 0;
    int near = 0;
    for (int i = 0; i < kept; i++) near = abs(pick[i] - at) < abs(pick[near] - at) ? i : near;
    pick[near] = at;
    for (int i = 0; i < kept; i++) list[i] = list[pick[i]];
    return kept;
}

/* Along the axis that matters most through the best point, where there are enough points; else over the ranking. */
static int choose(const sft_easel *e, int *list, int *axis)
{
    int n = 0;
    *axis = e->study->plan.space.n ? e->order[0] : -1;
    for (int i = 0; i < e->dots && *axis >= 0; i++)
        if (differs_only_in(e, &e->dot[i], *axis)) list[n++] = i;
    if (n >= 3) {
        sort_dots(e, list, n, *axis);
        return thin(e, list, n);
    }
    *axis = -1;
    n = 0;
    for (int i = 0; i < e->dots; i++)
        if (e->dot[i].values > 0) list[n++] = i;
    sort_dots(e, list, n, -1);
    return thin(e, list, n);
}

static const char *label_of(sft_easel *e, const sft_dot *d, int axis)
{
    const sft_space *s = &e->study->plan.space;
    const char      *text = "";
    char             buf[256];
    if (axis >= 0) return sft__arena_printf(e->arena, "%s %.24s", sft__axis_short(&s->axis[axis]),
                                            sft__axis_label(&s->axis[axis], d->u[axis], buf, sizeof buf));
    for (int i = 0, shown = 0; i < s->n && shown < 2 && text; i++) {
        const sft_axis *a = &s->axis[e->order[i]];
        if (isnan(d->u[e->order[i]])) continue;
        text = sft__arena_printf(e->arena, "%s%s%s %.12s", text, shown++ ? ", " : "", sft__axis_short(a),
                                 sft__axis_label(a, d->u[e->order[i]], buf, sizeof buf));
    }
    return text && *text ? text : "all trials";
}

/* ---- drawing ------------------------------------------------------------------------------------- */

static bool any_accuracy(const course *c, int n)
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < c[k].epochs; i++)
            if (c[k].accuracy[1][i].n > 0) return true;
    return false;
}

static void put_course(sft_draft *d, const course *c, bool loss)
{
    spread *const *v = loss ? c->loss : c->accuracy;
    const int      every = (c->epochs + MOST_ROWS - 1) / MOST_ROWS;
    sft__draft_block(d, sft__arena_printf(d->easel->arena, "%s\n# epoch\tvalidation mean\tlowest\thighest\t"
                                          "training mean\tlowest\thighest", c->label));
    for (int i = 0; i < c->epochs; i++) {
        if (v[0][i].n + v[1][i].n == 0 || (i % every && i + 1 < c->epochs)) continue;
        sft__put(&d->table, "%i", i);
        for (int w = 1; w >= 0; w--)
            if (v[w][i].n) sft__put(&d->table, "\t%n\t%n\t%n", v[w][i].mean, v[w][i].low, v[w][i].high);
            else sft__put(&d->table, "\tNaN\tNaN\tNaN");
        sft__put(&d->table, "\n");
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Losses of what diverges know no end: the picture ends not far above what training starts with, the middle one of all curves. Returns
 * whether something is cut off. */
static bool loss_range(sft_draft *d, const course *c, int n)
{
    double low = INFINITY, high = -INFINITY, start[2 * MOST_CURVES];
    int    starts = 0;
    for (int k = 0; k < 2 * n; k++)
        for (int i = 0, first = 1; i < c[k / 2].epochs; i++) {
            const spread *s = &c[k / 2].loss[k % 2][i];
            if (s->n == 0) continue;
            low = fmin(low, s->low);
            high = fmax(high, s->high);
            if (first) start[starts++] = s->high;
            first = 0;
        }
    if (starts == 0) return false;
    qsort(start, (size_t)starts, sizeof *start, ascending);
    const double middle = start[starts / 2];
    const bool   wide = low > 0 && fmin(high, 1.5 * middle) / low > 8;
    const double top = middle > 0 ? fmin(high, (wide ? 4 : 1.5) * middle) : high;
    if (wide) sft__put_log_scale(&d->settings, 'y', 0.8 * low, 1.1 * top);
    else sft__put(&d->settings, "set yrange [%n:%n]\n", low - 0.05 * (top - low), top + 0.05 * (top - low));
    return high > top;
}

static void put_curves(sft_draft *d, const course *c, int n, bool bands)
{
    int longest = 0;
    for (int k = 0; k < n; k++) longest = c[k].epochs > longest ? c[k].epochs : longest;
    for (int k = 0; k < n && bands; k++)
        sft__put(sft__draft_curve(d, k), "using 1:3:4 with filledcurves fillstyle transparent solid 0.18 noborder "
                 "linecolor rgb '%s' notitle", sft__style_colour(k));
    for (int k = 0; k < n; k++)
        sft__put(sft__draft_curve(d, k), "using 1:5 with lines dashtype 2 linewidth 1.2 linecolor rgb '%s' notitle", sft__style_colour(k));
    for (int k = 0; k < n; k++)
        sft__put(sft__draft_curve(d, k),
                 "using 1:2 with linespoints linewidth 2 pointtype %i pointsize 0.7 pointinterval %i linecolor rgb '%s' "
                 "title %q noenhanced",
                 sft__style_marker(k), longest / 8 + 1, sft__style_colour(k), c[k].label);
    sft__put(sft__draft_curve(d, 0), "using (NaN):(NaN) with lines dashtype 1 linewidth 2 linecolor rgb '#444444' title 'validation'");
    sft__put(sft__draft_curve(d, 0), "using (NaN):(NaN) with lines dashtype 2 linewidth 1.2 linecolor rgb '#444444' title 'training'");
}

static sft_status draw(sft_easel *e, const course *c, int n, bool loss, int axis)
{
    sft_draft   d;
    bool        cut = false;
    const bool  bands = e->study->plan.seeds > 1;
    const char *what = loss ? "Loss" : "Accuracy", *whose = "of points from the best to the worst";
    sft__draft_open(&d, e, loss ? "curves-loss" : "curves-accuracy", loss ? "Loss over the epochs" : "Accuracy over the epochs", 840, 500);
    for (int k = 0; k < n; k++) put_course(&d, &c[k], loss);
    sft__put(&d.settings, "set xlabel 'epoch'\nset ylabel '%s'\nset xrange [0:*]\n", loss ? "loss" : "accuracy (%)");
    if (loss) cut = loss_range(&d, c, n);
    put_curves(&d, c, n, bands);
    if (axis >= 0) whose = sft__arena_printf(e->arena, "along %s through the best point",
                                             sft__key_words(e->arena, e->study->plan.space.axis[axis].key));
    return sft__draft_close(&d, sft__arena_printf(e->arena, "%s in training (dashed) and on validation (solid) %s%s%s.", what, whose,
                                                  bands ? "; lines are means over seeds, bands their lowest and highest" : "",
                                                  cut ? "; losses beyond the top are cut off" : ""));
}

sft_status sft__figures_curves(sft_easel *e)
{
    course c[MOST_CURVES] = { { 0 } };
    int   *list = sft__arena_alloc(e->arena, ((size_t)e->dots + 1) * sizeof *list), axis, n, kept = 0;
    if (!list || e->best < 0) return sft_code(e->ctx);
    n = choose(e, list, &axis);
    for (int k = 0; k < n; k++) {
        course *x = &c[kept];
        *x = (course){ .label = label_of(e, &e->dot[list[k]], axis) };
        if (!x->label || make_course(e, &e->dot[list[k]], x)) return sft_code(e->ctx);
        for (int i = 0; i < x->epochs; i++)
            if (x->loss[0][i].n + x->loss[1][i].n > 0) {
                kept++;
                break;
            }
    }
    if (kept == 0) return SFT_OK;
    if (draw(e, c, kept, true, axis)) return sft_code(e->ctx);
    return any_accuracy(c, kept) ? draw(e, c, kept, false, axis) : SFT_OK;
}
