/* SPDX-License-Identifier: MIT */
/* Checkpoints of a run folder: written, pointed to by `latest`, pruned, and found again with fallback. */
#include "base/text.h"
#include "train/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 4096 };           /* checkpoints looked at in one folder */

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

int sft__list_checkpoints(const sft_folder *f, int64_t *steps, int room)
{
    char path[SFT_PATH];
    DIR *dir = opendir(sft__folder_file(f, "checkpoints", path));
    int n = 0;
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && n < room; e = readdir(dir)) {
        const char *name = e->d_name;
        size_t digits = strncmp(name, "step-", 5) ? 0 : strspn(name + 5, "0123456789");
        if (digits && !strcmp(name + 5 + digits, ".safetensors") && sft__parse_int(name + 5, digits, &steps[n]))
            n++;
    }
    if (dir)
        closedir(dir);
    qsort(steps, (size_t)n, sizeof *steps, newest_first);
    return n;
}

/* Surplus ones go, oldest first; never below two. Temporary files of a run that was killed go too. */
static void prune(sft_folder *f)
{
    int64_t steps[MOST];
    char path[SFT_PATH];
    int n = sft__list_checkpoints(f, steps, MOST);
    int64_t keep = f->trainer->recipe->keep_conf.keep_last;
    for (int i = keep > 2 ? (int)keep : 2; i < n; i++)
        unlink(checkpoint_name(f, steps[i], path));
}

static void remove_leftovers(const sft_folder *f)
{
    char path[SFT_PATH], name[128];
    DIR *dir = opendir(sft__folder_file(f, "checkpoints", path));
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        if (e->d_name[0] != '.' || !strstr(e->d_name, ".tmp.") || strlen(e->d_name) > 100)
            continue;
        snprintf(name, sizeof name, "checkpoints/%s", e->d_name);
        unlink(sft__folder_file(f, name, path));
    }
    if (dir)
        closedir(dir);
}

/* The kept weights are those of the best evaluation; the trainer remembers them, the file is for users. */
static sft_status write_best(sft_folder *f)
{
    char path[SFT_PATH];
    const sft_net *n = f->trainer->net;
    if (!f->trainer->recipe->keep_conf.keep_best || !n->kept.base || f->best_written == n->kept_serial)
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
    if (sft_trainer_save(f->trainer, checkpoint_name(f, f->trainer->step, path), extra) || write_best(f))
        return sft_code(f->ctx);
    int len = snprintf(name, sizeof name, "step-%08lld.safetensors\n", (long long)f->trainer->step);
    sft_part part = { name, (size_t)len };
    if (sft__write_file(f->ctx, sft__folder_file(f, "checkpoints/latest", path), &part, 1))
        return sft_code(f->ctx);
    prune(f);
    return SFT_OK;
}

/* `latest` first, then by step: a pointer that is missing or points astray costs nothing. */
static void latest_first(const sft_folder *f, int64_t *steps, int n)
{
    char path[SFT_PATH];
    sft_bytes b = { 0 };
    int64_t step = -1;
    if (sft__read_file(f->ctx, sft__folder_file(f, "checkpoints/latest", path), 256, &b) == SFT_IO_OK && b.size > 5)
        sft__parse_int((char *)b.data + 5, strspn((char *)b.data + 5, "0123456789"), &step);
    sft__bytes_free(f->ctx, &b);
    for (int i = 1; i < n; i++)
        if (steps[i] == step) {
            memmove(steps + 1, steps, (size_t)i * sizeof *steps);
            steps[0] = step;
        }
}

/* Faults of the file itself; a recipe that does not fit is the user's to decide, not a reason for an older file. */
static bool is_damage(sft_ecode e)
{
    return (e >= SFT_E299 && e <= SFT_E312) || e == SFT_E316 || e == SFT_E333;
}

bool sft_folder_load(sft_folder *f, unsigned flags, const char **extra)
{
    if (!f || sft__failed(f->ctx))
        return false;
    int64_t steps[MOST];
    char path[SFT_PATH];
    sft_failure first = { .status = SFT_OK };
    remove_leftovers(f);
    int n = sft__list_checkpoints(f, steps, MOST);
    latest_first(f, steps, n);
    bool loaded = false;
    for (int i = 0; i < n && !loaded; i++) {
        loaded = sft_trainer_load(f->trainer, checkpoint_name(f, steps[i], path), flags, extra) == SFT_OK;
        if (loaded)
            break;
        sft_failure why;
        sft__set_aside(f->ctx, &why);
        if (!is_damage(why.ecode)) {
            sft__put_back(f->ctx, &why);
            return false;
        }
        sft__note(f->ctx, SFT_WARN, "W302", "%s", why.message);
        if (first.status == SFT_OK)
            first = why;
    }
    if (loaded && first.status)
        sft__note(f->ctx, SFT_WARN, "W302", "fell back to the checkpoint of step %lld", (long long)f->trainer->step);
    if (!loaded && n)
        sft__put_back(f->ctx, &first);
    if (sft__failed(f->ctx))
        return false;
    f->resume_step = f->trainer->step;
    return sft__metrics_open(f, f->trainer->step) == SFT_OK && sft__folder_recipe(f) == SFT_OK && loaded;
}
