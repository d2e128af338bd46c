/* SPDX-License-Identifier: MIT */
/* A sweep opened for work: its plan, its folder, and what the folder knows already. */
#include "base/io.h"
#include "sweep/manager.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_POINTS = 100 };
#define ORPHAN_SECONDS 10.0     /* that workers of a manager that was killed may take to write their checkpoints */

/* ---- what the folder knows --------------------------------------------------------------------------- */

/* Trials that the last manager left running wait again, for their own checkpoints; those of other programs go on being theirs. */
static void put_back(sft_sweep *s, sft_attempt *t)
{
    const bool retry = s->o.retry_failed && t->state == SFT_TRIAL_FAILED && t->folder[0];
    if (t->state == SFT_TRIAL_RUNNING && t->folder[0])
        sft__sweep_state(s, t, SFT_TRIAL_WAITING);
    if (!retry)
        return;
    s->fresh[t->number] = true;
    t->failure = NULL;
    t->exit_code = t->deaths = t->rung = 0;
    t->epochs = t->steps = t->best_epoch = 0;
    s->trial_seconds -= t->seconds;
    t->seconds = 0;
    sft__sweep_state(s, t, SFT_TRIAL_WAITING);
}

static sft_status load(sft_sweep *s)
{
    sft_attempt *list;
    int64_t n = 0;
    if (sft__store_load(s->store, &s->plan, &s->arena, &n, &list) || sft__sweep_room(s, n + 1))
        return sft_code(s->ctx);
    if (n)
        memcpy(s->attempt, list, (size_t)n * sizeof *list);
    s->n = n;
    if (sft__store_load_rungs(s->store, n, s->rungs))
        return sft_code(s->ctx);
    for (int64_t i = 0; i < n; i++) {
        s->count[s->attempt[i].state]++;
        s->trial_seconds += s->attempt[i].seconds;
    }
    for (int64_t i = 0; i < n && !sft__failed(s->ctx); i++)
        put_back(s, &s->attempt[i]);
    return sft__store_commit(s->store);
}

/* ---- its plan ------------------------------------------------------------------------------------------ */

static sft_status begin(sft_sweep *s)
{
    sft__store_begin(s->store, &s->plan, sft_version(), sft__unix_time());
    return sft__store_commit(s->store);
}

static sft_status meet_plan(sft_sweep *s, bool given)
{
    sft_store_head head;
    const bool there = sft__store_head(s->store, &s->arena, &head);
    if (sft__failed(s->ctx))
        return sft_code(s->ctx);
    if (there && !s->o.resume)
        return sft__fail(s->ctx, SFT_E345, "%s holds a sweep already — go on with it by --resume, or choose another folder by -o",
                         s->folder);
    if (!there && !given)
        return sft__fail(s->ctx, SFT_E299, "%s holds no sweep yet — begin with: surefoot sweep SWEEP.yaml -o %s", s->folder, s->folder);
    if (!there)
        return begin(s);
    s->wall_before = head.wall_seconds;
    s->last_workers = head.workers;
    if (given)
        return sft__sweep_same_plan(s, head.text);
    if (sft__plan_parse(s->ctx, &s->arena, head.name, head.text, strlen(head.text), NULL, &s->plan) == SFT_OK)
        sft__sweep_override(s);
    return (s->o.n_sets || s->o.seeds) && !sft__failed(s->ctx) ? sft__sweep_same_plan(s, head.text) : sft_code(s->ctx);
}

/* Trials at most. Without a budget a grid ends by itself, and others after so many points. */
static int64_t most_trials(const sft_sweep *s)
{
    const sft_plan *p = &s->plan;
    int64_t size = sft__space_size(&p->space), all;
    if (s->o.trials > 0)
        return s->o.trials;
    if (p->max_trials > 0)
        return p->max_trials;
    if (!strcmp(p->sampler.record->name, "grid") && size > 0)
        return sft__mul(size, p->seeds, &all) ? all : INT64_MAX;
    return (int64_t)DEFAULT_POINTS * p->seeds;
}

static sft_status name_axes(sft_sweep *s)
{
    s->key = sft__arena_alloc(&s->arena, (size_t)(s->plan.space.n + 1) * sizeof *s->key);
    for (int i = 0; s->key && i < s->plan.space.n; i++)
        s->key[i] = s->plan.space.axis[i].key;
    s->most = most_trials(s);
    return sft_code(s->ctx);
}

/* ---- open and close ---------------------------------------------------------------------------------------- */

static sft_status make_folder(sft_sweep *s, bool given)
{
    char path[4200];
    if (!s->o.folder || !*s->o.folder || strlen(s->o.folder) >= sizeof s->folder)
        return sft__fail(s->ctx, SFT_E002, "a sweep needs a folder, with a name of less than %zu bytes", sizeof s->folder);
    memcpy(s->folder, s->o.folder, strlen(s->o.folder) + 1);
    snprintf(path, sizeof path, "%s/sweep.db", s->folder);
    if (!given && !sft__exists(path))
        return sft__fail(s->ctx, SFT_E299, "%s: no sweep there (no sweep.db) — begin with: surefoot sweep SWEEP.yaml -o %s", s->folder,
                         s->folder);
    snprintf(path, sizeof path, "%s/trials", s->folder);
    return sft__make_folder(s->ctx, path);
}

sft_sweep *sft_sweep_open(sft_ctx *c, const char *plan, const sft_sweep_options *o)
{
    if (!c || sft__failed(c))
        return NULL;
    if (!o) {
        sft__fail(c, SFT_E002, "sft_sweep_open needs options with a folder");
        return NULL;
    }
    sft_sweep *s = sft__alloc(c, sizeof *s);
    if (!s)
        return NULL;
    s->ctx = c;
    s->o = *o;
    s->lock = -1;
    sft__arena_open(&s->arena, c);
    sft__arena_open(&s->answer, c);
    if (plan && sft__plan_read(c, &s->arena, plan, &s->plan) == SFT_OK)
        sft__sweep_override(s);
    if (!sft__failed(c) && make_folder(s, plan != NULL) == SFT_OK &&
        sft__lock(c, s->folder, SFT_E344, ORPHAN_SECONDS, &s->lock) == SFT_OK)
        s->store = sft__store_open(c, s->folder, SFT_STORE_WRITE);
    if (s->store && meet_plan(s, plan != NULL) == SFT_OK && name_axes(s) == SFT_OK && load(s) == SFT_OK)
        return s;
    sft_sweep_close(s);
    return NULL;
}

void sft_sweep_close(sft_sweep *s)
{
    if (!s)
        return;
    sft_ctx *c = s->ctx;
    sft__store_close(s->store);
    sft__sweep_free_room(s);
    sft__free(c, s->sample, (size_t)s->sample_room * sizeof *s->sample);
    sft__free(c, s->order, (size_t)s->order_room * sizeof *s->order);
    sft__arena_close(&s->answer);
    sft__arena_close(&s->arena);
    sft__unlock(s->lock);
    sft__free(c, s, sizeof *s);
}
