/* SPDX-License-Identifier: MIT */
/* What an expression comes to, seed by seed and over seeds. */
#include "lab/expr.h"
#include "report/significance.h"

#include <math.h>
#include <string.h>

/* ---- a measure at values of its axes ------------------------------------------------------------------------- */

/* Which value of axis i is asked for: brackets first, then what is bound outside; -1: nothing says. */
static int level_of(const sft_axis *a, const sft_bind *fixed, const sft_bind *bound)
{
    for (const sft_bind *b = fixed; b; b = b->next)
        if (!strcmp(a->key, b->axis)) return sft__axis_level(a, b->label);
    for (const sft_bind *b = bound; b; b = b->next)
        if (sft__axis_is(a, b->axis) || !strcmp(sft__axis_last(a->key), sft__axis_last(b->axis))) return sft__axis_level(a, b->label);
    return a->n == 1 ? 0 : -1;
}

static double measure_value(const sft_expr *e, int seed, const sft_bind *bound)
{
    const sft_take       *t = &e->lab->take[e->take];
    const sft_experiment *x = &e->lab->experiment[t->experiment];
    int                   want[SFT_MOST_AXES];
    if (!t->value || !x->has_run) return NAN;
    for (int k = 0; k < x->space.n; k++) want[k] = level_of(&x->space.axis[k], e->fixed, bound);
    for (int64_t i = 0; i < x->study.n; i++) {
        bool same = x->study.attempt[i].number % x->seeds == seed;
        for (int k = 0; k < x->space.n && same; k++) {
            const int level = x->level[i * x->space.n + k];
            same = level == want[k] || level < 0;
        }
        if (same) return t->value[i];
    }
    return NAN;
}

static const sft_bind *bound_to(const sft_axis *a, const sft_bind *bound)
{
    while (bound && !sft__axis_is(a, bound->axis) && strcmp(sft__axis_last(a->key), sft__axis_last(bound->axis))) bound = bound->next;
    return bound;
}

static double axis_value(const sft_axis *a, const sft_bind *bound)
{
    const sft_bind *b = bound_to(a, bound);
    const int       level = b ? sft__axis_level(a, b->label) : a->n == 1 ? 0 : -1;
    return level >= 0 ? a->number[level] : NAN;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

/* A condition on a number that is not known is not true. */
static double pair_value(char op, double a, double b)
{
    switch (op) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '^': return pow(a, b);
    case '<': return a < b;
    case '>': return a > b;
    case 'l': return a <= b;
    default: return a >= b;
    }
}

double sft__expr_value(const sft_expr *e, int seed, const sft_bind *bound)
{
    switch (e->kind) {
    case SFT_EXPR_NUMBER: return e->number;
    case SFT_EXPR_MEASURE: return measure_value(e, seed, bound);
    case SFT_EXPR_AXIS: return axis_value(e->axis, bound);
    case SFT_EXPR_SIGN: return -sft__expr_value(e->a, seed, bound);
    case SFT_EXPR_PAIR: return pair_value(e->op, sft__expr_value(e->a, seed, bound), sft__expr_value(e->b, seed, bound));
    case SFT_EXPR_CALL:
        return e->function->call(sft__expr_value(e->a, seed, bound), e->b ? sft__expr_value(e->b, seed, bound) : NAN);
    default: return e->function->over(e, seed, bound);
    }
}

int sft__expr_experiment(const sft_expr *e)
{
    if (!e) return -1;
    if (e->kind == SFT_EXPR_MEASURE) return e->lab->take[e->take].experiment;
    const int a = sft__expr_experiment(e->a);
    return a >= 0 ? a : sft__expr_experiment(e->b);
}

static int fewest(const sft_expr *e, int seeds)
{
    if (!e) return seeds;
    if (e->kind != SFT_EXPR_MEASURE) return fewest(e->b, fewest(e->a, seeds));
    const int n = e->lab->experiment[e->lab->take[e->take].experiment].seeds;
    return seeds == 0 || n < seeds ? n : seeds;
}

