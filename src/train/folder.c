/* SPDX-License-Identifier: MIT */
/* The run folder: made and locked, its recipe written, closed. */
#include "train/folder.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

const char *sft__folder_file(const sft_folder *f, const char *name, char *buf)
{
    snprintf(buf, SFT_PATH, "%s/%s", f->path, name);
    return buf;
}

static sft_status lock(sft_folder *f)
{
    return sft__lock(f->ctx, f->path, SFT_E320, 0, &f->lock);
}

/* ---- open and close -------------------------------------------------------------------------- */

/* How many checkpoints the plan leaves in the folder. */
static double planned_checkpoints(const sft_trainer *t)
{
    const sft_keep_conf *k = &t->recipe->keep_conf;
    double n = 1;
    if (k->every > 0)
        n += (double)t->epochs / k->every;
    if (k->every_steps > 0)
        n += (double)t->steps / (double)k->every_steps;
    return fmin(n, (double)k->keep_last);
}

/* Must fit: what stays, the one being written, best and model (each a part of a checkpoint); less
 * what lies there already. */
static sft_status check_room(sft_folder *f)
{
    struct statvfs disk;
    sft_arena a;
    int have = 0;
    sft__arena_open(&a, f->ctx);
    sft__list_checkpoints(f, &a, &have);
    sft__arena_close(&a);
    if (statvfs(f->path, &disk))
        return sft_code(f->ctx); /* unknown is not full */
    const double stay = planned_checkpoints(f->trainer), mib = 1048576.0;
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    double need = (stay + 2 - fmin(have, stay)) * (double)sft__checkpoint_size(f->trainer);
    if (need <= free_bytes)
        return sft_code(f->ctx);
    return sft__fail(f->ctx, SFT_E330,
                     "%s: checkpoints need %.1f MiB and %.1f MiB are free — make room, or lower "
                     "checkpoint.keep_last",
                     f->path, need / mib, free_bytes / mib);
}

static sft_status write_recipe(sft_folder *f)
{
    char path[SFT_PATH];
    const char *text = sft_recipe_text(f->trainer->recipe);
    sft_part part = { text, text ? strlen(text) : 0 };
    return text ? sft__write_file(f->ctx, sft__folder_file(f, "recipe.yaml", path), &part, 1)
                : sft_code(f->ctx);
}

sft_status sft__folder_begin(sft_folder *f)
{
    f->begun = true;
    f->resume_step = f->trainer->step;
    const int64_t step = f->resumed ? f->trainer->step : 0;
    if (write_recipe(f) || sft__metrics_open(f, step) || sft__signals_trim(f, step))
        return sft_code(f->ctx);
    return sft__write_run_json(f, "running", NULL, NULL);
}

static sft_status make_folders(sft_folder *f, const char *path, bool resume)
{
    char below[SFT_PATH];
    if (strlen(path) >= sizeof f->path)
        return sft__fail(f->ctx, SFT_E002,
                         "the run folder's name is longer than %zu bytes — choose a shorter one",
                         sizeof f->path - 1);
    memcpy(f->path, path, strlen(path) + 1);
    if (resume && !sft__exists(sft__folder_file(f, "recipe.yaml", below)))
        return sft__fail(f->ctx, SFT_E299,
                         "%s: no run folder, or one without recipe.yaml — `surefoot train` makes "
                         "one; is the path right, seen from the current folder?",
                         path);
    if (sft__make_folder(f->ctx, path) ||
        sft__make_folder(f->ctx, sft__folder_file(f, "checkpoints", below)))
        return sft_code(f->ctx);
    return SFT_OK;
}

sft_folder *sft_folder_open(sft_trainer *t, const char *path, bool resume)
{
    if (!t || !path || sft__failed(t->ctx))
        return NULL;
    sft_folder *f = sft__alloc(t->ctx, sizeof *f);
    if (!f)
        return NULL;
    f->ctx = t->ctx;
    sft__arena_open(&f->arena, f->ctx);
    f->trainer = t;
    f->lock = -1;
    f->resumed = resume;
    f->best_written = -1;
    f->started = f->last_save = sft__now();
    f->start_time = (long long)time(NULL);
    if (make_folders(f, path, resume) == SFT_OK && lock(f) == SFT_OK &&
        check_room(f) == SFT_OK && !resume) {
        sft__folder_clear(f);
        sft__folder_begin(f);
    }
    if (!sft__failed(t->ctx))
        return f;
    sft_folder_close(f);
    return NULL;
}

void sft_folder_close(sft_folder *f)
{
    if (!f)
        return;
    char path[SFT_PATH];
    sft_ctx *c = f->ctx;
    if (f->metrics && fclose(f->metrics) && !sft__failed(c))
        sft__io_fail(c, sft__folder_file(f, "metrics.csv", path), errno, "closing the metrics");
    if (f->signals && fclose(f->signals) && !sft__failed(c))
        sft__io_fail(c, sft__folder_file(f, "signals.csv", path), errno, "closing the signals");
    sft__unlock(f->lock);
    sft__arena_close(&f->arena);
    sft__free(c, f, sizeof *f);
}
