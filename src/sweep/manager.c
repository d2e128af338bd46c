/* SPDX-License-Identifier: MIT */
/* The manager's loop: idle workers get work, what they say is written down, progress is told. It sleeps most of the time. */
#include "base/ctx.h"
#include "base/io.h"
#include "recipe/recipe.h"
#include "sweep/manager.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#define TELL_SECONDS 0.1        /* between two calls of progress */
enum { MOST_WORKERS = 1024, MOST_IDLE_DEATHS = 100 };

/* ---- data, once ------------------------------------------------------------------------------------ */

static sft_status open_data(sft_sweep *s)
{
    for (int i = 0; i < s->plan.space.n; i++)
        if (sft__axis_changes_data(&s->plan.space.axis[i]))
            return sft_code(s->ctx);
    sft_recipe *r = sft_recipe_parse(s->ctx, s->plan.name, s->plan.recipe_text, strlen(s->plan.recipe_text));
    s->data = sft_data_open(s->ctx, r);
    if (s->data && !s->data->facts.count[SFT_VALIDATION])
        sft__fail(s->ctx, SFT_E202, "a sweep ranks by validation, and `%s` holds no samples out — give the recipe split.validation=0.1",
                  s->data->facts.name);
    sft_recipe_free(r);
    return sft_code(s->ctx);
}

/* ---- one turn --------------------------------------------------------------------------------------- */

static void start_trial(sft_sweep *s, sft_worker *w, int64_t number, int64_t until)
{
    sft_attempt *t = &s->attempt[number];
    if (!(t->started > 0))
        t->started = sft__unix_time();
    if (!sft__worker_give(s, w, number, until)) /* died while idle: its end is found by poll, and another is forked */
        w->trial = -1;
    else
        sft__sweep_state(s, t, SFT_TRIAL_RUNNING);
}

/* One that leaves has another in its place soon. */
static int busy(const sft_sweep *s)
{
    int n = 0;
    for (int i = 0; i < s->n_workers; i++)
        n += s->worker[i].fd >= 0 && (s->worker[i].trial >= 0 || s->worker[i].leaving);
    return n;
}

static int alive(const sft_sweep *s)
{
    int n = 0;
    for (int i = 0; i < s->n_workers; i++)
        n += s->worker[i].fd >= 0;
    return n;
}

/* Workers without a job get one; false: there is none, and nothing is running that could make some. */
static bool give_work(sft_sweep *s)
{
    bool none = false;
    for (int i = 0; i < s->n_workers && !none && !sft__failed(s->ctx); i++) {
        sft_worker *w = &s->worker[i];
        int64_t until = 0;
        if (w->fd < 0 || w->trial >= 0 || w->leaving)
            continue;
        const int64_t number = sft__sweep_next(s, &until);
        none = number < 0;
        if (!none)
            start_trial(s, w, number, until);
    }
    return !none || busy(s) > 0;
}

static void listen_to(sft_sweep *s, sft_worker *w)
{
    sft_reply r;
    int status;
    if (sft__receive(w->fd, &r, sizeof r)) {
        r.text[sizeof r.text - 1] = r.note[sizeof r.note - 1] = 0;
        s->idle_deaths = 0;
        sft__reply_take(s, w, &r);
        return;
    }
    s->idle_deaths += w->trial < 0;
    sft__worker_bury(w, &status);
    sft__death_take(s, w, status);
    if (s->stopping || sft__failed(s->ctx))
        return;
    if (s->idle_deaths > MOST_IDLE_DEATHS)
        sft__fail(s->ctx, SFT_E004, "workers end before they begin (exit code %d) — is memory short, or its limit too low?",
                  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    else
        sft__worker_fork(s, w);
}

static sft_status wait_for_words(sft_sweep *s, struct pollfd *p)
{
    for (int i = 0; i < s->n_workers; i++)
        p[i] = (struct pollfd){ .fd = s->worker[i].fd, .events = POLLIN };
    int ready = poll(p, (nfds_t)s->n_workers, (int)(1000 * TELL_SECONDS));
    for (int i = 0; i < s->n_workers && ready > 0; i++)
        if (p[i].fd >= 0 && p[i].revents)
            listen_to(s, &s->worker[i]);
    return sft_code(s->ctx);
}

static void tell(sft_sweep *s, bool last)
{
    const double now = sft__now();
    sft_sweep_facts facts;
    if (!s->o.progress || (!last && now - s->told < TELL_SECONDS) || sft_sweep_facts_of(s, &facts))
        return;
    s->told = now;
    if (!s->o.progress(s->o.user, &facts) && !last)
        s->stopping = true;
}

/* ---- all turns -------------------------------------------------------------------------------------- */

/* What was said in one turn is committed together, before the manager sleeps. */
static void loop(sft_sweep *s, struct pollfd *p)
{
    bool told_to_stop = false;
    while (!sft__failed(s->ctx)) {
        if (s->o.fail_fast > 0 && s->failed >= s->o.fail_fast)
            s->stopping = true;
        bool more = !s->stopping && give_work(s);
        if (sft__store_commit(s->store))
            return;
        tell(s, false);
        if ((!more || s->stopping) && !told_to_stop) {
            sft__workers_stop(s);
            told_to_stop = s->stopping = true;
        }
        if (told_to_stop && !alive(s))
            return;
        wait_for_words(s, p);
    }
}

static int worker_count(const sft_sweep *s)
{
    int n = s->o.workers > 0 ? s->o.workers : sft__cores();
    if (n > MOST_WORKERS)
        n = MOST_WORKERS;
    const int64_t left = s->most == INT64_MAX ? n : s->most - s->count[SFT_TRIAL_DONE] - s->count[SFT_TRIAL_FAILED];
    return left < n ? (left < 1 ? 1 : (int)left) : n;
}

static void run(sft_sweep *s)
{
    const int workers = worker_count(s);
    struct pollfd *p = sft__alloc(s->ctx, (size_t)workers * sizeof *p);
    s->last_workers = workers;
    if (p && open_data(s) == SFT_OK && sft__workers_start(s, workers) == SFT_OK)
        loop(s, p);
    sft__workers_kill(s);
    sft__free(s->ctx, p, (size_t)workers * sizeof *p);
    sft_data_free(s->data);
    s->data = NULL;
}

sft_status sft_sweep_run(sft_sweep *s)
{
    if (!s || sft__failed(s->ctx))
        return s ? sft_code(s->ctx) : SFT_USAGE;
    s->stopping = false;
    s->ended = s->failed = 0;
    if (sft__sweep_nothing_left(s))
        return sft_code(s->ctx);
    s->started = sft__now();
    s->disk = (sft_failure){ .status = SFT_OK };
    sft__store_event(s->store, -1, "started", s->folder);
    run(s);
    s->wall_before = sft__sweep_wall(s);
    s->started = 0;
    sft__store_clock(s->store, s->wall_before, s->last_workers);
    sft__store_event(s->store, -1, "ended", "");
    sft__store_commit(s->store);
    if (s->disk.status)
        sft__fail(s->ctx, SFT_E333, "%s — the sweep was stopped; when files can be written again, go on with --resume", s->disk.message);
    tell(s, true);
    return sft_code(s->ctx);
}
