/* SPDX-License-Identifier: MIT */
/* What is exported: the runs behind the paths that were given, names for them, and the keys in which they differ. */
#include "report/export.h"
#include "report/runs.h"

#include <math.h>
#include <string.h>

/* ---- names -------------------------------------------------------------------------------------- */

/* The last part of a path; "run" where that says nothing. */
static const char *last_part(sft_arena *a, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/') from--;
    const char *name = sft__arena_textn(a, path + from, n - from);
    return name && (!*name || !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "/")) ? "run" : name;
}

static bool is_taken(const sft_export_job *x, const char *name)
{
    for (int64_t i = 0; i < x->n; i++)
        if (x->run[i].name && !strcmp(x->run[i].name, name)) return true;
    for (int i = 0; i < x->n_studies; i++)
        if (x->study[i].plan.name && !strcmp(x->study[i].plan.name, name)) return true;
    return false;
}

/* Runs of one name in several folders get numbers. */
static const char *unlike(sft_export_job *x, const char *name)
{
    const char *out = name;
    for (int i = 2; out && is_taken(x, out); i++) out = sft__arena_printf(&x->arena, "%s-%d", name, i);
    return out;
}

/* ---- paths -------------------------------------------------------------------------------------- */

static sft_status room(sft_export_job *x, int64_t more)
{
    sft_export_run *run = sft__arena_alloc(&x->arena, (size_t)(x->n + more) * sizeof *run);
    if (run && x->n) memcpy(run, x->run, (size_t)x->n * sizeof *run);
    if (run) x->run = run;
    return sft_code(x->ctx);
}

/* The trials of the only sweep stand by themselves, else in a folder of its name. */
static sft_status add_trials(sft_export_job *x, const sft_study *s, const char *name)
{
    if (room(x, s->n) != SFT_OK) return sft_code(x->ctx);
    for (int64_t i = 0; i < s->n; i++) {
        const sft_attempt *t = &s->attempt[i];
        const bool         has = t->folder && *t->folder;       /* else another program trains it */
        const char *own = has ? last_part(&x->arena, t->folder) : sft__arena_printf(&x->arena, "%05lld", (long long)t->number);
        if (own && name) own = sft__arena_printf(&x->arena, "%s/%s", name, own);
        const char *folder = has ? sft__arena_printf(&x->arena, "%s/%s", s->folder, t->folder) : NULL;
        if (sft__failed(x->ctx)) return sft_code(x->ctx);
        x->run[x->n++] = (sft_export_run){ own, folder, s, t };
    }
    return SFT_OK;
}

static sft_status add_sweep(sft_export_job *x, const char *path, bool only)
{
    sft_study *s = &x->study[x->n_studies];
    if (sft__study_open(x->ctx, path, s) != SFT_OK) return sft_code(x->ctx);
    x->n_studies++;
    const char *name = only ? NULL : unlike(x, last_part(&x->arena, path));
    return sft__failed(x->ctx) ? sft_code(x->ctx) : add_trials(x, s, name);
}

static sft_status add_path(sft_export_job *x, const char *path, bool only)
{
    if (!path || strlen(path) > 4000) return sft__fail(x->ctx, SFT_E002, "a path to be exported is missing or too long");
    if (sft__holds(path, "sweep.db")) return add_sweep(x, path, only);
    if (!sft__holds(path, "recipe.yaml") && !sft__holds(path, "metrics.csv"))
        return sft__fail(x->ctx, SFT_E299, "%s is no run folder and no sweep: it has neither recipe.yaml nor sweep.db — give folders "
                                           "that `surefoot train` or `surefoot sweep` wrote", path);
    if (room(x, 1) != SFT_OK) return sft_code(x->ctx);
    const char *name = unlike(x, last_part(&x->arena, path)), *folder = sft__arena_text(&x->arena, path);
    if (!sft__failed(x->ctx)) x->run[x->n++] = (sft_export_run){ .name = name, .folder = folder };
    return sft_code(x->ctx);
}

sft_status sft__export_open(sft_ctx *c, int n, const char *const *paths, const sft_export_options *o, sft_export_job *x)
{
    *x = (sft_export_job){ .ctx = c, .o = o };
    sft__arena_open(&x->arena, c);
    if (sft__failed(c)) return sft_code(c);
    if (n < 1 || !paths) return sft__fail(c, SFT_E002, "nothing to export — give a run folder or a sweep");
    x->study = sft__arena_alloc(&x->arena, (size_t)n * sizeof *x->study);
    for (int i = 0; i < n && !sft__failed(c); i++) add_path(x, paths[i], n == 1);
    return sft_code(c);
}

void sft__export_close(sft_export_job *x)
{
    for (int i = 0; i < x->n_studies; i++) sft__study_close(&x->study[i]);
    sft__arena_close(&x->arena);
    x->n_studies = 0;
}

/* ---- recipes ------------------------------------------------------------------------------------ */

