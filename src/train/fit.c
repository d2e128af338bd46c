/* SPDX-License-Identifier: MIT */
/* sft_fit: training from the first step to the last. Written with the calls of the public header only, so that it can be copied into a
 * program and changed there. */
#include "surefoot.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What goes into a checkpoint beside weights and optimiser: a run that is resumed in mid-epoch logs the same means and stops at the same
 * evaluation as one that never stopped. */
typedef struct memory {
    double  best;               /* of the monitored score; smaller is better */
    int64_t best_epoch, waits;  /* 0: none yet; evaluations since then */
    double  loss, right;        /* sums over the epoch in hand */
    int64_t count;
} memory;

typedef struct fit {
    sft_ctx               *ctx;
    const sft_fit_options *o;
    sft_trainer           *trainer;
    sft_net               *net;
    sft_folder            *folder;
    memory                 now;
    sft_progress           progress;
    bool                   by_accuracy, restore, keep, stop;
    double                 min_delta, every; /* every: epochs between checkpoints */
    int64_t                patience, eval_every, every_steps, first_step;
    double                 started;
} fit;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the memory as text: doubles by their bits, so that nothing is rounded ------------------- */

static uint64_t bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static double from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static void write_memory(const memory *m, char *text, size_t size)
{
    snprintf(text, size, "fit1 %016" PRIx64 " %" PRId64 " %" PRId64 " %016" PRIx64 " %016" PRIx64 " %" PRId64, bits(m->best), m->best_epoch,
             m->waits, bits(m->loss), bits(m->right), m->count);
}

static void read_memory(memory *m, const char *text)
{
    uint64_t best, loss, right;
    memory got = { 0 };
    if (text && sscanf(text, "fit1 %" SCNx64 " %" SCNd64 " %" SCNd64 " %" SCNx64 " %" SCNx64 " %" SCNd64, &best, &got.best_epoch, &got.waits,
                       &loss, &right, &got.count) == 6) {
        *m = got;
        m->best = from_bits(best);
        m->loss = from_bits(loss);
        m->right = from_bits(right);
    }
}

static sft_status save(fit *f, bool force)
{
    char text[160];
    write_memory(&f->now, text, sizeof text);
    return sft_folder_save(f->folder, text, force);
}

/* ---- an epoch's end -------------------------------------------------------------------------- */

static void log_scores(fit *f, sft_split split, const sft_scores *s)
{
    const sft_step_facts *at = &f->progress.step;
    sft_metric row = { .step = at->step, .epoch = at->epoch, .split = split, .scores = *s, .lr = at->lr, .grad_norm = at->grad_norm,
                       .seconds = f->progress.seconds };
    sft_folder_log(f->folder, &row);
}

/* Is this evaluation the best so far? Then its weights are remembered. */
static void judge(fit *f, const sft_scores *s)
{
    double value = f->by_accuracy ? -s->accuracy : s->loss;
    if (f->now.best_epoch && !(value < f->now.best - f->min_delta)) {
        f->now.waits++;
        return;
    }
    f->now.best = value;
    f->now.best_epoch = f->progress.step.epoch;
    f->now.waits = 0;
    if (f->restore || f->keep)
        sft_net_remember(f->net);
}

static void evaluate(fit *f)
{
    sft_scores s;
    if (sft_evaluate(f->trainer, SFT_VALIDATION, &s) || !s.count)
        return;
    f->progress.validation = s;
    f->progress.evaluated = true;
    log_scores(f, SFT_VALIDATION, &s);
    judge(f, &s);
}

static void end_epoch(fit *f)
{
    int64_t epoch = f->progress.step.epoch;
    bool last = f->progress.step.step == f->progress.plan.steps;
    log_scores(f, SFT_TRAIN, &f->progress.train);
    if (epoch % f->eval_every == 0 || last)
        evaluate(f);
    f->now.loss = f->now.right = 0;
    f->now.count = 0;
    if (f->every > 0 && fmod((double)epoch, f->every) < 1)
        save(f, false);
}

/* ---- a step ---------------------------------------------------------------------------------- */

static void note_step(fit *f)
{
    const sft_step_facts *at = &f->progress.step;
    f->now.loss += at->batch.loss * (double)at->batch.count;
    f->now.right += at->batch.accuracy * (double)at->batch.count;
    f->now.count += at->batch.count;
    f->progress.train = (sft_scores){ f->now.loss / (double)f->now.count, f->now.right / (double)f->now.count, f->now.count };
    f->progress.evaluated = false;
    f->progress.seconds = seconds() - f->started;
    double done = (double)(at->step - f->first_step), left = (double)(f->progress.plan.steps - at->step);
    f->progress.eta = f->progress.seconds / done * left;
}

