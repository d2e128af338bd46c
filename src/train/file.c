/* SPDX-License-Identifier: MIT */
/* Safetensors files for the caller: tensors by number, metadata by key. */
#include "train/checkpoint.h"

#include <string.h>

struct sft_file {
    sft_ctx    *ctx;
    char       *path;           /* the file's own copy, for messages */
    size_t      path_size;
    sft_st_file file;
};

sft_file *sft_file_open(sft_ctx *c, const char *path)
{
    if (!c || sft__failed(c))
        return NULL;
    if (!path) {
        sft__fail(c, SFT_E002, "sft_file_open needs a path");
        return NULL;
    }
    sft_file *f = sft__alloc(c, sizeof *f);
    size_t size = strlen(path) + 1;
    char *copy = sft__alloc(c, size);
    if (f)
        *f = (sft_file){ .ctx = c, .path = copy, .path_size = size };
    if (f && copy) {
        memcpy(copy, path, size);
        if (sft__st_read(c, copy, &f->file) == SFT_OK && sft__check_hashes(c, &f->file) == SFT_OK)
            return f;
        sft__st_close(c, &f->file);
    }
    sft__free(c, copy, size);
    sft__free(c, f, sizeof *f);
    return NULL;
}

static bool ends_with(const char *name, const char *tail)
{
    size_t n = strlen(name), m = strlen(tail);
    return n >= m && !strcmp(name + n - m, tail);
}

/* By name, as PyTorch's state_dict has it: a file does not say what was trained. */
static bool is_trained(const char *name)
{
    static const char *const tails[] = { "running_mean", "running_var", "num_batches_tracked" };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (ends_with(name, tails[i]))
            return false;
    return strncmp(name, SFT_SLOT_PREFIX, strlen(SFT_SLOT_PREFIX)) &&
           strncmp(name, SFT_KEPT_PREFIX, strlen(SFT_KEPT_PREFIX));
}

bool sft_file_tensor(const sft_file *f, int index, sft_tensor_facts *facts)
{
    if (!f || !facts || index < 0 || index >= f->file.n_tensors)
        return false;
    const sft_st_tensor *t = &f->file.tensor[index];
    *facts = (sft_tensor_facts){
        .name = t->name, .shape = t->shape, .count = t->count, .trained = is_trained(t->name)
    };
    return true;
}

sft_status sft_file_values(const sft_file *f, int index, float *values)
{
    if (!f || sft__failed(f->ctx))
        return f ? sft_code(f->ctx) : SFT_USAGE;
    if (!values || index < 0 || index >= f->file.n_tensors)
        return sft__fail(f->ctx, SFT_E002, "%s has %d tensors, number %d (from 0) was asked for",
                         f->path, f->file.n_tensors, index);
    const sft_st_tensor *t = &f->file.tensor[index];
    for (int64_t i = 0; i < t->count; i++)
        values[i] = (float)sft__st_value(t, i);
    return SFT_OK;
}

const char *sft_file_meta(const sft_file *f, const char *key)
{
    return f && key ? sft__st_meta(&f->file, key) : NULL;
}

void sft_file_close(sft_file *f)
{
    if (!f)
        return;
    sft_ctx *c = f->ctx;
    sft__st_close(c, &f->file);
    sft__free(c, f->path, f->path_size);
    sft__free(c, f, sizeof *f);
}
