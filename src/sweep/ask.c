/* SPDX-License-Identifier: MIT */
/* Trials that other programs train: asked for one by one, told of when they are done. */
#include "base/io.h"
#include "sweep/manager.h"

#include <math.h>

/* It waits for a worker that would go on from its checkpoint: not for another program. */
static int64_t next_untouched(sft_sweep *s)
{
    bool done = false;
    for (int64_t i = s->waiting_from; i < s->n; i++)
        if (s->attempt[i].state == SFT_TRIAL_WAITING && !(s->attempt[i].started > 0))
            return i;
    const int64_t first = s->n;
    if (!sft__sweep_may_extend(s) || sft__sweep_extend(s, &done) || done)
        return -1;
    return first;
}

bool sft_sweep_ask(sft_sweep *s, sft_attempt_facts *facts)
{
    if (!s || sft__failed(s->ctx))
        return false;
    const int64_t number = next_untouched(s);
    if (number < 0 || sft__failed(s->ctx))
        return false;
    sft_attempt *t = &s->attempt[number];
    t->folder = "";
    t->started = sft__unix_time();
    sft__sweep_state(s, t, SFT_TRIAL_RUNNING);
    sft__store_event(s->store, number, "asked", "");
    return sft__store_commit(s->store) == SFT_OK && sft_sweep_trial(s, number, facts);
}

static sft_status may_tell(sft_sweep *s, int64_t number)
{
    if (number < 0 || number >= s->n)
        return sft__fail(s->ctx, SFT_E345, "%s has no trial %lld; there are %lld so far — `ask` gives numbers", s->folder,
                         (long long)number, (long long)s->n);
    const sft_attempt *t = &s->attempt[number];
    if (t->folder[0])
        return sft__fail(s->ctx, SFT_E345, "trial %lld is trained by surefoot itself, it was not asked for — `ask` gives numbers",
                         (long long)number);
    if (t->state != SFT_TRIAL_RUNNING)
        return sft__fail(s->ctx, SFT_E345, "trial %lld is %s already — each is told of once", (long long)number, sft__state_name(t->state));
    return SFT_OK;
}

sft_status sft_sweep_tell(sft_sweep *s, int64_t number, double rank)
{
    if (!s || sft__failed(s->ctx))
        return s ? sft_code(s->ctx) : SFT_USAGE;
    if (may_tell(s, number))
        return sft_code(s->ctx);
    sft_attempt *t = &s->attempt[number];
    t->seconds = fmax(0, sft__unix_time() - t->started);
    s->trial_seconds += t->seconds;
    t->rank = isfinite(rank) ? rank : NAN;
    t->failure = isfinite(rank) ? NULL : "told of as failed";
    t->exit_code = isfinite(rank) ? 0 : SFT_TRAINING;
    sft__sweep_state(s, t, isfinite(rank) ? SFT_TRIAL_DONE : SFT_TRIAL_FAILED);
    sft__store_event(s->store, number, "told", isfinite(rank) ? "" : "failed");
    return sft__store_commit(s->store);
}
