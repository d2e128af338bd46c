/* SPDX-License-Identifier: MIT */
/* A training done once more, step by step: same recipe, same data, same bits. */
#include "lab/measures/measures.h"

#include "train/train.h"

#include <math.h>
#include <string.h>

enum { COORDINATES = 2 };

/* ---- trained numbers ----------------------------------------------------------------------------------------- */

double *sft__lab_numbers(sft_arena *a, const sft_net *n, const real *from, int most, int *count)
{
    double *v = sft__arena_alloc(a, (size_t)most * sizeof *v);
    real   *x = sft__arena_alloc(a, (size_t)most * sizeof *x);
    *count = 0;
    for (int t = 0; v && x && t < n->n_tensors; t++) {
        const int64_t k = sft__net_tensor_count(n, t);
        if (!n->tensor[t].trained) continue;
        if (*count + k > most || sft__net_unpack(n, t, from, x)) return NULL;
        for (int64_t i = 0; i < k; i++) v[(*count)++] = (double)x[i];
    }
    return v && x ? v : NULL;
}

void sft__lab_set_numbers(sft_arena *a, sft_net *n, const double *v)
{
    for (int t = 0; t < n->n_tensors; t++) {
        const int64_t k = sft__net_tensor_count(n, t);
        if (!n->tensor[t].trained) continue;
        real *x = sft__arena_alloc(a, (size_t)k * sizeof *x);
        for (int64_t i = 0; x && i < k; i++) x[i] = (real)*v++;
        if (x) sft__net_pack(n, t, x, NULL);
    }
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

typedef struct tracing {
    sft_subject *s;
    sft_trainer *t;
    sft_replay  *to;
    real        *before;        /* weights */
} tracing;

static void note_place(tracing *k, int64_t step)
{
    int           count = 0;
    const double *v = k->to->at ? sft__lab_numbers(k->s->arena, k->t->net, NULL, COORDINATES, &count) : NULL;
    for (int i = 0; v && i < count; i++) k->to->at[COORDINATES * step + i] = v[i];
}

static double relative_update(const tracing *k)
{
    const real *w = k->t->net->w.base;
    double      moved = 0, size = 0;
    for (int64_t i = 0; i < k->t->net->n_params; i++) {
        const double was = (double)k->before[i], d = (double)w[i] - was;
        moved += d * d;
        size += was * was;
    }
    return size > 0 ? sqrt(moved / size) : NAN;
}

/* A schedule that listens to evaluations hears of the same ones; of a run of more epochs between them, too. */
static sft_status tell_schedule(tracing *k, const sft_step_facts *at)
{
    const sft_trainer *t = k->t;
    const int64_t      every = t->recipe->train_conf.eval_every;
    sft_scores         v;
    if (!t->recipe->schedule_record->observe || (!at->epoch_end && at->step != t->steps)) return SFT_OK;
    if (at->epoch % every != 0 && at->step != t->steps) return SFT_OK;
    if (sft_evaluate(k->t, SFT_VALIDATION, &v)) return sft_code(k->s->ctx);
    return v.count > 0 ? sft_trainer_observe(k->t, &v) : SFT_OK;
}

static sft_status one_step(tracing *k)
{
    sft_replay    *to = k->to;
    sft_step_facts at;
    memcpy(k->before, k->t->net->w.base, (size_t)k->t->net->n_params * sizeof *k->before);
    if (sft_step(k->t, &at)) return sft_code(k->s->ctx);
    to->loss[to->n] = at.batch.loss;
    to->grad_norm[to->n] = at.grad_norm;
    to->update[to->n++] = relative_update(k);
    note_place(k, to->n);
    return tell_schedule(k, &at);
}

static bool make_room(tracing *k, int64_t steps)
{
    sft_arena  *a = k->s->arena;
    sft_replay *to = k->to;
    int         count = 0;
    to->loss = sft__arena_alloc(a, (size_t)steps * sizeof *to->loss);
    to->grad_norm = sft__arena_alloc(a, (size_t)steps * sizeof *to->grad_norm);
    to->update = sft__arena_alloc(a, (size_t)steps * sizeof *to->update);
    k->before = sft__arena_alloc(a, (size_t)k->t->net->n_params * sizeof *k->before);
    if (sft__lab_numbers(a, k->t->net, NULL, COORDINATES, &count) && count == COORDINATES)
        to->at = sft__arena_alloc(a, (size_t)(steps + 1) * COORDINATES * sizeof *to->at);
    return !sft__failed(k->s->ctx);
}

/* Numbers that are not finite end it, and are no failure. */
static void run(tracing *k, int64_t steps)
{
    if (steps <= 0 || steps > k->t->steps) steps = k->t->steps;
    if (!make_room(k, steps)) return;
    note_place(k, 0);
    while (k->to->n < steps && one_step(k) == SFT_OK)
        ;
    k->to->whole = k->to->n == k->t->steps;
    if (sft_code(k->s->ctx) != SFT_TRAINING) return;
    sft_clear(k->s->ctx);
    k->to->whole = true;
}

const sft_replay *sft__lab_replay(sft_subject *s, int64_t steps)
{
    if (s->replay && (s->replay->whole || (steps > 0 && s->replay->n >= steps))) return s->replay;
    sft_data    *d = sft__subject_data(s);
    sft_net     *n = d ? sft_net_new(s->ctx, s->recipe, d) : NULL;
    sft_trainer *t = n ? sft_trainer_new(s->ctx, s->recipe, d, n) : NULL;
    sft_replay  *to = t ? sft__arena_alloc(s->arena, sizeof *to) : NULL;
    if (to) run(&(tracing){ .s = s, .t = t, .to = to }, steps);
    sft_trainer_free(t);
    sft_net_free(n);
    s->replay = to;
    return sft__failed(s->ctx) ? NULL : to;
}
