/* SPDX-License-Identifier: MIT */
/* A study of run folders that no sweep made: what their recipes differ in becomes its axes, what only their seeds differ in a point. */
#include "base/io.h"
#include "report/runs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- reading ---------------------------------------------------------------------------------------- */

static sft_status no_run(sft_ctx *c, const char *folder)
{
    return sft__fail(c, SFT_E299, "%s is not a run folder: it has no recipe.yaml — give folders that `surefoot train` wrote, or one of "
                                  "`surefoot sweep`", folder);
}

static sft_status read_recipe(sft_runs *x, int i, const char *folder)
{
    sft_ctx *c = x->study->ctx;
    char     path[4096 + 32], seed[32];
    snprintf(path, sizeof path, "%.4096s/recipe.yaml", folder);
    if (!sft__exists(path)) return no_run(c, folder);
    sft_recipe *r = sft_recipe_read(c, path);
    if (r && sft__recipe_keys(r, &x->study->arena, &x->run[i].n, &x->run[i].key, &x->run[i].value) == SFT_OK) {
        const char *text = sft_recipe_get(r, "train.seed");
        snprintf(seed, sizeof seed, "%s", text ? text : "0");
        sft__parse_int(seed, strlen(seed), &x->run[i].seed);
        text = i ? NULL : sft_recipe_text(r);
        if (text) x->study->plan.recipe_text = sft__arena_text(&x->study->arena, text);
    }
    sft_recipe_free(r);
    return sft_code(c);
}

/* ---- axes: runs_axes.c; points ------------------------------------------------------------------------ */

static bool same_point(const sft_attempt *a, const sft_attempt *b, int axes)
{
    for (int k = 0; k < axes; k++)
        if (!sft__text_is(a->value[k], b->value[k])) return false;
    return true;
}

/* Runs of one recipe and one seed are one trial: the first counts. */
static bool repeats(sft_study *s, const sft_attempt *t)
{
    for (int64_t i = 0; i < s->n; i++)
        if (s->attempt[i].seed == t->seed && same_point(&s->attempt[i], t, s->plan.space.n)) {
            sft__note(s->ctx, SFT_WARN, "W370", "%s repeats %s, the same recipe with the same seed: it counts once", t->folder,
                      s->attempt[i].folder);
            return true;
        }
    return false;
}

static void number_point(sft_study *s, sft_attempt *t)
{
    int64_t most = -1;
    int     seeds = 1;
    for (int64_t i = 0; i < s->n; i++) {
        most = s->attempt[i].point > most ? s->attempt[i].point : most;
        if (!same_point(&s->attempt[i], t, s->plan.space.n)) continue;
        t->point = s->attempt[i].point;
        seeds++;
    }
    if (seeds == 1) t->point = most + 1;
    if (seeds > s->plan.seeds) s->plan.seeds = seeds;
}

/* ---- what became of a run -------------------------------------------------------------------------------- */

static sft_trial_state state_of(const sft_run_look *k)
{
    if (!k->status) return k->curve[SFT_TEST].n ? SFT_TRIAL_DONE : SFT_TRIAL_FAILED;
    if (!strcmp(k->status, "finished")) return SFT_TRIAL_DONE;
    return strcmp(k->status, "failed") ? SFT_TRIAL_RUNNING : SFT_TRIAL_FAILED; /* a stopped run may go on */
}

/* The best row by the rank; ties go to the earlier epoch. -1: none is a number. */
static int best_row(const double *rank, int n, bool maximize)
{
    int best = -1;
    for (int i = 0; i < n; i++)
        if (isfinite(rank[i]) && (best < 0 || (maximize ? rank[i] > rank[best] : rank[i] < rank[best]))) best = i;
    return best;
}

static void take_look(const sft_run_look *k, bool maximize, sft_attempt *t)
{
    const sft_curve *v = sft__held_out(k);
    const int        best = best_row(v->rank, v->n, maximize);
    t->state = state_of(k);
    t->failure = k->message;
    t->steps = k->steps >= 0 ? k->steps : v->n ? v->step[v->n - 1] : 0;
    t->epochs = k->epochs >= 0 ? k->epochs : v->n ? v->epoch[v->n - 1] : 0;
    t->planned_steps = k->planned_steps >= 0 ? k->planned_steps : t->steps;
    t->seconds = k->seconds;
    t->started = k->started;
    t->rank = best >= 0 ? v->rank[best] : NAN;
    t->best_epoch = best >= 0 ? v->epoch[best] : 0;
    t->val_loss = best >= 0 ? v->loss[best] : NAN;
    t->val_accuracy = best >= 0 ? v->accuracy[best] : NAN;
    t->test_loss = k->test_loss;
    t->test_accuracy = k->test_accuracy;
}

