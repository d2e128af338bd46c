/* SPDX-License-Identifier: MIT */
/* Files: read whole with a bound, write atomically (temporary file, fsync, rename, fsync of the folder), SHA-256. */
#ifndef SFT_BASE_IO_H
#define SFT_BASE_IO_H

#include "base/memory.h"

typedef struct sft_bytes {
    uint8_t *data;              /* size bytes and a NUL behind them */
    size_t   size;
} sft_bytes;

/* What went wrong in opening or reading, to be turned into the caller's own error. */
typedef enum sft_io_fault { SFT_IO_OK, SFT_IO_MISSING, SFT_IO_FOLDER, SFT_IO_DENIED, SFT_IO_TOO_LARGE, SFT_IO_ERROR, SFT_IO_MEMORY } sft_io_fault;

sft_io_fault sft__read_file(sft_ctx *c, const char *path, size_t limit, sft_bytes *out);
void         sft__bytes_free(sft_ctx *c, sft_bytes *b);

/* RELIABILITY protocol: O_EXCL temporary name beside `path`, posix_fallocate, write, fsync, close, rename, fsync of the folder.
 * Fails with E330..E333 and leaves the old file as it was. parts are written one after another. */
typedef struct sft_part {
    const void *data;
    size_t      size;
} sft_part;

sft_status sft__write_file(sft_ctx *c, const char *path, const sft_part *parts, int n);
/* For files that are written piece by piece; 0 or errno. All n bytes; to the platter, not only to the drive. */
int        sft__write_all(int fd, const void *data, size_t n);
int        sft__sync_file(int fd);
sft_status sft__make_folder(sft_ctx *c, const char *path); /* and its parents */
bool       sft__exists(const char *path);
bool       sft__holds(const char *folder, const char *name); /* FOLDER/NAME exists */
/* errno of a failed write as an error: E330 (space), E331 (read-only or denied), E332 (quota), E333 (anything else).
 * The sentence begins with `doing` and the path: "writing `a/b`: No space left …". */
sft_status sft__io_fail(sft_ctx *c, const char *path, int error, const char *doing);

typedef struct sft_sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t  block[64];
} sft_sha256;

void sft__sha256_open(sft_sha256 *s);
void sft__sha256_add(sft_sha256 *s, const void *data, size_t n);
void sft__sha256_close(sft_sha256 *s, char hex[65]);

/* lock.c: one writer at a time. *lock gets a descriptor that holds FOLDER/.lock until it is closed in this process and in those that were
 * forked from it; the kernel lets go when they die. Where another holds it `in_use`; E33x otherwise. patience: seconds to wait for
 * children of an owner that died. */
sft_status sft__lock(sft_ctx *c, const char *folder, sft_ecode in_use, double patience, int *lock);
void       sft__unlock(int lock); /* below 0: nothing */

/* Files that are written from here on are not synced to the disk: they outlast the program, but not a loss of power. */
void sft__lazy_files(sft_ctx *c, bool lazy);

double sft__now(void);          /* seconds on a clock that only goes forward */
double sft__unix_time(void);    /* seconds since 1970, as the machine has it */

#endif
