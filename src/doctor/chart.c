/* SPDX-License-Identifier: MIT */
/* The chart: data, the network at its start, and a short stretch of training with looks at growing distances. */
#include "base/text.h"
#include "doctor/pace.h"
#include "doctor/some.h"
#include "train/train.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PROBE_SAMPLES = 256, PROBE_VALUES = 1 << 22, MAX_LOOKS = 24, MAX_EVALS = 64 };

typedef struct bench {          /* what is needed while the chart is filled */
    sft_chart   *chart;
    sft_net     *net;
    sft_trainer *trainer;
    sft_looker  *looker;
    sft_batch    probe;         /* fixed training samples */
    sft_slab     before;        /* weights before the update that a look will measure */
    sft_slab     last;          /* gradient of the step before */
    double       last_norm;
    double       best[SFT_HELD_ROOM]; /* validation at its lowest */
} bench;

const sft_look *sft__chart_now(const sft_chart *c)
{
    return c->course.looks > 0 ? &c->course.look[c->course.looks - 1] : &c->start;
}

const char *sft__say(const sft_chart *c, const char *format, ...)
{
    char    text[800];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    const char *kept = sft__arena_text(c->notes, text);
    return kept ? kept : "";
}

bool sft__watch(sft_watch *w, const char *what, double share)
{
    w->stopped = w->stopped || (w->progress && !w->progress(w->user, what, share));
    return !w->stopped;
}

/* ---- the probe batch -------------------------------------------------------------------------- */

/* Few samples where layers are large: the twin keeps every layer's values. */
static int64_t probe_rows(const sft_data *d, const sft_net *n)
{
    int64_t widest = 1, rows = PROBE_SAMPLES;
    for (int i = 0; i < n->n_nodes; i++) {
        const int64_t k = sft__count(n->node[i]->out);
        widest = k > widest ? k : widest;
    }
    while (rows > 32 && rows * widest > PROBE_VALUES) rows /= 2;
    return rows < d->facts.count[SFT_TRAIN] ? rows : d->facts.count[SFT_TRAIN];
}

/* Shuffled: neighbours in a file are often alike, and parts of the batch are compared. */
static sft_status gather_probe(bench *b)
{
    sft_chart *c = b->chart;
    sft_some   k;
    if (sft__take_some(c->data, &c->arena, SFT_TRAIN, probe_rows(c->data, b->net), true, &k)) return sft_code(c->ctx);
    b->probe = (sft_batch){ .rows = k.n, .x = k.x, .label = k.label, .target = k.target };
    return SFT_OK;
}

/* ---- looks ------------------------------------------------------------------------------------ */

static sft_status look(bench *b, const real *before, int64_t step, sft_look *into)
{
    return sft__look(b->looker, b->net, before, &b->probe, step, &b->chart->arena, into);
}

/* Looks come at steps 1, 2, 4, 8 … and at the last one. */
static bool look_after(const sft_course *k, int64_t step, int64_t last)
{
    return k->looks < MAX_LOOKS && (step == last || (step & (step - 1)) == 0);
}

/* ---- training --------------------------------------------------------------------------------- */

static sft_status make_room(bench *b, int64_t steps)
{
    sft_chart  *c = b->chart;
    sft_course *k = &c->course;
    k->loss = sft__arena_alloc(&c->arena, (size_t)steps * sizeof *k->loss);
    k->norm = sft__arena_alloc(&c->arena, (size_t)steps * sizeof *k->norm);
    k->lr = sft__arena_alloc(&c->arena, (size_t)steps * sizeof *k->lr);
    k->turn = sft__arena_alloc(&c->arena, (size_t)steps * sizeof *k->turn);
    k->look = sft__arena_alloc(&c->arena, MAX_LOOKS * sizeof *k->look);
    k->eval = sft__arena_alloc(&c->arena, MAX_EVALS * sizeof *k->eval);
    const int64_t twin = sft__looker_net(b->looker)->n_params, own = b->net->n_params;
    const size_t  each = (size_t)(twin > own ? twin : own) * sizeof(real);
    if (sft__slab_open(c->ctx, &b->before, each) || sft__slab_open(c->ctx, &b->last, each)) return sft_code(c->ctx);
    return SFT_OK;
}

