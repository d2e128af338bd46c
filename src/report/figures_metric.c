/* SPDX-License-Identifier: MIT */
/* The metric against each hyperparameter, on its scale; and against the effective rate. */
#include "report/easel.h"

#include <math.h>
#include <string.h>

enum { MOST_AXES = 8, MOST_SERIES = 4, POINTS = 80 };

/* A second axis of few values, the most important of them: a line each. */
static int second_axis(const sft_easel *e, int axis)
{
    const sft_space *s = &e->study->plan.space;
    for (int i = 0; i < s->n; i++) {
        const int k = e->order[i];
        if (k != axis && s->axis[k].n > 1 && s->axis[k].n <= MOST_SERIES) return k;
    }
    return -1;
}

/* Does attempt t belong to series i of the second axis? */
static bool in_series(const sft_easel *e, const double *u, int second, int i)
{
    return second < 0 || sft__axis_index(&e->study->plan.space.axis[second], u[second]) == i;
}

/* NULL: there is one series only. */
static const char *series_name(sft_easel *e, int second, int i)
{
    char buf[256];
    if (second < 0) return NULL;
    const sft_axis *a = &e->study->plan.space.axis[second];
    return sft__arena_printf(e->arena, "%s %.20s", sft__axis_short(a), sft__axis_label(a, sft__axis_at(a, i), buf, sizeof buf));
}

/* ---- points and failed ones --------------------------------------------------------------------- */

typedef struct sight {          /* what a trial lies at, along the x axis */
    double (*x)(const sft_easel *e, const double *u, int axis);
    int      axis, second, series;
} sight;

static double place(const sft_easel *e, const double *u, int axis)
{
    return sft__axis_place(&e->study->plan.space.axis[axis], u[axis]);
}

