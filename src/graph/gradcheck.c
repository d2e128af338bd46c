/* SPDX-License-Identifier: MIT */
/* The gradient check of ops. The output is multiplied with a random vector v, L = v . y; backward of v gives dL/dx, which must be
 * (L(x + h) - L(x - h)) / 2h for every number x of every input and parameter. Random ops draw the same mask each time, as their
 * numbers are a function of (seed, step). An error is relative to the largest gradient of its tensor. */
#include "graph/gradcheck.h"
#include "graph/solo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double step_size = 1e-5;   /* h; truncation and rounding are then both far below 1e-6 */
static const double kink_distance = 1e-3; /* no number may be nearer to a kink */
static const double least_scale = 1e-3; /* gradients below this are compared absolutely */

enum { DRAWS = 100, TENSORS = SFT_MAX_IN + SFT_MAX_PARAM };

typedef struct tensor {         /* one of the op's inputs and parameters */
    const char *name;
    real       *x;
    const real *d;              /* its gradient, as backward left it */
    double     *full;           /* the gradient when everything is wanted */
    int64_t     count;
} tensor;

typedef struct check {
    sft_solo       solo;
    sft_stream     random;
    tensor         t[TENSORS];
    int            n, n_in;
    const char    *with;        /* what is fused behind the op */
    real          *before;      /* what add[] adds to */
    sft_gradcheck *result;
} check;

static void note(sft_gradcheck *g, double error, const char *what, int shards, const char *with, const char *how)
{
    if (error <= g->worst || isnan(g->worst))
        return;
    g->worst = error;           /* NaN lands here, too */
    snprintf(g->where, sizeof g->where, "%s, %d shards%s%s%s", what, shards, with ? ", fused " : "", with ? with : "", how);
}

/* Largest difference of a and b relative to the largest of both; NaN when one is. */
static double apart(int64_t n, const double *a, const double *b)
{
    double scale = least_scale, worst = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = fabs(a[i] - b[i]);
        if (isnan(d))
            return d;
        worst = fmax(worst, d);
        scale = fmax(scale, fmax(fabs(a[i]), fabs(b[i])));
    }
    return isinf(worst) ? worst : worst / scale;
}

/* ---- setting up ---------------------------------------------------------------------------- */

/* Distinct numbers all over [-2.5, 2.5]: no two are so near that a maximum changes hands. */
static void draw(check *k, const sft_op *op, real *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (real)i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t other = (int64_t)sft__below(&k->random, (uint64_t)i + 1);
        real    swap = x[i];
        x[i] = x[other];
        x[other] = swap;
    }
    for (int64_t i = 0; i < n; i++) {
        double place = (double)x[i], v = 0;
        for (int tries = 0; tries < DRAWS; tries++) {
            v = 5 * (place + 0.25 + 0.5 * sft__uniform(&k->random)) / (double)n - 2.5;
            if (!op->kink || !op->kink(k->solo.node.conf, v, kink_distance))
                break;
        }
        x[i] = (real)v;
    }
}

/* True when no output of the op without its fused activation lies at a kink of that. */
static bool clear_of_kinks(check *k)
{
    sft_node     *n = &k->solo.node;
    const sft_op *act = n->act;
    bool          clear = true;
    n->act = NULL;
    sft__solo_forward(&k->solo, true);
    n->act = act;
    for (int64_t i = 0; act && act->kink && i < k->solo.out_count; i++)
        clear = clear && !act->kink(n->act_conf, (double)k->solo.out[i], kink_distance);
    return clear;
}

static void list_tensors(check *k)
{
    sft_solo *s = &k->solo;
    int64_t   most = 1;
    k->n_in = s->node.n_in;
    k->n = k->n_in + s->node.n_param;
    for (int i = 0; i < k->n; i++) {
        int p = i - k->n_in;
        if (p < 0)
            k->t[i] = (tensor){ .name = i ? "input 2" : "input", .x = s->in[i], .d = s->din[i], .count = s->in_count };
        else
            k->t[i] = (tensor){ .name = s->node.param[p].name, .x = s->param[p], .d = s->dparam[p],
                                .count = s->node.param[p].count };
        most = k->t[i].count > most ? k->t[i].count : most;
        k->t[i].full = sft__arena_alloc(&s->arena, (size_t)k->t[i].count * sizeof(double));
    }
    k->before = sft__arena_alloc(&s->arena, (size_t)most * sizeof(real));
}

static sft_status open_check(check *k, sft_ctx *c, const sft_op *op, const sft_case *cs, int shards, const sft_op *act)
{
    sft_status s = sft__solo_open(&k->solo, c, &(sft_solo_config){ .op = op, .options = cs->options, .in = cs->in,
                                                                   .rows = cs->rows, .shards = shards, .act = act });
    k->random = sft__stream(sft__key(7, SFT_FOR_TEST), 0, 0, 0);
    k->solo.seed = 11;
    k->solo.step = 3;
    k->with = act ? act->name : NULL;
    if (s)
        return s;
    list_tensors(k);
    if (sft__failed(c))
        return sft_code(c);
    for (int tries = 0; tries < DRAWS; tries++) {
        for (int i = 0; i < k->n; i++)
            draw(k, op, k->t[i].x, k->t[i].count);
        if (clear_of_kinks(k))
            break;
    }
    draw(k, op, k->solo.dout, k->solo.out_count);
    return SFT_OK;
}

