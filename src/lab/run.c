/* SPDX-License-Identifier: MIT */
/* Running a lab: sweeps, then measures, then pictures, then verdicts. */
#include "base/io.h"
#include "lab/claim.h"
#include "lab/run.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- progress --------------------------------------------------------------------------------------------------- */

/* Measuring and drawing take about as long as this share of the trials. */
#define BEHIND 0.1

static bool tell(sft_lab *lab, const char *what, double share)
{
    if (!lab->stopped && lab->o.progress) lab->stopped = !lab->o.progress(lab->o.user, what, share);
    return !lab->stopped;
}

typedef struct stage {
    sft_lab    *lab;
    const char *name;
} stage;

static bool on_trials(void *user, const sft_sweep_facts *f)
{
    const stage  *s = user;
    char          what[160];
    const int64_t ended = f->done + f->failed + f->pruned;
    snprintf(what, sizeof what, "%.80s: %lld of %lld trainings", s->name, (long long)ended, (long long)f->planned);
    return tell(s->lab, what, (1 - BEHIND) * (double)(s->lab->trials + ended) / (double)(s->lab->planned ? s->lab->planned : 1));
}

/* ---- an experiment ------------------------------------------------------------------------------------------------- */

/* Those of a check, then those of the caller. */
static const char **all_sets(sft_lab *lab, const sft_experiment *x)
{
    const char **set = sft__arena_alloc(&lab->arena, (size_t)(x->n_sets + lab->o.n_sets + 1) * sizeof *set);
    for (int i = 0; set && i < x->n_sets; i++) set[i] = x->set[i];
    for (int i = 0; set && i < lab->o.n_sets; i++) set[x->n_sets + i] = lab->o.set[i];
    return set;
}

static sft_status train(sft_lab *lab, sft_experiment *x)
{
    stage             s = { lab, x->name };
    sft_sweep_facts   f;
    sft_sweep_options o = { .folder = x->folder, .resume = sft__holds(x->folder, "sweep.db"), .set = all_sets(lab, x),
                            .n_sets = x->n_sets + lab->o.n_sets, .seeds = x->seeds, .workers = lab->o.workers,
                            .progress = on_trials, .user = &s };
    sft_sweep        *sweep = o.set ? sft_sweep_open(lab->ctx, x->plan, &o) : NULL;
    if (sweep && sft_sweep_run(sweep) == SFT_OK && sft_sweep_facts_of(sweep, &f) == SFT_OK) {
        lab->trials += f.done + f.failed;
        if (!f.complete) lab->stopped = true;
    }
    sft_sweep_close(sweep);
    return sft_code(lab->ctx);
}

/* Numbers that are not finite are what a lab may be after. A file that is not there, a full disk, a worker that was killed are not. */
static sft_status no_accidents(sft_lab *lab, const sft_experiment *x)
{
    for (int64_t i = 0; i < x->study.n; i++) {
        const sft_attempt *t = &x->study.attempt[i];
        if (t->state == SFT_TRIAL_FAILED && t->exit_code != SFT_TRAINING)
            return sft__fail(lab->ctx, SFT_E346, "%s: training %lld of `%s` failed: %.2000s", lab->name, (long long)t->number, x->name,
                             t->failure ? t->failure : "no reason is known");
    }
    return SFT_OK;
}

static sft_status look_at(sft_lab *lab, sft_experiment *x)
{
    char path[8300];
    if (sft__study_open(lab->ctx, x->folder, &x->study)) return sft_code(lab->ctx);
    const sft_study *s = &x->study;
    x->has_run = true;
    if (no_accidents(lab, x)) return sft_code(lab->ctx);
    x->level = sft__arena_alloc(&lab->arena, (size_t)(s->n * x->space.n + 1) * sizeof *x->level);
    x->look = sft__arena_alloc(&lab->arena, (size_t)(s->n + 1) * sizeof *x->look);
    for (int64_t i = 0; i < s->n && x->level && x->look; i++) {
        for (int k = 0; k < x->space.n; k++) x->level[i * x->space.n + k] = sft__axis_index(&x->space.axis[k], s->attempt[i].u[k]);
        if (sft__run_look(lab->ctx, &lab->arena, sft__trial_path(s, &s->attempt[i], path, sizeof path), s->plan.rank_by, &x->look[i])) break;
    }
    return sft_code(lab->ctx);
}

/* ---- verdicts -------------------------------------------------------------------------------------------------------- */

static bool keeps(const sft_claim *k, double v)
{
    switch (k->bound) {
    case SFT_AT_LEAST: return v >= k->low;
    case SFT_AT_MOST: return v <= k->low;
    default: return v >= k->low && v <= k->high;
    }
}

/* Of an interval that is not all on one side of the bound, some keeps it. */
static bool touches(const sft_claim *k)
{
    switch (k->bound) {
    case SFT_AT_LEAST: return k->to >= k->low;
    case SFT_AT_MOST: return k->from <= k->low;
    default: return k->to >= k->low && k->from <= k->high;
    }
}

static void judge(const sft_lab *lab, sft_claim *k)
{
    const sft_estimate e = sft__expr_estimate(k->value, NULL);
    k->n = e.n;
    k->mean = e.mean;
    k->from = e.from;
    k->to = e.to;
    if (lab->o.check && !k->in_check) k->verdict = SFT_CLAIM_LEFT_OUT;
    else if (e.n < sft__expr_seeds(k->value)) k->verdict = SFT_CLAIM_UNKNOWN;
    else if (keeps(k, k->from) && keeps(k, k->to)) k->verdict = SFT_CLAIM_HOLDS;
    else k->verdict = touches(k) ? SFT_CLAIM_OPEN : SFT_CLAIM_FAILS;
}

bool sft__claim_as_said(const sft_claim *k)
{
    return k->verdict == SFT_CLAIM_LEFT_OUT || k->verdict == (k->instead ? SFT_CLAIM_FAILS : SFT_CLAIM_HOLDS);
}

/* ---- all of it ----------------------------------------------------------------------------------------------------------- */

static sft_status run_all(sft_lab *lab)
{
    for (int i = 0; i < lab->n_experiments && !lab->stopped; i++)
        if (train(lab, &lab->experiment[i])) return sft_code(lab->ctx);
    for (int i = 0; i < lab->n_experiments && !lab->stopped; i++) {
        char what[160];
        snprintf(what, sizeof what, "measuring %.80s", lab->experiment[i].name);
        if (!tell(lab, what, 1 - BEHIND + 0.5 * BEHIND * i / lab->n_experiments)) break;
        if (look_at(lab, &lab->experiment[i]) || sft__lab_measure(lab, i)) return sft_code(lab->ctx);
    }
    if (lab->stopped || !tell(lab, "drawing", 1 - 0.5 * BEHIND) || sft__lab_draw(lab)) return sft_code(lab->ctx);
    for (int i = 0; i < lab->n_claims; i++) judge(lab, &lab->claim[i]);
    lab->complete = true;
    return SFT_OK;
}

sft_status sft_lab_run(sft_lab *lab)
{
    if (!lab || sft__failed(lab->ctx)) return lab ? sft_code(lab->ctx) : SFT_USAGE;
    if (lab->complete) return sft__fail(lab->ctx, SFT_E002, "this lab has run; open it again to run it again");
    const double start = sft__now();
    if (sft__make_folder(lab->ctx, lab->out) == SFT_OK) run_all(lab);
    lab->seconds = sft__now() - start;
    return sft_code(lab->ctx);
}
