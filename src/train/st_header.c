/* SPDX-License-Identifier: MIT */
/* safetensors in, the header: a strict reader of the format's own grammar, which is JSON two
 * objects deep. */
#include "train/safetensors.h"

#include <string.h>

enum { LONGEST_NAME = 256 };

typedef struct scan {           /* a cursor over the header */
    sft_ctx    *ctx;
    sft_st_file *file;
    const char *text;
    size_t      at, n;
    int         room_tensors, room_meta;
} scan;

static sft_status broken(scan *s, const char *want)
{
    return sft__fail(s->ctx, SFT_E305,
                     "%s: the header is not what safetensors writes: %s expected at byte %zu — the "
                     "file is damaged",
                     s->file->path, want, s->at + 8);
}

static void blanks(scan *s)
{
    while (s->at < s->n && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at])
        s->at++;
}

static bool take(scan *s, char ch)
{
    blanks(s);
    if (s->at >= s->n || s->text[s->at] != ch)
        return false;
    s->at++;
    return true;
}

static sft_status need(scan *s, char ch)
{
    return take(s, ch) ? SFT_OK : broken(s, (char[]){ '`', ch, '`', 0 });
}

static int hex4(const char *p)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef",
                   *d = p[i] ? strchr(digits, p[i] >= 'A' && p[i] <= 'F' ? p[i] + 32 : p[i]) : NULL;
        if (!d)
            return -1;
        v = v * 16 + (int)(d - digits);
    }
    return v;
}

