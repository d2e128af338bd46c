/* SPDX-License-Identifier: MIT */
/* A run is looked at now and then while it trains, and, where that is asked for, judged by the doctor's symptoms. What it does to the
 * run is nothing: it reads weights and gradients, and works in a twin of the network. */
#include "doctor/watch.h"

#include <math.h>

enum {
    MOST_STEPS = 1 << 20,       /* of a course that is judged */
    MOST_KEPT = 96,
    MOST_EVALS = 64,
    FIRST = 96,                 /* step at which courses begin to say something */
    TURNS_ALL = 256,            /* so many first steps are asked how the gradient turns, of later ones some of each TURNS_EACH */
    TURNS_EACH = 128,
    TURNS_SOME = 5              /* one has nobody to be compared with */
};

/* ---- judging ------------------------------------------------------------------------------------ */

/* Looks of the course: those that are not too near to the newest one, whose difference from it would be noise, and it. */
static void set_looks(sft_watcher *w)
{
    sft_course *k = &w->d.chart->course;
    k->looks = 0;
    for (int i = 0; i < w->n_kept; i++)
        if (8 * w->kept[i].step <= 7 * w->newest.step) k->look[k->looks++] = w->kept[i];
    if (w->newest.step > 0) k->look[k->looks++] = w->newest;
}

int sft__symptom_number(const sft_symptom *s)
{
    int i = 0;
    while (sft__symptom_at(i) != s) i++;
    return i;
}

/* It stood when it was judged before, too; or there will be no other time; or it cannot be by chance. */
static bool is_established(const sft_watcher *w, const sft_finding *f, bool last)
{
    const int s = sft__symptom_number(f->symptom);
    if (f->severity < SFT_FAULT || f->cause || w->told[s]) return false;
    return f->severity == SFT_FATAL || last || w->stood[s];
}

static void remember(sft_watcher *w)
{
    for (int i = 0; sft__symptom_at(i); i++) w->stood[i] = false;
    for (int i = 0; i < w->d.n_found; i++)
        if (w->d.found[i].severity >= SFT_FAULT && !w->d.found[i].cause) w->stood[sft__symptom_number(w->d.found[i].symptom)] = true;
}

static void judge(sft_watcher *w, bool last)
{
    sft_chart  *c = w->d.chart;
    sft_course *k = &c->course;
    sft__arena_close(&w->said);
    sft__arena_open(&w->said, w->ctx);
    set_looks(w);
    if (k->steps > 0 || k->failed) sft__observe_end(&w->eye);
    if (sft__failed(w->ctx) || sft__diagnosis_judge(&w->d)) return;
    bool any = false;
    for (int i = 0; i < w->d.n_found; i++)
        if (is_established(w, &w->d.found[i], last)) {
            sft__watch_tell(w, i);
            any = true;
        }
    remember(w);
    w->judged = k->steps;
    if (last) w->final = w->trainer->step;
    if (any || last) sft__watch_write(w);
}

/* ---- looks -------------------------------------------------------------------------------------- */

static void tell_signals(sft_watcher *w, int64_t step)
{
    const int64_t epoch = (step + w->cadence.epoch - 1) / w->cadence.epoch;
    sft_signals   s = { .step = step, .epoch = epoch, .steps = w->trainer->steps, .loss = w->newest.loss,
                        .grad_norm = w->newest.grad_norm, .layer = w->signal };
    while (sft__signal_of(&w->newest, s.layers, &w->signal[s.layers])) s.layers++;
    if (w->folder) sft__signals_log(w->folder, step, epoch, w->signal, s.layers);
    if (w->o.signals && !sft__failed(w->ctx)) w->o.signals(w->o.user, &s);
}

static bool keeps(const sft_watcher *w, int64_t step)
{
    return w->judges && w->n_kept < MOST_KEPT && (w->n_kept == 0 || 2 * step >= 3 * w->kept[w->n_kept - 1].step);
}

static void look(sft_watcher *w, int64_t step, bool updated)
{
    const bool keep = keeps(w, step);
    sft_look   k;
    if (!keep) {
        sft__arena_close(&w->fresh);
        sft__arena_open(&w->fresh, w->ctx);
    }
    if (sft__observe_look(&w->eye, updated, step, keep ? &w->d.chart->arena : &w->fresh, &k)) return;
    w->newest = k;
    if (keep) w->kept[w->n_kept++] = k;
    tell_signals(w, step);
}

/* Symptoms go over the whole course: judged at a tenth more each time, all of it together stays in proportion to the run. */
static bool is_time(const sft_watcher *w, int64_t step)
{
    return step >= FIRST && 10 * step >= 11 * w->judged;
}

static void look_and_judge(sft_watcher *w, int64_t step, bool updated, bool last)
{
    look(w, step, updated);
    const bool known = w->judges && w->d.chart->course.steps == step;
    if (known && (last || is_time(w, step)) && !sft__failed(w->ctx)) judge(w, last);
}

/* ---- steps -------------------------------------------------------------------------------------- */

/* Evaluations come when the run itself evaluates, and few enough for the whole plan. */
static bool evaluates(const sft_watcher *w, const sft_step_facts *at)
{
    const int64_t every = w->trainer->recipe->train_conf.eval_every, stride = 1 + w->trainer->epochs / every / (MOST_EVALS - 2);
    return at->step == w->trainer->steps || (at->epoch_end && at->epoch % (every * stride) == 0);
}

bool sft__watch_asks(int64_t step)
{
    return step <= TURNS_ALL || step % TURNS_EACH < TURNS_SOME;
}

static void go_along(sft_watcher *w, const sft_step_facts *at)
{
    sft__observe_step(&w->eye, at, sft__watch_asks(at->step));
    if (evaluates(w, at)) sft__observe_eval(&w->eye, at);
}

