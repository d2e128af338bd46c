/* SPDX-License-Identifier: MIT */
/* Checkpoints of a run folder: written, pruned, and found again with fallback. The newest is the
 * one of the highest step; `latest` holds its name for other programs. */
#include "base/ctx.h"
#include "base/text.h"
#include "train/folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *checkpoint_name(const sft_folder *f, int64_t step, char *buf)
{
    char name[64];
    snprintf(name, sizeof name, "checkpoints/step-%08lld.safetensors", (long long)step);
    return sft__folder_file(f, name, buf);
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? 1 : -(x > y);
}

/* "step-00001200.safetensors" */
static bool is_checkpoint(const char *name, int64_t *step)
{
    size_t digits = strncmp(name, "step-", 5) ? 0 : strspn(name + 5, "0123456789");
    return digits && !strcmp(name + 5 + digits, ".safetensors") &&
           sft__parse_int(name + 5, digits, step);
}

int64_t *sft__list_checkpoints(const sft_folder *f, sft_arena *a, int *n)
{
    char path[SFT_PATH];
    int room = 64;
    int64_t *steps = sft__arena_alloc(a, (size_t)room * sizeof *steps);
    DIR *dir = opendir(sft__folder_file(f, "checkpoints", path));
    *n = 0;
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && steps; e = readdir(dir)) {
        if (!is_checkpoint(e->d_name, &steps[*n]) || ++*n < room)
            continue;
        int64_t *more = sft__arena_alloc(a, 2 * (size_t)room * sizeof *more);
        if (more)
            memcpy(more, steps, (size_t)room * sizeof *steps);
        steps = more;
        room *= 2;
    }
    if (dir)
        closedir(dir);
    if (steps)
        qsort(steps, (size_t)*n, sizeof *steps, newest_first);
    return steps;
}

/* Surplus ones go, oldest first; never below two. */
static void prune(sft_folder *f)
{
    sft_arena a;
    char path[SFT_PATH];
    int n = 0;
    int64_t keep = f->trainer->recipe->keep_conf.keep_last;
    sft__arena_open(&a, f->ctx);
    int64_t *steps = sft__list_checkpoints(f, &a, &n);
    for (int i = keep > 2 ? (int)keep : 2; steps && i < n; i++)
        unlink(checkpoint_name(f, steps[i], path));
    sft__arena_close(&a);
}

/* What a run that was killed left half written: ".NAME.tmp.PID.RANDOM" in the folder `below`. */
static void remove_leftovers(const sft_folder *f, const char *below)
{
    char path[SFT_PATH], name[128];
    DIR *dir = opendir(sft__folder_file(f, below, path));
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        if (e->d_name[0] != '.' || !strstr(e->d_name, ".tmp.") || strlen(e->d_name) > 100)
            continue;
        snprintf(name, sizeof name, "%s/%.100s", below, e->d_name);
        unlink(sft__folder_file(f, name, path));
    }
    if (dir)
        closedir(dir);
}

void sft__folder_clear(const sft_folder *f)
{
    static const char *const files[] = { "checkpoints/latest", "best.safetensors",
                                         "model.safetensors" };
    char path[SFT_PATH];
    sft_arena a;
    int n = 0;
    sft__arena_open(&a, f->ctx);
    int64_t *steps = sft__list_checkpoints(f, &a, &n);
    for (int i = 0; steps && i < n; i++)
        unlink(checkpoint_name(f, steps[i], path));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(sft__folder_file(f, files[i], path));
    sft__arena_close(&a);
}

/* The kept weights are those of the best evaluation; the trainer remembers them, the file is for
 * users. */
static sft_status write_best(sft_folder *f)
{
    char path[SFT_PATH];
    const sft_net *n = f->trainer->net;
    if (!f->trainer->recipe->keep_conf.keep_best || !n->kept.base ||
        f->best_written == n->kept_serial)
        return SFT_OK;
    f->best_written = n->kept_serial;
    return sft__net_save_kept(n, sft__folder_file(f, "best.safetensors", path));
}