/* Relative to where the program stands, study->folder "."; with one that is absolute all are, and the study has no folder. */
static const char *folder_of(sft_study *s, const char *path)
{
    char here[4096];
    if (*s->folder || *path == '/' || !getcwd(here, sizeof here)) return sft__arena_text(&s->arena, path);
    return SFT_WORDS(&s->arena, "%s/%s", here, path);
}

/* ---- all of it -------------------------------------------------------------------------------------------- */

/* Each folder once: its recipe, then what it left. */
static sft_status read_runs(sft_runs *x, const char *const *paths, const char *rank_by)
{
    sft_study *s = x->study;
    x->run = sft__arena_alloc(&s->arena, (size_t)x->n * sizeof *x->run);
    x->look = sft__arena_alloc(&s->arena, (size_t)x->n * sizeof *x->look);
    s->attempt = sft__arena_alloc(&s->arena, (size_t)x->n * sizeof *s->attempt);
    for (int i = 0; i < x->n && !sft__failed(s->ctx); i++) read_recipe(x, i, paths[i]);
    for (int i = 0; i < x->n && !sft__failed(s->ctx); i++) sft__run_look(s->ctx, &s->arena, paths[i], rank_by, &x->look[i]);
    return sft_code(s->ctx);
}

/* By accuracy where the first run has one. */
static void choose_rank(sft_runs *x, const char *rank_by)
{
    sft_plan        *p = &x->study->plan;
    const sft_curve *v = sft__held_out(x->look);
    const bool       classes = !rank_by && (isfinite(x->look->prior) || best_row(v->accuracy, v->n, true) >= 0);
    p->rank_by = rank_by ? sft__arena_text(&x->study->arena, rank_by) : classes ? "accuracy" : "loss";
    p->maximize = p->rank_by && sft__rank_rises(p->rank_by);
    for (int i = 0; i < x->n && classes; i++)
        for (int k = 0; k < SFT_SPLITS; k++) x->look[i].curve[k].rank = x->look[i].curve[k].accuracy;
}

static void add_run(sft_runs *x, int i, const char *path)
{
    sft_study          *s = x->study;
    sft_attempt        *t = &s->attempt[s->n];
    const sft_run_look *look = &x->look[i], *first = &x->look[0];
    *t = (sft_attempt){ .number = s->n, .seed = x->run[i].seed, .u = x->run[i].u, .value = x->run[i].at, .note = "",
                        .folder = folder_of(s, path) };
    if (!t->folder || repeats(s, t)) return;
    take_look(look, s->plan.maximize, t);
    number_point(s, t);
    if (first->fingerprint && look->fingerprint && strcmp(first->fingerprint, look->fingerprint) && !x->data_differ)
        x->data_differ = t->folder;
    x->look[s->n++] = *look;
}

sft_status sft__study_of_runs(sft_ctx *c, int n, const char *const *paths, const char *rank_by, sft_study *s, sft_run_look **look)
{
    sft_runs x = { .study = s, .n = n };
    *s = (sft_study){ .ctx = c, .folder = "", .workers = 1, .version = SFT_VERSION, .wall_seconds = NAN, .created = NAN };
    sft__arena_open(&s->arena, c);
    if (n < 1 || !paths) return sft__fail(c, SFT_E002, "a report needs at least one run folder");
    if (rank_by && strcmp(rank_by, "loss") && !sft__measure_find(rank_by))
        return sft__fail(c, SFT_E132, "runs cannot be ranked by `%s` — take loss, accuracy, or a metric: surefoot list metric", rank_by);
    s->plan.seeds = 1;
    s->folder = ".";
    for (int i = 0; i < n; i++)
        if (paths[i] && paths[i][0] == '/') s->folder = "";
    s->plan.name = "runs";
    if (read_runs(&x, paths, rank_by) != SFT_OK) return sft_code(c);
    choose_rank(&x, rank_by);
    if (sft__runs_axes(&x) != SFT_OK) return sft_code(c);
    for (int i = 0; i < n && !sft__failed(c); i++) add_run(&x, i, paths[i]);
    *look = x.look;
    if (!sft__failed(c) && x.data_differ)
        sft__note(c, SFT_WARN, "W371", "%s was trained on other data than %s: their scores cannot be compared", x.data_differ, paths[0]);
    return sft_code(c);
}