/* A step that was not finite: judged like any other fault; the failure stays as it was. */
static void judge_failure(sft_watcher *w)
{
    sft_failure why;
    sft__set_aside(w->ctx, &why);
    if (why.status == SFT_TRAINING && w->judges && w->d.chart->course.steps == w->trainer->step) {
        w->d.chart->course.failed = true;
        w->d.chart->course.failure = sft__arena_text(&w->d.chart->arena, why.message);
        judge(w, true);
    }
    sft__put_back(w->ctx, &why);
}

bool sft_watch_step(sft_watcher *w, const sft_step_facts *at)
{
    if (!w) return true;
    if (sft__failed(w->ctx)) {
        judge_failure(w);
        return false;
    }
    if (!at) return true;
    w->ended = at->step == w->trainer->steps;
    if (w->judges) go_along(w, at);
    if (sft__cadence_due(&w->cadence, at->step)) look_and_judge(w, at->step, true, at->step == w->trainer->steps);
    if (sft__cadence_due(&w->cadence, at->step + 1)) sft__observe_weights(&w->eye);
    return !w->stops;
}

/* Early stopping ends a run at a step that nobody knew before. */
sft_status sft_watch_end(sft_watcher *w)
{
    if (!w || sft__failed(w->ctx) || !w->judges || w->final == w->trainer->step) return w ? sft_code(w->ctx) : SFT_OK;
    if (sft_trainer_average(w->trainer, false)) return sft_code(w->ctx);
    w->ended = true;
    if (w->newest.step != w->trainer->step) look(w, w->trainer->step, false);
    if (!sft__failed(w->ctx) && w->d.chart->course.steps == w->trainer->step) judge(w, true);
    return sft_code(w->ctx);
}

sft_status sft_watch_fail(sft_watcher *w)
{
    if (!w || !w->stops || sft__failed(w->ctx)) return w ? sft_code(w->ctx) : SFT_OK;
    return sft__fail(w->ctx, SFT_E360, "training was stopped at %s", w->fault);
}

/* ---- open and close ------------------------------------------------------------------------------- */

static sft_status begin_judging(sft_watcher *w)
{
    sft_chart    *c = w->d.chart;
    const int64_t steps = w->trainer->steps < MOST_STEPS ? w->trainer->steps : MOST_STEPS;
    int           symptoms = 1;
    while (sft__symptom_at(symptoms - 1)) symptoms++;
    w->stood = sft__arena_alloc(&c->arena, (size_t)symptoms * sizeof *w->stood);
    w->told = sft__arena_alloc(&c->arena, (size_t)symptoms * sizeof *w->told);
    w->kept = sft__arena_alloc(&c->arena, MOST_KEPT * sizeof *w->kept);
    if (sft__observer_course(&w->eye, w->trainer, steps, MOST_KEPT + 1, MOST_EVALS) || sft__look_at_data(c) ||
        sft__measure_curvature(c, w->trainer->net, &w->eye.probe))
        return sft_code(w->ctx);
    sft__watch_event(w, "start");
    judge(w, false);
    return sft_code(w->ctx);
}

/* The start is looked at; a run that goes on has had that look. */
static sft_status begin(sft_watcher *w)
{
    sft_trainer *t = w->trainer;
    sft_chart   *c = w->d.chart;
    if (sft__observer_open(&w->eye, c, t->net, t->recipe->probe_conf.samples) || sft__observer_slabs(&w->eye, w->judges))
        return sft_code(w->ctx);
    w->signal = sft__arena_alloc(&c->arena, (size_t)(c->net->n_nodes + 1) * sizeof *w->signal);
    w->cadence = sft__cadence(t, w->eye.probe.rows, w->judges);
    if (t->step == 0 && w->signal && sft__observe_look(&w->eye, false, 0, &c->arena, &c->start) == SFT_OK) {
        w->newest = c->start;
        tell_signals(w, 0);
    }
    if (w->judges && !sft__failed(w->ctx) && begin_judging(w)) return sft_code(w->ctx);
    if (sft__cadence_due(&w->cadence, t->step + 1)) sft__observe_weights(&w->eye);
    return sft_code(w->ctx);
}

sft_watcher *sft_watch_open(sft_trainer *t, sft_folder *f, const sft_watch_options *o)
{
    if (!t || sft__failed(t->ctx)) return NULL;
    sft_watcher *w = sft__alloc(t->ctx, sizeof *w);
    sft_chart   *c = w ? sft__alloc(t->ctx, sizeof *c) : NULL;
    if (!c) {
        sft__free(t->ctx, w, sizeof *w);
        return NULL;
    }
    *c = (sft_chart){ .ctx = t->ctx, .recipe = t->recipe, .data = t->data, .notes = &w->said };
    *w = (sft_watcher){ .ctx = t->ctx, .folder = f, .trainer = t, .d = { .ctx = t->ctx, .chart = c }, .final = -1 };
    if (o) w->o = *o;
    w->judges = w->o.judge && t->step == 0;
    sft__arena_open(&c->arena, t->ctx);
    sft__arena_open(&w->fresh, t->ctx);
    sft__arena_open(&w->said, t->ctx);
    if (begin(w) == SFT_OK) return w;
    sft_watch_close(w);
    return NULL;
}

void sft_watch_close(sft_watcher *w)
{
    if (!w) return;
    sft__observer_close(&w->eye);
    sft__arena_close(&w->fresh);
    sft__arena_close(&w->said);
    sft__forget_treatment(&w->d);
    sft__chart_close(w->d.chart);
    sft__free(w->ctx, w, sizeof *w);
}
