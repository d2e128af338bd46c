/* SPDX-License-Identifier: MIT */
/* Any bytes as a safetensors file: it fails with a sentence, or every value can be read and the
 * file written again is read the same. */
#include "train/safetensors.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_or_bug)
{
    if (!true_or_bug)
        abort();
}

static double sum_of(const sft_st_file *f)
{
    double sum = 0;
    for (int i = 0; i < f->n_tensors; i++)
        for (int64_t k = 0; k < f->tensor[i].count; k++)
            sum += sft__st_value(&f->tensor[i], k);
    return sum;
}

/* Header and data of what was read, built anew. */
static void again(sft_ctx *c, const sft_st_file *f)
{
    sft_string s;
    sft_st_file g;
    sft_st_out *out = calloc((size_t)f->n_tensors + 1, sizeof *out);
    must(out != NULL);
    for (int i = 0; i < f->n_tensors; i++)
        out[i] = (sft_st_out){ f->tensor[i].name, f->tensor[i].dtype, f->tensor[i].shape,
                               f->tensor[i].data, f->tensor[i].bytes };
    sft__string_open(&s, c);
    must(sft__st_header(&s, out, f->n_tensors, f->meta, f->n_meta) == SFT_OK);
    size_t size = 8 + s.n, at = size;
    for (int i = 0; i < f->n_tensors; i++)
        size += out[i].bytes;
    uint8_t *bytes = malloc(size);
    must(bytes != NULL);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)s.n >> (8 * i));
    memcpy(bytes + 8, s.text, s.n);
    for (int i = 0; i < f->n_tensors; at += out[i++].bytes)
        if (out[i].bytes)
            memcpy(bytes + at, out[i].data, out[i].bytes);
    must(sft__st_parse(c, "again", bytes, size, &g) == SFT_OK);
    must(g.n_tensors == f->n_tensors && g.n_meta == f->n_meta);
    for (int i = 0; i < f->n_tensors; i++) {
        const sft_st_tensor *t = sft__st_find(&g, f->tensor[i].name);
        must(t && t->bytes == f->tensor[i].bytes &&
             (!t->bytes || !memcmp(t->data, f->tensor[i].data, t->bytes)));
    }
    for (int i = 0; i < f->n_meta; i++)
        must(!strcmp(sft__st_meta(&g, f->meta[i].key), f->meta[i].value));
    sft__st_close(c, &g);
    sft__string_close(&s);
    free(bytes);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1 });
    sft_st_file f;
    if (sft__st_parse(c, "fuzz", data, size, &f) == SFT_OK) {
        volatile double sum = sum_of(&f);
        (void)sum;
        again(c, &f);
    } else
        must(sft__failed(c) && *sft_message(c) && sft_code(c) == SFT_CHECKPOINT);
    sft__st_close(c, &f);
    sft_close(c);
    return 0;
}
