/* SPDX-License-Identifier: MIT */
/* Reads the NPY format from memory. */
/* The header is a Python literal, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }; only this grammar is
 * known: three keys, a string, a truth value, a tuple of whole numbers. See numpy.lib.format. */
#include "data/npy_read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct header {
    sft_ctx    *ctx;
    const char *path, *at, *end;
    char        type[16];
    bool        fortran, has_type, has_order, has_shape;
} header;

static sft_status bad_header(const header *h, const char *what)
{
    return sft__fail_at(h->ctx, (sft_pos){ .file = h->path }, SFT_E223,
                        "NPY header is damaged: %s — save the array again by numpy.save", what);
}

static sft_status bad_type(const header *h, const char *type)
{
    const char *core = type + strspn(type, "<>=|");
    if (*core == 'O')
        return sft__fail_at(
            h->ctx, (sft_pos){ .file = h->path }, SFT_E220,
            "the array holds Python objects — pickled objects are refused, as reading them runs "
            "code — save it as numbers: a.astype('float32')");
    return sft__fail_at(
        h->ctx, (sft_pos){ .file = h->path }, SFT_E221,
        "NPY type %s is not read — accepted are <f2 <f4 <f8, |i1 <i2 <i4 <i8, |u1 <u2 <u4 <u8 and "
        "|b1 — save it as a.astype('<f4')",
        *type ? type : "with fields");
}

/* ---- the literal ----------------------------------------------------------------------------- */

static void skip_blanks(header *h)
{
    while (h->at < h->end && strchr(" \t\n\r\f", *h->at) && *h->at) h->at++;
}

/* Takes `c` after blanks, if it is there. */
static bool take(header *h, char c)
{
    skip_blanks(h);
    if (h->at == h->end || *h->at != c) return false;
    h->at++;
    return true;
}

/* A quoted string without escapes; false: there is none. */
static bool take_string(header *h, char *to, size_t size)
{
    skip_blanks(h);
    char        quote = h->at < h->end ? *h->at : '\0';
    const char *end = quote == '\'' || quote == '"'
                          ? memchr(h->at + 1, quote, (size_t)(h->end - h->at) - 1)
                          : NULL;
    if (!end || (size_t)(end - h->at) > size || memchr(h->at, '\\', (size_t)(end - h->at)))
        return false;
    size_t n = (size_t)(end - h->at) - 1;
    memcpy(to, h->at + 1, n);
    to[n] = '\0';
    h->at = end + 1;
    return true;
}

static bool take_word(header *h, const char *word)
{
    size_t n = strlen(word);
    skip_blanks(h);
    if ((size_t)(h->end - h->at) < n || memcmp(h->at, word, n) != 0) return false;
    h->at += n;
    return true;
}

/* Whole numbers up to 2^59. */
static bool take_number(header *h, int64_t *value)
{
    skip_blanks(h);
    const char *start = h->at;
    for (*value = 0; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++) {
        if (*value > INT64_MAX / 160) return false;
        *value = *value * 10 + (*h->at - '0');
    }
    return h->at > start;
}

static sft_status read_shape(header *h, sft_npy *npy)
{
    if (!take(h, '(')) return bad_header(h, "the shape is not a tuple");
    while (!take(h, ')')) {
        if (npy->rank == SFT_NPY_RANK_MOST)
            return bad_header(h, "the shape has more than 8 dimensions");
        if (!take_number(h, &npy->dim[npy->rank]))
            return bad_header(h, "the shape is not made of whole numbers");
        npy->rank++;
        if (!take(h, ',')) {
            if (take(h, ')')) return SFT_OK;
            return bad_header(h, "the shape does not end");
        }
    }
    return SFT_OK;
}

static sft_status read_order(header *h)
{
    h->fortran = take_word(h, "True");
    return h->fortran || take_word(h, "False")
               ? SFT_OK
               : bad_header(h, "fortran_order is not True or False");
}

static sft_status read_type(header *h)
{
    skip_blanks(h);
    if (h->at < h->end && *h->at == '[') return bad_type(h, "");
    return take_string(h, h->type, sizeof h->type)
               ? SFT_OK
               : bad_header(h, "the type is not a short string");
}

static sft_status read_entry(header *h, sft_npy *npy)
{
    char key[16];
    bool named = take_string(h, key, sizeof key);
    if (!named || !take(h, ':')) return bad_header(h, "it is not a literal of names and values");
    bool *seen = !strcmp(key, "descr")           ? &h->has_type
                 : !strcmp(key, "fortran_order") ? &h->has_order
                 : !strcmp(key, "shape")         ? &h->has_shape
                                                 : NULL;
    if (!seen || *seen) return bad_header(h, "a key is unknown or comes twice");
    *seen = true;
    return seen == &h->has_type    ? read_type(h)
           : seen == &h->has_order ? read_order(h)
                                   : read_shape(h, npy);
}

static sft_status read_literal(header *h, sft_npy *npy)
{
    if (!take(h, '{')) return bad_header(h, "it is not a literal");
    while (!take(h, '}')) {
        if (read_entry(h, npy)) return sft_code(h->ctx);
        if (!take(h, ',')) {
            if (take(h, '}')) break;
            return bad_header(h, "it does not end");
        }
    }
    skip_blanks(h);
    if (h->at < h->end) return bad_header(h, "something follows the literal");
    if (!h->has_type || !h->has_order || !h->has_shape)
        return bad_header(h, "descr, fortran_order or shape is missing");
    return SFT_OK;
}

