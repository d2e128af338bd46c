/* SPDX-License-Identifier: MIT */
/* A study as pictures need it: points over their seeds, the metric in its units, and what the forest says of the axes. */
#include "report/easel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sft__easel_over(const sft_attempt *t)
{
    return t->state == SFT_TRIAL_DONE || t->state == SFT_TRIAL_PRUNED || t->state == SFT_TRIAL_FAILED;
}

double sft__easel_value(const sft_easel *e, const sft_attempt *t)
{
    if (!sft__easel_over(t) || !isfinite(t->rank)) return NAN;
    return e->percent ? 100 * t->rank : t->rank;
}

bool sft__easel_better(const sft_easel *e, double a, double b)
{
    if (isnan(a) || isnan(b)) return !isnan(a) && isnan(b);
    return e->maximize ? a > b : a < b;
}

const char *sft__easel_brief(const sft_easel *e, double v)
{
    char buf[64];
    if (isnan(v)) return "none";
    snprintf(buf, sizeof buf, e->percent && fabs(v) >= 1 ? "%.1f" : "%.3g", v);
    for (char *p = buf; *p; p++)
        if (*p == ',') *p = '.'; /* the locale's decimal sign */
    const char *text = sft__arena_text(e->arena, buf);
    return text ? text : "";
}

const char *sft__easel_number(const sft_easel *e, double v)
{
    const char *text = sft__arena_printf(e->arena, "%s%s", sft__easel_brief(e, v), e->percent && !isnan(v) ? " %" : "");
    return text ? text : "";
}

/* ---- the metric --------------------------------------------------------------------------------- */

static void look_at_metric(sft_easel *e)
{
    const sft_plan *p = &e->study->plan;
    const char     *name = p->rank_by ? p->rank_by : "loss";
    e->maximize = p->maximize;
    e->percent = sft__text_is(name, "accuracy");
    e->metric = e->percent ? "validation accuracy (%)" : sft__arena_printf(e->arena, "validation %s", name);
    e->low = INFINITY;
    e->high = -INFINITY;
    for (int64_t i = 0; i < e->study->n; i++) {
        const double v = sft__easel_value(e, &e->study->attempt[i]);
        e->trials += sft__easel_over(&e->study->attempt[i]);
        e->failed += sft__easel_over(&e->study->attempt[i]) && isnan(v);
        e->low = v < e->low ? v : e->low;
        e->high = v > e->high ? v : e->high;
    }
    e->log = !e->percent && e->low > 0 && e->high / e->low > 50;
}

/* ---- points ------------------------------------------------------------------------------------- */

static void add_trial(sft_easel *e, sft_dot *d, const sft_attempt *t)
{
    const double v = sft__easel_value(e, t);
    if (d->trials++ == 0) *d = (sft_dot){ .u = t->u, .trials = 1, .point = t->point };
    d->epochs += (double)t->epochs;
    d->pruned += t->state == SFT_TRIAL_PRUNED;
    d->failed += sft__easel_over(t) && isnan(v);
    if (isnan(v)) return;
    d->values++;
    d->mean += (v - d->mean) / d->values;
}

static bool is_best(const sft_easel *e, const sft_dot *d)
{
    if (d->values == 0) return false;
    if (e->best < 0) return true;
    const sft_dot *b = &e->dot[e->best];
    const bool     whole = d->failed == 0 && d->pruned == 0, whole_best = b->failed == 0 && b->pruned == 0;
    return whole != whole_best ? whole : sft__easel_better(e, d->mean, b->mean);
}

