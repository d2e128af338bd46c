/* SPDX-License-Identifier: MIT */
/* One job: the plan's recipe at a point, trained in the trial's folder by the calls of surefoot.h. */
#include "base/io.h"
#include "base/text.h"
#include "sweep/manager.h"
#include "sweep/notes.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Files of a trial are synced from here on; a shorter one is sooner trained again than waited for. */
#define LAZY_SECONDS 2.0
/* Between two looks at what the manager wants, and two words of how far it is. */
#define LOOK_SECONDS 0.05
#define TELL_SECONDS 0.5

typedef struct fitting {
    sft_bench     *b;
    const sft_job *job;
    sft_reply     *reply;
    double         looked, told; /* on the clock */
    bool           at_rung, stopped;
} fitting;

/* ---- while it trains ------------------------------------------------------------------------------ */

/* The manager has closed its end, or is dead, or this process was asked to end. */
static bool is_to_stop(const sft_bench *b)
{
    sigset_t pending;
    struct pollfd end = { .fd = b->fd, .events = POLLIN };
    if (poll(&end, 1, 0) > 0) /* no job is sent while one is in hand: it can only be the end */
        return true;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

static void remember(fitting *f, const sft_progress *p)
{
    f->reply->steps = p->step.step;
    f->reply->planned_steps = p->plan.steps;
    f->reply->epochs = p->step.epoch_end ? p->step.epoch : p->step.epoch - 1;
    f->reply->seconds = p->seconds;
}

static void tell_share(fitting *f, const sft_progress *p)
{
    const double end = f->job->until ? (double)(f->job->until * p->plan.steps_per_epoch) : (double)p->plan.steps;
    sft_reply share = { .kind = SFT_REPLY_SHARE, .share = end > 0 ? fmin(1, (double)p->step.step / end) : 0 };
    sft__send(f->b->fd, &share, sizeof share);
}

static bool each_step(void *user, const sft_progress *p)
{
    fitting *f = user;
    remember(f, p);
    const double now = sft__now();
    if (now - f->looked > LOOK_SECONDS) {
        f->looked = now;
        f->stopped = is_to_stop(f->b);
        sft__lazy_files(f->b->ctx, p->seconds < LAZY_SECONDS);
    }
    if (now - f->told > TELL_SECONDS && !f->stopped) {
        f->told = now;
        tell_share(f, p);
    }
    f->at_rung = f->job->until && p->step.epoch_end && p->step.epoch >= f->job->until;
    return !f->stopped && !f->at_rung;
}

/* ---- the recipe -------------------------------------------------------------------------------------- */

/* The weights of the best epoch by early_stop.monitor, which sft__plan_recipe has set to what is ranked by, are what is scored and kept:
 * test is computed once, for them. */
static sft_status keep_best(sft_recipe *r)
{
    if (!(sft_recipe_number(r, "early_stop.patience") > 0))
        sft_recipe_set(r, "early_stop.patience=1000000000"); /* never stops */
    sft_recipe_set(r, "early_stop.restore_best=yes");
    return sft_recipe_resolve(r);
}

/* The values of the axes that the data depend on are those that they were read for. */
static bool same_data(const sft_bench *b, const sft_job *job)
{
    const sft_space *s = &b->sweep->plan.space;
    for (int i = 0; i < s->n; i++)
        if (sft__axis_changes_data(&s->axis[i]) && job->u[i] != b->data_at[i] && !(isnan(job->u[i]) && isnan(b->data_at[i])))
            return false;
    return true;
}

static void open_data(sft_bench *b, const sft_job *job, sft_recipe *r)
{
    if (b->data && (b->sweep->data || same_data(b, job)))
        return;
    sft_data_free(b->data);
    b->data = sft_data_open(b->ctx, r);
    memcpy(b->data_at, job->u, sizeof b->data_at);
}

/* ---- what came of it ------------------------------------------------------------------------------------ */

/* The rank of weights whose scores are these; NaN: none. */
static double rank_of(const sft_plan *p, const sft_scores *s, const sft_measures *m)
{
    if (!strcmp(p->rank_by, "loss"))
        return s->loss;
    if (!strcmp(p->rank_by, "accuracy"))
        return s->accuracy;
    for (int i = 0; i < m->n; i++)
        if (!strcmp(p->rank_by, m->name[i]))
            return m->value[i];
    return NAN;
}

static double or_nan(double v, const sft_scores *s)
{
    return s->count ? v : NAN;
}

static void fill(fitting *f, const sft_result *result)
{
    const sft_plan *p = &f->b->sweep->plan;
    const bool ended = !result->stopped;
    const sft_scores *val = ended ? &result->validation : &result->best;
    const sft_measures *m = ended ? &result->measures[SFT_VALIDATION] : &result->best_measures;
    sft_reply *r = f->reply;
    r->kind = ended ? SFT_REPLY_DONE : f->at_rung ? SFT_REPLY_RUNG : SFT_REPLY_STOPPED;
    r->epochs = result->epochs;
    r->steps = result->steps;
    r->best_epoch = result->best_epoch;
    r->seconds = result->seconds;
    r->rank = val->count ? rank_of(p, val, m) : NAN;
    r->val_loss = or_nan(val->loss, val);
    r->val_accuracy = or_nan(val->accuracy, val);
    r->test_loss = or_nan(result->test.loss, &result->test);
    r->test_accuracy = or_nan(result->test.accuracy, &result->test);
}

static void copy_sentence(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%.*s", (int)strcspn(from, "\n"), from);
    size_t n = strlen(to);
    while (n && sft__utf8_fault(to, n) >= 0) /* cut inside of a letter */
        to[--n] = 0;
}

static void fail(fitting *f)
{
    sft_ctx *c = f->b->ctx;
    f->reply->kind = SFT_REPLY_FAILED;
    f->reply->code = (int)sft_code(c);
    copy_sentence(f->reply->text, sizeof f->reply->text, sft_message(c));
    sft_clear(c);
}

/* Numbers that are none rank nowhere: such a trial failed as one does whose loss was no number at a step. */
static void check_rank(fitting *f)
{
    sft_reply *r = f->reply;
    if (r->kind != SFT_REPLY_DONE || isfinite(r->rank))
        return;
    r->kind = SFT_REPLY_FAILED;
    r->code = SFT_TRAINING;
    snprintf(r->text, sizeof r->text, "%s", isnan(r->val_loss) && !r->best_epoch
             ? "no evaluation gave a number for validation — is there a validation split, and is the rate not too high?"
             : "the rank of the best epoch is not finite — is the rate too high?");
}

/* The worst that is true of the trial, judged by itself: reports compare it with the others. */
static void take_note(fitting *f, const char *folder)
{
    const sft_reply *r = f->reply;
    const bool failed = r->kind == SFT_REPLY_FAILED;
    sft_arena a;
    sft_attempt t = { .number = f->job->number, .seed = f->job->seed, .u = f->job->u, .folder = folder, .note = "",
                      .state = failed ? SFT_TRIAL_FAILED : SFT_TRIAL_DONE, .failure = failed ? r->text : NULL, .exit_code = r->code,
                      .epochs = r->epochs, .steps = r->steps, .planned_steps = r->planned_steps, .best_epoch = r->best_epoch,
                      .seconds = r->seconds, .rank = r->rank, .val_loss = r->val_loss, .val_accuracy = r->val_accuracy,
                      .test_loss = r->test_loss, .test_accuracy = r->test_accuracy };
    if (r->kind != SFT_REPLY_DONE && !failed)
        return;
    sft__arena_open(&a, f->b->ctx);
    copy_sentence(f->reply->note, sizeof f->reply->note, sft__attempt_note(f->b->ctx, &a, folder, &t, NULL));
    sft__arena_close(&a);
    sft_clear(f->b->ctx);
}

static bool is_there(const char *folder)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/recipe.yaml", folder);
    return sft__exists(path);
}

