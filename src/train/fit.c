/* SPDX-License-Identifier: MIT */
/* sft_fit: training from the first step to the last. Written with the calls of the public header
 * only, so that it can be copied into a program and changed there. */
#include "surefoot.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What goes into a checkpoint beside weights and optimiser: a run that is resumed in mid-epoch logs
 * the same means and stops at the same evaluation as one that never stopped. */
typedef struct memory {
    sft_scores best;            /* the best evaluation so far */
    int64_t    best_epoch, waits; /* 0: none yet; evaluations without improvement since then */
    double     loss, right;     /* sums over the epoch in hand */
    int64_t    count;
    double     seconds;
    double     best_watched;    /* of the best evaluation; smaller is better */
} memory;

typedef struct fit {
    sft_ctx               *ctx;
    const sft_fit_options *o;
    sft_trainer           *trainer;
    sft_net               *net;
    sft_folder            *folder;
    sft_watcher           *watcher; /* NULL: nobody looks */
    memory                 now;
    sft_progress           progress;
    sft_measures           best_measures;
    char                   monitor[32]; /* loss, accuracy, or a metric */
    bool                   restore, keep, stop, fault;
    double                 min_delta, every; /* every: epochs between checkpoints */
    int64_t                patience, eval_every, every_steps, first_step;
    double                 started, before; /* on the clock; seconds of training before a resume */
} fit;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What every evaluation gives is watched, and no metric. */
static bool plain(const fit *f)
{
    return !strcmp(f->monitor, "loss") || !strcmp(f->monitor, "accuracy");
}

/* What is watched, smaller is better. */
static double watched(const fit *f, const sft_scores *s, const sft_measures *m)
{
    for (int i = 0; i < m->n; i++)
        if (!strcmp(f->monitor, m->name[i]))
            return m->lower[i] ? m->value[i] : -m->value[i];
    return strcmp(f->monitor, "accuracy") ? s->loss : -s->accuracy;
}

/* ---- the memory as text: every number by its bits, so that nothing is rounded ---------------- */

enum { WORDS = 10, WORD = 17 };  /* of 16 hexadecimal digits and a blank */
_Static_assert(sizeof(memory) == WORDS * sizeof(uint64_t),
               "memory is numbers of 64 bits without gaps");

/* "fit2", the numbers, and what was watched. */
static void save(fit *f, bool force)
{
    char text[8 + WORDS * WORD + sizeof f->monitor] = "fit2";
    uint64_t word[WORDS];
    f->now.seconds = f->progress.seconds;
    memcpy(word, &f->now, sizeof word);
    for (int i = 0; i < WORDS; i++)
        snprintf(text + 4 + i * WORD, WORD + 1, " %016" PRIx64, word[i]);
    snprintf(text + 4 + WORDS * WORD, sizeof f->monitor + 1, " %s", f->monitor);
    sft_folder_save(f->folder, text, force);
}

/* The best of another monitor is no measure for this one: its loss and accuracy are known, a metric
 * is not, and then early stopping starts afresh. */
static void change_monitor(fit *f, const char *before)
{
    static const sft_measures none = { 0 };
    if (plain(f))
        f->now.best_watched = watched(f, &f->now.best, &none);
    else if (strcmp(f->monitor, before))
        f->now.best_epoch = f->now.waits = 0;
}

/* "fit1", of older checkpoints, watched loss or accuracy and had no number for it. */
static void read_memory(fit *f, const char *text)
{
    uint64_t word[WORDS] = { 0 };
    bool older = text && !strncmp(text, "fit1 ", 5), newer = text && !strncmp(text, "fit2 ", 5);
    size_t n = older ? WORDS - 1 : WORDS, length = text ? strlen(text) : 0;
    if (!(older && length == 4 + n * WORD) && !(newer && length > 5 + n * WORD))
        return; /* of another program: training goes on, early stopping starts afresh */
    for (size_t i = 0; i < n; i++)
        word[i] = strtoull(text + 5 + i * WORD, NULL, 16);
    memcpy(&f->now, word, sizeof word);
    change_monitor(f, older ? "" : text + 5 + n * WORD);
}

/* ---- an epoch's end -------------------------------------------------------------------------- */

