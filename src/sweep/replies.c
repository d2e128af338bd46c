/* SPDX-License-Identifier: MIT */
/* What a worker said, or its death, becomes a state and a row. */
#include "sweep/manager.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { MOST_DEATHS = 3 };       /* of workers killed from outside with one trial in hand: then it is the trial */

static void take_numbers(sft_sweep *s, sft_attempt *t, const sft_reply *r)
{
    const double before = t->seconds;
    t->epochs = r->epochs;
    t->steps = r->steps;
    t->planned_steps = r->planned_steps ? r->planned_steps : t->planned_steps;
    t->best_epoch = r->best_epoch;
    t->seconds = r->seconds;
    t->rank = r->rank;
    t->val_loss = r->val_loss;
    t->val_accuracy = r->val_accuracy;
    t->test_loss = r->test_loss;
    t->test_accuracy = r->test_accuracy;
    if (r->note[0])
        t->note = sft__arena_text(&s->arena, r->note);
    s->trial_seconds += t->seconds - before;
}

static void fail_trial(sft_sweep *s, sft_attempt *t, int code, const char *why)
{
    t->exit_code = code;
    t->failure = sft__arena_text(&s->arena, why);
    t->rank = t->val_loss = t->val_accuracy = t->test_loss = t->test_accuracy = NAN;
    s->failed++;
    s->ended++;
    sft__sweep_state(s, t, SFT_TRIAL_FAILED);
    sft__store_event(s->store, t->number, "failed", why);
}

/* A full disk would fail every trial that is still to come: it ends the sweep, and the trial waits. */
static void stop_for_disk(sft_sweep *s, sft_attempt *t, const sft_reply *r)
{
    if (!s->disk.status) {
        s->disk.status = SFT_IO;
        snprintf(s->disk.message, sizeof s->disk.message, "%s", r->text);
    }
    s->stopping = true;
    sft__sweep_state(s, t, SFT_TRIAL_WAITING);
}

static void done(sft_sweep *s, sft_attempt *t)
{
    t->failure = NULL;
    t->exit_code = 0;
    s->ended++;
    sft__sweep_state(s, t, SFT_TRIAL_DONE);
}

/* A metric is not known again of a best epoch before the trial was interrupted; it is then what it was at the rung before. */
static void rung(sft_sweep *s, sft_attempt *t)
{
    if (isnan(t->rank) && t->rung > 0)
        t->rank = s->rungs[t->number][t->rung - 1];
    sft__rung_reached(s, t, t->rank);
}

void sft__reply_take(sft_sweep *s, sft_worker *w, const sft_reply *r)
{
    sft_attempt *t = w->trial >= 0 ? &s->attempt[w->trial] : NULL;
    if (r->kind == SFT_REPLY_SHARE) {
        w->share = r->share;
        return;
    }
    w->trial = -1;
    w->share = 0;
    if (!t)
        return;
    take_numbers(s, t, r);
    s->fresh[t->number] = false;
    if (r->kind == SFT_REPLY_DONE)
        done(s, t);
    else if (r->kind == SFT_REPLY_RUNG)
        rung(s, t);
    else if (r->kind == SFT_REPLY_STOPPED) {
        w->leaving = true;
        sft__sweep_state(s, t, SFT_TRIAL_WAITING);
    }
    else if (r->code == SFT_IO)
        stop_for_disk(s, t, r);
    else
        fail_trial(s, t, r->code, r->text);
}

/* A crash would come again: it is the trial's. A SIGKILL is somebody's, or the system's where memory is short: the trial is tried again,
 * from its checkpoint. */
void sft__death_take(sft_sweep *s, sft_worker *w, int status)
{
    char why[200];
    const int64_t number = w->trial;
    sft_attempt *t = number >= 0 ? &s->attempt[number] : NULL;
    const int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    w->trial = -1;
    w->share = 0;
    if (!t)
        return;
    const bool outside = sig == SIGKILL || sig == SIGTERM || sig == SIGINT || sig == SIGHUP;
    if (outside && ++t->deaths < MOST_DEATHS) {
        sft__sweep_state(s, t, SFT_TRIAL_WAITING);
        sft__store_event(s->store, number, "killed", "its worker was killed; it is tried again");
        return;
    }
    if (outside)
        snprintf(why, sizeof why, "its worker was killed %d times (signal %d) — is memory short? Try fewer --workers", t->deaths, sig);
    else if (sig)
        snprintf(why, sizeof why, "its worker crashed (signal %d, %s)", sig, strsignal(sig));
    else
        snprintf(why, sizeof why, "its worker ended without a word (exit code %d)", WEXITSTATUS(status));
    fail_trial(s, t, sig ? 128 + sig : WEXITSTATUS(status), why);
}