/* The rates of the whole plan; what a schedule would see of evaluations is left out. */
static void note_plan(bench *b)
{
    sft_course   *k = &b->chart->course;
    const int64_t n = k->planned, tenth = (n + 9) / 10;
    for (int64_t i = 0; i < n; i++) {
        const double lr = sft_trainer_rate(b->trainer, i + 1, NULL);
        k->rate_sum += lr;
        k->rate_peak = fmax(k->rate_peak, lr);
        k->rate_first += i < tenth ? lr : 0;
        k->rate_last += i >= n - tenth ? lr : 0;
    }
    k->rate_first /= k->rate_sum > 0 ? k->rate_sum : 1;
    k->rate_last /= k->rate_sum > 0 ? k->rate_sum : 1;
}

/* Did the gradient turn? Its cosine with the one before. */
static void note_turn(bench *b, int64_t step)
{
    const real *g = b->net->g.base;
    real       *last = b->last.base;
    double      both = 0, size = 0;
    for (int64_t i = 0; i < b->net->n_params; i++) {
        both += (double)g[i] * (double)last[i];
        size += (double)g[i] * (double)g[i];
    }
    const double norm = sqrt(size);
    b->chart->course.turn[step] = step > 0 && norm > 0 && b->last_norm > 0 ? both / norm / b->last_norm : NAN;
    memcpy(last, g, (size_t)b->net->n_params * sizeof *last);
    b->last_norm = norm;
}

/* Epochs between two evaluations, so that the last ones have room too. */
static int64_t eval_stride(const sft_course *k, int64_t last)
{
    return 1 + last / k->per_epoch / (MAX_EVALS - 2);
}

static void note_eval(bench *b, const sft_step_facts *at, int64_t from)
{
    sft_course *k = &b->chart->course;
    if (k->evals >= MAX_EVALS || b->chart->data->facts.count[SFT_VALIDATION] == 0) return;
    sft_eval_point y = { .step = at->step, .epoch = at->epoch, .train_loss = sft__course_loss(k, from, k->steps), .train_accuracy = NAN };
    if (sft__hold_out(b->trainer, b->best, &y) == SFT_OK) k->eval[k->evals++] = y;
}

/* A step that is not finite ends the course; it is what the doctor is asked about. */
static bool end_of_course(bench *b)
{
    sft_chart *c = b->chart;
    if (!sft__failed(c->ctx)) return false;
    if (sft_code(c->ctx) != SFT_TRAINING) return true;
    c->course.failed = true;
    c->course.failure = sft__arena_text(&c->arena, sft_message(c->ctx));
    sft_clear(c->ctx);
    return true;
}

static void one_step(bench *b, int64_t last, int64_t *epoch_from)
{
    sft_course    *k = &b->chart->course;
    sft_step_facts at;
    const bool     looks = look_after(k, k->steps + 1, last);
    if (looks) memcpy(b->before.base, b->net->w.base, (size_t)b->net->n_params * sizeof(real));
    if (sft_step(b->trainer, &at)) return;
    k->loss[k->steps] = at.batch.loss;
    k->norm[k->steps] = at.grad_norm;
    note_turn(b, k->steps);
    k->lr[k->steps++] = at.lr;
    if (looks) look(b, b->before.base, at.step, &k->look[k->looks++]);
    if (k->steps < last && !(at.epoch_end && at.epoch % eval_stride(k, last) == 0)) return;
    note_eval(b, &at, *epoch_from);
    *epoch_from = k->steps;
}

/* An epoch, but not so few steps that nothing shows, nor so many that it takes long. */
static int64_t chosen_steps(const sft_trainer_facts *plan)
{
    const int64_t few = plan->steps_per_epoch < 100 ? 100 : plan->steps_per_epoch;
    return few < 300 ? few : 300;
}

