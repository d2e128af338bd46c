/* SPDX-License-Identifier: MIT */
/* Two axes at a time: momentum against learning rate, or the two that matter most. */
#include "report/easel.h"

#include <math.h>

enum { MOST_CELLS = 30, FINE = 32 };

typedef struct cell {
    double sum;
    int    values, failed;
} cell;

static bool choose(const sft_easel *e, int *x, int *y)
{
    const sft_space *s = &e->study->plan.space;
    *x = sft__axis_named(s, "lr");
    *y = sft__axis_named(s, "momentum");
    if (*x >= 0 && *y >= 0 && s->axis[*y].n != 1) return true;
    if (s->n < 2) return false;
    *x = e->order[0];
    *y = e->order[1];
    return true;
}

/* ---- axes of few values: a cell each ------------------------------------------------------------ */

static void fill(const sft_easel *e, int x, int y, cell *cells)
{
    const sft_axis *a = &e->study->plan.space.axis[x], *b = &e->study->plan.space.axis[y];
    for (int i = 0; i < e->dots; i++) {
        const sft_dot *d = &e->dot[i];
        const int      column = sft__axis_index(a, d->u[x]), row = sft__axis_index(b, d->u[y]);
        if (column < 0 || row < 0) continue;
        cell *c = &cells[row * a->n + column];
        c->sum += d->values ? d->mean * d->values : 0;
        c->values += d->values;
        c->failed += d->failed;
    }
}

/* Is it dark, so that what stands on it must be light? */
static bool is_dark(const sft_easel *e, double v)
{
    const double low = e->log ? log(e->low) : e->low, high = e->log ? log(e->high) : e->high, at = e->log ? log(v) : v;
    const double share = high > low ? (at - low) / (high - low) : 0;
    return (e->maximize ? share : 1 - share) > 0.5;
}

/* kind 0: cells with values; 1, 2: those whose text is dark, light; 3: failed altogether; 4: failed in part. */
static bool is_kind(const sft_easel *e, const cell *c, int kind)
{
    switch (kind) {
    case 0: return c->values > 0;
    case 1: return c->values > 0 && !is_dark(e, c->sum / c->values);
    case 2: return c->values > 0 && is_dark(e, c->sum / c->values);
    case 3: return c->values == 0 && c->failed > 0;
    default: return c->values > 0 && c->failed > 0;
    }
}

