/* SPDX-License-Identifier: MIT */
/* The best so far against the budget, and what drawing the same points at random would be expected to have. */
#include "report/easel.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_STEPS = 200 };

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Values from the worst to the best; failed ones are as bad as the worst. */
static void pool_of(const sft_easel *e, double *pool)
{
    for (int i = 0; i < e->dots; i++) {
        const double v = e->dot[i].values ? e->dot[i].mean : e->maximize ? e->low : e->high;
        pool[i] = e->maximize ? v : -v;
    }
    qsort(pool, (size_t)e->dots, sizeof *pool, ascending);
    for (int i = 0; i < e->dots; i++) pool[i] = e->maximize ? pool[i] : -pool[i];
}

/* Of k draws without replacement from n values that rise, the best is the i-th with probability C(i-1, k-1) / C(n, k): k / n for the last,
 * and (i-k+1) / i of the next one's for each before. Mean, and what 90 % and 10 % of the draws reach. */
static void expect(const double *pool, int n, int k, double *mean, double *low, double *high)
{
    double p = (double)k / n, above = 0;
    *mean = 0;
    *low = *high = pool[n - 1];
    for (int i = n; i >= k; i--) {
        *mean += p * pool[i - 1];
        if (above < 0.1) *high = pool[i - 1];
        if (above < 0.9) *low = pool[i - 1];
        above += p;
        p *= (double)(i - k) / (i - 1 > 0 ? i - 1 : 1);
    }
}

/* What a point costs, in full trainings of a point: 1 but for halving. */
static double cost_of(const sft_easel *e, const sft_dot *d)
{
    const sft_plan *p = &e->study->plan;
    if (!(p->halving.eta > 0) || p->halving.max_epochs <= 0) return 1;
    return d->epochs / ((double)p->halving.max_epochs * (p->seeds > 0 ? p->seeds : 1));
}

static double put_best(sft_draft *d, int *block, int *dots, double *last)
{
    sft_easel *e = d->easel;
    double     spent = 0, best = NAN;
    *dots = sft__draft_block(d, "points: budget\tmean\tpoint");
    for (int i = 0; i < e->dots; i++) {
        spent += cost_of(e, &e->dot[i]);
        sft__put(&d->table, "%n\t%n\t%i\n", spent, e->dot[i].mean, i);
    }
    *block = sft__draft_block(d, "best so far: budget\tbest");
    spent = 0;
    for (int i = 0; i < e->dots; i++) {
        spent += cost_of(e, &e->dot[i]);
        if (sft__easel_better(e, e->dot[i].mean, best)) best = e->dot[i].mean;
        sft__put(&d->table, "%n\t%n\n", spent, best);
    }
    *last = best;
    return spent;
}

static int put_random(sft_draft *d, const double *pool, double spent)
{
    sft_easel *e = d->easel;
    const int  block = sft__draft_block(d, "random search: budget\texpected best\t10 %\t90 %"), last = (int)fmin(e->dots, floor(spent));
    const int  every = (last + MOST_STEPS - 1) / MOST_STEPS;
    double     mean, low, high;
    for (int k = 1; k <= last; k++) {
        if (k % every && k > 20 && k != last) continue;
        expect(pool, e->dots, k, &mean, &low, &high);
        sft__put(&d->table, "%i\t%n\t%n\t%n\n", k, mean, low, high);
    }
    if (last < 1) sft__put(&d->table, "NaN\tNaN\tNaN\tNaN\n");
    return block;
}

sft_status sft__figures_best(sft_easel *e)
{
    sft_draft  d;
    int        best, dots;
    double     last;
    const bool halving = e->study->plan.halving.eta > 0;
    double    *pool = sft__arena_alloc(e->arena, ((size_t)e->dots + 1) * sizeof *pool);
    if (!pool || e->dots < 3 || e->best < 0) return sft_code(e->ctx);
    pool_of(e, pool);
    sft__draft_open(&d, e, "best-so-far", "Best so far against the budget", 840, 460);
    sft__draft_metric(&d, 'y');
    sft__put(&d.settings, "set xlabel '%s'\nset xrange [0:*]\nset key outside top center horizontal\n",
             halving ? "budget (full trainings of a point)" : "points tried");
    const double spent = put_best(&d, &best, &dots, &last);
    const int    random = put_random(&d, pool, spent);
    sft__put(sft__draft_curve(&d, random), "using 1:3:4 with filledcurves fillstyle solid 0.25 noborder linecolor rgb '#E69F00' title "
             "'random order: 10 %% to 90 %%'");
    sft__put(sft__draft_curve(&d, random), "using 1:2 with lines dashtype 2 linewidth 2 linecolor rgb '#D55E00' title 'random order: "
             "expected'");
    sft__put(sft__draft_curve(&d, dots), "using 1:2 with points pointtype 6 pointsize 0.6 linecolor rgb '#888888' title 'a point'");
    sft__put(sft__draft_curve(&d, best), "using 1:2 with steps linewidth 2.5 linecolor rgb '#0072B2' title 'best so far'");
    return sft__draft_close(&d, sft__arena_printf(e->arena,
        "The best mean %s so far (solid), %s at the end, after %d points; dashed what as many draws from the same points in random "
        "order are expected to have found.", e->metric, sft__easel_number(e, last), e->dots));
}