/* Appends a code point as UTF-8. */
static size_t put_utf8(char *out, unsigned u)
{
    if (u < 0x80) {
        out[0] = (char)u;
        return 1;
    }
    if (u < 0x800) {
        out[0] = (char)(0xC0 | u >> 6);
        out[1] = (char)(0x80 | (u & 63));
        return 2;
    }
    if (u < 0x10000) {
        out[0] = (char)(0xE0 | u >> 12);
        out[1] = (char)(0x80 | (u >> 6 & 63));
        out[2] = (char)(0x80 | (u & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | u >> 18);
    out[1] = (char)(0x80 | (u >> 12 & 63));
    out[2] = (char)(0x80 | (u >> 6 & 63));
    out[3] = (char)(0x80 | (u & 63));
    return 4;
}

/* One escape behind the backslash; moves on over it. 0: not one. */
static size_t unescape(scan *s, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char ch = s->at < s->n ? s->text[s->at++] : 0;
    const char *plain = ch ? strchr(from, ch) : NULL;
    if (plain) {
        *out = to[plain - from];
        return 1;
    }
    int u = ch == 'u' && s->n - s->at >= 4 ? hex4(s->text + s->at) : -1;
    if (u <= 0 || (u >= 0xDC00 && u < 0xE000))
        return 0;
    s->at += 4;
    if (u < 0xD800 || u >= 0xE000)
        return put_utf8(out, (unsigned)u);
    int low = s->n - s->at >= 6 && s->text[s->at] == '\\' && s->text[s->at + 1] == 'u'
                  ? hex4(s->text + s->at + 2)
                  : -1;
    if (low < 0xDC00 || low >= 0xE000)
        return 0;
    s->at += 6;
    return put_utf8(out, 0x10000u + (((unsigned)u & 0x3FF) << 10) + ((unsigned)low & 0x3FF));
}

static const char *text_of(scan *s)
{
    if (need(s, '"'))
        return NULL;
    size_t from = s->at, used = 0;
    while (s->at < s->n && s->text[s->at] != '"')
        s->at += s->text[s->at] == '\\' && s->at + 1 < s->n ? 2 : 1;
    size_t end = s->at;
    char *out = sft__arena_alloc(&s->file->arena, end - from + 1);
    if (!out || end >= s->n) {
        broken(s, "the end of a string");
        return NULL;
    }
    for (s->at = from; s->at < end;) {
        char ch = s->text[s->at++];
        size_t wrote = ch == '\\' ? unescape(s, out + used) : 1;
        if (!wrote || (unsigned char)ch < 0x20) {
            broken(s, "a string without control characters or odd escapes");
            return NULL;
        }
        if (ch != '\\')
            out[used] = ch;
        used += wrote;
    }
    s->at = end + 1;
    return out;
}

static sft_status number_of(scan *s, int64_t *value)
{
    blanks(s);
    size_t from = s->at;
    int64_t v = 0;
    while (s->at < s->n && s->text[s->at] >= '0' && s->text[s->at] <= '9') {
        if (!sft__mul(v, 10, &v) || !sft__add(v, s->text[s->at] - '0', &v))
            return sft__fail(
                s->ctx, SFT_E311,
                "%s: a number at byte %zu of the header overflows 64 bits — the file is damaged",
                s->file->path, from + 8);
        s->at++;
    }
    *value = v;
    return s->at > from ? SFT_OK : broken(s, "a whole number");
}

/* ---- entries -------------------------------------------------------------------------------- */

static bool grow(scan *s, void **list, int n, int *room, size_t each)
{
    if (n < *room)
        return true;
    int more = *room ? 2 * *room : 16;
    void *bigger = sft__arena_alloc(&s->file->arena, (size_t)more * each);
    if (!bigger)
        return false;
    if (n)
        memcpy(bigger, *list, (size_t)n * each);
    *list = bigger;
    *room = more;
    return true;
}

static sft_status metadata(scan *s)
{
    sft_st_file *f = s->file;
    if (need(s, '{'))
        return sft_code(s->ctx);
    if (take(s, '}'))
        return SFT_OK;
    do {
        const char *key = text_of(s), *value = key && need(s, ':') == SFT_OK ? text_of(s) : NULL;
        if (!value || !grow(s, (void **)&f->meta, f->n_meta, &s->room_meta, sizeof *f->meta))
            return sft_code(s->ctx);
        f->meta[f->n_meta++] = (sft_st_meta){ key, value };
    } while (take(s, ','));
    return need(s, '}');
}

/* Names go into messages and onto terminals: no control characters, and not without end. */
static bool is_plain(const char *name)
{
    const unsigned char *p = (const unsigned char *)name;
    while (*p >= 0x20 && *p != 0x7F)
        p++;
    return !*p && p - (const unsigned char *)name <= LONGEST_NAME;
}

static sft_status dtype_of(scan *s, sft_st_tensor *t)
{
    const char *word = text_of(s);
    if (!word)
        return sft_code(s->ctx);
    for (int d = 0; d < SFT_DTYPES; d++)
        if (!strcmp(word, sft__dtype_name((sft_dtype)d))) {
            t->dtype = (sft_dtype)d;
            return SFT_OK;
        }
    if (!is_plain(word))
        return broken(s, "a data type");
    return sft__fail(s->ctx, SFT_E310,
                     "%s: tensor `%s` has data type %s — F32, F64, F16, BF16 and I64 are read; "
                     "convert it before saving",
                     s->file->path, t->name, word);
}

static sft_status shape_of(scan *s, sft_st_tensor *t)
{
    t->count = 1;
    if (need(s, '[') || take(s, ']'))
        return sft_code(s->ctx);
    do {
        int64_t d = 0;
        if (number_of(s, &d))
            return sft_code(s->ctx);
        if (t->shape.rank == SFT_MAX_RANK || !sft__mul(t->count, d, &t->count))
            return sft__fail(s->ctx, SFT_E311,
                             "%s: the dimensions of tensor `%s` overflow (at most %d, product "
                             "below 2^63) — the file is damaged",
                             s->file->path, t->name, SFT_MAX_RANK);
        t->shape.dim[t->shape.rank++] = d;
    } while (take(s, ','));
    return need(s, ']');
}

static sft_status offsets_of(scan *s, int64_t *from, int64_t *to)
{
    if (need(s, '[') || number_of(s, from) || need(s, ',') || number_of(s, to))
        return sft_code(s->ctx);
    return need(s, ']');
}

static sft_status place(scan *s, sft_st_tensor *t, int64_t from, int64_t to)
{
    int64_t bytes = 0;
    if (!sft__mul(t->count, (int64_t)sft__dtype_size(t->dtype), &bytes))
        return sft__fail(s->ctx, SFT_E311,
                         "%s: tensor `%s` is larger than any file — the file is damaged",
                         s->file->path, t->name);
    if (to < from || to - from != bytes)
        return sft__fail(s->ctx, SFT_E309,
                         "%s: tensor `%s` needs %lld bytes, its offsets %lld to %lld give %lld — "
                         "the file is damaged",
                         s->file->path, t->name, (long long)bytes, (long long)from, (long long)to,
                         (long long)(to - from));
    t->at = (size_t)from;       /* made absolute once the file's length is known to hold it */
    t->bytes = (size_t)bytes;
    return SFT_OK;
}

static sft_status tensor(scan *s, const char *name)
{
    sft_st_file *f = s->file;
    sft_st_tensor t = { .name = name };
    int64_t from = -1, to = -1;
    unsigned seen = 0;
    if (!is_plain(name))
        return broken(s, "a name of at most 256 bytes, without control characters,");
    if (need(s, '{'))
        return sft_code(s->ctx);
    do {
        const char *key = text_of(s);
        if (!key || need(s, ':'))
            return sft_code(s->ctx);
        unsigned bit = !strcmp(key, "dtype")          ? 1
                       : !strcmp(key, "shape")        ? 2
                       : !strcmp(key, "data_offsets") ? 4
                                                      : 0;
        if (!bit || (seen & bit))
            return broken(s, "one each of dtype, shape, data_offsets");
        seen |= bit;
        if (bit == 1 ? dtype_of(s, &t) : bit == 2 ? shape_of(s, &t) : offsets_of(s, &from, &to))
            return sft_code(s->ctx);
    } while (take(s, ','));
    if (seen != 7)
        return broken(s, "dtype, shape and data_offsets");
    if (need(s, '}') || place(s, &t, from, to) ||
        !grow(s, (void **)&f->tensor, f->n_tensors, &s->room_tensors, sizeof t))
        return sft_code(s->ctx);
    f->tensor[f->n_tensors++] = t;
    return SFT_OK;
}

static sft_status entries(scan *s)
{
    bool meta = false;
    if (need(s, '{') || take(s, '}'))
        return sft_code(s->ctx);
    do {
        const char *name = text_of(s);
        if (!name || need(s, ':'))
            return sft_code(s->ctx);
        bool is_meta = !strcmp(name, "__metadata__");
        if (is_meta && meta)
            return sft__fail(s->ctx, SFT_E306,
                             "%s: `__metadata__` stands twice in the header — the file is damaged",
                             s->file->path);
        meta |= is_meta;
        if (is_meta ? metadata(s) : tensor(s, name))
            return sft_code(s->ctx);
    } while (take(s, ','));
    if (need(s, '}'))
        return sft_code(s->ctx);
    blanks(s);
    return s->at == s->n ? SFT_OK : broken(s, "the end of the header");
}

sft_status sft__st_entries(sft_ctx *c, sft_st_file *f)
{
    scan s = { .ctx = c, .file = f, .text = f->header, .n = f->header_size };
    return entries(&s);
}
