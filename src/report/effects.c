/* SPDX-License-Identifier: MIT */
/* Effects: what one axis, and two, do to the rank; values as levels, endless axes cut into ranges. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 12, RANGES = 6, MOST_PAIR_LEVELS = 16 };

/* ---- levels of an axis ---------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Different numbers of the axis, rising; 0 where one of its values is none. */
static int numbers_of(sft_report *r, int axis, double *out)
{
    int n = 0, distinct = 0;
    for (int i = 0; i < r->n_points; i++) {
        if (!strcmp(r->point[i].label[axis], "-")) continue;
        if (isnan(r->point[i].number_of[axis])) return 0;
        out[n++] = r->point[i].number_of[axis];
    }
    qsort(out, (size_t)n, sizeof *out, compare);
    for (int i = 0; i < n; i++)
        if (!i || out[i] != out[i - 1]) out[distinct++] = out[i];
    return distinct;
}

static sft_band *add_level(sft_effect *e, const char *label, double low, double high)
{
    sft_band *l = &e->level[e->n++];
    *l = (sft_band){ .label = label, .low = low, .high = high, .best = -1 };
    return l;
}

/* Equal steps on the axis's scale; only ranges that hold points. */
static void cut_ranges(sft_report *r, sft_effect *e, const double *number, int n, bool log_scale)
{
    const double low = log_scale ? log(number[0]) : number[0], high = log_scale ? log(number[n - 1]) : number[n - 1];
    char         a[32], b[32];
    for (int k = 0, at = 0; k < RANGES; k++) {
        double from = low + (high - low) * k / RANGES, to = low + (high - low) * (k + 1) / RANGES;
        if (log_scale) from = exp(from), to = exp(to);
        if (k == 0) from = number[0];
        if (k == RANGES - 1) to = number[n - 1];
        const int before = at;
        while (at < n && (number[at] < to || k == RANGES - 1)) at++;
        if (at == before) continue;
        add_level(e, SFT_WORDS(&r->arena, "%s to %s", sft__brief(from, 3, a, sizeof a), sft__brief(to, 3, b, sizeof b)), from, to);
    }
}

static void number_levels(sft_report *r, sft_effect *e, const double *number, int n)
{
    const sft_axis *axis = &r->study->plan.space.axis[e->axis];
    char            text[32];
    e->numbers = true;
    if (n > MOST_VALUES && axis->kind != SFT_AXIS_VALUES) {
        cut_ranges(r, e, number, n, axis->log && number[0] > 0);
        return;
    }
    for (int k = 0; k < n; k++) {
        const char *label = sft__arena_text(&r->arena, sft__brief(number[k], 4, text, sizeof text));
        for (int i = 0; i < r->n_points; i++)
            if (r->point[i].number_of[e->axis] == number[k]) label = r->point[i].label[e->axis];
        add_level(e, label, number[k], number[k]);
    }
}

/* In the order of the axis where it has a list, else as they come. */
static void word_levels(sft_report *r, sft_effect *e)
{
    const sft_axis *axis = &r->study->plan.space.axis[e->axis];
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < (pass ? r->n_points : axis->kind == SFT_AXIS_VALUES ? axis->n : 0); i++) {
            const char *label = pass ? r->point[i].label[e->axis] : axis->label ? axis->label[i] : axis->value[i];
            bool        known = !strcmp(label, "-"), used = pass == 1;
            for (int k = 0; k < e->n; k++) known = known || !strcmp(e->level[k].label, label);
            for (int k = 0; k < r->n_points && !used; k++) used = !strcmp(r->point[k].label[e->axis], label);
            if (!known && used) add_level(e, label, NAN, NAN);
        }
}

static int level_of(const sft_effect *e, const sft_report_point *p)
{
    const double v = p->number_of[e->axis];
    for (int k = 0; k < e->n; k++) {
        const sft_band *l = &e->level[k];
        if (!e->numbers && !strcmp(l->label, p->label[e->axis])) return k;
        if (e->numbers && (v == l->low || (v >= l->low && (v < l->high || (k == e->n - 1 && v <= l->high))))) return k;
    }
    return -1;
}

/* ---- what the points of a level say ------------------------------------------------------------------------ */

static void fill(sft_report *r, sft_effect *e)
{
    sft_stats *s = sft__arena_alloc(&r->arena, (size_t)(e->n + 1) * sizeof *s);
    for (int i = 0; i < r->n_points && s; i++) {
        const sft_report_point *p = &r->point[i];
        const int               k = e->of_point[i] = level_of(e, p);
        if (k < 0) continue;
        sft_band *l = &e->level[k];
        l->points++;
        l->trials += p->n;
        for (int f = 0; f < SFT_FATES; f++) l->fates[f] += p->fates[f];
        if (isfinite(p->rank.mean) && !p->open) sft__stats_add(&s[k], p->rank.mean);
        if (l->best < 0 && sft__point_counts(p)) l->best = i; /* points are in order, the best first */
    }
    for (int k = 0; k < e->n && s; k++) e->level[k].mean = sft__spread_of(&s[k]);
}