static int put_cells(sft_draft *d, const sft_axis *a, const sft_axis *b, const cell *cells, int kind, int *n)
{
    sft_easel *e = d->easel;
    const int  block = sft__draft_block(d, "x\ty\tmean\ttext\tfailed");
    *n = 0;
    for (int i = 0; i < a->n * b->n; i++) {
        const cell *c = &cells[i];
        if (!is_kind(e, c, kind)) continue;
        const double mean = c->values ? c->sum / c->values : NAN;
        sft__put(&d->table, "%n\t%n\t%n\t%s\t%i failed\n", sft__axis_at(a, i % a->n), sft__axis_at(b, i / a->n), mean,
                 c->values ? sft__easel_brief(e, mean) : "failed", c->failed);
        ++*n;
    }
    if (*n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\t\t\n");
    return block;
}

static const char *draw_cells(sft_draft *d, int x, int y, const cell *cells)
{
    sft_easel      *e = d->easel;
    const sft_axis *a = &e->study->plan.space.axis[x], *b = &e->study->plan.space.axis[y];
    const double    w = 0.485 / a->n, h = 0.485 / b->n;
    int             n, best = -1;
    const char     *size = a->n > 12 || b->n > 12 ? "7" : "10";
    for (int kind = 0; kind < 5; kind++) {
        const int block = put_cells(d, a, b, cells, kind, &n);
        if (n == 0) continue;
        if (kind == 0)
            sft__put(sft__draft_curve(d, block), "using 1:2:($1-%n):($1+%n):($2-%n):($2+%n):3 with boxxyerror fillstyle solid 1 "
                     "noborder fillcolor palette notitle", w, w, h, h);
        if (kind == 3)
            sft__put(sft__draft_curve(d, block), "using 1:2:($1-%n):($1+%n):($2-%n):($2+%n) with boxxyerror fillcolor rgb '#c4c4c4' "
                     "fillstyle pattern 4 border rgb '#b0b0b0' notitle", w, w, h, h);
        if (a->n * b->n > 150) continue;
        if (kind > 0 && kind < 4)
            sft__put(sft__draft_curve(d, block), "using 1:2:4 with labels%s font ',%s' textcolor rgb '%s' notitle",
                     kind == 3 && a->n * b->n <= 60 ? " boxed" : "", size, kind == 2 ? "#ffffff" : "#000000");
        if (kind == 4)
            sft__put(sft__draft_curve(d, block), "using 1:($2-%n):5 with labels font ',8' textcolor rgb '#000000' boxed notitle", h * 0.62);
    }
    for (int i = 0; i < a->n * b->n; i++)
        if (cells[i].values && (best < 0 || sft__easel_better(e, cells[i].sum / cells[i].values,
                                                              cells[best].sum / cells[best].values))) best = i;
    if (best < 0) return "";
    return sft__arena_printf(e->arena, "best is %s at %s %s, %s %s", sft__easel_number(e, cells[best].sum / cells[best].values),
                             sft__axis_short(a),
                             sft__axis_said(e->arena, a, sft__axis_place(a, sft__axis_at(a, best % a->n))), sft__axis_short(b),
                             sft__axis_said(e->arena, b, sft__axis_place(b, sft__axis_at(b, best / a->n))));
}

/* ---- endless axes: the forest, with the points on it -------------------------------------------- */

static int fine_of(const sft_easel *e, int axis)
{
    return e->data.cells[axis] ? e->data.cells[axis] : FINE;
}

static int put_dots(sft_draft *d, int x, int y, bool failed)
{
    const sft_easel *e = d->easel;
    const int        block = sft__draft_block(d, failed ? "failed points: x\ty" : "points: x\ty\tmean");
    int              n = 0;
    for (int i = 0; i < e->dots; i++) {
        const sft_dot *p = &e->dot[i];
        if ((p->values == 0) != failed || isnan(p->u[x]) || isnan(p->u[y])) continue;
        sft__put(&d->table, "%n\t%n\t%n\n", p->u[x], p->u[y], p->mean);
        n++;
    }
    if (n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\n");
    return block;
}

static sft_status draw_forest(sft_draft *d, int x, int y)
{
    sft_easel *e = d->easel;
    const int  n = fine_of(e, x), m = fine_of(e, y);
    double    *v = sft__arena_alloc(e->arena, (size_t)n * (size_t)m * sizeof *v);
    if (!v || sft__fanova_marginal(e->ctx, &e->data, 0, 0, x, y, FINE, v)) return sft_code(e->ctx);
    int block = sft__draft_block(d, "mean over the other axes by the random forest: x\ty\tvalue");
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            sft__put(&d->table, "%n\t%n\t%n\n", (i + 0.5) / n, (j + 0.5) / m, sft__easel_from_forest(e, v[i * (int64_t)m + j]));
    /* A little larger than their places, so that no light shines through between them. */
    const double w = 0.53 / n, h = 0.53 / m;
    sft__put(sft__draft_curve(d, block), "using 1:2:($1-%n):($1+%n):($2-%n):($2+%n):3 with boxxyerror fillstyle solid 1 noborder "
             "fillcolor palette notitle", w, w, h, h);
    block = put_dots(d, x, y, false);
    sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype 7 pointsize 0.75 linecolor rgb '#ffffff' notitle");
    sft__put(sft__draft_curve(d, block), "using 1:2:3 with points pointtype 7 pointsize 0.5 linecolor palette notitle");
    block = put_dots(d, x, y, true);
    sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype 2 pointsize 0.8 linewidth 3 linecolor rgb '#ffffff' notitle");
    sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype 2 pointsize 0.7 linewidth 1.2 linecolor rgb '#000000' notitle");
    return SFT_OK;
}

sft_status sft__figures_heat(sft_easel *e)
{
    sft_draft        d;
    const sft_space *s = &e->study->plan.space;
    int              x, y;
    const char      *seen = "";
    if (e->dots < 4 || e->best < 0 || !choose(e, &x, &y)) return SFT_OK;
    const sft_axis *a = &s->axis[x], *b = &s->axis[y];
    const bool      cells = a->n > 0 && b->n > 0 && a->n <= MOST_CELLS && b->n <= MOST_CELLS;
    if (!cells && !e->known) return SFT_OK;
    const char *name_x = sft__key_words(e->arena, a->key), *name_y = sft__key_words(e->arena, b->key);
    sft__draft_open(&d, e, "heat", sft__arena_printf(e->arena, "%s × %s", name_y, name_x), 840,
                    cells && b->n <= 3 ? 130 + 110 * b->n : 560);
    sft__draft_axis(&d, 'x', a, true);
    sft__draft_axis(&d, 'y', b, true);
    sft__draft_palette(&d);
    sft__put(&d.settings, "unset grid\nset style fill solid 1\nset border 0\nset tics scale 0\nset style textbox opaque noborder "
             "fillcolor rgb '#ffffff' margins 0.4,0.4\n");
    if (cells) {
        cell *c = sft__arena_alloc(e->arena, (size_t)(a->n * b->n) * sizeof *c);
        if (c) {
            fill(e, x, y, c);
            seen = draw_cells(&d, x, y, c);
        }
    } else {
        draw_forest(&d, x, y);
        seen = sft__arena_printf(e->arena, "colours are the random forest's mean%s, dots the points that were tried%s",
                                 s->n > 2 ? " over the other choices" : "", e->failed ? " (crosses: failed)" : "");
    }
    return sft__draft_close(&d, sft__arena_printf(e->arena, "Mean %s by %s and %s, the darker the better; %s.", e->metric, name_x,
                                                  name_y, seen));
}
