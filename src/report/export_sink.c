/* SPDX-License-Identifier: MIT */
/* Where an export goes: a file that gets its name when it is whole, or the caller. */
#include "report/export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 16, ATTEMPTS = 16 };

/* A name beside path that nobody has; what is there and is no file (a pipe, a terminal) is written as it is. */
static int open_beside(sft_sink *s)
{
    struct stat st;
    if (stat(s->path, &st) == 0 && !S_ISREG(st.st_mode)) return open(s->path, O_WRONLY | O_CLOEXEC);
    for (int i = 0, fd; i < ATTEMPTS; i++) {
        snprintf(s->temporary, sizeof s->temporary, "%.4100s.tmp.%ld.%d", s->path, (long)getpid(), i);
        fd = open(s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

static sft_status make_parents(sft_ctx *c, const char *path)
{
    char        folder[4200];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return SFT_OK;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return sft__make_folder(c, folder);
}

sft_status sft__sink_open(sft_ctx *c, sft_sink *s, const char *path, sft_write_fn *write, void *user)
{
    *s = (sft_sink){ .ctx = c, .path = path, .fd = -1, .write = write, .user = user };
    sft__string_open(&s->text, c);
    if (sft__failed(c) || !path) return sft_code(c);
    if (strlen(path) > 4000) return sft__io_fail(c, path, ENAMETOOLONG, "writing");
    if (make_parents(c, path) != SFT_OK) return sft_code(c);
    s->fd = open_beside(s);
    if (s->fd >= 0) return SFT_OK;
    *s->temporary = 0;
    return sft__io_fail(c, path, errno, "writing");
}

static sft_status put(sft_sink *s)
{
    if (sft__failed(s->ctx) || !s->text.n) return sft_code(s->ctx);
    if (!s->path && !s->write(s->user, s->text.text, s->text.n))
        return sft__fail(s->ctx, SFT_E333, "writing the export: it was not taken — is the reader gone, or the disk full?");
    const int error = s->path ? sft__write_all(s->fd, s->text.text, s->text.n) : 0;
    s->text.n = 0;
    return error ? sft__io_fail(s->ctx, s->path, error, "writing") : SFT_OK;
}

sft_status sft__sink_flush(sft_sink *s)
{
    return s->text.n < BLOCK ? sft_code(s->ctx) : put(s);
}

sft_status sft__sink_close(sft_sink *s)
{
    put(s);
    sft__string_close(&s->text);
    if (s->fd < 0) return sft_code(s->ctx);
    const int error = *s->temporary && !s->lazy && !sft__failed(s->ctx) ? sft__sync_file(s->fd) : 0;
    if (error) sft__io_fail(s->ctx, s->path, error, "writing");
    if (close(s->fd) && !sft__failed(s->ctx)) sft__io_fail(s->ctx, s->path, errno, "closing");
    s->fd = -1;
    if (!*s->temporary) return sft_code(s->ctx);
    if (!sft__failed(s->ctx) && rename(s->temporary, s->path)) sft__io_fail(s->ctx, s->path, errno, "writing");
    if (sft__failed(s->ctx)) unlink(s->temporary);
    return sft_code(s->ctx);
}
