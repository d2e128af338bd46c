/* SPDX-License-Identifier: MIT */
/* For tests of training: a run from a recipe's text, in this process or in a child that can be
 * killed; what its folder holds. */
#ifndef SFT_TESTS_FIT_RUN_H
#define SFT_TESTS_FIT_RUN_H

#include "check.h"
#include "data_folder.h"

#include "train/folder.h"

#include <sys/wait.h>

typedef struct fit_run {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_net    *n;
    kept_notes  notes;
    int64_t stop_at, vanish_at; /* step at which it asks to stop, or is gone at once; 0: never */
    sft_result  result;
} fit_run;

/* The built-in digits through BatchNorm, dropout and Adam: everything that has a state. 35 steps an
 * epoch. */
static const char fit_recipe[] =
    "data: digits\n"
    "model: flatten | linear 16 | batchnorm | relu | dropout 0.2 | linear\n"
    "optimizer: adam lr=0.01\n"
    "schedule: cosine warmup=20\n"
    "train: {epochs: 4, batch: 100, seed: 3, shards: 4}\n"
    "checkpoint: {every: 1, every_steps: 8, min_seconds: 0}\n";

/* overrides: "key=value" by NULL at the end. Threads 0: one, reference kernels. */
static inline void fit_open(fit_run *x, int threads, const char *text, const char *const *overrides)
{
    *x = (fit_run){ .c = check_open_threads(threads ? threads : 1, threads == 0) };
    sft_on_note(x->c, keep_note, &x->notes);
    x->r = sft_recipe_parse(x->c, "recipe.yaml", text, strlen(text));
    for (int i = 0; overrides && overrides[i]; i++)
        sft_recipe_set(x->r, overrides[i]);
    x->d = sft_data_open(x->c, x->r);
    x->n = sft_net_new(x->c, x->r, x->d);
    CHECK_OK(x->c);
}

static inline void fit_close(fit_run *x)
{
    sft_net_free(x->n);
    sft_data_free(x->d);
    sft_recipe_free(x->r);
    sft_close(x->c);
}

static inline bool fit_watch(void *user, const sft_progress *p)
{
    fit_run *x = user;
    if (x->vanish_at && p->step.step >= x->vanish_at)
        _exit(99);              /* as a kill does it: no file is closed, no lock released by us */
    return !x->stop_at || p->step.step < x->stop_at;
}

static inline sft_status fit_go(fit_run *x, const char *folder, bool resume)
{
    sft_fit_options o = { .folder = folder, .resume = resume, .progress = fit_watch, .user = x };
    return sft_fit(x->c, x->r, x->d, x->n, &o, &x->result);
}

/* A whole run; it must succeed. hash of 65 characters. */
static inline void fit_whole(const char *folder, bool resume, int threads, const char *text,
                             const char *const *overrides, char *hash)
{
    fit_run x;
    fit_open(&x, threads, text, overrides);
    fit_go(&x, folder, resume);
    CHECK_OK(x.c);
    memcpy(hash, x.result.weights_sha256, 65);
    fit_close(&x);
}

/* A run that is gone at a step, as if killed. */
static inline void fit_vanish(const char *folder, bool resume, int threads, const char *text,
                              const char *const *overrides, int64_t at)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fit_run x;
        fit_open(&x, threads, text, overrides);
        x.vanish_at = at;
        fit_go(&x, folder, resume);
        _exit(1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 99);
}

/* A file of the folder as text; free it. NULL when there is none. */
static inline char *fit_text(const char *folder, const char *name, size_t *size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    text[n] = 0;
    fclose(f);
    if (size)
        *size = n;
    return text;
}

/* metrics.csv without its eighth column, the seconds; free it. */
static inline char *fit_metrics(const char *folder)
{
    char *text = fit_text(folder, "metrics.csv", NULL), *to = text;
    int   commas = 0;
    assert_non_null(text);
    for (const char *at = text; *at; at++) {
        commas = *at == '\n' ? 0 : commas + (*at == ',');
        if (commas != 7)
            *to++ = *at;
    }
    *to = 0;
    return text;
}

static inline bool fit_has(const char *folder, const char *name, const char *part)
{
    char *text = fit_text(folder, name, NULL);
    bool has = text && strstr(text, part);
    free(text);
    return has;
}

static inline bool fit_exists(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* The steps of the folder's checkpoints, newest first. */
static inline int fit_checkpoints(const char *folder, int64_t *steps, int room)
{
    sft_ctx *c = check_open();
    sft_folder f = { .ctx = c };
    sft_arena a;
    int n = 0;
    snprintf(f.path, sizeof f.path, "%s", folder);
    sft__arena_open(&a, c);
    int64_t *found = sft__list_checkpoints(&f, &a, &n);
    assert_non_null(found);
    for (int i = 0; i < n && i < room; i++)
        steps[i] = found[i];
    sft__arena_close(&a);
    sft_close(c);
    return n;
}

static inline void fit_checkpoint_path(const char *folder, int64_t step, char *path, size_t size)
{
    snprintf(path, size, "%s/checkpoints/step-%08lld.safetensors", folder, (long long)step);
}

/* A run ended as another did: weights, rows, files. */
static inline void fit_same_end(const char *folder, const char *hash, const char *as_folder,
                                const char *as_hash)
{
    char *got = fit_metrics(folder), *want = fit_metrics(as_folder);
    assert_string_equal(hash, as_hash);
    assert_string_equal(got, want);
    free(got);
    free(want);
    size_t n = 0, m = 0;
    got = fit_text(folder, "model.safetensors", &n);
    want = fit_text(as_folder, "model.safetensors", &m);
    assert_int_equal(n, m);
    assert_memory_equal(got, want, n);
    free(got);
    free(want);
    got = fit_text(folder, "best.safetensors", &n);
    want = fit_text(as_folder, "best.safetensors", &m);
    assert_int_equal(n, m);
    assert_memory_equal(got, want, n);
    free(got);
    free(want);
    assert_true(fit_has(folder, "run.json", "\"status\": \"finished\""));
}

#endif