/* m: its metrics, or NULL */
static void log_scores(fit *f, sft_split split, const sft_scores *s, const sft_measures *m)
{
    const sft_step_facts *at = &f->progress.step;
    sft_metric row = { .step = at->step, .epoch = at->epoch, .split = split, .scores = *s,
                       .lr = at->lr, .grad_norm = at->grad_norm,
                       .seconds = f->progress.seconds };
    if (m)
        row.measures = *m;
    if (split == SFT_TEST)      /* of the whole run, not of its last step */
        row.lr = row.grad_norm = NAN;
    sft_folder_log(f->folder, &row);
}

/* Is this evaluation the best so far? Then its weights are remembered. NaN is no improvement, and
 * any number is one on nothing. */
static void judge(fit *f, const sft_scores *s, const sft_measures *m, double now)
{
    double best = f->now.best_epoch ? f->now.best_watched - f->min_delta : INFINITY;
    if (!(now < best)) {
        f->now.waits++;
        return;
    }
    f->now.best = *s;
    f->best_measures = *m;
    f->now.best_watched = now;
    f->now.best_epoch = f->progress.step.epoch;
    f->now.waits = 0;
    if (f->restore || f->keep)
        sft_net_remember(f->net);
}

/* The weights that are scored are those that are remembered: averaged ones, where the recipe says so. */
static void evaluate(fit *f)
{
    sft_scores s;
    sft_measures m = { 0 };
    sft_trainer_average(f->trainer, true);
    bool asked = f->folder || !plain(f); /* metrics.csv has them, or one is watched */
    if (asked ? sft_measure(f->trainer, SFT_VALIDATION, &s, &m)
              : sft_evaluate(f->trainer, SFT_VALIDATION, &s))
        return;
    if (!s.count)
        return;
    f->progress.validation = s;
    f->progress.evaluated = true;
    log_scores(f, SFT_VALIDATION, &s, &m);
    sft_trainer_observe(f->trainer, &s); /* plateau's rate may fall */
    judge(f, &s, &m, watched(f, &s, &m));
}

static void end_epoch(fit *f)
{
    int64_t epoch = f->progress.step.epoch;
    log_scores(f, SFT_TRAIN, &f->progress.train, NULL);
    if (epoch % f->eval_every == 0 || f->progress.step.step == f->progress.plan.steps)
        evaluate(f);
    if (!f->progress.step.epoch_end)
        return; /* steps ended the plan in mid-epoch: it can still be gone on with */
    f->now.loss = f->now.right = 0;
    f->now.count = 0;
}

/* ---- a step ---------------------------------------------------------------------------------- */

static void note_step(fit *f)
{
    const sft_step_facts *at = &f->progress.step;
    f->now.loss += at->batch.loss * (double)at->batch.count;
    f->now.right += at->batch.accuracy * (double)at->batch.count;
    f->now.count += at->batch.count;
    f->progress.train = (sft_scores){ f->now.loss / (double)f->now.count,
                                      f->now.right / (double)f->now.count, f->now.count };
    f->progress.evaluated = false;
    f->progress.seconds = f->before + seconds() - f->started;
    double done = (double)(at->step - f->first_step),
           left = (double)(f->progress.plan.steps - at->step);
    f->progress.eta = (f->progress.seconds - f->before) / done * left;
}

static bool wants_to_stop(const fit *f)
{
    return f->patience > 0 && f->now.waits >= f->patience;
}

static bool at_end(const fit *f)
{
    return f->stop || wants_to_stop(f) || f->progress.step.step >= f->progress.plan.steps;
}

/* `every` may be a fraction: 2.5 means epochs 3, 5, 8, 10 … */
static bool checkpoint_due(const fit *f)
{
    const sft_step_facts *at = &f->progress.step;
    bool by_epoch = f->every > 0 && at->epoch_end && fmod((double)at->epoch, f->every) < 1;
    return by_epoch || (f->every_steps > 0 && at->step % f->every_steps == 0);
}

static void one_step(fit *f)
{
    bool failed = sft_step(f->trainer, &f->progress.step);
    f->fault = !sft_watch_step(f->watcher, failed ? NULL : &f->progress.step);
    if (sft_code(f->ctx))
        return;
    note_step(f);
    if (f->progress.step.epoch_end || f->progress.step.step == f->progress.plan.steps)
        end_epoch(f);
    bool go_on = !f->o->progress || f->o->progress(f->o->user, &f->progress);
    f->stop = (!go_on || f->fault) && !at_end(f);
    if (checkpoint_due(f) && !at_end(f)) /* at the end there is one in any case */
        save(f, false);
}

/* ---- start and end --------------------------------------------------------------------------- */

