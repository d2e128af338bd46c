/* SPDX-License-Identifier: MIT */
/* Reads ZIP archives: the directory at the end is the truth, local headers only say where bytes begin. */
/* PKWARE's APPNOTE.TXT: end record "PK56", directory entries "PK12", local headers "PK34", all numbers little-endian.
 * Names are never used as paths; those that would lead elsewhere are refused all the same, as nobody honest writes them. */
#include "data/zip.h"
#include "data/load.h"

#include <stdlib.h>
#include <string.h>

#ifdef SFT_HAVE_ZLIB
#include <zlib.h>
#endif

#define END_SIZE   22
#define ENTRY_SIZE 46
#define LOCAL_SIZE 30
#define RATIO_MOST 1032 /* what deflate can reach */

static uint32_t little16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

static uint32_t little32(const uint8_t *p) { return little16(p) | little16(p + 2) << 16; }

static bool is_mark(const uint8_t *p, int a, int b)
{
    return p[0] == 'P' && p[1] == 'K' && p[2] == a && p[3] == b;
}

static sft_status damaged(sft_ctx *c, const char *path, const char *what)
{
    return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E228,
                        "ZIP archive is damaged: %s — fetch it again, or see `unzip -t`", what);
}

static sft_status not_read(sft_ctx *c, const char *path, const char *what)
{
    return sft__fail_at(
        c, (sft_pos){ .file = path }, SFT_E228,
        "ZIP archive cannot be read: %s — save the arrays by numpy.savez or as .npy files", what);
}

/* ---- the directory --------------------------------------------------------------------------- */

/* The end record is the last one that reaches exactly to the end of the file with its comment. */
static const uint8_t *find_end(const uint8_t *bytes, size_t size)
{
    for (size_t at = size < END_SIZE ? 0 : size - END_SIZE + 1;
         at-- > 0 && size - at <= END_SIZE + 65535;)
        if (is_mark(bytes + at, 5, 6) && little16(bytes + at + 20) == size - at - END_SIZE)
            return bytes + at;
    return NULL;
}

static bool leads_out(const char *name, size_t n)
{
    const char *end = name + n;
    if (n == 0 || *name == '/' || memchr(name, '\\', n) || memchr(name, ':', n)) return true;
    for (const char *p = name; p < end;) {
        const char *slash = memchr(p, '/', (size_t)(end - p)), *stop = slash ? slash : end;
        if (stop - p == 2 && p[0] == '.' && p[1] == '.') return true;
        p = stop + 1;
    }
    return false;
}

/* The name as it may stand in a message: what is no printable ASCII becomes a question mark. */
static char *plain_name(sft_arena *a, const uint8_t *p, size_t n)
{
    char *name = sft__arena_textn(a, (const char *)p, n);
    for (size_t i = 0; name && i < n; i++)
        if (name[i] < ' ' || name[i] > '~') name[i] = '?';
    return name;
}

static sft_status check_entry(sft_ctx *c, const sft_zip *z, const uint8_t *e,
                              const sft_zip_member *m)
{
    const sft_pos at = { .file = z->path };
    uint32_t      method = little16(e + 10);
    if (leads_out((const char *)e + ENTRY_SIZE, little16(e + 28)))
        return sft__fail_at(
            c, at, SFT_E227,
            "member `%s` of the archive has a name that leads out of it — such archives are refused — "
            "save the arrays again under plain names",
            m->name);
    if (little16(e + 8) & 0x41)
        return sft__fail_at(
            c, at, SFT_E224,
            "member `%s` of the archive is encrypted — unpack it and save the arrays without a password",
            m->name);
    if (method != 0 && method != 8)
        return not_read(c, z->path, "a member is packed by another method than deflate");
    if (m->packed == UINT32_MAX || m->size == UINT32_MAX || m->header == UINT32_MAX)
        return not_read(c, z->path, "it is larger than 4 GiB");
    if (!m->deflated && m->packed != m->size)
        return damaged(c, z->path, "a stored member has two sizes");
    if ((uint64_t)m->size > SFT_UNPACKED_MOST || m->size / RATIO_MOST > m->packed)
        return sft__fail_at(
            c, at, SFT_E229,
            "member `%s` of the archive would unpack from %lld bytes to %lld — that is a bomb or not a "
            "data set; unpack it by hand if you trust it",
            m->name, (long long)m->packed, (long long)m->size);
    return SFT_OK;
}

/* The local header has to lie in the file, in front of the directory, and to name the same member. */
static sft_status find_bytes(sft_ctx *c, const sft_zip *z, const uint8_t *e, int64_t directory,
                             sft_zip_member *m)
{
    uint32_t       name = little16(e + 28);
    const uint8_t *local = z->bytes + m->header;
    if (m->header + LOCAL_SIZE > directory || !is_mark(local, 3, 4))
        return damaged(c, z->path, "a member is not where the directory says");
    int64_t begin = m->header + LOCAL_SIZE + little16(local + 26) + little16(local + 28);
    m->end = begin + m->packed;
    if (m->end > directory) return damaged(c, z->path, "a member reaches beyond its end");
    if (little16(local + 26) != name || memcmp(local + LOCAL_SIZE, e + ENTRY_SIZE, name) != 0)
        return damaged(c, z->path, "a member has two names");
    return SFT_OK;
}

