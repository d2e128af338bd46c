/* SPDX-License-Identifier: MIT */
/* What a sweep answers: counts, one trial, points from the best to the worst. */
#include "base/stats.h"
#include "sweep/manager.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the order of points -------------------------------------------------------------------------- */

static sft_standing standing_of(const sft_sweep *s, int64_t point)
{
    const sft_attempt *t = &s->attempt[point * s->plan.seeds];
    sft_stats rank = { 0 };
    int done = 0;
    for (int64_t i = 0; i < s->plan.seeds; i++) {
        done += t[i].state == SFT_TRIAL_DONE;
        if (t[i].state != SFT_TRIAL_FAILED)
            sft__stats_add(&rank, t[i].rank);
    }
    sft_standing k = { .point = point, .class = done == s->plan.seeds ? 0 : rank.n ? 1 : 2, .rank = rank.n ? rank.mean : NAN };
    k.key = sft__sweep_key(s, k.rank);
    return k;
}

static int best_first(const void *a, const void *b)
{
    const sft_standing *x = a, *y = b;
    if (x->class != y->class)
        return x->class - y->class;
    if (x->key < y->key || x->key > y->key) /* NaN is equal to all, and class 2 has nothing else */
        return x->key < y->key ? -1 : 1;
    return x->point < y->point ? -1 : 1;
}

static sft_status sort(sft_sweep *s)
{
    const int64_t points = s->n / s->plan.seeds;
    if (s->sorted && s->n_order == points)
        return SFT_OK;
    if (points > s->order_room) {
        sft_standing *more = sft__realloc(s->ctx, s->order, (size_t)s->order_room * sizeof *more, (size_t)(2 * points) * sizeof *more);
        if (!more)
            return sft_code(s->ctx);
        s->order = more;
        s->order_room = 2 * points;
    }
    for (int64_t i = 0; i < points; i++)
        s->order[i] = standing_of(s, i);
    if (points)
        qsort(s->order, (size_t)points, sizeof *s->order, best_first);
    s->n_order = points;
    s->sorted = true;
    return SFT_OK;
}

/* ---- counts ------------------------------------------------------------------------------------------- */

/* By the mean time of what ended in this run; what is running counts by its share. */
static double eta_of(const sft_sweep *s, int64_t left)
{
    double done = (double)s->ended;
    for (int i = 0; i < s->n_workers; i++)
        done += s->worker[i].trial >= 0 ? s->worker[i].share : 0;
    const double spent = sft__sweep_wall(s) - s->wall_before;
    return done > 0 && s->started > 0 ? spent / done * fmax(0, (double)(s->ended + left) - done) : NAN;
}

sft_status sft_sweep_facts_of(sft_sweep *s, sft_sweep_facts *f)
{
    if (!s || sft__failed(s->ctx) || sort(s))
        return s ? sft_code(s->ctx) : SFT_USAGE;
    const int64_t ended = s->count[SFT_TRIAL_DONE] + s->count[SFT_TRIAL_FAILED] + s->count[SFT_TRIAL_PRUNED];
    const int64_t planned = s->used_up || s->most == INT64_MAX ? (s->used_up ? s->n : 0) : s->most > s->n ? s->most : s->n;
    const bool any = s->n_order && s->order[0].class < 2;
    *f = (sft_sweep_facts){ .name = s->plan.name, .folder = s->folder, .rank_by = s->plan.rank_by, .sampler = s->plan.sampler.record->name,
                            .maximize = s->plan.maximize, .axes = s->plan.space.n, .seeds = s->plan.seeds,
                            .workers = s->last_workers, .key = s->key, .planned = planned, .trials = s->n,
                            .waiting = s->count[SFT_TRIAL_WAITING], .running = s->count[SFT_TRIAL_RUNNING],
                            .done = s->count[SFT_TRIAL_DONE], .pruned = s->count[SFT_TRIAL_PRUNED], .failed = s->count[SFT_TRIAL_FAILED],
                            .best_point = any ? s->order[0].point : -1, .best = any ? s->order[0].rank : NAN,
                            .seconds = sft__sweep_wall(s), .trial_seconds = s->trial_seconds,
                            .eta = planned ? eta_of(s, planned - ended) : NAN };
    f->complete = !f->running && sft__sweep_nothing_left(s);
    return sft_code(s->ctx);
}

