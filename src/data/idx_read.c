/* SPDX-License-Identifier: MIT */
/* Reads the IDX format from memory. */
#include "data/idx_read.h"

#include <math.h>
#include <string.h>

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t big64(const uint8_t *p) { return (uint64_t)big32(p) << 32 | big32(p + 4); }

static int value_size(unsigned type)
{
    switch (type) {
    case SFT_IDX_UBYTE:
    case SFT_IDX_BYTE: return 1;
    case SFT_IDX_SHORT: return 2;
    case SFT_IDX_INT:
    case SFT_IDX_FLOAT: return 4;
    case SFT_IDX_DOUBLE: return 8;
    default: return 0;
    }
}

static sft_status bad_magic(sft_ctx *c, sft_pos at, uint32_t magic)
{
    bool gzip = magic >> 16 == 0x1F8B;
    return sft__fail_at(
        c, at, SFT_E210,
        "not an IDX file — it begins 0x%08X, where 0x0000TTRR is expected: type 08, 09, 0B, "
        "0C, 0D or 0E and rank 1 to 4 — %s",
        (unsigned)magic,
        gzip ? "gzip? rename it to end in .gz" : "check that it is the file you mean");
}

static sft_status bad_length(sft_ctx *c, sft_pos at, size_t size, int64_t want)
{
    return sft__fail_at(
        c, at, SFT_E211,
        "IDX file is %s — its header asks for %lld bytes, the file has %zu — fetch it again",
        (int64_t)size < want ? "cut off" : "too long", (long long)want, size);
}

sft_status sft__idx_parse(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                          sft_idx *idx)
{
    const sft_pos at = { .file = path };
    if (size < 4) return bad_length(c, at, size, 8);
    uint32_t magic = big32(bytes);
    unsigned type = magic >> 8, rank = magic & 0xFF;
    int64_t  each = value_size(type), head = 4 + 4 * (int64_t)rank, want = 0;
    if (each == 0 || rank < 1 || rank > 4) return bad_magic(c, at, magic);
    if (size < (size_t)head) return bad_length(c, at, size, head);
    *idx = (sft_idx){
        .type = (sft_idx_type)type, .rank = (int)rank, .count = 1, .data = bytes + head
    };
    bool fits = true;
    for (unsigned i = 0; i < rank; i++) {
        idx->dim[i] = big32(bytes + 4 + 4 * i);
        fits = fits && sft__mul(idx->count, idx->dim[i], &idx->count);
    }
    if (!fits || !sft__mul(idx->count, each, &want) || !sft__add(want, head, &want))
        return sft__fail_at(
            c, at, SFT_E212,
            "IDX sizes overflow — %lld x %lld x %lld x %lld values do not fit in 63 bits — the "
            "header is damaged",
            (long long)idx->dim[0], (long long)idx->dim[1], (long long)idx->dim[2],
            (long long)idx->dim[3]);
    return (int64_t)size == want ? SFT_OK : bad_length(c, at, size, want);
}

double sft__idx_value(const sft_idx *idx, int64_t i)
{
    const uint8_t *p = idx->data + i * value_size(idx->type);
    uint32_t       word;
    uint64_t       wide;
    float          f;
    double         d;
    switch (idx->type) {
    case SFT_IDX_UBYTE: return *p;
    case SFT_IDX_BYTE: return (int8_t)*p;
    case SFT_IDX_SHORT: return (int16_t)(p[0] << 8 | p[1]);
    case SFT_IDX_INT: return (int32_t)big32(p);
    case SFT_IDX_FLOAT:
        word = big32(p);
        memcpy(&f, &word, sizeof f);
        return (double)f;
    case SFT_IDX_DOUBLE: break;
    }
    wide = big64(p);
    memcpy(&d, &wide, sizeof d);
    return d;
}

sft_shape sft__idx_shape(const sft_idx *idx, bool sequence)
{
    const int64_t *d = idx->dim;
    switch (idx->rank) {
    case 1: return sft__shape1(1);
    case 2: return sequence ? sft__shape2(1, d[1]) : sft__shape1(d[1]);
    case 3: return sft__shape3(1, d[1], d[2]);
    default: return sft__shape3(d[1], d[2], d[3]);
    }
}

/* A double beyond float becomes infinite and is found by the check for finite values. */
static float to_float(double v)
{
    return fabs(v) <= 3.4028234663852886e38 || isnan(v) ? (float)v : v > 0 ? INFINITY : -INFINITY;
}

void sft__idx_values(const sft_idx *idx, sft_samples *s)
{
    if (s->bytes) {
        if (idx->count) memcpy(s->bytes, idx->data, (size_t)idx->count);
        return;
    }
    for (int64_t i = 0; i < idx->count; i++) s->floats[i] = to_float(sft__idx_value(idx, i));
}

sft_status sft__idx_labels(sft_ctx *c, const char *path, const sft_idx *idx, int32_t *label,
                           int64_t *classes)
{
    int64_t bad = 0, first = 0;
    double  what = 0;
    *classes = 0;
    for (int64_t i = 0; i < idx->count; i++) {
        double v = sft__idx_value(idx, i);
        if (!(v >= 0 && v < SFT_CLASSES_MOST && v == floor(v))) {
            if (bad++ == 0) {
                first = i;
                what = v;
            }
            continue;
        }
        label[i] = (int32_t)v;
        if (label[i] >= *classes) *classes = label[i] + 1;
    }
    if (!bad) return SFT_OK;
    return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E240,
                        "label %g of sample %lld (from 0) is not a class — %lld of %lld "
                        "labels are not whole numbers 0..%d — check that this is the label file",
                        what, (long long)first, (long long)bad, (long long)idx->count,
                        SFT_CLASSES_MOST - 1);
}
