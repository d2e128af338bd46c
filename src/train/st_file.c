/* SPDX-License-Identifier: MIT */
/* safetensors files on disk, and the values of their tensors. */
#include "train/safetensors.h"

#include <math.h>
#include <string.h>

sft_status sft__st_read(sft_ctx *c, const char *path, sft_st_file *f)
{
    *f = (sft_st_file){ .path = path };
    sft__arena_open(&f->arena, c);
    sft_bytes bytes = { 0 };
    switch (sft__read_file(c, path, SIZE_MAX / 2, &bytes)) {
    case SFT_IO_OK:
        break;
    case SFT_IO_MISSING:
        return sft__fail(c, SFT_E299, "%s: no such checkpoint", path);
    case SFT_IO_FOLDER:
        return sft__fail(c, SFT_E301, "%s is a folder, not a checkpoint — name a .safetensors file", path);
    case SFT_IO_MEMORY:
        return sft_code(c);
    default:
        return sft__fail(c, SFT_E333, "%s cannot be read", path);
    }
    sft__st_parse(c, path, bytes.data, bytes.size, f);
    f->bytes = bytes;
    return sft_code(c);
}

void sft__st_close(sft_ctx *c, sft_st_file *f)
{
    sft__bytes_free(c, &f->bytes);
    sft__arena_close(&f->arena);
}

const sft_st_tensor *sft__st_find(const sft_st_file *f, const char *name)
{
    for (int i = 0; i < f->n_tensors; i++)
        if (!strcmp(f->tensor[i].name, name))
            return &f->tensor[i];
    return NULL;
}

const char *sft__st_meta(const sft_st_file *f, const char *key)
{
    for (int i = 0; i < f->n_meta; i++)
        if (!strcmp(f->meta[i].key, key))
            return f->meta[i].value;
    return NULL;
}

/* IEEE 754 half: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
static double half(uint16_t h)
{
    int e = h >> 10 & 31, m = h & 1023;
    double v = e == 31 ? (m ? NAN : INFINITY) : e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);
    return h & 0x8000 ? -v : v;
}

double sft__st_value(const sft_st_tensor *t, int64_t i)
{
    const uint8_t *p = t->data + (size_t)i * sft__dtype_size(t->dtype);
    uint64_t bits = 0;
    for (size_t k = 0; k < sft__dtype_size(t->dtype); k++)
        bits |= (uint64_t)p[k] << (8 * k);
    uint32_t low = (uint32_t)bits;
    float f;
    double d;
    switch (t->dtype) {
    case SFT_BF16:
        low <<= 16;             /* bfloat16 is the upper half of a float */
        memcpy(&f, &low, sizeof f);
        return f;
    case SFT_F32:
        memcpy(&f, &low, sizeof f);
        return f;
    case SFT_F16:
        return half((uint16_t)bits);
    case SFT_I64:
        return (double)(int64_t)bits;
    default:
        memcpy(&d, &bits, sizeof d);
        return d;
    }
}
