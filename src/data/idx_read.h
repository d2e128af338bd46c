/* SPDX-License-Identifier: MIT */
/* The IDX format: a magic number, big-endian sizes, then the values, row by row. */
#ifndef SFT_DATA_IDX_READ_H
#define SFT_DATA_IDX_READ_H

#include "data/samples.h"

typedef enum sft_idx_type {
    SFT_IDX_UBYTE = 0x08,
    SFT_IDX_BYTE = 0x09,
    SFT_IDX_SHORT = 0x0B,
    SFT_IDX_INT = 0x0C,
    SFT_IDX_FLOAT = 0x0D,
    SFT_IDX_DOUBLE = 0x0E
} sft_idx_type;

typedef struct sft_idx {
    sft_idx_type   type;
    int            rank;   /* 1 to 4 */
    int64_t        dim[4]; /* dim[0] items */
    int64_t        count;  /* of values */
    const uint8_t *data;   /* into the bytes that were parsed */
} sft_idx;

/* Checks magic (E210), sizes (E212) and length (E211). `path` stands in messages. */
sft_status sft__idx_parse(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                          sft_idx *idx);
double     sft__idx_value(const sft_idx *idx, int64_t i);
/* {1,H,W} for rank 3, {C,H,W} for rank 4, {F} for rank 2 ({1,L} as a sequence), {1} for rank 1. */
sft_shape sft__idx_shape(const sft_idx *idx, bool sequence);
/* Copies the values into s->bytes or s->floats. */
void sft__idx_values(const sft_idx *idx, sft_samples *s);
/* Whole numbers 0..SFT_CLASSES_MOST-1, else E240; their highest + 1 in *classes. */
sft_status sft__idx_labels(sft_ctx *c, const char *path, const sft_idx *idx, int32_t *label,
                           int64_t *classes);

#endif