static bool wants_to_stop(const fit *f)
{
    return f->patience > 0 && f->now.waits >= f->patience;
}

static void one_step(fit *f)
{
    if (sft_step(f->trainer, &f->progress.step))
        return;
    note_step(f);
    if (f->progress.step.epoch_end || f->progress.step.step == f->progress.plan.steps)
        end_epoch(f);
    else if (f->every_steps > 0 && f->progress.step.step % f->every_steps == 0)
        save(f, false);
    if (f->o->progress && !f->o->progress(f->o->user, &f->progress))
        f->stop = true;
}

/* ---- start and end --------------------------------------------------------------------------- */

static double number(sft_recipe *r, const char *key)
{
    const char *text = sft_recipe_get(r, key);
    return text ? strtod(text, NULL) : 0;
}

static bool is(sft_recipe *r, const char *key, const char *word)
{
    const char *text = sft_recipe_get(r, key);
    return text && !strcmp(text, word);
}

static void read_recipe(fit *f, sft_recipe *r)
{
    f->patience = (int64_t)number(r, "early_stop.patience");
    f->min_delta = number(r, "early_stop.min_delta");
    f->by_accuracy = is(r, "early_stop.monitor", "accuracy");
    f->restore = f->patience > 0 && is(r, "early_stop.restore_best", "true");
    f->keep = is(r, "checkpoint.keep_best", "true");
    f->eval_every = (int64_t)number(r, "train.eval_every");
    f->every = number(r, "checkpoint.every");
    f->every_steps = (int64_t)number(r, "checkpoint.every_steps");
}

static void open_run(fit *f, sft_recipe *r, sft_data *d)
{
    f->trainer = sft_trainer_new(f->ctx, r, d, f->net);
    if (f->o->folder && f->trainer)
        f->folder = sft_folder_open(f->trainer, f->o->folder, f->o->resume);
    const char *extra = NULL;
    unsigned flags = (f->o->reset_optimizer ? SFT_RESET_OPTIMIZER : 0u) | (f->o->allow_data_change ? SFT_ALLOW_DATA_CHANGE : 0u);
    if (f->o->resume && f->folder && sft_folder_load(f->folder, flags, &extra))
        read_memory(&f->now, extra);
    sft_trainer_facts_of(f->trainer, &f->progress.plan);
    f->first_step = f->progress.plan.step;
    f->progress.step.step = f->first_step;
    f->progress.step.epoch = f->progress.plan.epoch;
}

/* The weights that stay are scored on every split; test is read here for the first time. */
static void score(fit *f, sft_result *result)
{
    if (!f->stop && f->restore && f->now.best_epoch)
        sft_net_recall(f->net);
    sft_evaluate(f->trainer, SFT_TRAIN, &result->train);
    sft_evaluate(f->trainer, SFT_VALIDATION, &result->validation);
    if (sft_evaluate(f->trainer, SFT_TEST, &result->test) == SFT_OK && result->test.count)
        log_scores(f, SFT_TEST, &result->test);
    sft_net_hash(f->net, result->weights_sha256);
}

static void conclude(fit *f, sft_result *result)
{
    sft_trainer_facts done = { 0 };
    save(f, true);
    sft_trainer_facts_of(f->trainer, &done);
    score(f, result);
    result->steps = done.step;
    result->epochs = done.epoch;
    result->best_epoch = f->now.best_epoch;
    result->stopped = f->stop;
    result->early = wants_to_stop(f) && done.step < done.steps;
    result->seconds = seconds() - f->started;
}

sft_status sft_fit(sft_ctx *c, sft_recipe *r, sft_data *d, sft_net *n, const sft_fit_options *o, sft_result *result)
{
    static const sft_fit_options none = { 0 };
    fit f = { .ctx = c, .o = o ? o : &none, .net = n, .started = seconds() };
    *result = (sft_result){ 0 };
    if (!r || !d || !n || sft_code(c) || sft_recipe_resolve(r))
        return sft_code(c);
    read_recipe(&f, r);
    open_run(&f, r, d);
    while (!sft_code(c) && !f.stop && !wants_to_stop(&f) && f.progress.step.step < f.progress.plan.steps)
        one_step(&f);
    if (!sft_code(c))
        conclude(&f, result);
    sft_folder_end(f.folder, result);
    sft_folder_close(f.folder);
    sft_trainer_free(f.trainer);
    return sft_code(c);
}
