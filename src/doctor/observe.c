/* SPDX-License-Identifier: MIT */
#include "doctor/observe.h"

#include "doctor/some.h"

#include <math.h>
#include <string.h>

enum { PROBE_VALUES = 1 << 22, PLAN_STEPS = 1 << 20 };

/* ---- the probe batch -------------------------------------------------------------------------- */

int64_t sft__probe_rows(const sft_data *d, const sft_net *n, int64_t samples)
{
    int64_t widest = 1, rows = samples;
    for (int i = 0; i < n->n_nodes; i++) {
        const int64_t k = sft__count(n->node[i]->out);
        widest = k > widest ? k : widest;
    }
    while (rows > 32 && rows * widest > PROBE_VALUES) rows /= 2;
    return rows < d->facts.count[SFT_TRAIN] ? rows : d->facts.count[SFT_TRAIN];
}

/* Shuffled: neighbours in a file are often alike, and parts of the batch are compared. */
static sft_status gather_probe(sft_observer *o, int64_t samples)
{
    sft_chart *c = o->chart;
    sft_some   k;
    if (sft__take_some(c->data, &c->arena, SFT_TRAIN, sft__probe_rows(c->data, o->net, samples), true, &k)) return sft_code(c->ctx);
    o->probe = (sft_batch){ .rows = k.n, .x = k.x, .label = k.label, .target = k.target };
    return SFT_OK;
}

/* ---- open and close --------------------------------------------------------------------------- */

sft_status sft__observer_open(sft_observer *o, sft_chart *c, sft_net *n, int64_t samples)
{
    sft_net_config k;
    *o = (sft_observer){ .chart = c, .net = n };
    if (sft__net_config(c->recipe, c->data, &c->arena, &k) || gather_probe(o, samples)) return sft_code(c->ctx);
    k.init = sft__init_find("zeros"); /* the twin's weights are copied in */
    k.init_conf = NULL;
    k.init_layers = NULL;
    k.zero_gamma = false;
    c->looker = sft__looker_open(c->ctx, k, o->probe.rows);
    if (!c->looker) return sft_code(c->ctx);
    c->net = sft__looker_net(c->looker);
    c->loss = c->net->loss;
    return SFT_OK;
}

sft_status sft__observer_slabs(sft_observer *o, bool course)
{
    sft_ctx      *c = o->chart->ctx;
    const int64_t twin = o->chart->net->n_params, own = o->net->n_params;
    const size_t  each = (size_t)(twin > own ? twin : own) * sizeof(real);
    if (sft__slab_open(c, &o->before, each) || (course && sft__slab_open(c, &o->last, each))) return sft_code(c);
    return SFT_OK;
}

/* The rates of the whole plan, of very long ones a sample; what a schedule would see of evaluations is left out. */
static void note_plan(sft_observer *o)
{
    sft_course   *k = &o->chart->course;
    const int64_t n = k->planned, tenth = (n + 9) / 10, stride = 1 + n / PLAN_STEPS;
    for (int64_t i = 0; i < n; i += stride) {
        const double lr = sft_trainer_rate(o->trainer, i + 1, NULL), part = lr * (double)stride;
        k->rate_sum += part;
        k->rate_peak = fmax(k->rate_peak, lr);
        k->rate_first += i < tenth ? part : 0;
        k->rate_last += i >= n - tenth ? part : 0;
    }
    k->rate_first /= k->rate_sum > 0 ? k->rate_sum : 1;
    k->rate_last /= k->rate_sum > 0 ? k->rate_sum : 1;
}

sft_status sft__observer_course(sft_observer *o, sft_trainer *t, int64_t steps, int looks, int evals)
{
    sft_arena  *a = &o->chart->arena;
    sft_course *k = &o->chart->course;
    k->planned = t->steps;
    k->per_epoch = t->steps_per_epoch;
    o->trainer = t;
    o->room = steps;
    o->most_looks = looks;
    o->most_evals = evals;
    note_plan(o);
    k->loss = sft__arena_alloc(a, (size_t)steps * sizeof *k->loss);
    k->norm = sft__arena_alloc(a, (size_t)steps * sizeof *k->norm);
    k->lr = sft__arena_alloc(a, (size_t)steps * sizeof *k->lr);
    k->turn = sft__arena_alloc(a, (size_t)steps * sizeof *k->turn);
    k->look = sft__arena_alloc(a, (size_t)looks * sizeof *k->look);
    k->eval = sft__arena_alloc(a, (size_t)evals * sizeof *k->eval);
    return sft_code(o->chart->ctx);
}