/* A recipe of another version stops no export of what the run has measured. */
static sft_status note_unread(sft_ctx *c, const char *path)
{
    if (!sft__failed(c) || sft_code(c) == SFT_MEMORY) return sft_code(c);
    sft_failure why;
    sft__set_aside(c, &why);
    sft_clear(c);
    sft__note(c, SFT_WARN, "W373", "%s cannot be read, and is left out: %s", path, why.message);
    return SFT_OK;
}

sft_status sft__export_recipe_open(sft_ctx *c, const sft_export_run *run, sft_export_recipe *r)
{
    char path[4200];
    *r = (sft_export_recipe){ .n = 0 };
    sft__arena_open(&r->arena, c);
    if (sft__failed(c) || !run->folder) return sft_code(c);
    snprintf(path, sizeof path, "%.4100s/recipe.yaml", run->folder);
    if (!sft__exists(path)) return SFT_OK;
    sft_recipe *recipe = sft_recipe_read(c, path);
    if (recipe && sft__recipe_keys(recipe, &r->arena, &r->n, &r->key, &r->value) == SFT_OK)
        r->yaml = sft__arena_text(&r->arena, sft_recipe_text(recipe));
    if (sft__failed(c)) r->n = 0;
    sft_recipe_free(recipe);
    return note_unread(c, path);
}

void sft__export_recipe_close(sft_export_recipe *r)
{
    sft__arena_close(&r->arena);
}

const char *sft__export_value(const sft_export_run *run, const sft_export_recipe *r, const char *key)
{
    if (run->attempt) {
        for (int i = 0; i < run->study->plan.space.n; i++)
            if (!strcmp(run->study->plan.space.axis[i].key, key)) return run->attempt->value[i];
        return NULL;
    }
    for (int i = 0; r && i < r->n; i++)
        if (!strcmp(r->key[i], key)) return r->value[i];
    return NULL;
}

/* ---- keys in which runs differ ------------------------------------------------------------------- */

static sft_export_key *find_key(sft_export_job *x, const char *key)
{
    for (int i = 0; i < x->n_keys; i++)
        if (!strcmp(x->key[i].key, key)) return &x->key[i];
    return NULL;
}

static sft_export_key *add_key(sft_export_job *x, const char *key)
{
    if (x->n_keys == x->room_keys) {
        const int       more = x->room_keys ? 2 * x->room_keys : 128;
        sft_export_key *k = sft__arena_alloc(&x->arena, (size_t)more * sizeof *k);
        if (!k) return NULL;
        if (x->n_keys) memcpy(k, x->key, (size_t)x->n_keys * sizeof *k);
        x->key = k;
        x->room_keys = more;
    }
    sft_export_key *k = &x->key[x->n_keys];
    *k = (sft_export_key){ .key = sft__arena_text(&x->arena, key), .numbers = true, .flags = true };
    x->n_keys += k->key != NULL;
    return k->key ? k : NULL;
}

static void take_kind(sft_export_key *k, const char *value)
{
    double v;
    k->numbers = k->numbers && sft__parse_real(value, strlen(value), &v) && isfinite(v);
    k->flags = k->flags && (!strcmp(value, "true") || !strcmp(value, "false"));
}

/* The first recipe's values are kept; others are held against them and forgotten. */
static void take_recipe(sft_export_job *x, const sft_export_recipe *r, bool first)
{
    for (int i = 0; i < r->n; i++) {
        if (!sft__run_counts(r->key[i]) && strcmp(r->key[i], "train.seed")) continue;
        sft_export_key *k = find_key(x, r->key[i]);
        if (!k && (k = add_key(x, r->key[i]))) {
            k->first = first ? sft__arena_text(&x->arena, r->value[i]) : NULL;
            k->differs = !first;
        }
        if (!k) return;
        k->differs = k->differs || !sft__text_is(k->first, r->value[i]);
        take_kind(k, r->value[i]);
    }
    /* what the first has and this one lacks: another optimiser has other options */
    for (int i = 0; i < x->n_keys && !first; i++)
        if (x->key[i].first && !x->key[i].differs) x->key[i].differs = !sft__export_value(&(sft_export_run){ 0 }, r, x->key[i].key);
}

static void take_trial(sft_export_job *x, const sft_export_run *run)
{
    for (int i = 0; i < run->study->plan.space.n; i++) {
        const char     *key = run->study->plan.space.axis[i].key;
        sft_export_key *k = find_key(x, key);
        if (!k && !(k = add_key(x, key))) return;
        k->differs = true;
        if (run->attempt->value[i]) take_kind(k, run->attempt->value[i]);
    }
}

sft_status sft__export_keys(sft_export_job *x)
{
    bool first = true;
    for (int64_t i = 0; i < x->n && !sft__failed(x->ctx); i++) {
        sft_export_recipe r;
        if (x->run[i].attempt) {
            take_trial(x, &x->run[i]);
            continue;
        }
        sft__export_recipe_open(x->ctx, &x->run[i], &r);
        if (r.n) take_recipe(x, &r, first), first = false;
        sft__export_recipe_close(&r);
    }
    int n = 0;
    for (int i = 0; i < x->n_keys; i++)
        if (x->key[i].differs) x->key[n++] = x->key[i];
    x->n_keys = n;
    return sft_code(x->ctx);
}
