/* SPDX-License-Identifier: MIT */
/* The trials of a sweep in memory: arrays by number that grow together, and their counts. */
#include "sweep/manager.h"

#include <string.h>

/* All of them or none: memory may run out between two. */
sft_status sft__sweep_room(sft_sweep *s, int64_t n)
{
    if (n <= s->room)
        return sft_code(s->ctx);
    int64_t room = s->room ? s->room : 256;
    while (room < n)
        room *= 2;
    sft_attempt *attempt = sft__alloc(s->ctx, (size_t)room * sizeof *attempt);
    bool *fresh = sft__alloc(s->ctx, (size_t)room * sizeof *fresh);
    double(*rungs)[SFT_MOST_RUNGS] = sft__alloc(s->ctx, (size_t)room * sizeof *rungs);
    if (!attempt || !fresh || !rungs) {
        sft__free(s->ctx, attempt, (size_t)room * sizeof *attempt);
        sft__free(s->ctx, fresh, (size_t)room * sizeof *fresh);
        sft__free(s->ctx, rungs, (size_t)room * sizeof *rungs);
        return sft_code(s->ctx);
    }
    if (s->n) {
        memcpy(attempt, s->attempt, (size_t)s->n * sizeof *attempt);
        memcpy(fresh, s->fresh, (size_t)s->n * sizeof *fresh);
        memcpy(rungs, s->rungs, (size_t)s->n * sizeof *rungs);
    }
    sft__sweep_free_room(s);
    s->attempt = attempt, s->fresh = fresh, s->rungs = rungs, s->room = room;
    return SFT_OK;
}

void sft__sweep_free_room(sft_sweep *s)
{
    sft__free(s->ctx, s->attempt, (size_t)s->room * sizeof *s->attempt);
    sft__free(s->ctx, s->fresh, (size_t)s->room * sizeof *s->fresh);
    sft__free(s->ctx, s->rungs, (size_t)s->room * sizeof *s->rungs);
    s->attempt = NULL, s->fresh = NULL, s->rungs = NULL, s->room = 0;
}

sft_status sft__sweep_state(sft_sweep *s, sft_attempt *t, sft_trial_state state)
{
    s->count[t->state]--;
    s->count[state]++;
    t->state = state;
    s->sorted = false;
    if (state == SFT_TRIAL_WAITING && t->number < s->waiting_from)
        s->waiting_from = t->number;
    return sft__store_put(s->store, &s->plan, t);
}