/* ---- one trial ------------------------------------------------------------------------------------------ */

static const char *edits_of(sft_sweep *s, const sft_attempt *t)
{
    const char *list[SFT_MOST_AXES], *text = "";
    const int n = sft__space_overrides(&s->plan.space, t->u, &s->answer, list);
    for (int i = 0; text && i < n; i++)
        text = list[i] ? sft__arena_printf(&s->answer, "%s%s ", text, list[i]) : NULL;
    return text ? sft__arena_printf(&s->answer, "%strain.seed=%lld", text, (long long)t->seed) : NULL;
}

bool sft_sweep_trial(sft_sweep *s, int64_t number, sft_attempt_facts *f)
{
    if (!s || sft__failed(s->ctx) || number < 0 || number >= s->n)
        return false;
    const sft_attempt *t = &s->attempt[number];
    sft__arena_close(&s->answer);
    sft__arena_open(&s->answer, s->ctx);
    *f = (sft_attempt_facts){ .number = number, .point = t->point, .seed = t->seed, .state = sft__state_name(t->state),
                              .failure = t->failure, .note = t->note, .exit_code = t->exit_code, .epochs = t->epochs, .steps = t->steps,
                              .planned_steps = t->planned_steps, .best_epoch = t->best_epoch, .seconds = t->seconds, .rank = t->rank,
                              .val_loss = t->val_loss, .val_accuracy = t->val_accuracy, .test_loss = t->test_loss,
                              .test_accuracy = t->test_accuracy, .value = t->value };
    f->folder = t->folder[0] ? sft__arena_printf(&s->answer, "%s/%s", s->folder, t->folder) : "";
    f->edits = edits_of(s, t);
    return !sft__failed(s->ctx);
}

/* ---- one point --------------------------------------------------------------------------------------------- */

static double mean_of(const sft_stats *s)
{
    return s->n ? s->mean : NAN;
}

static double std_of(const sft_stats *s)
{
    return s->n > 1 ? sqrt(sft__stats_variance(s)) : NAN;
}

bool sft_sweep_point(sft_sweep *s, int64_t place, sft_point_facts *f)
{
    sft_stats rank = { 0 }, loss = { 0 }, val = { 0 }, test = { 0 }, epoch = { 0 }, seconds = { 0 };
    if (!s || sft__failed(s->ctx) || sort(s) || place < 0 || place >= s->n_order)
        return false;
    const int64_t point = s->order[place].point;
    const sft_attempt *t = &s->attempt[point * s->plan.seeds];
    *f = (sft_point_facts){ .point = point, .trials = s->plan.seeds, .value = t->value, .note = "" };
    for (int i = 0; i < s->plan.seeds; i++) {
        f->done += t[i].state == SFT_TRIAL_DONE;
        f->pruned += t[i].state == SFT_TRIAL_PRUNED;
        f->failed += t[i].state == SFT_TRIAL_FAILED;
        if (!f->note[0] && t[i].note)
            f->note = t[i].note;
        if (t[i].state == SFT_TRIAL_FAILED)
            continue;
        sft__stats_add(&rank, t[i].rank);
        sft__stats_add(&loss, t[i].val_loss);
        sft__stats_add(&val, t[i].val_accuracy);
        sft__stats_add(&test, t[i].test_accuracy);
        sft__stats_add(&epoch, t[i].best_epoch > 0 ? (double)t[i].best_epoch : NAN);
        sft__stats_add(&seconds, t[i].seconds > 0 ? t[i].seconds : NAN);
    }
    f->rank = mean_of(&rank), f->rank_std = std_of(&rank);
    f->val_loss = mean_of(&loss);
    f->val_accuracy = mean_of(&val), f->val_accuracy_std = std_of(&val);
    f->test_accuracy = mean_of(&test), f->test_accuracy_std = std_of(&test);
    f->best_epoch = mean_of(&epoch);
    f->seconds = mean_of(&seconds);
    return true;
}
