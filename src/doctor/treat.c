/* SPDX-License-Identifier: MIT */
/* Treatment in rounds: what has won is applied, the patient is looked at again, and what still stands is treated on top of it.
 *
 * Some faults hide what the cure of another would gain: behind raw inputs and a wrong output a rate that is too low cannot be
 * seen. What is wrong by the samples, the contract of output and loss, or the first values alone is therefore put right on trial
 * even where that alone gains nothing; what then wins on top of it has to win with it against the recipe as it was given. */
#include "doctor/diagnose.h"

#include "base/text.h"

#include <math.h>

enum { MOST_TRIALS = 64 };

typedef struct treatment {
    sft_diagnosis            *d;
    const sft_doctor_options *o;
    sft_chart                *chart; /* of this round */
    const sft_finding        *found;
    int                       n_found;
    sft_edits                 set;   /* of all rounds before */
    const char               *names; /* of the remedies in it; NULL: none */
    const sft_finding        *on_trial; /* the first one that was put right on trial; NULL: none was */
    const sft_remedy         *remedy;   /* how */
    int                       trials_before; /* trials when that was done */
} treatment;

static bool watched(void *user, const char *what, double share)
{
    sft_chart *c = user;
    return sft__watch(&c->watch, what, share);
}

static void apply(treatment *t, const sft_remedy *r, const sft_edits *e)
{
    sft__merge_edits(&t->set, e);
    t->names = t->names ? sft__say(t->d->chart, "%s, %s", t->names, r->name) : r->name;
}

/* ---- trials of a round ------------------------------------------------------------------------------- */

/* Steps that are left of a budget that was asked for. */
static double steps_left(const treatment *t)
{
    return t->o->budget > 0 ? t->o->budget * (double)t->d->chart->course.planned - (double)t->d->spent : INFINITY;
}

static sft_verify_conf conf_of(const treatment *t, int64_t *spent)
{
    sft_diagnosis  *d = t->d;
    sft_verify_conf k = { .seeds = t->o->seeds, .spent = spent, .already = d->spent, .progress = watched, .user = d->chart,
                          .without = t->o->without };
    if (isfinite(steps_left(t))) k.budget = (int64_t)fmax(1, steps_left(t));
    return k;
}

/* Appends trials; returns the one that has won, or NULL. */
static sft_trial *try(treatment *t, sft_chart *c, const sft_finding *found, int n, const sft_edits *only)
{
    sft_diagnosis  *d = t->d;
    int64_t         spent = 0;
    sft_verify_conf k = conf_of(t, &spent);
    sft_trial      *list = d->trial + d->n_trials, *won = NULL;
    k.only = only;
    const int tried = sft__verify(c, found, n, &k, list, MOST_TRIALS - d->n_trials);
    d->spent += spent;
    d->n_trials += tried;
    for (int i = 0; i < tried; i++) {
        list[i].round = only ? 0 : d->rounds;
        if (list[i].verdict == SFT_WON) won = &list[i];
        if (t->names && !only && list[i].reason) list[i].reason = sft__say(c, "on top of %s: %s", t->names, list[i].reason);
    }
    return won;
}

/* ---- the next round ------------------------------------------------------------------------------------ */

static bool is_fault(const sft_finding *f)
{
    return !f->cause && f->severity >= SFT_FAULT;
}

/* The most upstream fault is put right, whether that helps by itself or not. */
static bool put_right(treatment *t)
{
    for (int i = 0; i < t->n_found; i++) {
        sft_edits         e = { 0 };
        const sft_finding *f = &t->found[i];
        if (!is_fault(f) || f->symptom->origin > SFT_FROM_START) continue;
        const sft_remedy *r = sft__advice(t->chart, f, &e);
        if (!r) continue;
        if (!t->on_trial) {
            t->on_trial = f;
            t->remedy = r;
            t->trials_before = t->d->n_trials;
        }
        apply(t, r, &e);
        return true;
    }
    return false;
}

static sft_recipe *changed(const treatment *t)
{
    const sft_recipe *was = t->d->chart->recipe;
    const char       *text = sft_recipe_text(t->d->chart->recipe);
    sft_recipe       *r = text ? sft_recipe_parse(t->d->ctx, was->file, text, strlen(text)) : NULL;
    for (int i = 0; r && i < t->set.n; i++) sft_recipe_set(r, t->set.edit[i]);
    if (r) sft_recipe_resolve(r);
    return r;
}

