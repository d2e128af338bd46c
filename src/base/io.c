/* SPDX-License-Identifier: MIT */
/* Files: bounded reading, atomic writing, folders, the clock. */
#include "base/ctx.h"
#include "base/io.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define MOST_AT_ONCE ((size_t)1 << 30)
#define ATTEMPTS 16 /* at a temporary name that nobody has */

static double seconds_on(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double sft__now(void)
{
    return seconds_on(CLOCK_MONOTONIC);
}

double sft__unix_time(void)
{
    return seconds_on(CLOCK_REALTIME);
}

bool sft__exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool sft__holds(const char *folder, const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%.4100s/%.90s", folder, name);
    return sft__exists(path);
}

/* ---- reading ------------------------------------------------------------------------------- */

static sft_io_fault fault_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return SFT_IO_MISSING;
    case EISDIR:
        return SFT_IO_FOLDER;
    case EACCES:
    case EPERM:
        return SFT_IO_DENIED;
    default:
        return SFT_IO_ERROR;
    }
}

/* Bytes read, fewer than n only at the end of the file; -1: errno. */
static ssize_t read_up_to(int fd, uint8_t *to, size_t n)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = read(fd, to + got, n - got < MOST_AT_ONCE ? n - got : MOST_AT_ONCE);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -1;
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (ssize_t)got;
}

/* `guess` is what the file system says of the size; pipes say 0, and files may grow, so reading goes on to the end. */
static sft_io_fault read_all(sft_ctx *c, int fd, size_t guess, size_t limit, sft_bytes *out)
{
    size_t room = guess + 1, n = 0;
    uint8_t *data = sft__alloc(c, room);
    sft_io_fault fault = data ? SFT_IO_OK : SFT_IO_MEMORY;
    while (!fault) {
        ssize_t got = read_up_to(fd, data + n, room - n);
        if (got < 0) {
            fault = fault_of(errno);
            break;
        }
        n += (size_t)got;
        if (n > limit)
            fault = SFT_IO_TOO_LARGE;
        if (n < room || fault)
            break;
        size_t more = room < 4096 ? 8192 : room * 2;
        uint8_t *bigger = sft__realloc(c, data, room, more);
        if (!bigger)
            fault = SFT_IO_MEMORY;
        else
            data = bigger, room = more;
    }
    /* the owner frees size + 1 bytes */
    uint8_t *fit = fault ? NULL : sft__realloc(c, data, room, n + 1);
    if (!fit) {
        int error = errno;
        sft__free(c, data, room);
        errno = error;
        return fault ? fault : SFT_IO_MEMORY;
    }
    fit[n] = '\0';
    *out = (sft_bytes){ fit, n };
    return SFT_IO_OK;
}

sft_io_fault sft__read_file(sft_ctx *c, const char *path, size_t limit, sft_bytes *out)
{
    struct stat st;
    *out = (sft_bytes){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_of(errno);
    sft_io_fault fault;
    if (fstat(fd, &st))
        fault = fault_of(errno);
    else if (S_ISDIR(st.st_mode))
        fault = SFT_IO_FOLDER;
    else if (st.st_size > 0 && (uint64_t)st.st_size > limit)
        fault = SFT_IO_TOO_LARGE;
    else
        fault = read_all(c, fd, st.st_size > 0 ? (size_t)st.st_size : 0, limit, out);
    int error = errno;
    close(fd);
    errno = error;
    return fault;
}

void sft__bytes_free(sft_ctx *c, sft_bytes *b)
{
    if (b->data)
        sft__free(c, b->data, b->size + 1);
    *b = (sft_bytes){ 0 };
}

void sft__lazy_files(sft_ctx *c, bool lazy)
{
    c->lazy = lazy;
}

/* ---- failing ------------------------------------------------------------------------------- */

/* "/a/b" of "/a/b/c", "." of "c", "/" of "/c"; false when the buffer is too small. */
static bool folder_of(const char *path, char *folder, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t n = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= size)
        return false;
    memcpy(folder, slash ? path : ".", n);
    folder[n] = '\0';
    return true;
}

static double free_megabytes(const char *path)
{
    char folder[4096];
    struct statvfs v;
    if (!folder_of(path, folder, sizeof folder) || statvfs(folder, &v))
        return -1;
    return (double)v.f_bavail * (double)v.f_frsize / 1e6;
}

sft_status sft__io_fail(sft_ctx *c, const char *path, int error, const char *doing)
{
    const char *why = strerror(error);
    switch (error) {
    case ENOSPC:
    case EFBIG: /* the limit of the process instead of the disk's */
        return sft__fail(c, SFT_E330, "%s `%s`: %s — %.1f MB are free there — free some space or choose another folder",
                         doing, path, why, free_megabytes(path));
    case EROFS:
    case EACCES:
    case EPERM:
        return sft__fail(c, SFT_E331, "%s `%s`: %s — choose a folder that may be written", doing, path, why);
#ifdef EDQUOT
    case EDQUOT:
        return sft__fail(c, SFT_E332, "%s `%s`: %s — your share of the disk is used up: remove files of yours", doing,
                         path, why);
#endif
    default:
        return sft__fail(c, SFT_E333, "%s `%s`: %s — check the path and the disk", doing, path, why);
    }
}