/* The twin has the weights of the last look. */
static void note_end(bench *b)
{
    sft_chart  *c = b->chart;
    sft_course *k = &c->course;
    sft_net    *n = sft__looker_net(b->looker);
    sft_outcome o;
    k->start_loss = c->start.loss;
    k->end_loss = sft__chart_now(c)->loss;
    k->eval_mode_loss = k->eval_mode_accuracy = NAN;
    if (sft__net_eval(n, &b->probe, &o, NULL)) return;
    k->eval_mode_loss = o.loss_sum / o.weight;
    k->eval_mode_accuracy = n->task == SFT_REGRESSION ? NAN : o.right / (double)b->probe.rows;
    if (!k->failed) sft__measure_noise(c, n, &b->probe, b->before.base, b->last.base, &k->noise);
}

static sft_status train(bench *b, int64_t steps)
{
    sft_chart        *c = b->chart;
    sft_trainer_facts plan;
    int64_t           epoch_from = 0;
    b->trainer = sft_trainer_new(c->ctx, c->recipe, (sft_data *)c->data, b->net);
    if (!b->trainer || sft_trainer_facts_of(b->trainer, &plan)) return sft_code(c->ctx);
    if (steps < 0) steps = chosen_steps(&plan);
    steps = steps < plan.steps ? steps : plan.steps;
    c->course.planned = plan.steps;
    c->course.per_epoch = plan.steps_per_epoch;
    note_plan(b);
    if (make_room(b, steps) || sft__measure_curvature(c, b->net, &b->probe)) return sft_code(c->ctx);
    while (c->course.steps < steps && !end_of_course(b) && sft__watch(&c->watch, "probe run", (double)c->course.steps / (double)steps))
        one_step(b, steps, &epoch_from);
    end_of_course(b);
    note_end(b);
    return sft_code(c->ctx);
}

/* ---- all of it -------------------------------------------------------------------------------- */

static sft_status fill(bench *b, int64_t steps)
{
    sft_chart     *c = b->chart;
    sft_net_config k;
    if (!b->net) b->net = sft_net_new(c->ctx, c->recipe, c->data);
    if (!b->net || sft__net_config(c->recipe, c->data, &c->arena, &k) || gather_probe(b)) return sft_code(c->ctx);
    k.init = sft__init_find("zeros"); /* the twin's weights are copied in */
    k.init_conf = NULL;
    k.init_layers = NULL;
    k.zero_gamma = false;
    b->looker = sft__looker_open(c->ctx, k, b->probe.rows);
    if (!b->looker) return sft_code(c->ctx);
    c->net = sft__looker_net(b->looker);
    c->loss = c->net->loss;
    if (sft__look_at_data(c) || look(b, NULL, 0, &c->start)) return sft_code(c->ctx);
    return steps ? train(b, steps) : SFT_OK;
}

sft_chart *sft__chart_open(sft_ctx *ctx, sft_recipe *r, sft_data *d, int64_t steps)
{
    return sft__chart_watch(ctx, r, d, NULL, steps, (sft_watch){ .progress = NULL });
}

sft_chart *sft__chart_watch(sft_ctx *ctx, sft_recipe *r, sft_data *d, sft_net *n, int64_t steps, sft_watch w)
{
    if (sft__failed(ctx) || sft_recipe_resolve(r)) return NULL;
    sft_chart *c = sft__alloc(ctx, sizeof *c);
    if (!c) return NULL;
    *c = (sft_chart){ .ctx = ctx, .recipe = r, .data = d, .watch = w };
    sft__arena_open(&c->arena, ctx);
    c->notes = &c->arena;
    bench b = { .chart = c, .net = n };
    fill(&b, steps);
    sft_trainer_free(b.trainer);
    if (!n) sft_net_free(b.net);
    sft__slab_close(ctx, &b.before);
    sft__slab_close(ctx, &b.last);
    c->looker = b.looker;
    if (!sft__failed(ctx)) return c;
    sft__chart_close(c);
    return NULL;
}

void sft__chart_close(sft_chart *c)
{
    if (!c) return;
    sft__looker_close(c->looker);
    sft__arena_close(&c->arena);
    sft__free(c->ctx, c, sizeof *c);
}
