/* SPDX-License-Identifier: MIT */
/* Reads data files whole and unpacks gzip within bounds. */
#include "data/load.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#ifdef SFT_HAVE_ZLIB
#include <zlib.h>

#define RATIO_MOST 1032 /* what deflate can reach */

typedef struct unpacking {
    z_stream  z;
    sft_bytes out;
    size_t    room, limit;
} unpacking;

static sft_status gz_fail(sft_ctx *c, const char *path, sft_ecode e, const char *what)
{
    return sft__fail_at(c, (sft_pos){ .file = path }, e,
                        "%s — fetch the file again, or see `gzip -t`", what);
}

/* More room, doubled up to the limit and one byte, by which a bomb shows. */
static sft_status grow(sft_ctx *c, unpacking *u)
{
    size_t   room = u->room < (u->limit + 1) / 2 ? 2 * u->room : u->limit + 1;
    uint8_t *data = sft__realloc(c, u->out.data, u->room + 1, room + 1);
    if (!data) return sft_code(c);
    u->out.data = data;
    u->room = room;
    return SFT_OK;
}

/* One call of inflate with as much room as there is. */
static int inflate_some(unpacking *u)
{
    size_t free_room = u->room - u->out.size;
    uInt   step = free_room < 1 << 30 ? (uInt)free_room : 1 << 30;
    u->z.next_out = u->out.data + u->out.size;
    u->z.avail_out = step;
    int result = inflate(&u->z, Z_NO_FLUSH);
    u->out.size += step - u->z.avail_out;
    return result;
}

/* After one member: is there another? Padding of zeros is allowed, other bytes are not. */
static sft_status next_member(sft_ctx *c, const char *path, unpacking *u, bool *more)
{
    *more = u->z.avail_in >= 2 && u->z.next_in[0] == 0x1F && u->z.next_in[1] == 0x8B;
    for (uInt i = 0; !*more && i < u->z.avail_in; i++)
        if (u->z.next_in[i])
            return gz_fail(c, path, SFT_E215, "gzip is damaged: other bytes follow its end");
    if (*more) inflateReset(&u->z);
    return SFT_OK;
}

static sft_status unpack(sft_ctx *c, const char *path, size_t packed, unpacking *u)
{
    for (bool more = true; more;) {
        if (u->out.size == u->room && grow(c, u)) return sft_code(c);
        int result = inflate_some(u);
        if (u->out.size > u->limit)
            return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E216,
                                "gzip of %zu bytes unpacks to more than %zu — that is "
                                "a bomb or not a data set; unpack it by hand if you trust it",
                                packed, u->limit);
        if (result == Z_STREAM_END) {
            if (next_member(c, path, u, &more)) return sft_code(c);
        } else if (result == Z_MEM_ERROR) {
            return sft__fail(c, SFT_E004, "out of memory while unpacking %s", path);
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            const char *why = u->z.msg ? u->z.msg : "bad data";
            return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E215,
                                "gzip is damaged: %s — fetch the file again, or "
                                "see `gzip -t`",
                                why);
        } else if (u->z.avail_in == 0 && u->z.avail_out > 0) {
            return gz_fail(c, path, SFT_E214, "gzip ends too early: the file is cut off");
        }
    }
    return SFT_OK;
}

sft_status sft__gunzip(sft_ctx *c, const char *path, const uint8_t *packed, size_t size,
                       size_t limit, sft_bytes *out)
{
    size_t    first = size < 1024 ? 4096 : size * 4;
    unpacking u = { .limit = limit < size * RATIO_MOST ? limit : size * RATIO_MOST };
    u.room = first <= u.limit ? first : u.limit + 1;
    *out = (sft_bytes){ 0 };
    if (size > UINT32_MAX) return gz_fail(c, path, SFT_E216, "gzip of more than 4 GiB");
    u.z.next_in = (Bytef *)(uintptr_t)packed; /* zlib reads only */
    u.z.avail_in = (uInt)size;
    u.out.data = sft__alloc(c, u.room + 1);
    if (!u.out.data) return sft_code(c);
    if (inflateInit2(&u.z, 15 + 16) == Z_OK) {
        unpack(c, path, size, &u);
        inflateEnd(&u.z);
    } else {
        sft__fail(c, SFT_E004, "out of memory while unpacking %s", path);
    }
    uint8_t *fit = sft__failed(c) ? NULL : sft__realloc(c, u.out.data, u.room + 1, u.out.size + 1);
    if (!fit) {
        sft__free(c, u.out.data, u.room + 1);
        return sft_code(c);
    }
    fit[u.out.size] = '\0';
    *out = (sft_bytes){ fit, u.out.size };
    return SFT_OK;
}

#else

sft_status sft__gunzip(sft_ctx *c, const char *path, const uint8_t *packed, size_t size,
                       size_t limit, sft_bytes *out)
{
    (void)packed, (void)size, (void)limit;
    *out = (sft_bytes){ 0 };
    return sft__fail_at(
        c, (sft_pos){ .file = path }, SFT_E201,
        "this build reads no gzip, as it was made without zlib — unpack the file with gunzip");
}

#endif

static sft_status load_fail(sft_ctx *c, sft_pos pos, const char *path, sft_io_fault fault)
{
    int  error = errno;
    char folder[512];
    if (fault == SFT_IO_MEMORY) return sft_code(c);
    if (fault == SFT_IO_MISSING)
        return sft__fail_at(c, pos, SFT_E200,
                            "no file %s — the working folder is %s — check the path of `data`",
                            path, getcwd(folder, sizeof folder) ? folder : "unknown");
    const char *why = fault == SFT_IO_FOLDER      ? "it is a folder"
                      : fault == SFT_IO_TOO_LARGE ? "it is larger than 1 TiB"
                                                  : strerror(error);
    return sft__fail_at(c, pos, SFT_E201,
                        "%s cannot be read — %s — check the path and its permissions", path, why);
}

sft_status sft__load(sft_ctx *c, sft_pos pos, const char *path, sft_bytes *out)
{
    sft_io_fault fault = sft__read_file(c, path, SFT_FILE_MOST, out);
    size_t       n = strlen(path);
    if (fault) return load_fail(c, pos, path, fault);
    if (n < 3 || strcmp(path + n - 3, ".gz") != 0) return SFT_OK;
    sft_bytes packed = *out;
    sft__gunzip(c, path, packed.data, packed.size, SFT_UNPACKED_MOST, out);
    sft__bytes_free(c, &packed);
    return sft_code(c);
}

const char *sft__find_file(sft_arena *a, const char *folder, const char *name)
{
    const char *path = sft__arena_printf(a, "%s/%s", folder, name);
    if (path && sft__exists(path)) return path;
    path = path ? sft__arena_printf(a, "%s.gz", path) : NULL;
    return path && sft__exists(path) ? path : NULL;
}