static int put_points(sft_draft *d, const sight *s, int series, bool failed, double edge, int *n)
{
    const sft_easel *e = d->easel;
    const int        block = sft__draft_block(d, failed ? "failed trials: x\ty of the mark\ttrial" : "trials: x\tvalue\ttrial");
    *n = 0;
    for (int64_t i = 0; i < e->study->n; i++) {
        const sft_attempt *t = &e->study->attempt[i];
        const double       x = s->x(e, t->u, s->axis), v = sft__easel_value(e, t);
        if (!sft__easel_over(t) || isnan(v) != failed || isnan(x) || (!failed && !in_series(e, t->u, s->second, series))) continue;
        sft__put(&d->table, "%n\t%n\t%i\n", x, failed ? edge : v, (int)t->number);
        ++*n;
    }
    if (*n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\n");
    return block;
}

/* ---- means -------------------------------------------------------------------------------------- */

typedef struct mean {
    double x, sum;
    int    n;
} mean;

/* Means of all values at each x that occurs, rising; how many. room: one for each trial. */
static int means_of(const sft_easel *e, const sight *s, int series, mean *m)
{
    int n = 0;
    for (int64_t i = 0; i < e->study->n; i++) {
        const sft_attempt *t = &e->study->attempt[i];
        const double       x = s->x(e, t->u, s->axis), v = sft__easel_value(e, t);
        if (isnan(x) || isnan(v) || !in_series(e, t->u, s->second, series)) continue;
        int k = n;
        while (k > 0 && m[k - 1].x > x * (1 + 1e-9)) k--;
        if (k == 0 || m[k - 1].x < x * (1 - 1e-9) || (x == 0 && m[k - 1].x != 0)) {
            memmove(m + k + 1, m + k, (size_t)(n++ - k) * sizeof *m);
            m[k++] = (mean){ .x = x };
        }
        m[k - 1].sum += v;
        m[k - 1].n++;
    }
    return n;
}

static int put_means(sft_draft *d, const mean *m, int n)
{
    const int block = sft__draft_block(d, "means: x\tmean\ttrials");
    for (int i = 0; i < n; i++) sft__put(&d->table, "%n\t%n\t%i\n", m[i].x, m[i].sum / m[i].n, m[i].n);
    if (n == 0) sft__put(&d->table, "NaN\tNaN\tNaN\n");
    return block;
}

/* Of an endless axis there are no two trials to average: the forest's mean over the other axes. */
static sft_status put_forest(sft_draft *d, int axis, int *block)
{
    sft_easel      *e = d->easel;
    const sft_axis *a = &e->study->plan.space.axis[axis];
    double          y[POINTS];
    if (sft__fanova_marginal(e->ctx, &e->data, 0, 0, axis, -1, POINTS, y)) return sft_code(e->ctx);
    *block = sft__draft_block(d, "mean over the other axes by the random forest: x\tvalue");
    for (int i = 0; i < POINTS; i++)
        sft__put(&d->table, "%n\t%n\n", sft__axis_number(a, (i + 0.5) / POINTS), sft__easel_from_forest(e, y[i]));
    return SFT_OK;
}

/* ---- one picture -------------------------------------------------------------------------------- */

/* Series over the same category stand side by side. */
static void put_columns(sft_string *curve, double shift)
{
    if (shift == 0) sft__put(curve, "using 1:2 ");
    else sft__put(curve, "using ($1+(%n)):2 ", shift);
}

/* One series at a time; categories have no way from one to the next, so theirs are marks without lines. */
static void put_series(sft_draft *d, const sight *s, mean *m, bool means, mean *best)
{
    sft_easel *e = d->easel;
    const bool ordered = sft__axis_scale(&e->study->plan.space.axis[s->axis]) != SFT_SCALE_CELLS;
    for (int i = 0; i < s->series; i++) {
        int         n;
        const char *name = series_name(e, s->second, i);
        const int   points = put_points(d, s, i, false, 0, &n), count = means_of(e, s, i, m);
        if (n == 0) continue;
        const double shift = ordered ? 0 : 0.14 * (i - 0.5 * (s->series - 1));
        sft_string  *curve = sft__draft_curve(d, points);
        put_columns(curve, shift);
        sft__put(curve, "with points pointtype %i pointsize 0.55 linecolor rgb '#90%s' ", sft__style_marker(i),
                 sft__style_colour(i) + 1);
        if (means) sft__put(curve, "notitle");
        else sft__put(curve, "title %q noenhanced", name ? name : "trials");
        if (!means) continue;
        for (int k = 0; k < count; k++)
            if (best->n == 0 || sft__easel_better(e, m[k].sum / m[k].n, best->sum / best->n)) *best = m[k];
        curve = sft__draft_curve(d, put_means(d, m, count));
        put_columns(curve, shift);
        if (count > 1 && ordered) sft__put(curve, "with linespoints dashtype %i pointsize 0.9", i + 1);
        else sft__put(curve, "with points pointsize 1.5");
        sft__put(curve, " linewidth 2 pointtype %i linecolor rgb '%s' title %q noenhanced", sft__style_marker(i), sft__style_colour(i),
                 name ? name : "mean");
    }
}

static int put_failed(sft_draft *d, const sight *s, double edge)
{
    int       n;
    const int block = put_points(d, s, 0, true, edge, &n);
    if (n > 0) sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype 2 pointsize 0.9 linewidth 1.6 linecolor rgb "
                        "'#000000' title 'failed'");
    return n;
}

static const char *failed_words(sft_easel *e, int failed)
{
    if (failed == 0) return "";
    return sft__arena_printf(e->arena, "; %d of %d trials failed and are crossed at the edge", failed, e->trials);
}

