/* SPDX-License-Identifier: MIT */
/* The cache of fetched data sets: nothing enters it before its SHA-256 is the pinned one. */
#include "data/remote.h"
#include "data/load.h"
#include "data/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 20)

const char *sft__remote_folder(sft_arena *a, const char *set)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/') return sft__arena_printf(a, "%s/surefoot/data/%s", cache, set);
    if (home && home[0] == '/')
        return sft__arena_printf(a, "%s/.cache/surefoot/data/%s", home, set);
    sft__fail(
        a->ctx, SFT_E331,
        "no folder for fetched data is known — set XDG_CACHE_HOME or HOME to an absolute path");
    return NULL;
}

static bool is_there(sft_arena *a, const char *folder, const char *name)
{
    const char *path = sft__arena_printf(a, "%s/%s", folder, name);
    return path && sft__exists(path);
}

static bool file_is_there(sft_arena *a, const char *folder, const sft_remote_file *f)
{
    if (!f->members) return is_there(a, folder, f->name);
    for (const char *const *m = f->members; *m; m++)
        if (!is_there(a, folder, *m)) return false;
    return true;
}

static const sft_source *find_set(const char *set)
{
    for (int i = 0; set && sft__source_at(i); i++)
        if (sft__source_at(i)->files &&
            sft__named(set, sft__source_at(i)->name, sft__source_at(i)->aliases))
            return sft__source_at(i);
    return NULL;
}

/* The first file of the set that `folder` lacks; NULL: it has them all. */
static const sft_remote_file *lacks(sft_arena *a, const char *folder, const sft_source *s)
{
    const sft_remote_file *f = s->files;
    while (f->name && file_is_there(a, folder, f)) f++;
    return f->name ? f : NULL;
}

sft_status sft__open_cached(sft_ctx *c, const char *set, const sft_source *format, sft_pos pos,
                            sft_raw *raw)
{
    const char       *folder = sft__remote_folder(raw->arena, set);
    const sft_source *s = find_set(set);
    void             *conf = sft__arena_alloc(raw->arena, format->conf_size);
    if (!folder || !conf) return sft_code(c);
    const sft_remote_file *f = lacks(raw->arena, folder, s);
    if (f && s->packaged && !lacks(raw->arena, s->packaged, s)) {
        folder = s->packaged;
        f = NULL;
    }
    if (f)
        return sft__fail_at(
            c, pos, SFT_E200,
            "%s is not on this machine yet (no %s in %s) — fetch it by `surefoot data get %s`, or write "
            "`data: %s:PATH` if it lies elsewhere",
            set, f->members ? f->members[0] : f->name, folder, set, format->name);
    sft__fields_defaults(format->fields, conf, raw->arena);
    return sft__failed(c) ? sft_code(c) : format->open(c, conf, folder, pos, raw);
}

/* ---- what the program needs to fetch --------------------------------------------------------- */

const char *sft_remote_set(int i)
{
    for (int k = 0; i >= 0 && sft__source_at(k); k++)
        if (sft__source_at(k)->files && i-- == 0) return sft__source_at(k)->name;
    return NULL;
}

bool sft_remote_at(const char *set, int i, sft_remote *r)
{
    const sft_source *s = find_set(set);
    if (!s || i < 0 || !r) return false;
    for (int k = 0; k < i; k++)
        if (!s->files[k].name) return false;
    const sft_remote_file *f = &s->files[i];
    if (!f->name) return false;
    *r = (sft_remote){ s->name, f->name, { f->url[0], f->url[1] }, f->size, f->sha256 };
    return true;
}

sft_status sft_remote_folder(sft_ctx *c, const char *set, char *buf, size_t size)
{
    sft_arena         a;
    const sft_source *s = find_set(set);
    if (sft__failed(c)) return sft_code(c);
    if (!s || !buf || !size)
        return sft__fail(c, SFT_E002, "sft_remote_folder needs the name of a set and a buffer");
    sft__arena_open(&a, c);
    const char *folder = sft__remote_folder(&a, s->name);
    if (folder && strlen(folder) >= size)
        sft__fail(c, SFT_E002, "the buffer of sft_remote_folder is too small");
    if (folder) snprintf(buf, size, "%s", folder);
    if (folder) sft__make_folder(c, folder);
    sft__arena_close(&a);
    return sft_code(c);
}

