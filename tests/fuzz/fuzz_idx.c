/* SPDX-License-Identifier: MIT */
/* Fuzz target: an IDX file as images and as labels, and gzip around it. */
#include "data/idx_read.h"
#include "data/load.h"

static void as_images(sft_ctx *c, const sft_idx *idx)
{
    for (int sequence = 0; sequence < 2; sequence++) {
        sft_samples s = { 0 };
        sft_store   store = idx->type == SFT_IDX_UBYTE ? SFT_BYTES : SFT_FLOATS;
        if (sft__samples_make(c, &s, idx->dim[0], sft__idx_shape(idx, sequence), store, SFT_CLASSES,
                              1))
            return;
        sft__idx_values(idx, &s);
        sft__samples_free(c, &s, 1);
    }
}

static void as_labels(sft_ctx *c, const sft_idx *idx)
{
    size_t   size = (size_t)idx->count * sizeof(int32_t);
    int32_t *label = sft__alloc(c, size);
    int64_t  classes;
    if (label) sft__idx_labels(c, "fuzz", idx, label, &classes);
    sft__free(c, label, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx  *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_idx   idx;
    sft_bytes plain;
    if (sft__idx_parse(c, "fuzz", data, size, &idx) == SFT_OK && idx.dim[0] <= 1 << 20) {
        as_images(c, &idx);
        sft_clear(c);
        as_labels(c, &idx);
    }
    sft_clear(c);
    if (sft__gunzip(c, "fuzz.gz", data, size, 1 << 20, &plain) == SFT_OK) {
        sft__idx_parse(c, "fuzz", plain.data, plain.size, &idx);
        sft__bytes_free(c, &plain);
    }
    sft_close(c);
    return 0;
}
