/* SPDX-License-Identifier: MIT */
/* Every point as a line across all axes, coloured by the metric. */
#include "report/easel.h"

#include <math.h>

enum { MOST_AXES = 8, BEST = 3, MOST_LINES = 240 };

static const double missing = -0.10; /* where an axis does not matter, and where failed ones end */

typedef struct lanes {          /* axes from left to right */
    int n, axis[MOST_AXES];
    bool missing[MOST_AXES];    /* some point has none */
} lanes;

/* The most important ones, in the order of the plan. */
static lanes choose(const sft_easel *e)
{
    lanes     l = { 0 };
    const int n = e->study->plan.space.n;
    for (int i = 0; i < n; i++) {
        int rank = 0;
        while (e->order[rank] != i) rank++;
        if (rank < MOST_AXES) l.axis[l.n++] = i;
    }
    for (int k = 0; k < l.n; k++)
        for (int i = 0; i < e->dots; i++) l.missing[k] = l.missing[k] || isnan(e->dot[i].u[l.axis[k]]);
    return l;
}

/* Points of one cell would hide each other: each a little beside the middle, always the same. */
static double beside(const sft_easel *e, const sft_dot *d, int axis)
{
    const double u = d->u[axis];
    const int    n = e->study->plan.space.axis[axis].n;
    if (isnan(u)) return missing;
    const double k = 0.6180339887 * (double)(d->point + 1) * (axis + 1);
    return n > 0 ? u + (k - floor(k) - 0.5) * 0.35 / n : u;
}

static double height(const sft_easel *e, double v)
{
    const double low = e->log ? log(e->low) : e->low, high = e->log ? log(e->high) : e->high, at = e->log ? log(v) : v;
    return high > low ? (at - low) / (high - low) : 0.5;
}

static void put_line(sft_draft *d, const lanes *l, const sft_dot *p)
{
    const sft_easel *e = d->easel;
    for (int k = 0; k < l->n; k++) sft__put(&d->table, "%i\t%n\t%n\n", k, beside(e, p, l->axis[k]), p->mean);
    sft__put(&d->table, "%i\t%n\t%n\n\n", l->n, p->values ? height(e, p->mean) : missing, p->mean);
}

static int by_merit(const sft_easel *e, int *list)
{
    for (int i = 0; i < e->dots; i++) {
        int j = i;
        for (; j > 0 && sft__easel_better(e, e->dot[list[j - 1]].mean, e->dot[i].mean); j--) list[j] = list[j - 1];
        list[j] = i;
    }
    return e->dots;
}

/* Of more points than can be told apart, every so many of the ranking; the best stay. Returns how many. */
static int thin(int *list, int n)
{
    const int every = (n + MOST_LINES - 1) / MOST_LINES;
    int       kept = 0;
    for (int i = 0; i < n; i++)
        if (every < 2 || i % every == 0 || i >= n - BEST) list[kept++] = list[i];
    return kept;
}

/* The worst first, so that the best lie on top. */
static void put_lines(sft_draft *d, const lanes *l, const int *list, int n)
{
    sft_easel *e = d->easel;
    int        failed = 0, block = sft__draft_block(d, "failed points: lane\theight");
    for (; failed < n && e->dot[list[failed]].values == 0; failed++) put_line(d, l, &e->dot[list[failed]]);
    if (failed)
        sft__put(sft__draft_curve(d, block), "using 1:2 with lines dashtype 3 linewidth 0.8 linecolor rgb '#b0b0b0' notitle");
    else sft__put(&d->table, "NaN\tNaN\n");
    block = sft__draft_block(d, "points, the worst first: lane\theight\tmean");
    for (int i = failed; i < n; i++) put_line(d, l, &e->dot[list[i]]);
    sft__put(sft__draft_curve(d, block), "using 1:2:3 with lines linewidth %n linecolor palette notitle", n > 150 ? 0.7 : 1.1);
    block = sft__draft_block(d, "the best points: lane\theight\tmean");
    for (int i = n - BEST > failed ? n - BEST : failed; i < n; i++) put_line(d, l, &e->dot[list[i]]);
    sft__put(sft__draft_curve(d, block), "using 1:2 with lines linewidth 3 linecolor rgb '#D55E00' title 'the best %i'",
             n - failed < BEST ? n - failed : (int)BEST);
}