/* ---- writing ------------------------------------------------------------------------------- */

int sft__write_all(int fd, const void *data, size_t n)
{
    const char *p = data;
    while (n) {
        ssize_t wrote = write(fd, p, n < MOST_AT_ONCE ? n : MOST_AT_ONCE);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return wrote ? errno : EIO;
        p += wrote;
        n -= (size_t)wrote;
    }
    return 0;
}

/* 0 or errno. Asks for the room before a byte is written; file systems that cannot tell are taken at their word. */
static int reserve(int fd, const sft_part *parts, int n)
{
    int64_t total = 0;
    for (int i = 0; i < n; i++)
        if (parts[i].size > INT64_MAX || !sft__add(total, (int64_t)parts[i].size, &total))
            return EFBIG;
#ifdef __linux__
    int error = total ? posix_fallocate(fd, 0, total) : 0;
    return error == EINVAL || error == EOPNOTSUPP || error == ENOSYS || error == EINTR ? 0 : error;
#else
    (void)fd;
    return 0;
#endif
}

/* After an error the pages may be gone: never tried twice on one file. */
int sft__sync_file(int fd)
{
#ifdef F_FULLFSYNC
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return 0;
#endif
    return fsync(fd) ? errno : 0;
}

static int fill(int fd, const sft_part *parts, int n, bool sync)
{
    int error = reserve(fd, parts, n);
    for (int i = 0; i < n && !error; i++)
        error = sft__write_all(fd, parts[i].data, parts[i].size);
    if (!error && sync)
        error = sft__sync_file(fd);
    if (close(fd) && !error)
        error = errno;
    return error;
}

/* ".NAME.tmp.<pid>.<rand64>"; a long NAME is cut so that the whole stays a legal name. */
static void temporary_name(const char *name, uint32_t attempt, char *to, size_t size)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    sft_key key = sft__key((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec, (uint32_t)getpid());
    sft_random4 r = sft__philox(key, attempt, 0, 0, 0);
    snprintf(to, size, ".%.180s.tmp.%ld.%08x%08x", name, (long)getpid(), r.v[0], r.v[1]);
}

static int open_temporary(int folder, const char *name, char *temporary, size_t size)
{
    int fd = -1;
    for (uint32_t i = 0; i < ATTEMPTS; i++) {
        temporary_name(name, i, temporary, size);
        fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    return fd;
}

static double megabytes_of(const sft_part *part, int n)
{
    double bytes = 0;
    for (int i = 0; i < n; i++)
        bytes += (double)part[i].size;
    return bytes / 1e6;
}

static int write_within(int folder, const char *name, const sft_part *parts, int n, bool sync)
{
    char temporary[256];
    int fd = open_temporary(folder, name, temporary, sizeof temporary);
    if (fd < 0)
        return errno;
    int error = fill(fd, parts, n, sync);
    if (!error && renameat(folder, temporary, folder, name))
        error = errno;
    if (error) {
        unlinkat(folder, temporary, 0);
        return error;
    }
    /* the new name lasts only when the folder is on the disk too; some file systems have no such call */
    if (sync && fsync(folder) && errno != EINVAL && errno != ENOTSUP)
        return errno;
    return 0;
}

sft_status sft__write_file(sft_ctx *c, const char *path, const sft_part *parts, int n)
{
    char place[4096];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!*name)
        return sft__io_fail(c, path, EISDIR, "writing");
    if (!folder_of(path, place, sizeof place))
        return sft__io_fail(c, path, ENAMETOOLONG, "writing");
    int folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return sft__io_fail(c, path, errno, "writing");
    int error = write_within(folder, name, parts, n, !c->lazy);
    close(folder);
    if (error == ENOSPC || error == EFBIG)
        return sft__fail(c, SFT_E330, "writing `%s`: %s — it needs %.2f MB, %.1f MB are free there — free some space or choose another folder",
                         path, strerror(error), megabytes_of(parts, n), free_megabytes(path));
    return error ? sft__io_fail(c, path, error, "writing") : SFT_OK;
}

static int make_one(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0)
        return 0;
    int error = errno;
    if (stat(path, &st))
        return error;
    return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

sft_status sft__make_folder(sft_ctx *c, const char *path)
{
    char part[4096];
    size_t n = strlen(path);
    if (!n || n >= sizeof part)
        return sft__io_fail(c, path, n ? ENAMETOOLONG : ENOENT, "making the folder");
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        int error = make_one(part);
        if (error)
            return sft__io_fail(c, part, error, "making the folder");
    }
    return SFT_OK;
}
