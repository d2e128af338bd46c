/* SPDX-License-Identifier: MIT */
/* L-BFGS: the inverse Hessian out of the last few steps and changes of gradient (Liu and Nocedal, 1989; two loops: Nocedal, 1980),
 * with a strong Wolfe line search, as torch.optim.LBFGS(max_iter=1, line_search_fn="strong_wolfe") walks. */
/* A step is one iteration: the gradient, a direction, and some more gradients along it. All of them must be of one and the same
 * function, so a step takes all training samples; of running averages of norms only the first gradient counts. */
#include "optim/chain.h"
#include "optim/method.h"
#include "optim/wolfe.h"

#include <math.h>
#include <string.h>

typedef struct conf {
    double  lr;
    int64_t history, max_ls;
    double  tolerance_grad, tolerance_change;
    bool    line_search;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1),
    { "history", SFT_INT, offsetof(conf, history), 10, 1, 100, .doc = "steps that are remembered",
      .aliases = "history_size maxcor m" },
    { "line_search", SFT_FLAG, offsetof(conf, line_search), 1, 0, 1,
      .doc = "strong Wolfe line search that starts at lr; no: every step is lr long" },
    { "max_ls", SFT_INT, offsetof(conf, max_ls), 25, 1, 1000, .doc = "gradients a line search may take",
      .aliases = "max_eval max_fun maxls" },
    { "tolerance_grad", SFT_REAL, offsetof(conf, tolerance_grad), 1e-7, 0, 1,
      .doc = "no step where all gradients are smaller", .aliases = "tol_grad gtol", .flags = SFT_LOG },
    { "tolerance_change", SFT_REAL, offsetof(conf, tolerance_change), 1e-9, 0, 1,
      .doc = "no step where the slope along the direction is smaller", .flags = SFT_LOG },
    SFT_FIELD_END
};

/* Arrays: the last gradient, the last direction, changes of gradient, steps; then scratch: where a line begins. */
enum { GRADIENT, DIRECTION, CHANGES, MOST_HISTORY = 100 };
/* Numbers: length of the last step (in directions), how much a gradient is scaled, pairs remembered, place of the next; 1 / y s of each. */
enum { LENGTH, SCALE, PAIRS, NEXT, INVERSE };

static sft_needs needs(const void *conf_)
{
    const conf *c = conf_;
    return (sft_needs){ .kept = 2 + 2 * (int)c->history, .scratch = 1, .numbers = INVERSE + (int)c->history };
}

static real *change_of(const sft_walk *k, int64_t i) { return k->array[CHANGES + i]; }

static real *step_of(const conf *c, const sft_walk *k, int64_t i) { return k->array[CHANGES + c->history + i]; }

static real *scratch_of(const conf *c, const sft_walk *k) { return k->array[CHANGES + 2 * c->history]; }

/* A number as an index below `end`; what a file says is not believed. */
static int64_t index_of(const sft_walk *k, int which, int64_t end)
{
    double x = k->number[which];
    return x >= 0 && x < (double)end ? (int64_t)x : 0;
}

/* Takes the last step and its change of gradient into the memory, unless the curvature along it is not positive. */
static void remember(const conf *c, sft_walk *k)
{
    const sft_vectors *v = &k->v;
    int64_t            next = index_of(k, NEXT, c->history);
    real              *y = scratch_of(c, k), *d = k->array[DIRECTION];
    sft__vectors_mix(v, 1, k->g, -1, k->array[GRADIENT], y);
    double ys = k->number[LENGTH] * sft__vectors_dot(v, y, d);
    if (!(ys > 1e-10)) return;
    memcpy(change_of(k, next), y, (size_t)v->n * sizeof *y);
    sft__vectors_mix(v, k->number[LENGTH], d, 0, d, step_of(c, k, next));
    k->number[INVERSE + next] = 1 / ys;
    k->number[SCALE] = ys / sft__vectors_dot(v, y, y);
    k->number[NEXT] = (double)((next + 1) % c->history);
    k->number[PAIRS] = fmin(k->number[PAIRS] + 1, (double)c->history);
}