int sft__expr_seeds(const sft_expr *e)
{
    const int n = fewest(e, 0);
    return n > 0 ? n : 1;
}

sft_estimate sft__expr_estimate(const sft_expr *e, const sft_bind *bound)
{
    sft_stats    s = { 0 };
    const int    seeds = sft__expr_seeds(e);
    sft_estimate out = { .mean = NAN, .from = NAN, .to = NAN };
    for (int i = 0; i < seeds; i++) {
        const double v = sft__expr_value(e, i, bound);
        if (isfinite(v)) sft__stats_add(&s, v);
    }
    out.n = (int)s.n;
    if (s.n < 1) return out;
    const double half = s.n < 2 ? 0 : sft__t_critical(0.05, (double)s.n - 1) * sqrt(sft__stats_variance(&s) / (double)s.n);
    out.mean = s.mean;
    out.from = s.mean - half;
    out.to = s.mean + half;
    return out;
}

/* ---- is every axis fixed? ------------------------------------------------------------------------------------------ */

static sft_status check_measure(const sft_expr *e, const sft_bind *bound)
{
    const sft_experiment *x = &e->lab->experiment[e->lab->take[e->take].experiment];
    for (int k = 0; k < x->space.n; k++) {
        const sft_axis *a = &x->space.axis[k];
        bool            there = a->n == 1;
        for (const sft_bind *b = e->fixed; b && !there; b = b->next) there = !strcmp(a->key, b->axis);
        for (const sft_bind *b = bound; b && !there; b = b->next)
            there = sft__axis_is(a, b->axis) || !strcmp(sft__axis_last(a->key), sft__axis_last(b->axis));
        if (!there)
            return sft__fail_at(e->lab->ctx, e->pos, SFT_E115,
                                "`%s` is not fixed for `%s` — say which: %s[%s=…], or go over it: mean(%s, …)",
                                a->key, e->lab->take[e->take].name, e->lab->take[e->take].name, sft__axis_last(a->key),
                                sft__axis_last(a->key));
    }
    return SFT_OK;
}

static sft_status check_axis(const sft_expr *e, const sft_bind *bound)
{
    if (e->axis->n == 1 || bound_to(e->axis, bound)) return SFT_OK;
    return sft__fail_at(e->lab->ctx, e->pos, SFT_E115,
                        "the number of `%s` is asked for where nothing says which — go over it: mean(%s, …)",
                        e->axis->key, sft__axis_last(e->axis->key));
}

static const sft_bind *bind_all(const sft_expr *e, sft_bind *room, const sft_bind *bound)
{
    const sft_experiment *x = &e->lab->experiment[sft__expr_experiment(e)];
    for (int k = 0; k < x->space.n; k++) {
        room[k] = (sft_bind){ x->space.axis[k].key, "", bound };
        bound = &room[k];
    }
    return bound;
}

sft_status sft__expr_check(const sft_expr *e, const sft_bind *bound)
{
    sft_bind room[SFT_MOST_AXES];
    if (!e || sft__failed(e->lab->ctx)) return e ? sft_code(e->lab->ctx) : SFT_OK;
    if (e->kind == SFT_EXPR_MEASURE) return check_measure(e, bound);
    if (e->kind == SFT_EXPR_AXIS) return check_axis(e, bound);
    if (e->kind == SFT_EXPR_OVER && e->function->two_axes) {
        bound = bind_all(e->a, room, bound); /* analysis of variance goes over all axes */
    } else if (e->kind == SFT_EXPR_OVER) {
        room[0] = (sft_bind){ e->axis->key, "", bound };
        bound = &room[0];
    }
    return sft__expr_check(e->a, bound) == SFT_OK ? sft__expr_check(e->b, bound) : sft_code(e->lab->ctx);
}
