/* SPDX-License-Identifier: MIT */
/* The run folder: made and locked, recipe and metrics written, closed. */
#include "base/text.h"
#include "train/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

const char *sft__folder_file(const sft_folder *f, const char *name, char *buf)
{
    snprintf(buf, SFT_PATH, "%s/%s", f->path, name);
    return buf;
}

/* ---- one writer at a time ------------------------------------------------------------------- */

/* A boot has an id of its own on Linux, so that a pid from before a reboot is not mistaken for a live one. */
static void boot_id(char *buf, size_t size)
{
    FILE *in = fopen("/proc/sys/kernel/random/boot_id", "r");
    buf[0] = 0;
    if (in && fgets(buf, (int)size, in))
        buf[strcspn(buf, "\n")] = 0;
    if (in)
        fclose(in);
}

sft_status sft__folder_lock(sft_folder *f)
{
    char path[SFT_PATH], was[160] = "", boot[64];
    sft__folder_file(f, ".lock", path);
    f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (f->lock < 0)
        return sft__io_fail(f->ctx, path, errno, "locking the run folder");
    ssize_t n = read(f->lock, was, sizeof was - 1);
    was[n > 0 ? n : 0] = 0;
    if (flock(f->lock, LOCK_EX | LOCK_NB))
        return sft__fail(f->ctx, SFT_E320, "%s is in use by another surefoot (pid %.20s) — wait for it, stop it, or choose another folder",
                         f->path, was[0] ? strtok(was, " ") : "unknown");
    if (was[0])                 /* the lock fell when its owner died, so its text is left over */
        sft__note(f->ctx, SFT_NOTE, "W320", "%s was left by a surefoot that did not end well (pid %.20s); taken over", f->path,
                  strtok(was, " "));
    boot_id(boot, sizeof boot);
    char now[160];
    int len = snprintf(now, sizeof now, "%ld %s\n", (long)getpid(), boot);
    if (ftruncate(f->lock, 0) || pwrite(f->lock, now, (size_t)len, 0) != len)
        return sft__io_fail(f->ctx, path, errno, "locking the run folder");
    return SFT_OK;
}

static void unlock(sft_folder *f)
{
    if (f->lock < 0)
        return;
    if (ftruncate(f->lock, 0))  /* an empty lock: its owner ended well. Failure only costs a note at the next start. */
        errno = 0;
    close(f->lock);
    f->lock = -1;
}

/* ---- metrics.csv ---------------------------------------------------------------------------- */

static const char head[] = "step,epoch,split,loss,accuracy,lr,grad_norm,seconds\n";
static const char *const split_names[SFT_SPLITS] = { "train", "validation", "test" };

/* The rows up to last_step, without a last line that a crash tore. */
static size_t good_rows(sft_folder *f, const char *text, size_t size, int64_t last_step, sft_string *keep)
{
    size_t rows = 0;
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        if (!end) {
            sft__note(f->ctx, SFT_NOTE, "W340", "the last line of metrics.csv was torn; dropped");
            break;
        }
        size_t n = (size_t)(end - (text + at)) + 1;
        int64_t step = 0;
        size_t digits = strspn(text + at, "0123456789");
        bool number = digits && sft__parse_int(text + at, digits, &step);
        if (number && step <= last_step) {
            sft__string_addn(keep, text + at, n);
            rows++;
        }
        at += n;
    }
    return rows;
}

sft_status sft__metrics_open(sft_folder *f, int64_t last_step)
{
    char path[SFT_PATH];
    sft__folder_file(f, "metrics.csv", path);
    sft_string text;
    sft__string_open(&text, f->ctx);
    sft__string_add(&text, head);
    sft_bytes old = { 0 };
    if (last_step > 0 && sft__read_file(f->ctx, path, (size_t)1 << 31, &old) == SFT_IO_OK)
        good_rows(f, (char *)old.data, old.size, last_step, &text);
    sft__bytes_free(f->ctx, &old);
    sft_part part = { text.text, text.n };
    if (!sft__failed(f->ctx))
        sft__write_file(f->ctx, path, &part, 1);
    sft__string_close(&text);
    if (sft__failed(f->ctx))
        return sft_code(f->ctx);
    f->metrics = fopen(path, "ae");
    return f->metrics ? SFT_OK : sft__io_fail(f->ctx, path, errno, "opening the metrics");
}