/* Upright lines and the values along them. */
static void put_lanes(sft_draft *d, const lanes *l)
{
    sft_easel *e = d->easel;
    sft_tick   tick[SFT_MOST_TICKS];
    for (int k = 0; k <= l->n; k++)
        sft__put(&d->settings, "set arrow %i from %i, 0 to %i, 1 nohead front linewidth 1.4 linecolor rgb '#222222'\n", k + 1, k, k);
    const int block = sft__draft_block(d, "ticks: lane\theight\tlabel");
    for (int k = 0; k < l->n; k++) {
        const int n = sft__axis_ticks(&e->study->plan.space.axis[l->axis[k]], tick);
        for (int i = 0; i < n; i++) sft__put(&d->table, "%i\t%n\t%s\n", k, tick[i].u, tick[i].label);
        if (l->missing[k]) sft__put(&d->table, "%i\t%n\tnot used\n", k, missing);
    }
    for (int i = 0; i <= 4; i++) {
        const double v = e->log ? e->low * pow(e->high / e->low, i / 4.0) : e->low + (e->high - e->low) * i / 4.0;
        sft__put(&d->table, "%i\t%n\t%s\n", l->n, i / 4.0, sft__easel_brief(e, v));
    }
    if (e->failed) sft__put(&d->table, "%i\t%n\tfailed\n", l->n, missing);
    sft__put(sft__draft_curve(d, block), "using ($1+0.03):2:3 with labels left boxed font ',9' noenhanced notitle");
}

/* Does anything end below the lanes? */
static bool below(const sft_easel *e, const lanes *l)
{
    bool any = e->failed > 0;
    for (int k = 0; k < l->n; k++) any = any || l->missing[k];
    return any;
}

sft_status sft__figures_parallel(sft_easel *e)
{
    sft_draft   d;
    const lanes l = choose(e);
    int        *list = sft__arena_alloc(e->arena, ((size_t)e->dots + 1) * sizeof *list);
    if (!list || l.n < 2 || e->dots < 3 || e->best < 0) return sft_code(e->ctx);
    const int n = thin(list, by_merit(e, list));
    sft__draft_open(&d, e, "parallel", "Every point across all hyperparameters", l.n > 4 ? 1000 : 840, 520);
    sft__put(&d.settings, "unset grid\nset border 0\nunset ytics\nset yrange [%n:1.06]\nset xrange [-0.15:%n]\n",
             below(e, &l) ? -0.16 : -0.06, l.n + 0.35);
    sft__put(&d.settings, "set lmargin 10\nset style textbox opaque noborder fillcolor rgb '#ffffff' margins 0.3,0.3\nset key outside "
             "top right horizontal\n");
    sft__put(&d.settings, "set xtics scale 0 noenhanced (");
    for (int k = 0; k < l.n; k++) sft__put(&d.settings, "%t %i, ", sft__key_words(e->arena, e->study->plan.space.axis[l.axis[k]].key), k);
    sft__put(&d.settings, "%t %i)\n", e->metric, l.n);
    sft__draft_palette(&d);
    sft__put(&d.settings, "unset colorbox\n");
    put_lines(&d, &l, list, n);
    put_lanes(&d, &l);
    const char *shown = "";
    if (n < e->dots) shown = sft__arena_printf(e->arena, "; %d of the %d points are shown, evenly over the ranking", n, e->dots);
    return sft__draft_close(&d, sft__arena_printf(e->arena,
        "A line is a point of the space%s; it crosses each hyperparameter at its value and ends at its mean %s, the darker the better%s%s.",
        e->study->plan.seeds > 1 ? " (mean over seeds)" : "", e->metric, e->failed ? "; dotted grey lines failed" : "", shown));
}