static sft_status make_dots(sft_easel *e)
{
    const sft_study *s = e->study;
    int64_t          points = 0;
    for (int64_t i = 0; i < s->n; i++) points = s->attempt[i].point >= points ? s->attempt[i].point + 1 : points;
    e->dot = sft__arena_alloc(e->arena, (size_t)points * sizeof *e->dot);
    e->best = -1;
    if (!e->dot) return sft_code(e->ctx);
    for (int64_t i = 0; i < s->n; i++)
        if (s->attempt[i].point >= 0 && sft__easel_over(&s->attempt[i])) add_trial(e, &e->dot[s->attempt[i].point], &s->attempt[i]);
    for (int64_t i = 0; i < points; i++) {
        if (e->dot[i].trials == 0) continue;
        sft_dot *d = &e->dot[e->dots];
        *d = e->dot[i];
        if (d->values == 0) d->mean = NAN;
        if (is_best(e, d)) e->best = e->dots;
        e->dots++;
    }
    return SFT_OK;
}

/* ---- the forest --------------------------------------------------------------------------------- */

double sft__easel_from_forest(const sft_easel *e, double y)
{
    return e->log ? exp(y) : y;
}

/* Failed trials count as the worst value: that they fail is what a choice does. */
static double forest_value(const sft_easel *e, double v)
{
    if (isnan(v)) v = e->maximize ? e->low : e->high;
    return e->log ? log(v) : v;
}

static sft_status grow_forest(sft_easel *e)
{
    const sft_study *s = e->study;
    const int        axes = s->plan.space.n;
    int             *cells = sft__arena_alloc(e->arena, (size_t)axes * sizeof *cells), n = 0;
    double          *x = sft__arena_alloc(e->arena, (size_t)axes * (size_t)e->trials * sizeof *x);
    double          *y = sft__arena_alloc(e->arena, (size_t)e->trials * sizeof *y);
    if (!cells || !x || !y) return sft_code(e->ctx);
    for (int a = 0; a < axes; a++) cells[a] = sft__axis_ordered(&s->plan.space.axis[a]) ? 0 : s->plan.space.axis[a].n;
    for (int64_t i = 0; i < s->n; i++) {
        const sft_attempt *t = &s->attempt[i];
        if (!sft__easel_over(t)) continue;
        for (int a = 0; a < axes; a++)
            x[n * (int64_t)axes + a] = cells[a] && !isnan(t->u[a]) ? sft__axis_index(&s->plan.space.axis[a], t->u[a]) : t->u[a];
        y[n++] = forest_value(e, sft__easel_value(e, t));
    }
    e->data = (sft_fanova_data){ n, axes, x, y, cells, 0 };
    e->known = sft__fanova(e->ctx, &e->data, 0, 0, e->arena, &e->anova) == SFT_OK && e->anova.variance > 0;
    e->data.min_leaf = e->anova.min_leaf;
    return sft_code(e->ctx);
}

/* By what an axis does alone and half of what it does with each other one. */
static void sort_axes(sft_easel *e)
{
    const int n = e->study->plan.space.n;
    double    weight[SFT_MOST_AXES] = { 0 };
    for (int i = 0; e->known && i < e->anova.n_shares; i++) {
        const sft_share *q = &e->anova.share[i];
        weight[q->a] += q->b < 0 ? q->mean : 0.5 * q->mean;
        if (q->b >= 0) weight[q->b] += 0.5 * q->mean;
    }
    for (int i = 0; i < n; i++) {
        int j = i;
        for (; j > 0 && weight[e->order[j - 1]] < weight[i]; j--) e->order[j] = e->order[j - 1];
        e->order[j] = i;
    }
}

sft_easel sft__easel_bare(sft_ctx *c, const char *folder, sft_figure_list *list)
{
    return (sft_easel){ .ctx = c, .arena = &list->arena, .folder = folder, .list = list, .maximize = true, .best = -1 };
}

sft_status sft__easel_open(const sft_study *s, const sft_run_look *look, const char *folder, sft_figure_list *list, sft_easel *e)
{
    *e = (sft_easel){ .ctx = s->ctx, .study = s, .look = look, .arena = &list->arena, .folder = folder, .list = list };
    look_at_metric(e);
    if (make_dots(e)) return sft_code(e->ctx);
    if (s->plan.space.n > 0 && e->dots > 1 && e->trials > e->failed && grow_forest(e)) return sft_code(e->ctx);
    sort_axes(e);
    return sft_code(e->ctx);
}