static bool is_near(const sft_report *r, const sft_effect *e, int level)
{
    const int best = e->level[e->best].best, here = e->level[level].best;
    return here >= 0 && fabs(r->point[here].rank.mean - r->point[best].rank.mean) <= r->near;
}

static void find_range(const sft_report *r, sft_effect *e)
{
    e->best = -1;
    for (int k = 0; k < e->n; k++)
        if (e->level[k].best >= 0 && (e->best < 0 || e->level[k].best < e->level[e->best].best)) e->best = k;
    e->from = e->to = e->best;
    if (e->best < 0) return;
    while (e->from > 0 && is_near(r, e, e->from - 1)) e->from--;
    while (e->to < e->n - 1 && is_near(r, e, e->to + 1)) e->to++;
}

static bool make_effect(sft_report *r, int axis, sft_effect *e)
{
    const size_t most = (size_t)r->n_points + SFT_MOST_VALUES;
    double      *number = sft__arena_alloc(&r->arena, (size_t)(r->n_points + 1) * sizeof *number);
    *e = (sft_effect){ .axis = axis, .sentence = "" };
    e->level = sft__arena_alloc(&r->arena, (most < 4096 ? most : 4096) * sizeof *e->level);
    e->of_point = sft__arena_alloc(&r->arena, (size_t)(r->n_points + 1) * sizeof *e->of_point);
    if (!number || !e->level || !e->of_point) return false;
    const int n = numbers_of(r, axis, number);
    if (n > 0 && n < 2048) number_levels(r, e, number, n);
    else if (n == 0) word_levels(r, e);
    else cut_ranges(r, e, number, n, false);
    fill(r, e);
    find_range(r, e);
    return e->n > 1;
}

/* ---- two axes ------------------------------------------------------------------------------------------------ */

static sft_status make_pair(sft_report *r, int a, int b, sft_pair *p)
{
    const sft_effect *x = &r->effect[a], *y = &r->effect[b];
    *p = (sft_pair){ .a = a, .b = b, .sentence = "" };
    p->best = sft__arena_alloc(&r->arena, (size_t)(x->n * y->n) * sizeof *p->best);
    if (!p->best) return sft_code(r->ctx);
    for (int i = 0; i < x->n * y->n; i++) p->best[i] = -1;
    for (int i = r->n_points - 1; i >= 0; i--)
        if (x->of_point[i] >= 0 && y->of_point[i] >= 0 && sft__point_counts(&r->point[i]))
            p->best[x->of_point[i] * y->n + y->of_point[i]] = i;
    return SFT_OK;
}

/* Rate pairs are what coursework asks for; with few axes all of them are told. */
static bool wanted(const sft_report *r, int a, int b)
{
    const int lr = sft__axis_of(r, "optimizer.lr");
    if (r->effect[a].n > MOST_PAIR_LEVELS || r->effect[b].n > MOST_PAIR_LEVELS) return false;
    return r->n_effects <= 3 || a == lr || b == lr;
}

static sft_status make_pairs(sft_report *r)
{
    const int lr = sft__axis_of(r, "optimizer.lr");
    r->pair = sft__arena_alloc(&r->arena, (size_t)(r->n_effects * r->n_effects + 1) * sizeof *r->pair);
    for (int a = 0; a < r->n_effects && r->pair; a++)
        for (int b = a + 1; b < r->n_effects; b++) {
            if (!wanted(r, a, b)) continue;
            const bool turn = b == lr; /* the rate's values stand below each other */
            if (make_pair(r, turn ? b : a, turn ? a : b, &r->pair[r->n_pairs]) != SFT_OK) return sft_code(r->ctx);
            r->n_pairs++;
        }
    return sft_code(r->ctx);
}

/* Tables: 1 is of all points, then the effects, then the pairs. */
sft_status sft__effects_make(sft_report *r)
{
    const int axes = r->study->plan.space.n;
    r->effect = sft__arena_alloc(&r->arena, (size_t)(axes + 1) * sizeof *r->effect);
    for (int k = 0; k < axes && r->effect && !sft__failed(r->ctx); k++)
        if (make_effect(r, k, &r->effect[r->n_effects])) r->n_effects++;
    if (sft__failed(r->ctx) || make_pairs(r) != SFT_OK) return sft_code(r->ctx);
    for (int i = 0; i < r->n_effects; i++) r->effect[i].table = 2 + i;
    for (int i = 0; i < r->n_pairs; i++) r->pair[i].table = 2 + r->n_effects + i;
    return SFT_OK;
}

int sft__axis_of(const sft_report *r, const char *key)
{
    for (int i = 0; i < r->n_effects; i++)
        if (!strcmp(r->study->plan.space.axis[r->effect[i].axis].key, key)) return i;
    return -1;
}