static void train(fitting *f, sft_recipe *r, sft_net *n, const char *folder)
{
    static const sft_watch_options judge = { .judge = true };
    sft_fit_options o = { .folder = folder, .resume = !f->job->fresh && is_there(folder), .progress = each_step, .user = f,
                          .watch = f->job->watch ? &judge : NULL };
    sft_result result;
    sft__lazy_files(f->b->ctx, true);
    if (sft_fit(f->b->ctx, r, f->b->data, n, &o, &result) == SFT_OK)
        fill(f, &result);
    sft__lazy_files(f->b->ctx, false);
}

void sft__job_do(sft_bench *b, const sft_job *job, sft_reply *reply)
{
    char folder[4200];
    const double started = sft__now();
    fitting f = { .b = b, .job = job, .reply = reply, .looked = started, .told = started };
    *reply = (sft_reply){ .rank = NAN, .val_loss = NAN, .val_accuracy = NAN, .test_loss = NAN, .test_accuracy = NAN };
    snprintf(folder, sizeof folder, "%s/" SFT_TRIAL_FOLDER, b->sweep->folder, (long long)job->number);
    sft_recipe *r = sft__plan_recipe(b->ctx, &b->sweep->plan, job->u, job->seed);
    if (r && keep_best(r) == SFT_OK)
        open_data(b, job, r);
    sft_net *n = sft_net_new(b->ctx, r, b->data);
    if (n)
        train(&f, r, n, folder);
    if (sft_code(b->ctx))
        fail(&f);
    check_rank(&f);
    take_note(&f, folder);
    sft_net_free(n);
    sft_recipe_free(r);
    sft_clear(b->ctx);
    if (!(reply->seconds > 0))
        reply->seconds = sft__now() - started;
}