static sft_status read_directory(sft_arena *a, sft_zip *z, const uint8_t *at, const uint8_t *end)
{
    sft_ctx *c = a->ctx;
    int64_t  directory = at - z->bytes;
    for (int i = 0; i < z->n; i++) {
        sft_zip_member *m = &z->member[i];
        if (end - at < ENTRY_SIZE || !is_mark(at, 1, 2))
            return damaged(c, z->path, "the directory ends too early");
        uint32_t name = little16(at + 28), rest = name + little16(at + 30) + little16(at + 32);
        if ((uint64_t)(end - at) < ENTRY_SIZE + (uint64_t)rest)
            return damaged(c, z->path, "the directory ends too early");
        *m = (sft_zip_member){ .name = plain_name(a, at + ENTRY_SIZE, name),
                               .header = little32(at + 42),
                               .packed = little32(at + 20),
                               .size = little32(at + 24),
                               .crc = little32(at + 16),
                               .deflated = little16(at + 10) == 8 };
        if (!m->name || check_entry(c, z, at, m) || find_bytes(c, z, at, directory, m))
            return sft_code(c);
        at += ENTRY_SIZE + rest;
    }
    return SFT_OK;
}

static int by_place(const void *a, const void *b)
{
    const sft_zip_member *x = a, *y = b;
    return x->header < y->header ? -1 : x->header > y->header;
}

static int by_name(const void *a, const void *b)
{
    const sft_zip_member *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static sft_status check_together(sft_ctx *c, const sft_zip *z)
{
    sft_zip_member *m = z->member;
    qsort(m, (size_t)z->n, sizeof *m, by_place);
    for (int i = 1; i < z->n; i++)
        if (m[i].header < m[i - 1].end)
            return sft__fail_at(
                c, (sft_pos){ .file = z->path }, SFT_E226,
                "members `%s` and `%s` of the archive overlap — such archives are bombs — save the "
                "arrays again",
                m[i - 1].name, m[i].name);
    qsort(m, (size_t)z->n, sizeof *m, by_name);
    for (int i = 1; i < z->n; i++)
        if (!strcmp(m[i].name, m[i - 1].name))
            return sft__fail_at(
                c, (sft_pos){ .file = z->path }, SFT_E225,
                "the archive has two members `%s` — which one counts? — save the arrays again",
                m[i].name);
    return SFT_OK;
}

sft_status sft__zip_open(sft_arena *a, const char *path, const uint8_t *bytes, size_t size,
                         sft_zip *z)
{
    sft_ctx       *c = a->ctx;
    const uint8_t *end = find_end(bytes, size);
    *z = (sft_zip){ .path = path, .bytes = bytes, .size = size };
    if (!end)
        return damaged(c, path, "it has no directory at its end: cut off, or not a ZIP archive");
    uint32_t length = little32(end + 12), from = little32(end + 16);
    if (from == UINT32_MAX || little16(end + 10) == 65535)
        return not_read(c, path, "it is larger than 4 GiB");
    if (little16(end + 4) || little16(end + 6) || little16(end + 8) != little16(end + 10))
        return not_read(c, path, "it is one of several parts");
    if ((uint64_t)from + length > (uint64_t)(end - bytes))
        return damaged(c, path, "the directory is not where the end says");
    z->n = (int)little16(end + 10);
    if (z->n > SFT_ZIP_MEMBERS_MOST) return not_read(c, path, "it has more than 4096 members");
    z->member = sft__arena_alloc(a, (size_t)(z->n + 1) * sizeof *z->member);
    if (!z->member || read_directory(a, z, bytes + from, bytes + from + length)) return sft_code(c);
    return check_together(c, z);
}

/* ---- a member -------------------------------------------------------------------------------- */

#ifdef SFT_HAVE_ZLIB

/* All of it, in one call: the room is what the directory says, and the stream has to fill it exactly. */
static bool inflate_whole(const uint8_t *packed, const sft_zip_member *m, uint8_t *to)
{
    z_stream s = { .next_in = (Bytef *)(uintptr_t)packed, /* zlib reads only */
                   .avail_in = (uInt)m->packed,
                   .next_out = to,
                   .avail_out = (uInt)m->size };
    if (inflateInit2(&s, -15) != Z_OK) return false;
    bool whole = inflate(&s, Z_FINISH) == Z_STREAM_END && s.avail_in == 0 && s.avail_out == 0;
    inflateEnd(&s);
    return whole;
}

sft_status sft__zip_read(sft_ctx *c, const sft_zip *z, const sft_zip_member *m, sft_bytes *out)
{
    const uint8_t *packed = z->bytes + m->end - m->packed;
    *out = (sft_bytes){ sft__alloc(c, (size_t)m->size + 1), (size_t)m->size };
    if (!out->data) return sft_code(c);
    bool whole = true;
    if (m->deflated)
        whole = inflate_whole(packed, m, out->data);
    else
        memcpy(out->data, packed, (size_t)m->size);
    out->data[m->size] = '\0';
    if (whole && crc32(0, out->data, (uInt)m->size) == m->crc) return SFT_OK;
    sft__bytes_free(c, out);
    return damaged(c, z->path, whole ? "the sum of a member is wrong" : "a member does not unpack");
}

#else

sft_status sft__zip_read(sft_ctx *c, const sft_zip *z, const sft_zip_member *m, sft_bytes *out)
{
    (void)m;
    *out = (sft_bytes){ 0 };
    return sft__fail_at(
        c, (sft_pos){ .file = z->path }, SFT_E201,
        "this build reads no .npz, as it was made without zlib (zlib1g-dev) — unpack it to .npy files");
}

#endif
