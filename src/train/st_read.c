/* SPDX-License-Identifier: MIT */
/* safetensors in, the whole: frame, header, layout. Every size is checked against the file before
 * it is used. */
#include "train/safetensors.h"

#include <stdlib.h>
#include <string.h>

static const size_t header_limit = (size_t)64 << 20;

/* ---- names and places ------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const sft_st_tensor *const *)a)->name,
                  (*(const sft_st_tensor *const *)b)->name);
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const sft_st_meta *const *)a)->key, (*(const sft_st_meta *const *)b)->key);
}

static int by_place(const void *a, const void *b)
{
    const sft_st_tensor *x = *(const sft_st_tensor *const *)a,
                        *y = *(const sft_st_tensor *const *)b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

/* The metadata sorted, no key twice. */
static sft_status index_meta(sft_ctx *c, sft_st_file *f)
{
    f->by_key = sft__arena_alloc(&f->arena, ((size_t)f->n_meta + 1) * sizeof *f->by_key);
    if (!f->by_key)
        return sft_code(c);
    for (int i = 0; i < f->n_meta; i++)
        f->by_key[i] = &f->meta[i];
    qsort(f->by_key, (size_t)f->n_meta, sizeof *f->by_key, by_key);
    for (int i = 1; i < f->n_meta; i++)
        if (!strcmp(f->by_key[i]->key, f->by_key[i - 1]->key))
            return sft__fail(c, SFT_E306,
                             "%s: `%.256s` stands twice in the metadata — the file is damaged",
                             f->path, f->by_key[i]->key);
    return SFT_OK;
}

/* The tensors sorted, no name twice. */
static sft_status index_tensors(sft_ctx *c, sft_st_file *f)
{
    f->by_name = sft__arena_alloc(&f->arena, ((size_t)f->n_tensors + 1) * sizeof *f->by_name);
    if (!f->by_name)
        return sft_code(c);
    for (int i = 0; i < f->n_tensors; i++)
        f->by_name[i] = &f->tensor[i];
    qsort(f->by_name, (size_t)f->n_tensors, sizeof *f->by_name, by_name);
    for (int i = 1; i < f->n_tensors; i++)
        if (!strcmp(f->by_name[i]->name, f->by_name[i - 1]->name))
            return sft__fail(c, SFT_E306,
                             "%s: tensor `%s` stands twice in the header — the file is damaged",
                             f->path, f->by_name[i]->name);
    return SFT_OK;
}

/* No hole, no overlap, and the last tensor ends where the file does. */
static sft_status check_places(sft_ctx *c, sft_st_file *f, size_t have)
{
    const sft_st_tensor **order =
        sft__arena_alloc(&f->arena, ((size_t)f->n_tensors + 1) * sizeof *order);
    if (!order)
        return sft_code(c);
    for (int i = 0; i < f->n_tensors; i++)
        order[i] = &f->tensor[i];
    qsort(order, (size_t)f->n_tensors, sizeof *order, by_place);
    size_t end = 0, head = 8 + f->header_size;
    for (int i = 0; i < f->n_tensors; i++) {
        if (order[i]->at > end)
            return sft__fail(
                c, SFT_E307,
                "%s: %zu bytes before tensor `%s` belong to nothing — the file is damaged", f->path,
                order[i]->at - end, order[i]->name);
        if (order[i]->at < end)
            return sft__fail(c, SFT_E308,
                             "%s: tensor `%s` overlaps the one before it — the file is damaged",
                             f->path, order[i]->name);
        end += order[i]->bytes;
    }
    if (end > have)
        return sft__fail(c, SFT_E302,
                         "%s: cut short — needs %zu bytes, has %zu; use an older checkpoint",
                         f->path, head + end, head + have);
    if (end < have)
        return sft__fail(
            c, SFT_E307,
            "%s: %zu bytes behind the last tensor belong to nothing — the file is damaged", f->path,
            have - end);
    return SFT_OK;
}

