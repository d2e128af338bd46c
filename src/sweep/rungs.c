/* SPDX-License-Identifier: MIT */
/* Halving in the manager: a trial rests at the end of a rung (it is pruned) until its value there is among the best 1/eta. */
#include "sweep/manager.h"

#include <math.h>

static int rungs_of(const sft_sweep *s, int64_t number, int64_t epochs[SFT_MOST_RUNGS])
{
    const sft_halving *h = &s->plan.halving;
    return h->eta > 0 ? sft__rungs(h, sft__bracket(h, number), epochs) : 0;
}

int64_t sft__rung_end(const sft_sweep *s, int64_t number, int rung)
{
    int64_t epochs[SFT_MOST_RUNGS];
    const int n = rungs_of(s, number, epochs);
    return rung < n - 1 ? epochs[rung] : 0;
}

/* Values at the end of a rung in a bracket, less is better, NaN of those that failed on the way there; returns how many. */
static int values_at(const sft_sweep *s, int bracket, int rung, double *values)
{
    int n = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const sft_attempt *t = &s->attempt[i];
        const bool fell = t->state == SFT_TRIAL_FAILED && t->rung == rung;
        if ((t->rung > rung || fell) && sft__bracket(&s->plan.halving, i) == bracket)
            values[n++] = sft__sweep_key(s, s->rungs[i][rung]);
    }
    return n;
}

/* Of those that rest at the end of `rung`, the best that may go on. */
static int64_t best_resting(const sft_sweep *s, int bracket, int rung, const double *values, int n)
{
    int64_t best = -1;
    for (int64_t i = 0; i < s->n; i++) {
        const sft_attempt *t = &s->attempt[i];
        const double key = sft__sweep_key(s, s->rungs[i][rung]);
        if (t->state != SFT_TRIAL_PRUNED || t->rung != rung + 1 || isnan(key) || sft__bracket(&s->plan.halving, i) != bracket)
            continue;
        if ((best < 0 || key < sft__sweep_key(s, s->rungs[best][rung])) && sft__promotes(&s->plan.halving, values, n, key))
            best = i;
    }
    return best;
}

static int64_t promotable_in(const sft_sweep *s, int bracket, double *values)
{
    int64_t epochs[SFT_MOST_RUNGS];
    for (int rung = sft__rungs(&s->plan.halving, bracket, epochs) - 2; rung >= 0; rung--) {
        const int n = values_at(s, bracket, rung, values);
        const int64_t found = n ? best_resting(s, bracket, rung, values, n) : -1;
        if (found >= 0)
            return found;
    }
    return -1;
}

/* The highest rung first: what has come far is worth the most. */
int64_t sft__rung_promotable(const sft_sweep *s, int64_t *until)
{
    const int brackets = s->plan.halving.brackets > 1 ? (int)s->plan.halving.brackets : 1;
    int64_t found = -1;
    if (!(s->plan.halving.eta > 0) || !s->count[SFT_TRIAL_PRUNED])
        return -1;
    double *values = sft__alloc(s->ctx, (size_t)s->n * sizeof *values);
    for (int b = 0; values && b < brackets && found < 0; b++)
        found = promotable_in(s, b, values);
    sft__free(s->ctx, values, (size_t)s->n * sizeof *values);
    if (found >= 0)
        *until = sft__rung_end(s, found, s->attempt[found].rung);
    return found;
}

sft_status sft__rung_reached(sft_sweep *s, sft_attempt *t, double rank)
{
    const int rung = t->rung;
    s->rungs[t->number][rung] = rank;
    t->rung++;
    sft__store_rung(s->store, t->number, rung, t->epochs, rank);
    return sft__sweep_state(s, t, SFT_TRIAL_PRUNED);
}