/* The patient as changed so far. */
static sft_status open_round(treatment *t, sft_round *x)
{
    sft_diagnosis   *d = t->d;
    sft_chart       *first = d->chart;
    x->recipe = changed(t);
    if (sft__failed(d->ctx) || sft__see_data(first->data, first->recipe, x->recipe, d->ctx, &x->data)) return sft_code(d->ctx);
    x->chart = sft__chart_watch(d->ctx, x->recipe, &x->data, NULL, t->o->steps, first->watch);
    if (!x->chart) return sft_code(d->ctx);
    first->watch.stopped = x->chart->watch.stopped;
    d->spent += x->chart->course.steps;
    x->found = sft__findings(x->chart, &x->n_found);
    return sft_code(d->ctx);
}

/* False: nothing stands any more that is at least so grave; or the edits do not go together, as trials alone would have shown. */
static bool next_round(treatment *t, sft_severity least)
{
    sft_diagnosis *d = t->d;
    sft_round     *x = &d->round[d->rounds];
    sft_failure    misfit;
    if (d->rounds == SFT_MOST_ROUNDS || d->chart->watch.stopped || sft__failed(d->ctx)) return false;
    if (steps_left(t) < (double)d->chart->course.steps) return false; /* that many a look takes */
    *x = (sft_round){ .recipe = NULL };
    d->rounds++;
    if (open_round(t, x)) {
        if (sft_code(d->ctx) != SFT_MEMORY) sft__set_aside(d->ctx, &misfit);
        return false;
    }
    t->chart = x->chart;
    t->found = x->found;
    t->n_found = x->n_found;
    for (int i = 0; i < x->n_found; i++)
        if (!x->found[i].cause && x->found[i].severity >= least) return true;
    return false;
}

/* ---- all of it ------------------------------------------------------------------------------------------- */

/* What was put right on trial and all that has won on top of it, against the recipe as it was given. */
static void try_together(treatment *t)
{
    sft_diagnosis *d = t->d;
    bool           any = false;
    for (int i = t->trials_before; i < d->n_trials; i++) any = any || d->trial[i].verdict == SFT_WON;
    if (!any || d->chart->watch.stopped) return;
    const int n = d->n_trials;
    sft_trial *won = try(t, d->chart, t->on_trial, 1, &t->set);
    for (int i = t->trials_before; !won && i < n; i++) {
        if (d->trial[i].verdict != SFT_WON) continue;
        d->trial[i].verdict = SFT_UNCONFIRMED;
        d->trial[i].reason = sft__say(d->chart, "%s; but all of it together does not win", d->trial[i].reason);
    }
    if (won) won->remedy = t->remedy;
    if (won) won->reason = sft__say(d->chart, "together with %s: %s", t->names, won->reason);
}

void sft__forget_treatment(sft_diagnosis *d)
{
    for (int i = 0; i < d->rounds; i++) {
        sft_round *x = &d->round[i];
        sft__chart_close(x->chart);
        if (x->data.ctx) sft__forget_data(d->chart->data, &x->data);
        sft_recipe_free(x->recipe);
    }
    d->rounds = d->n_trials = 0;
    d->spent = 0;
    d->changes = (sft_edits){ .n = 0 };
    d->json = d->repaired = NULL;
}

sft_status sft__treat(sft_diagnosis *d, const sft_doctor_options *o)
{
    sft_chart *c = d->chart;
    treatment  t = { .d = d, .o = o, .chart = c, .found = d->found, .n_found = d->n_found };
    sft__forget_treatment(d);
    if (!o->verify || c->course.planned == 0 || c->watch.stopped) return SFT_OK; /* only the start is known, and of no plan */
    d->trial = sft__arena_alloc(&c->arena, MOST_TRIALS * sizeof *d->trial);
    if (!d->trial) return sft_code(c->ctx);
    const bool one_round = (o->without & SFT_WITHOUT_ROUNDS) != 0;
    sft_severity least;         /* of what another round is worth: an advisory only on top of a cure */
    do {
        const sft_trial *won = try(&t, t.chart, t.found, t.n_found, NULL);
        if (sft__failed(c->ctx)) return sft_code(c->ctx);
        least = won ? SFT_ADVISORY : SFT_FAULT;
        if (won) apply(&t, won->remedy, &won->edits);
        else if (one_round || !put_right(&t)) break;
    } while (!one_round && next_round(&t, least));
    if (t.on_trial && !sft__failed(c->ctx)) try_together(&t);
    for (int i = 0; i < d->n_trials; i++)
        if (d->trial[i].verdict == SFT_WON) sft__merge_edits(&d->changes, &d->trial[i].edits);
    d->repaired = sft__repaired_recipe(c, d->trial, d->n_trials);
    return sft_code(c->ctx);
}
