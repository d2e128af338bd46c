/* SPDX-License-Identifier: MIT */
/* safetensors files on disk, and the values of their tensors. */
#include "train/safetensors.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

sft_status sft__st_read(sft_ctx *c, const char *path, sft_st_file *f)
{
    *f = (sft_st_file){ .path = path };
    sft__arena_open(&f->arena, c);
    sft_bytes bytes = { 0 };
    struct stat st;
    if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return sft__fail(c, SFT_E301,
                         "%s is a device or a pipe, not a checkpoint — name a .safetensors file",
                         path);
    switch (sft__read_file(c, path, SIZE_MAX / 2, &bytes)) {
    case SFT_IO_OK:
        break;
    case SFT_IO_MISSING:
        return sft__fail(
            c, SFT_E299,
            "%s: no such checkpoint — is the path right, seen from the current folder?", path);
    case SFT_IO_FOLDER:
        return sft__fail(c, SFT_E301, "%s is a folder, not a checkpoint — name a .safetensors file",
                         path);
    case SFT_IO_MEMORY:
        return sft_code(c);
    default:
        return sft__fail(c, SFT_E333, "%s cannot be read: %s — check its permissions and the disk",
                         path, strerror(errno));
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

static int tensor_name(const void *name, const void *entry)
{
    return strcmp(name, (*(const sft_st_tensor *const *)entry)->name);
}

const sft_st_tensor *sft__st_find(const sft_st_file *f, const char *name)
{
    sft_st_tensor **at = f->by_name ? bsearch(name, f->by_name, (size_t)f->n_tensors,
                                              sizeof *f->by_name, tensor_name)
                                    : NULL;
    return at ? *at : NULL;
}

static int meta_key(const void *key, const void *entry)
{
    return strcmp(key, (*(const sft_st_meta *const *)entry)->key);
}

const char *sft__st_meta(const sft_st_file *f, const char *key)
{
    sft_st_meta **at =
        f->by_key ? bsearch(key, f->by_key, (size_t)f->n_meta, sizeof *f->by_key, meta_key) : NULL;
    return at ? (*at)->value : NULL;
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