/* ---- the checks ---------------------------------------------------------------------------- */

static double projected(check *k)
{
    double sum = 0;
    sft__solo_forward(&k->solo, true);
    for (int64_t i = 0; i < k->solo.out_count; i++)
        sum += (double)k->solo.out[i] * (double)k->solo.dout[i];
    return sum;
}

static double difference(check *k, real *x)
{
    real   at = *x;
    double h = step_size * fmax(1, fabs((double)at));
    *x = (real)((double)at + h);
    double above = projected(k), up = (double)*x;
    *x = (real)((double)at - h);
    double below = projected(k), down = (double)*x;
    *x = at;
    return (above - below) / (up - down);
}

/* Backward with everything wanted, against differences. */
static void check_values(check *k, double *numeric)
{
    sft__solo_forward(&k->solo, true);
    sft__solo_backward(&k->solo);
    for (int i = 0; i < k->n; i++)
        for (int64_t j = 0; j < k->t[i].count; j++)
            k->t[i].full[j] = (double)k->t[i].d[j];
    for (int i = 0; i < k->n; i++) {
        for (int64_t j = 0; j < k->t[i].count; j++)
            numeric[j] = difference(k, &k->t[i].x[j]);
        note(k->result, apart(k->t[i].count, k->t[i].full, numeric), k->t[i].name, k->solo.active, k->with, "");
    }
}

/* One subset wanted (bits of the tensors), some inputs added to. */
static void check_subset(check *k, int wanted, int added, double *got)
{
    sft_solo *s = &k->solo;
    for (int64_t j = 0; j < s->in_count; j++)
        k->before[j] = (real)(0.5 + 0.01 * (double)(j % 7));
    for (int i = 0; i < k->n_in; i++) {
        s->want_in[i] = wanted >> i & 1;
        s->add[i] = added >> i & 1;
        memcpy(s->din[i], k->before, (size_t)s->in_count * sizeof(real));
    }
    for (int i = 0; i < s->node.n_param; i++)
        s->want_param[i] = wanted >> (k->n_in + i) & 1;
    sft__solo_forward(s, true);
    sft__solo_backward(s);
    for (int i = 0; i < k->n; i++) {
        bool add = i < k->n_in && s->add[i];
        if (!(wanted >> i & 1))
            continue;
        for (int64_t j = 0; j < k->t[i].count; j++)
            got[j] = (double)k->t[i].d[j] - (add ? (double)k->before[j] : 0);
        note(k->result, apart(k->t[i].count, k->t[i].full, got), k->t[i].name, s->active, k->with,
             add ? ", added" : ", of a subset");
    }
}

/* All of one number of shards. `first` is the output on one shard, which all others must give, too; kept in `a`. */
static sft_status check_shards(sft_arena *a, const sft_op *op, const sft_case *cs, int shards, const sft_op *act,
                               double **first, sft_gradcheck *result)
{
    check      k = { .result = result };
    sft_status s = open_check(&k, a->ctx, op, cs, shards, act);
    int64_t    outputs = k.solo.out_count, most = outputs;
    for (int i = 0; i < k.n; i++)
        most = k.t[i].count > most ? k.t[i].count : most;
    double *room = s ? NULL : sft__arena_alloc(&k.solo.arena, (size_t)most * sizeof(double));
    if (room) {
        check_values(&k, room);
        for (int wanted = 0; wanted < 1 << k.n; wanted++)
            for (int added = 0; added < 1 << k.n_in; added++)
                check_subset(&k, wanted, added, room);
        sft__solo_forward(&k.solo, true);
        for (int64_t i = 0; i < outputs; i++)
            room[i] = (double)k.solo.out[i];
        if (!*first && (*first = sft__arena_alloc(a, (size_t)outputs * sizeof(double))))
            memcpy(*first, room, (size_t)outputs * sizeof(double));
        if (*first)
            note(result, apart(outputs, *first, room), "output", k.solo.active, k.with, " against one");
    }
    sft__solo_close(&k.solo);
    return sft_code(a->ctx);
}

sft_status sft__gradcheck_op(sft_ctx *c, const sft_op *op, const sft_case *k, sft_gradcheck *result)
{
    const sft_op *acts[] = { NULL, sft__op_find("relu"), sft__op_find("tanh") };
    sft_arena     a;
    *result = (sft_gradcheck){ 0 };
    sft__arena_open(&a, c);
    for (int i = 0; i < (op->traits & SFT_FUSES ? 3 : 1); i++) {
        double *first = NULL;
        for (int shards = 1; shards <= 4 && !sft__failed(c); shards *= 2)
            check_shards(&a, op, k, shards, acts[i], &first, result);
    }
    sft__arena_close(&a);
    return sft_code(c);
}
