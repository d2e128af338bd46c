/* SPDX-License-Identifier: MIT */
/* How two choices interact: where the best value of one stands for each value of the other. */
#include "report/say.h"

#include <math.h>
#include <string.h>

enum { MOST_TOLD = 6 };

/* Row of the best point of column j; -1: none. Points are in order, the best first. */
static int best_row(const sft_report *r, const sft_pair *p, int j)
{
    const int columns = r->effect[p->b].n;
    int       best = -1;
    for (int i = 0; i < r->effect[p->a].n; i++) {
        const int here = p->best[i * columns + j];
        if (here >= 0 && (best < 0 || here < p->best[best * columns + j])) best = i;
    }
    return best;
}

/* Largest value of a at which every trial of column j trained without diverging, and none at a smaller one diverged; -1: none. */
static int highest_stable(const sft_report *r, const sft_pair *p, int j)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < r->n_points; k++)
            if (a->of_point[k] == i && b->of_point[k] == j && r->point[k].fates[SFT_FATE_DIVERGED]) return i - 1;
    return a->n - 1;
}

/* Rows of column j whose best is within `near` of the column's, as bits; with numbers only those that stand beside each other. */
static uint32_t good_rows(const sft_report *r, const sft_pair *p, int j, int best)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const double      top = r->point[p->best[best * b->n + j]].rank.mean;
    uint32_t          good = 0;
    for (int way = -1; way <= 1; way += 2)
        for (int i = best; i >= 0 && i < a->n && i < 32; i += way) {
            const int  here = p->best[i * b->n + j];
            const bool is = here >= 0 && fabs(r->point[here].rank.mean - top) <= r->near;
            if (!is && a->numbers) break;
            if (is) good |= (uint32_t)1 << i;
        }
    return good;
}

/* " (0.3 to 1 are within 1 point)" of column j's best; nothing where it stands alone. */
static void say_range(sft_report *r, const sft_pair *p, int j, int best, sft_string *out)
{
    const sft_effect *a = &r->effect[p->a];
    const uint32_t    good = good_rows(r, p, j, best);
    int               from = 0, to = 31;
    while (!(good >> from & 1)) from++;
    while (!(good >> to & 1)) to--;
    if (a->numbers && from < to)
        sft__string_addf(out, " (%s to %s are within %s)", a->level[from].label, a->level[to].label, sft__say_near(r));
}

/* "1 at momentum 0, 0.1 at momentum 0.9"; with what is as good as each column's best. */
static void list_rows(sft_report *r, const sft_pair *p, const int *row, bool ranges, sft_string *out)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    for (int j = 0, told = 0; j < b->n; j++) {
        if (row[j] < 0) continue;
        sft__string_addf(out, "%s%s at %s", told++ ? ", " : "", a->level[row[j]].label, sft__say_value(r, b->axis, b->level[j].label));
        if (ranges) say_range(r, p, j, row[j], out);
    }
}

/* Does the best value of a depend on b? It does where no value is good enough in all columns. */
static void say_best(sft_report *r, const sft_pair *p, const int *row, sft_string *out)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const char       *wa = sft__effect_words(r, a), *wb = sft__effect_words(r, b);
    uint32_t          common = UINT32_MAX;
    int               first = -1, shared = 0;
    bool              same = true;
    for (int j = 0; j < b->n; j++) {
        if (row[j] < 0) continue;
        if (first < 0) first = row[j];
        same = same && row[j] == first;
        common &= good_rows(r, p, j, row[j]);
    }
    if (same) {
        sft__string_addf(out, "The best %s is %s whatever the %s (Table %d, the best of each column).", wa, a->level[first].label, wb,
                         p->table);
        return;
    }
    while (common && !(common >> shared & 1)) shared++;
    if (common)
        sft__string_addf(out, "One %s, %s, is within %s of the best for every %s (Table %d, the best of each column): the best is ", wa,
                         a->level[shared].label, sft__say_near(r), wb, p->table);
    else
        sft__string_addf(out, "The best %s shifts with the %s (Table %d, the best of each column): ", wa, wb, p->table);
    list_rows(r, p, row, !common, out);
    sft__string_add(out, ".");
}

/* Score of a rate in column j, between the rates tried linearly in log η; NaN outside of them or beside a cell without a score. */
static double score_at(const sft_report *r, const sft_pair *p, int j, double rate)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    for (int i = 0; i < a->n; i++) {
        const double here = a->level[i].low;
        const int    best = p->best[i * b->n + j], next = i + 1 < a->n ? p->best[(i + 1) * b->n + j] : -1;
        if (best >= 0 && fabs(rate - here) <= 1e-9 * here) return r->point[best].rank.mean;
        if (best < 0 || next < 0 || rate < here || !(rate < a->level[i + 1].low)) continue;
        const double share = log(rate / here) / log(a->level[i + 1].low / here);
        return (1 - share) * r->point[best].rank.mean + share * r->point[next].rank.mean;
    }
    return NAN;
}

/* Mean distance between the curves of columns j and 0 at rates that are `times` as large in column 0, up to the best rate of each. */
static double distance(const sft_report *r, const sft_pair *p, int j, double times, const int *row, int *n)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const double      most = a->level[row[0]].low * (1 + 1e-9);
    double            sum = 0;
    *n = 0;
    for (int i = 0; i <= row[j] && a->level[i].low * times <= most; i++) {
        const int    here = p->best[i * b->n + j];
        const double there = here >= 0 ? score_at(r, p, 0, a->level[i].low * times) : NAN;
        if (isnan(there)) continue;
        sum += fabs(r->point[here].rank.mean - there);
        ++*n;
    }
    return *n ? sum / *n : NAN;
}