/* ---- keeping --------------------------------------------------------------------------------- */

/* SHA-256 of a file, read piece by piece; false: it cannot be read. */
static bool hash_file(sft_ctx *c, const char *path, char hex[65], int64_t *size)
{
    sft_sha256 h;
    uint8_t   *piece = sft__alloc(c, CHUNK);
    FILE      *f = piece ? fopen(path, "rb") : NULL;
    size_t     n;
    *size = 0;
    sft__sha256_open(&h);
    while (f && (n = fread(piece, 1, CHUNK, f)) > 0) {
        sft__sha256_add(&h, piece, n);
        *size += (int64_t)n;
    }
    bool whole = f && !ferror(f);
    if (f) fclose(f);
    sft__free(c, piece, CHUNK);
    sft__sha256_close(&h, hex);
    return whole;
}

static sft_status unpack(sft_ctx *c, const sft_remote_file *f, const char *file, const char *folder)
{
    sft_bytes packed, plain;
    if (sft__load(c, (sft_pos){ 0 }, file, &packed)) return sft_code(c);
    if (sft__gunzip(c, file, packed.data, packed.size, SFT_UNPACKED_MOST, &plain) == SFT_OK) {
        sft__tar_unpack(c, file, plain.data, plain.size, f->members, folder);
        sft__bytes_free(c, &plain);
    }
    sft__bytes_free(c, &packed);
    return sft_code(c);
}

static sft_status move(sft_ctx *c, const char *file, const char *path)
{
    return rename(file, path) ? sft__io_fail(c, path, errno, "keeping") : SFT_OK;
}

static sft_status keep(sft_ctx *c, sft_arena *a, const char *set, const sft_remote_file *f,
                       const char *file)
{
    char        hex[65];
    int64_t     size;
    const char *folder = sft__remote_folder(a, set),
               *path = sft__arena_printf(a, "%s/%s", folder ? folder : "", f->name);
    if (!folder || !path) return sft_code(c);
    if (!hash_file(c, file, hex, &size))
        return sft__failed(c) ? sft_code(c) : sft__io_fail(c, file, errno, "reading");
    if (size != f->size || strcmp(hex, f->sha256) != 0)
        return sft__fail(
            c, SFT_E271,
            "%s is not the file that is expected: it has %lld bytes and SHA-256 %s, not %lld bytes and %s — it "
            "was removed — try again, or another --mirror",
            f->name, (long long)size, hex, (long long)f->size, f->sha256);
    return f->members ? unpack(c, f, file, folder) : move(c, file, path);
}

sft_status sft_remote_keep(sft_ctx *c, const char *set, int i, const char *file)
{
    sft_remote        r;
    sft_arena         a;
    const sft_source *s = find_set(set);
    if (sft__failed(c)) return sft_code(c);
    if (!file || !sft_remote_at(set, i, &r))
        return sft__fail(c, SFT_E002, "sft_remote_keep needs a file of a set that is known");
    sft__arena_open(&a, c);
    keep(c, &a, s->name, &s->files[i], file);
    sft__arena_close(&a);
    unlink(file); /* kept under its name, unpacked, or wrong */
    return sft_code(c);
}

bool sft_remote_kept(sft_ctx *c, const char *set, int i)
{
    sft_remote        r;
    sft_arena         a;
    char              hex[65];
    int64_t           size;
    const sft_source *s = find_set(set);
    if (sft__failed(c) || !sft_remote_at(set, i, &r)) return false;
    sft__arena_open(&a, c);
    const char *folder = sft__remote_folder(&a, s->name), *path = NULL;
    bool        there = folder && file_is_there(&a, folder, &s->files[i]);
    if (there && !s->files[i].members)
        there = (path = sft__arena_printf(&a, "%s/%s", folder, r.file)) &&
                hash_file(c, path, hex, &size) && !strcmp(hex, r.sha256);
    sft__arena_close(&a);
    return there;
}