/* ---- type and sizes -------------------------------------------------------------------------- */

static sft_status set_type(const header *h, sft_npy *npy)
{
    static const struct {
        const char  *name;
        sft_npy_kind kind;
        int          size;
    } types[] = {
        { "<f2", SFT_NPY_FLOAT, 2 }, { "<f4", SFT_NPY_FLOAT, 4 }, { "<f8", SFT_NPY_FLOAT, 8 },
        { "|i1", SFT_NPY_INT, 1 },   { "<i2", SFT_NPY_INT, 2 },   { "<i4", SFT_NPY_INT, 4 },
        { "<i8", SFT_NPY_INT, 8 },   { "|u1", SFT_NPY_UINT, 1 },  { "<u2", SFT_NPY_UINT, 2 },
        { "<u4", SFT_NPY_UINT, 4 },  { "<u8", SFT_NPY_UINT, 8 },  { "|b1", SFT_NPY_BOOL, 1 },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(h->type, types[i].name)) {
            npy->kind = types[i].kind;
            npy->size = types[i].size;
            return SFT_OK;
        }
    return bad_type(h, *h->type ? h->type : "''");
}

static sft_status set_sizes(const header *h, sft_npy *npy)
{
    int64_t bytes;
    bool    fits = true;
    npy->count = 1;
    for (int i = 0; i < npy->rank; i++) { /* C order: the last axis is dense */
        int k = h->fortran ? i : npy->rank - 1 - i;
        npy->stride[k] = npy->count;
        fits = fits && sft__mul(npy->count, npy->dim[k], &npy->count);
    }
    if (!fits || !sft__mul(npy->count, npy->size, &bytes))
        return bad_header(h, "the sizes do not fit in 63 bits");
    if (h->fortran && npy->rank > 1 && npy->count > SFT_NPY_FORTRAN_MOST)
        return sft__fail_at(
            h->ctx, (sft_pos){ .file = h->path }, SFT_E222,
            "%lld values in Fortran order — more than %lld are not transposed while reading — save it "
            "in C order: numpy.ascontiguousarray(a)",
            (long long)npy->count, (long long)SFT_NPY_FORTRAN_MOST);
    return SFT_OK;
}

static sft_status check_length(const header *h, const sft_npy *npy, size_t have)
{
    int64_t want = npy->count * npy->size;
    if ((int64_t)have == want) return SFT_OK;
    return sft__fail_at(
        h->ctx, (sft_pos){ .file = h->path }, SFT_E223,
        "NPY file is %s — its header asks for %lld bytes of values, the file has %zu — fetch or save "
        "it again",
        (int64_t)have < want ? "cut off" : "too long", (long long)want, have);
}

/* ---- the file -------------------------------------------------------------------------------- */

/* Finds the literal behind magic, version and length; *rest: what follows it. */
static sft_status open_header(header *h, const uint8_t *bytes, size_t size, size_t *rest)
{
    static const uint8_t magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };
    char                 text[64];
    if (size < 10 || memcmp(bytes, magic, sizeof magic) != 0)
        return bad_header(h, "it does not begin as NPY files do");
    if (bytes[6] < 1 || bytes[6] > 3) {
        snprintf(text, sizeof text, "version %d is not known, 1 to 3 are", bytes[6]);
        return bad_header(h, text);
    }
    size_t head = bytes[6] == 1 ? 10 : 12;
    if (size < head) return bad_header(h, "the file ends in it");
    size_t length = bytes[8] | (size_t)bytes[9] << 8;
    if (head == 12) length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (length > SFT_NPY_HEADER_MOST) return bad_header(h, "it is longer than 64 KiB");
    if (length > size - head) return bad_header(h, "the file ends in it");
    h->at = (const char *)bytes + head;
    h->end = h->at + length;
    *rest = size - head - length;
    return SFT_OK;
}

sft_status sft__npy_parse(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                          sft_npy *npy)
{
    header h = { .ctx = c, .path = path };
    size_t rest = 0;
    *npy = (sft_npy){ 0 };
    if (open_header(&h, bytes, size, &rest) || read_literal(&h, npy) || set_type(&h, npy) ||
        set_sizes(&h, npy))
        return sft_code(c);
    npy->data = (const uint8_t *)h.end;
    return check_length(&h, npy, rest);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static double half(unsigned bits)
{
    int    exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double value = exponent == 31  ? (fraction ? (double)NAN : (double)INFINITY)
                   : exponent == 0 ? ldexp(fraction, -24)
                                   : ldexp(1024 + fraction, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

static double real_value(int size, uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float    f;
    double   d;
    if (size == 2) return half(low);
    if (size == 4) {
        memcpy(&f, &low, sizeof f);
        return (double)f;
    }
    memcpy(&d, &bits, sizeof d);
    return d;
}

double sft__npy_value(const sft_npy *npy, int64_t at)
{
    const uint8_t *p = npy->data + at * npy->size;
    uint64_t       bits = 0;
    for (int i = npy->size - 1; i >= 0; i--) bits = bits << 8 | p[i];
    switch (npy->kind) {
    case SFT_NPY_FLOAT: return real_value(npy->size, bits);
    case SFT_NPY_BOOL: return bits != 0;
    case SFT_NPY_UINT: return (double)bits;
    case SFT_NPY_INT: break;
    }
    int unused = 64 - 8 * npy->size; /* the sign comes from the top bit */
    return (double)((int64_t)(bits << unused) >> unused);
}