static void read_recipe(fit *f, sft_recipe *r)
{
    const char *monitor = sft_recipe_get(r, "early_stop.monitor");
    snprintf(f->monitor, sizeof f->monitor, "%s", monitor ? monitor : "loss");
    f->patience = (int64_t)sft_recipe_number(r, "early_stop.patience");
    f->min_delta = sft_recipe_number(r, "early_stop.min_delta");
    f->restore = f->patience > 0 && sft_recipe_number(r, "early_stop.restore_best") > 0;
    f->keep = f->o->folder && sft_recipe_number(r, "checkpoint.keep_best") > 0;
    f->eval_every = (int64_t)sft_recipe_number(r, "train.eval_every");
    f->every = sft_recipe_number(r, "checkpoint.every");
    f->every_steps = (int64_t)sft_recipe_number(r, "checkpoint.every_steps");
}

static void open_run(fit *f, sft_recipe *r, sft_data *d)
{
    f->trainer = sft_trainer_new(f->ctx, r, d, f->net);
    if (!f->trainer)
        return;
    read_recipe(f, r);
    if (f->o->folder)
        f->folder = sft_folder_open(f->trainer, f->o->folder, f->o->resume);
    const char *extra = NULL;
    unsigned flags = (f->o->reset_optimizer ? SFT_RESET_OPTIMIZER : 0u) |
                     (f->o->allow_data_change ? SFT_ALLOW_DATA_CHANGE : 0u);
    if (f->o->resume && f->folder && sft_folder_load(f->folder, flags, &extra))
        read_memory(f, extra);
    sft_trainer_facts *plan = &f->progress.plan;
    if (sft_trainer_facts_of(f->trainer, plan))
        return;
    f->before = f->progress.seconds = f->now.seconds;
    f->first_step = f->progress.step.step = plan->step;
    if (f->o->watch || sft_recipe_number(r, "probe.every") > 0)
        f->watcher = sft_watch_open(f->trainer, f->folder, f->o->watch);
    f->progress.step.epoch = (plan->step + plan->steps_per_epoch - 1) / plan->steps_per_epoch;
}

/* The weights that stay are scored on every split; test is read here for the first time. */
static void score(fit *f, sft_result *result)
{
    if (f->restore && f->now.best_epoch)
        sft_net_recall(f->net);
    sft_measures *m = result->measures;
    sft_measure(f->trainer, SFT_TRAIN, &result->train, &m[SFT_TRAIN]);
    sft_measure(f->trainer, SFT_VALIDATION, &result->validation, &m[SFT_VALIDATION]);
    if (sft_measure(f->trainer, SFT_TEST, &result->test, &m[SFT_TEST]) == SFT_OK && result->test.count)
        log_scores(f, SFT_TEST, &result->test, &m[SFT_TEST]);
}

static void conclude(fit *f, sft_result *result)
{
    sft_trainer_facts done = { 0 };
    save(f, true);
    sft_trainer_average(f->trainer, true);
    if (!f->stop)               /* who asks for a stop is in a hurry, and training will go on */
        score(f, result);
    sft_net_hash(f->net, result->weights_sha256);
    sft_trainer_facts_of(f->trainer, &done);
    result->steps = done.step;
    result->epochs = done.epoch;
    result->best_epoch = f->now.best_epoch;
    result->best = f->now.best;
    result->best_measures = f->best_measures;
    result->stopped = f->stop;
    result->early = wants_to_stop(f) && done.step < done.steps;
    result->seconds = f->progress.seconds;
}

sft_status sft_fit(sft_ctx *c, sft_recipe *r, sft_data *d, sft_net *n, const sft_fit_options *o,
                   sft_result *result)
{
    static const sft_fit_options none = { 0 };
    sft_result unasked;
    fit f = { .ctx = c, .o = o ? o : &none, .net = n, .started = seconds() };
    result = result ? result : &unasked;
    *result = (sft_result){ 0 };
    open_run(&f, r, d);
    while (!sft_code(c) && !at_end(&f))
        one_step(&f);
    if (!f.stop)
        sft_watch_end(f.watcher);
    if (!sft_code(c))
        conclude(&f, result);
    if (f.stop && f.fault)
        sft_watch_fail(f.watcher);
    sft_watch_close(f.watcher);
    sft_folder_end(f.folder, result);
    sft_folder_close(f.folder);
    sft_trainer_free(f.trainer);
    return sft_code(c);
}