/* ---- the frame ------------------------------------------------------------------------------- */

/* What a file that is not ours looks like, and the way out. The length of a header may begin with a pickle's two bytes: the header
 * itself tells. */
static const char *looks_like(const uint8_t *d, size_t n)
{
    const bool header = n > 8 && d[8] == '{';
    if (n >= 4 && !memcmp(d, "PK\3\4", 4))
        return "a zip archive such as PyTorch's .pt or Keras's .keras; save it from Python with "
               "safetensors.torch.save_file(model.state_dict(), …)";
    if (n >= 2 && d[0] == 0x80 && d[1] >= 2 && d[1] <= 5 && !header)
        return "a Python pickle, which may run code and is never read; save it with "
               "safetensors.torch.save_file(…)";
    if (n >= 8 && !memcmp(d, "\x89HDF\r\n\x1a\n", 8))
        return "an HDF5 file (Keras .h5); save its weights with safetensors.numpy.save_file(…)";
    if (n >= 4 && !memcmp(d, "GGUF", 4))
        return "a GGUF file; convert it to safetensors first";
    if (n >= 6 && !memcmp(d, "\x93NUMPY", 6))
        return "a NumPy .npy file; save it with safetensors.numpy.save_file({'name': array}, …)";
    return NULL;
}

static sft_status check_frame(sft_ctx *c, const char *path, const uint8_t *d, size_t size,
                              size_t *header)
{
    if (size == 0)
        return sft__fail(c, SFT_E300,
                         "%s is empty — it was never finished; use an older checkpoint", path);
    const char *like = looks_like(d, size);
    if (like)
        return sft__fail(c, SFT_E301, "%s is not a safetensors file; it looks like %s", path, like);
    if (size < 8)
        return sft__fail(c, SFT_E302, "%s: cut short — needs at least 8 bytes, has %zu", path,
                         size);
    uint64_t n = 0;
    for (int i = 0; i < 8; i++)
        n |= (uint64_t)d[i] << (8 * i);
    if (size > 8 && d[8] != '{')
        return sft__fail(
            c, SFT_E301,
            "%s is not a safetensors file: its header starts with byte 0x%02X, not with `{`", path,
            d[8]);
    if (n > header_limit)
        return sft__fail(
            c, SFT_E304,
            "%s: a header of %llu bytes is over the limit of 64 MiB — the file is damaged", path,
            (unsigned long long)n);
    if (n > size - 8)
        return sft__fail(c, SFT_E303,
                         "%s: the header says %llu bytes, the file has %zu behind its length — cut "
                         "short or damaged",
                         path, (unsigned long long)n, size - 8);
    if (n < 2)
        return sft__fail(c, SFT_E305,
                         "%s: a header of %llu bytes is not JSON — the file is damaged", path,
                         (unsigned long long)n);
    *header = (size_t)n;
    return SFT_OK;
}

sft_status sft__st_parse(sft_ctx *c, const char *path, const uint8_t *data, size_t size,
                         sft_st_file *f)
{
    size_t header = 0;
    *f = (sft_st_file){ .path = path };
    sft__arena_open(&f->arena, c);
    if (check_frame(c, path, data, size, &header))
        return sft_code(c);
    f->header = (const char *)data + 8;
    f->header_size = header;
    int64_t fault = sft__utf8_fault(f->header, header);
    if (fault >= 0)
        return sft__fail(c, SFT_E305,
                         "%s: byte %lld of the header is not UTF-8 — the file is damaged", path,
                         (long long)fault + 8);
    if (sft__st_entries(c, f) || index_meta(c, f) || index_tensors(c, f) ||
        check_places(c, f, size - 8 - header))
        return sft_code(c);
    for (int i = 0; i < f->n_tensors; i++) {
        f->tensor[i].at += 8 + header;
        f->tensor[i].data = data + f->tensor[i].at;
    }
    return SFT_OK;
}