static sft_status draw_axis(sft_easel *e, int axis)
{
    const sft_axis *a = &e->study->plan.space.axis[axis];
    const bool      endless = a->n == 0;
    const char     *words = sft__key_words(e->arena, a->key), *line = "the line is the mean over all other choices by the random forest";
    sight           s = { place, axis, endless ? -1 : second_axis(e, axis), 1 };
    mean           *m = sft__arena_alloc(e->arena, ((size_t)e->study->n + 1) * sizeof *m), best = { 0 };
    sft_draft       d;
    int             block = 0;
    if (s.second >= 0) s.series = e->study->plan.space.axis[s.second].n;
    if (!m) return sft_code(e->ctx);
    sft__draft_open(&d, e, sft__axis_stem(e->arena, "metric-", a), sft__arena_printf(e->arena, "Effect of %s", words), 800, 500);
    const double edge = sft__draft_metric(&d, 'y');
    sft__draft_axis(&d, 'x', a, false);
    put_series(&d, &s, m, !endless, &best);
    if (endless && e->known && put_forest(&d, axis, &block) == SFT_OK)
        sft__put(sft__draft_curve(&d, block), "using 1:2 with lines linewidth 2.5 linecolor rgb '#D55E00' title 'mean (forest)'");
    const int failed = put_failed(&d, &s, edge);
    if (!endless)
        line = sft__arena_printf(e->arena, "large marks are means over seeds and the other choices (without failed trials), the best of "
                                 "them %s at %s", sft__easel_number(e, best.n ? best.sum / best.n : NAN),
                                 best.n ? sft__axis_said(e->arena, a, best.x) : "none");
    return sft__draft_close(&d, sft__arena_printf(e->arena, "Each trial's %s against %s; %s%s.", e->metric, words, line,
                                                  failed_words(e, failed)));
}

sft_status sft__figures_metric(sft_easel *e)
{
    const int n = e->study->plan.space.n;
    if (e->dots < 2 || e->best < 0) return SFT_OK;
    for (int i = 0; i < n && i < MOST_AXES; i++)
        if (draw_axis(e, e->order[i])) return sft_code(e->ctx);
    return SFT_OK;
}

/* ---- effective rate ------------------------------------------------------------------------------ */

/* Momentum beta adds up about 1 / (1 - beta) gradients, so that a step goes as far as one of eta / (1 - beta) without. */
static double effective(const sft_easel *e, const double *u, int axis)
{
    const sft_space *s = &e->study->plan.space;
    const int        beta = sft__axis_named(s, "momentum");
    const double     b = sft__axis_number(&s->axis[beta], u[beta]);
    return sft__axis_number(&s->axis[axis], u[axis]) / (1 - (isnan(b) ? 0 : b));
}

static void put_range(sft_draft *d, const sight *s)
{
    const sft_easel *e = d->easel;
    double           low = INFINITY, high = 0;
    for (int i = 0; i < e->dots; i++) {
        const double x = s->x(e, e->dot[i].u, s->axis);
        if (x > 0) low = fmin(low, x), high = fmax(high, x);
    }
    if (!(high > 0)) return;
    const double room = high > low ? pow(high / low, 0.06) : 2;
    sft__put_log_scale(&d->settings, 'x', low / room, high * room);
}

sft_status sft__figures_effective(sft_easel *e)
{
    const sft_space *space = &e->study->plan.space;
    const int        rate = sft__axis_named(space, "lr"), beta = sft__axis_named(space, "momentum");
    sft_draft        d;
    char             buf[64];
    mean            *m = sft__arena_alloc(e->arena, ((size_t)e->study->n + 1) * sizeof *m), best = { 0 };
    if (!m || rate < 0 || beta < 0 || e->best < 0 || e->dots < 3) return sft_code(e->ctx);
    const bool few = space->axis[beta].n > 1 && space->axis[beta].n <= SFT_STYLES, lines = few && space->axis[rate].n > 0;
    sight      s = { effective, rate, few ? beta : -1, few ? space->axis[beta].n : 1 };
    sft__draft_open(&d, e, "effective-rate", "Effect of the effective rate η/(1−β)", 800, 500);
    const double edge = sft__draft_metric(&d, 'y');
    sft__put(&d.settings, "set xlabel 'effective rate η/(1−β)'\n");
    put_range(&d, &s);
    put_series(&d, &s, m, lines, &best);
    const int   failed = put_failed(&d, &s, edge);
    const char *highest = "";
    if (best.n) highest = sft__arena_printf(e->arena, "; best mean %s at η/(1−β) = %s", sft__easel_number(e, best.sum / best.n),
                                            sft__print_single((float)best.x, buf, sizeof buf));
    return sft__draft_close(&d, sft__arena_printf(e->arena, "The same trials against learning rate over one minus momentum: where the %s "
                                                  "of the momenta fall together, momentum does no more than a larger rate%s%s.",
                                                  lines ? "lines" : "marks", highest, failed_words(e, failed)));
}