static void put_number(FILE *out, double v, char end)
{
    char buf[40];
    fprintf(out, "%s%c", isfinite(v) ? sft__print_real(v, buf, sizeof buf) : "", end);
}

sft_status sft_folder_log(sft_folder *f, const sft_metric *row)
{
    if (!f || sft__failed(f->ctx))
        return f ? sft_code(f->ctx) : SFT_OK;
    f->last[row->split] = *row;
    fprintf(f->metrics, "%lld,%lld,%s,", (long long)row->step, (long long)row->epoch, split_names[row->split]);
    put_number(f->metrics, row->scores.loss, ',');
    put_number(f->metrics, row->scores.accuracy, ',');
    put_number(f->metrics, row->lr, ',');
    put_number(f->metrics, row->grad_norm, ',');
    put_number(f->metrics, row->seconds, '\n');
    if (fflush(f->metrics) || ferror(f->metrics))
        return sft__io_fail(f->ctx, "metrics.csv", errno, "writing the metrics");
    return SFT_OK;
}

/* ---- open and close -------------------------------------------------------------------------- */

/* keep_last checkpoints and the one being written must fit. */
static sft_status check_room(sft_folder *f)
{
    struct statvfs disk;
    if (statvfs(f->path, &disk))
        return SFT_OK;          /* unknown is not full */
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    double need = (double)(f->trainer->recipe->keep_conf.keep_last + 1) * (double)sft__checkpoint_size(f->trainer);
    const double mib = 1048576.0;
    if (need <= free_bytes)
        return SFT_OK;
    return sft__fail(f->ctx, SFT_E330, "%s: checkpoints need %.1f MiB and %.1f MiB are free — make room, or lower checkpoint.keep_last",
                     f->path, need / mib, free_bytes / mib);
}

sft_status sft__folder_recipe(sft_folder *f)
{
    char path[SFT_PATH];
    const char *text = sft_recipe_text(f->trainer->recipe);
    sft_part part = { text, text ? strlen(text) : 0 };
    return text ? sft__write_file(f->ctx, sft__folder_file(f, "recipe.yaml", path), &part, 1) : sft_code(f->ctx);
}

static sft_status make_folders(sft_folder *f, const char *path, bool resume)
{
    char below[SFT_PATH];
    if (strlen(path) >= sizeof f->path)
        return sft__fail(f->ctx, SFT_E002, "the run folder's name is longer than %zu bytes — choose a shorter one", sizeof f->path - 1);
    memcpy(f->path, path, strlen(path) + 1);
    if (resume && !sft__exists(path))
        return sft__fail(f->ctx, SFT_E299, "%s: no such run folder", path);
    if (sft__make_folder(f->ctx, path) || sft__make_folder(f->ctx, sft__folder_file(f, "checkpoints", below)))
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
    f->trainer = t;
    f->lock = -1;
    f->resumed = resume;
    f->best_written = -1;
    f->started = f->last_save = sft__now();
    f->start_time = (long long)time(NULL);
    if (make_folders(f, path, resume) == SFT_OK && sft__folder_lock(f) == SFT_OK && check_room(f) == SFT_OK)
        if (resume || (sft__folder_recipe(f) == SFT_OK && sft__metrics_open(f, 0) == SFT_OK))
            sft__write_run_json(f, "running", NULL, NULL);
    if (!sft__failed(t->ctx))
        return f;
    sft_folder_close(f);
    return NULL;
}

void sft_folder_close(sft_folder *f)
{
    if (!f)
        return;
    sft_ctx *c = f->ctx;
    if (f->metrics && fclose(f->metrics) && !sft__failed(c))
        sft__io_fail(c, "metrics.csv", errno, "closing the metrics");
    unlock(f);
    sft__free(c, f, sizeof *f);
}
