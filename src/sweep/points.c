/* SPDX-License-Identifier: MIT */
/* Which trial comes next: one that may go on to the next rung, one that waits, or a new point of the sampler. */
#include "base/io.h"
#include "sweep/manager.h"

#include <math.h>
#include <string.h>

double sft__sweep_key(const sft_sweep *s, double rank)
{
    return s->plan.maximize ? -rank : rank;
}

double sft__sweep_wall(const sft_sweep *s)
{
    return s->wall_before + (s->started > 0 ? sft__now() - s->started : 0);
}

/* ---- what the sampler is told ----------------------------------------------------------------------- */

/* A point is as good as the mean of its seeds; it failed when at least half of those that ended did. */
static void tell_point(const sft_sweep *s, int64_t point, sft_sample *out)
{
    const sft_attempt *t = &s->attempt[point * s->plan.seeds];
    const int64_t left = s->n - point * s->plan.seeds, seeds = left < s->plan.seeds ? left : s->plan.seeds;
    double sum = 0, share = 0;
    int well = 0, failed = 0;
    for (int64_t i = 0; i < seeds; i++) {
        failed += t[i].state == SFT_TRIAL_FAILED;
        if (t[i].state == SFT_TRIAL_FAILED || !isfinite(t[i].rank))
            continue;
        sum += sft__sweep_key(s, t[i].rank);
        share += t[i].planned_steps > 0 ? (double)t[i].steps / (double)t[i].planned_steps : 1;
        well++;
    }
    *out = (sft_sample){ .u = t->u, .known = SFT_KNOWN_RUNNING, .budget = 1 };
    if (failed && failed >= well)
        out->known = SFT_KNOWN_FAILED;
    else if (well)
        *out = (sft_sample){ .u = t->u, .known = SFT_KNOWN_VALUE, .value = sum / well,
                             .budget = s->plan.halving.eta > 0 ? share / well : 1 };
}

static sft_status tell_all(sft_sweep *s, int64_t points)
{
    if (points > s->sample_room) {
        int64_t room = s->room / s->plan.seeds + 1;
        sft_sample *more = sft__realloc(s->ctx, s->sample, (size_t)s->sample_room * sizeof *more, (size_t)room * sizeof *more);
        if (!more)
            return sft_code(s->ctx);
        s->sample = more;
        s->sample_room = room;
    }
    for (int64_t i = 0; i < points; i++)
        tell_point(s, i, &s->sample[i]);
    return SFT_OK;
}

/* ---- one more point --------------------------------------------------------------------------------------- */

static sft_status add_trial(sft_sweep *s, const double *u, int64_t point, int seed)
{
    const int64_t number = s->n;
    if (sft__sweep_room(s, number + 1))
        return sft_code(s->ctx);
    sft_attempt *t = &s->attempt[number];
    *t = (sft_attempt){ .number = number, .point = point, .seed = s->plan.seed[seed], .u = u, .state = SFT_TRIAL_WAITING, .folder = "",
                        .rank = NAN, .val_loss = NAN, .val_accuracy = NAN, .test_loss = NAN, .test_accuracy = NAN, .note = "" };
    t->folder = sft__arena_printf(&s->arena, SFT_TRIAL_FOLDER, (long long)number);
    if (!t->folder || sft__attempt_values(&s->plan, &s->arena, t))
        return sft_code(s->ctx);
    s->fresh[number] = false;
    for (int k = 0; k < SFT_MOST_RUNGS; k++)
        s->rungs[number][k] = NAN;
    s->n++;
    s->count[SFT_TRIAL_WAITING]++;
    return sft__sweep_state(s, t, SFT_TRIAL_WAITING);
}

sft_status sft__sweep_extend(sft_sweep *s, bool *done)
{
    const sft_plan *p = &s->plan;
    const int64_t points = s->n / p->seeds;
    double *u = sft__arena_alloc(&s->arena, sizeof *u * (size_t)(p->space.n + 1));
    *done = false;
    if (!u || tell_all(s, points))
        return sft_code(s->ctx);
    const sft_search search = { .space = &p->space, .conf = p->sampler.conf, .seed = p->sampler_seed, .n = points, .sample = s->sample };
    sft__sampler_next(s->ctx, p->sampler.record, &search, u, done);
    s->used_up = *done;
    for (int i = 0; i < p->seeds && !*done && !sft__failed(s->ctx); i++)
        add_trial(s, u, points, i);
    return sft_code(s->ctx);
}

static bool out_of_time(const sft_sweep *s)
{
    const double seconds = s->o.seconds > 0 ? s->o.seconds : s->plan.max_seconds;
    return seconds > 0 && sft__sweep_wall(s) >= seconds;
}

bool sft__sweep_may_extend(const sft_sweep *s)
{
    const bool room = s->n + s->plan.seeds <= s->most || (!s->n && s->most > 0);
    return !s->used_up && room && !out_of_time(s);
}

bool sft__sweep_nothing_left(const sft_sweep *s)
{
    int64_t until;
    return !s->count[SFT_TRIAL_WAITING] && !sft__sweep_may_extend(s) && sft__rung_promotable(s, &until) < 0;
}

/* ---- what to do next ----------------------------------------------------------------------------------------- */

static int64_t first_waiting(sft_sweep *s)
{
    if (!s->count[SFT_TRIAL_WAITING])
        return -1;
    while (s->waiting_from < s->n && s->attempt[s->waiting_from].state != SFT_TRIAL_WAITING)
        s->waiting_from++;
    return s->waiting_from < s->n ? s->waiting_from : -1;
}

int64_t sft__sweep_next(sft_sweep *s, int64_t *until)
{
    bool done = false;
    if (out_of_time(s))
        return -1;
    int64_t number = sft__rung_promotable(s, until);
    if (number >= 0)
        return number;
    number = first_waiting(s);
    if (number < 0 && sft__sweep_may_extend(s) && sft__sweep_extend(s, &done) == SFT_OK && !done)
        number = first_waiting(s);
    *until = number < 0 ? 0 : sft__rung_end(s, number, s->attempt[number].rung);
    return number;
}
