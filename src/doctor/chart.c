/* SPDX-License-Identifier: MIT */
/* The chart: data, the network at its start, and a short stretch of training with looks at growing distances. */
#include "base/text.h"
#include "doctor/observe.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PROBE_SAMPLES = 256, MAX_LOOKS = 24, MAX_EVALS = 64 };

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

/* ---- training --------------------------------------------------------------------------------- */

/* Looks come at steps 1, 2, 4, 8 … and at the last one. */
static bool look_after(const sft_course *k, int64_t step, int64_t last)
{
    return k->looks < MAX_LOOKS && (step == last || (step & (step - 1)) == 0);
}

/* Epochs between two evaluations, so that the last ones have room too. */
static int64_t eval_stride(const sft_course *k, int64_t last)
{
    return 1 + last / k->per_epoch / (MAX_EVALS - 2);
}

static void one_step(sft_observer *o, int64_t last)
{
    sft_course    *k = &o->chart->course;
    sft_step_facts at;
    const bool     looks = look_after(k, k->steps + 1, last);
    if (looks) sft__observe_weights(o);
    if (sft_step(o->trainer, &at)) return;
    sft__observe_step(o, &at, true);
    if (looks) sft__observe_look(o, true, at.step, &o->chart->arena, &k->look[k->looks++]);
    if (k->steps == last || (at.epoch_end && at.epoch % eval_stride(k, last) == 0)) sft__observe_eval(o, &at);
}

/* An epoch, but not so few steps that nothing shows, nor so many that it takes long. */
static int64_t chosen_steps(const sft_trainer_facts *plan)
{
    const int64_t few = plan->steps_per_epoch < 100 ? 100 : plan->steps_per_epoch;
    return few < 300 ? few : 300;
}

static sft_status train(sft_observer *o, sft_trainer *t, int64_t steps)
{
    sft_chart        *c = o->chart;
    sft_trainer_facts plan;
    if (!t || sft_trainer_facts_of(t, &plan)) return sft_code(c->ctx);
    if (steps < 0) steps = chosen_steps(&plan);
    steps = steps < plan.steps ? steps : plan.steps;
    if (sft__observer_course(o, t, steps, MAX_LOOKS, MAX_EVALS) || sft__observer_slabs(o, true) ||
        sft__measure_curvature(c, o->net, &o->probe))
        return sft_code(c->ctx);
    while (c->course.steps < steps && !sft__observe_failure(o) &&
           sft__watch(&c->watch, "probe run", (double)c->course.steps / (double)steps))
        one_step(o, steps);
    sft__observe_failure(o);
    sft__observe_end(o);
    return sft_code(c->ctx);
}

/* ---- all of it -------------------------------------------------------------------------------- */

static void fill(sft_chart *c, sft_net *n, int64_t steps)
{
    sft_observer o;
    if (sft__observer_open(&o, c, n, PROBE_SAMPLES) == SFT_OK && sft__look_at_data(c) == SFT_OK &&
        sft__observe_look(&o, false, 0, &c->arena, &c->start) == SFT_OK && steps) {
        sft_trainer *t = sft_trainer_new(c->ctx, c->recipe, (sft_data *)c->data, n);
        train(&o, t, steps);
        sft_trainer_free(t);
    }
    sft__observer_close(&o);
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
    sft_net *own = n ? NULL : sft_net_new(ctx, r, d);
    if (n || own) fill(c, n ? n : own, steps);
    sft_net_free(own);
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