/* d = -H g by the two loops. */
static void find_direction(const conf *c, sft_walk *k)
{
    const sft_vectors *v = &k->v;
    real              *d = k->array[DIRECTION];
    double             share[MOST_HISTORY];
    int64_t            pairs = index_of(k, PAIRS, c->history + 1), next = index_of(k, NEXT, c->history);
    sft__vectors_mix(v, -1, k->g, 0, k->g, d);
    for (int64_t n = 1; n <= pairs; n++) { /* from the newest back */
        int64_t i = (next - n + c->history) % c->history;
        share[i] = sft__vectors_dot(v, step_of(c, k, i), d) * k->number[INVERSE + i];
        sft__vectors_mix(v, -share[i], change_of(k, i), 1, d, d);
    }
    if (pairs > 0) sft__vectors_mix(v, k->number[SCALE], d, 0, d, d);
    for (int64_t n = pairs; n >= 1; n--) {
        int64_t i = (next - n + c->history) % c->history;
        double  back = sft__vectors_dot(v, change_of(k, i), d) * k->number[INVERSE + i];
        sft__vectors_mix(v, share[i] - back, step_of(c, k, i), 1, d, d);
    }
}

/* ---- along the line ------------------------------------------------------------------------ */

typedef struct line {
    sft_walk   *k;
    const real *from;
} line;

static void go_to(const line *x, double t)
{
    sft__vectors_mix(&x->k->v, t, x->k->array[DIRECTION], 1, x->from, x->k->w);
}

/* Too far out a loss may be infinite: then the search comes back. */
static bool at(void *user, sft_point *p)
{
    line    *x = user;
    sft_walk *k = x->k;
    go_to(x, p->t);
    if (k->gradient(k) == SFT_OK) {
        p->f = k->loss;
        p->slope = sft__vectors_dot(&k->v, k->g, k->array[DIRECTION]);
        return true;
    }
    if (sft_code(k->ctx) != SFT_TRAINING) return false;
    sft_clear(k->ctx);
    p->f = INFINITY;
    p->slope = 0;
    return true;
}

static sft_status search(const conf *c, sft_walk *k, double slope, double t)
{
    real *from = scratch_of(c, k);
    line  x = { k, from };
    memcpy(from, k->w, (size_t)k->v.n * sizeof *from);
    sft_line  l = { .at = at, .user = &x, .c1 = 1e-4, .c2 = 0.9, .most = (int)c->max_ls,
                    .reach = sft__vectors_abs_max(&k->v, k->array[DIRECTION]) };
    sft_point best = { .t = t };
    if (c->line_search && !sft__wolfe(&l, (sft_point){ 0, k->loss, slope }, t, &best)) {
        memcpy(k->w, from, (size_t)k->v.n * sizeof *from);
        return sft_code(k->ctx);
    }
    k->number[LENGTH] = best.t;
    if (best.t == 0)
        memcpy(k->w, from, (size_t)k->v.n * sizeof *from);
    else
        go_to(&x, best.t);
    return SFT_OK;
}

static sft_status before(const void *conf_, sft_walk *k)
{
    const conf *c = conf_;
    if (sft__vectors_abs_max(&k->v, k->g) <= c->tolerance_grad) return SFT_OK;
    bool first = k->number[LENGTH] == 0 && k->number[PAIRS] == 0;
    if (!first) remember(c, k);
    find_direction(c, k);
    memcpy(k->array[GRADIENT], k->g, (size_t)k->v.n * sizeof *k->g);
    double t = first ? fmin(1, 1 / sft__vectors_abs_sum(&k->v, k->g)) * k->lr : k->lr,
           slope = sft__vectors_dot(&k->v, k->g, k->array[DIRECTION]);
    k->number[LENGTH] = t;
    if (slope > -c->tolerance_change) {
        k->number[LENGTH] = 0; /* nothing moves, so there is nothing to remember */
        return SFT_OK;
    }
    return search(c, k, slope, t);
}

static const char *const names[] = { "prev_flat_grad", "d", "old", NULL };

static const sft_method method = { .needs = needs, .array_name = names, .before = before };

const sft_optimizer sft_optimizer_lbfgs = {
    .name = "lbfgs",
    .aliases = "LBFGS l-bfgs",
    .doc = "full batch: curvature from the last steps, with a strong Wolfe line search (torch.optim.LBFGS)",
    .math = "w += t d, d = -H g; H from the last pairs s = t d, y = g - g_before",
    .conf_size = sizeof(conf),
    .fields = fields,
    .method = &method,
};