void sft__observer_close(sft_observer *o)
{
    if (!o->chart) return;
    sft__slab_close(o->chart->ctx, &o->before);
    sft__slab_close(o->chart->ctx, &o->last);
}

/* ---- looks ------------------------------------------------------------------------------------ */

void sft__observe_weights(sft_observer *o)
{
    memcpy(o->before.base, o->net->w.base, (size_t)o->net->n_params * sizeof(real));
}

sft_status sft__observe_look(sft_observer *o, bool updated, int64_t step, sft_arena *a, sft_look *into)
{
    return sft__look(o->chart->looker, o->net, updated ? o->before.base : NULL, &o->probe, step, a, into);
}

/* ---- steps ------------------------------------------------------------------------------------ */

/* Did the gradient turn? Its cosine with the one before. */
static double turn_of(sft_observer *o)
{
    const sft_vectors *v = &o->trainer->vectors;
    const real        *g = o->net->g.base;
    real              *last = o->last.base;
    const double       norm = sqrt(sft__vectors_dot(v, g, g)), was = o->last_norm;
    const double       turn = norm > 0 && was > 0 ? sft__vectors_dot(v, g, last) / norm / was : NAN;
    memcpy(last, g, (size_t)o->net->n_params * sizeof *last);
    o->last_norm = norm;
    return turn;
}

void sft__observe_step(sft_observer *o, const sft_step_facts *at, bool turn)
{
    sft_course *k = &o->chart->course;
    if (k->steps >= o->room) return;
    k->loss[k->steps] = at->batch.loss;
    k->norm[k->steps] = at->grad_norm;
    k->turn[k->steps] = turn ? turn_of(o) : NAN;
    if (!turn) o->last_norm = 0; /* the gradient that is kept is not the step's before any more */
    k->lr[k->steps++] = at->lr;
}

void sft__observe_eval(sft_observer *o, const sft_step_facts *at)
{
    sft_course     *k = &o->chart->course;
    sft_eval_point  y = { .step = at->step, .epoch = at->epoch, .train_accuracy = NAN };
    const int64_t   from = o->epoch_from;
    o->epoch_from = k->steps;
    if (k->evals >= o->most_evals || o->chart->data->facts.count[SFT_VALIDATION] == 0) return;
    y.train_loss = sft__course_loss(k, from, k->steps);
    if (sft__hold_out(o->trainer, o->best, &y) == SFT_OK) k->eval[k->evals++] = y;
}

/* ---- the end ---------------------------------------------------------------------------------- */

bool sft__observe_failure(sft_observer *o)
{
    sft_chart *c = o->chart;
    if (!sft__failed(c->ctx)) return false;
    if (sft_code(c->ctx) != SFT_TRAINING) return true;
    c->course.failed = true;
    c->course.failure = sft__arena_text(&c->arena, sft_message(c->ctx));
    sft_clear(c->ctx);
    return true;
}

/* The twin has the weights of the last look. */
void sft__observe_end(sft_observer *o)
{
    sft_chart  *c = o->chart;
    sft_course *k = &c->course;
    sft_net    *n = sft__looker_net(c->looker);
    sft_outcome out;
    k->start_loss = c->start.loss;
    k->end_loss = sft__chart_now(c)->loss;
    k->eval_mode_loss = k->eval_mode_accuracy = NAN;
    if (sft__net_eval(n, &o->probe, &out, NULL)) return;
    k->eval_mode_loss = out.loss_sum / out.weight;
    k->eval_mode_accuracy = n->task == SFT_REGRESSION ? NAN : out.right / (double)o->probe.rows;
    o->last_norm = 0;
    if (!k->failed) sft__measure_noise(c, n, &o->probe, o->before.base, o->last.base, &k->noise);
}