static const char *gap(sft_report *r, double v)
{
    char text[32];
    return r->accuracy ? SFT_WORDS(&r->arena, "%s points", sft__fixed(100 * v, 1, text, sizeof text))
                       : SFT_WORDS(&r->arena, "%s", sft__brief(v, 2, text, sizeof text));
}

/* Momentum β makes steps 1/(1-β) times as long once the velocity has built up. Does that explain the difference? The curves over the rate
 * tell, more than where their tops are: those of two β are held against each other at equal rates, and at equal η/(1-β). Only where they
 * rise: the largest stable rate is 2(1+β)/λ, so beyond its top a curve falls off for another reason. */
static void effective(sft_report *r, const sft_pair *p, const int *row, sft_string *out)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    char              one[32], two[32];
    const int         j = b->n - 1;
    int               n = 0, m = 0;
    if (!b->numbers || row[0] < 0 || row[j] < 0 || !(b->level[j].low < 1) || !(a->level[0].low > 0)) return;
    const double times = (1 - b->level[0].low) / (1 - b->level[j].low);
    sft__string_addf(out, " As effective rates η/(1−β) the best at momentum %s and at %s are %s and %s.", b->level[0].label,
                     b->level[j].label, sft__brief(a->level[row[0]].low / (1 - b->level[0].low), 3, one, sizeof one),
                     sft__brief(a->level[row[j]].low / (1 - b->level[j].low), 3, two, sizeof two));
    const double plain = distance(r, p, j, 1, row, &n), scaled = distance(r, p, j, times, row, &m);
    if (n < 2 || m < 2) return;
    sft__string_addf(out, " At equal rates, up to the best ones, the two differ by %s on average (%d rates), at equal effective rates by "
                          "%s (%d rates; Table %d, rates between rows interpolated): ", gap(r, plain), n, gap(r, scaled), m, p->table);
    sft__string_add(out, scaled < plain / 2 ? "momentum acts here mostly as a rate 1/(1−β) times as large."
                         : scaled < plain   ? "momentum acts here partly as a larger rate."
                                            : "a larger rate does not explain what momentum does here.");
}

/* What each choice of b is worth at its own best a: is it the interaction or the choice itself that counts? */
static void say_gain(sft_report *r, const sft_pair *p, const int *row, sft_string *out)
{
    const sft_effect *b = &r->effect[p->b];
    int               best = -1, worst = -1, n = 0;
    for (int j = 0; j < b->n; j++) {
        if (row[j] < 0) continue;
        const int here = p->best[row[j] * b->n + j];
        n++;
        if (best < 0 || here < p->best[row[best] * b->n + best]) best = j;
        if (worst < 0 || here > p->best[row[worst] * b->n + worst]) worst = j;
    }
    if (n < 2) return;
    const sft_report_point *x = &r->point[p->best[row[best] * b->n + best]], *y = &r->point[p->best[row[worst] * b->n + worst]];
    sft__string_addf(out, " Each at its best %s, %s reaches %s and %s reaches %s, %s than %s apart.",
                     sft__effect_words(r, &r->effect[p->a]), sft__say_value(r, b->axis, b->level[best].label), sft__say_score(r, &x->rank),
                     sft__say_value(r, b->axis, b->level[worst].label), sft__say_score(r, &y->rank),
                     fabs(x->rank.mean - y->rank.mean) <= r->near ? "no more" : "more", sft__say_near(r));
}

static void say_stable(sft_report *r, const sft_pair *p, sft_string *out)
{
    const sft_effect *b = &r->effect[p->b];
    int              *row = sft__arena_alloc(&r->arena, (size_t)b->n * sizeof *row);
    bool              any = false, all = true;
    for (int j = 0; row && j < b->n; j++) {
        row[j] = highest_stable(r, p, j);
        any = any || row[j] < r->effect[p->a].n - 1;
        all = all && row[j] >= 0;
    }
    if (!row || !any || !all) return;
    sft__string_addf(out, " The largest %s at and below which nothing diverges is ", sft__effect_words(r, &r->effect[p->a]));
    list_rows(r, p, row, false, out);
    sft__string_add(out, " (Table 1, Notes).");
}

const char *sft__say_pair(sft_report *r, const sft_pair *p)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const char       *ka = r->study->plan.space.axis[a->axis].key, *kb = r->study->plan.space.axis[b->axis].key;
    int              *row = sft__arena_alloc(&r->arena, (size_t)b->n * sizeof *row), columns = 0;
    sft_string        out;
    if (!row || b->n > MOST_TOLD * 2) return "";
    for (int j = 0; j < b->n; j++) {
        row[j] = best_row(r, p, j);
        columns += row[j] >= 0;
    }
    if (columns < 2) return "";
    sft__string_open(&out, r->ctx);
    say_best(r, p, row, &out);
    const bool rate = !strcmp(ka, "optimizer.lr") && a->numbers;
    if (rate && !strcmp(kb, "optimizer.momentum")) effective(r, p, row, &out);
    say_gain(r, p, row, &out);
    if (rate) say_stable(r, p, &out);
    return sft__words_of(&r->arena, &out);
}