sft_status sft_folder_save(sft_folder *f, const char *extra, bool force)
{
    if (!f || sft__failed(f->ctx))
        return f ? sft_code(f->ctx) : SFT_OK;
    double now = sft__now();
    if (!force && now - f->last_save < f->trainer->recipe->keep_conf.min_seconds)
        return SFT_OK;
    f->last_save = now;
    char path[SFT_PATH], name[64];
    const bool lazy = f->ctx->lazy;
    if (f->metrics && !lazy) /* rows up to this step must not be lost where the step is not; a disk that
                       cannot sync fails below */
        fsync(fileno(f->metrics));
    if (f->signals && !lazy)
        fsync(fileno(f->signals));
    if (sft_trainer_save(f->trainer, checkpoint_name(f, f->trainer->step, path), extra) ||
        write_best(f))
        return sft_code(f->ctx);
    int len = snprintf(name, sizeof name, "step-%08lld.safetensors\n", (long long)f->trainer->step);
    sft_part part = { name, (size_t)len };
    if (sft__write_file(f->ctx, sft__folder_file(f, "checkpoints/latest", path), &part, 1))
        return sft_code(f->ctx);
    prune(f);
    return SFT_OK;
}

/* Faults of the file itself; a recipe that does not fit is the user's to decide, not a reason for
 * an older file. */
static bool is_damage(sft_ecode e)
{
    return (e >= SFT_E299 && e <= SFT_E312) || e == SFT_E316 || e == SFT_E333;
}

/* Broken files make way: pruning must not count them, nor delete a whole one because of them. */
static void set_aside(const sft_folder *f, const int64_t *steps, int n)
{
    char from[SFT_PATH], to[SFT_PATH + 16];
    for (int i = 0; i < n; i++) {
        snprintf(to, sizeof to, "%s.broken", checkpoint_name(f, steps[i], from));
        if (rename(from, to))
            unlink(from);
    }
}

/* The first that can be loaded; its place in the list, n when none can. Damaged ones are skipped
 * with a warning, the first fault is kept. */
static int load_newest(sft_folder *f, const int64_t *steps, int n, unsigned flags,
                       const char **extra, sft_failure *first)
{
    char path[SFT_PATH];
    for (int i = 0; i < n; i++) {
        if (sft_trainer_load(f->trainer, checkpoint_name(f, steps[i], path), flags, extra) ==
            SFT_OK)
            return i;
        sft_failure why;
        sft__set_aside(f->ctx, &why);
        if (!is_damage(why.ecode)) {
            sft__put_back(f->ctx, &why);
            return n;
        }
        sft__note(f->ctx, SFT_WARN, "W302", "%s", why.message);
        if (i == 0)
            *first = why;
    }
    return n;
}

static bool load(sft_folder *f, const int64_t *steps, int n, unsigned flags, const char **extra)
{
    sft_failure first = { .status = SFT_OK };
    int at = load_newest(f, steps, n, flags, extra, &first);
    if (sft__failed(f->ctx))
        return false;
    if (at == n && n) {
        sft__note(f->ctx, SFT_WARN, "W302",
                  "none of the checkpoints in %s is whole (%d) — start again with: surefoot train "
                  "%s/recipe.yaml -o %s --force",
                  f->path, n, f->path, f->path);
        sft__put_back(f->ctx, &first);
        return false;
    }
    if (at && n) {
        sft__note(f->ctx, SFT_WARN, "W302", "fell back to the checkpoint of step %lld",
                  (long long)f->trainer->step);
        set_aside(f, steps, at);
    }
    if (!n)
        sft__note(f->ctx, SFT_NOTE, NULL, "%s has no checkpoint yet; it starts at the first step",
                  f->path);
    return sft__folder_begin(f) == SFT_OK && n;
}

bool sft_folder_load(sft_folder *f, unsigned flags, const char **extra)
{
    if (!f || sft__failed(f->ctx))
        return false;
    sft_arena a;
    int n = 0;
    sft__arena_open(&a, f->ctx);
    remove_leftovers(f, "checkpoints");
    remove_leftovers(f, ".");
    int64_t *steps = sft__list_checkpoints(f, &a, &n);
    bool loaded = steps && load(f, steps, n, flags, extra);
    sft__arena_close(&a);
    return loaded;
}
