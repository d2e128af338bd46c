/* SPDX-License-Identifier: MIT */
/* safetensors files: an 8-byte little-endian header length, a flat JSON header, raw tensors.
 * Written and strictly read here, because the single-file build has no JSON library and because
 * faults are reported with the byte where they are. */
#ifndef SFT_TRAIN_SAFETENSORS_H
#define SFT_TRAIN_SAFETENSORS_H

#include "base/io.h"
#include "base/text.h"

typedef enum sft_dtype { SFT_F32, SFT_F64, SFT_F16, SFT_BF16, SFT_I64, SFT_DTYPES } sft_dtype;

typedef struct sft_st_tensor {
    const char    *name;
    sft_dtype      dtype;
    sft_shape      shape;
    int64_t        count;
    const uint8_t *data;        /* little-endian, maybe unaligned */
    size_t         bytes, at;   /* at: offset in the file */
} sft_st_tensor;

typedef struct sft_st_meta {
    const char *key, *value;
} sft_st_meta;

typedef struct sft_st_file {
    sft_arena      arena;       /* names and metadata */
    sft_bytes      bytes;       /* the whole file, when it was read from disk */
    const char    *path;
    const char    *header;      /* header_size bytes of JSON */
    size_t         header_size;
    int            n_tensors, n_meta;
    sft_st_tensor *tensor;      /* in the order of the header */
    sft_st_meta   *meta;
    sft_st_tensor **by_name;    /* sorted, for sft__st_find */
    sft_st_meta   **by_key;
} sft_st_file;

/* Reads and checks a file: E299 to E311, E333. Close it in any case. */
sft_status sft__st_read(sft_ctx *c, const char *path, sft_st_file *f);
/* The same over bytes in memory, which must outlive f. */
sft_status sft__st_parse(sft_ctx *c, const char *path, const uint8_t *data, size_t size,
                         sft_st_file *f);
/* The part of it that reads the header's JSON into tensor and meta; places are still counted from
 * the header's end. */
sft_status sft__st_entries(sft_ctx *c, sft_st_file *f);
void       sft__st_close(sft_ctx *c, sft_st_file *f);
const sft_st_tensor *sft__st_find(const sft_st_file *f, const char *name); /* NULL: none */
const char *sft__st_meta(const sft_st_file *f, const char *key);           /* NULL: none */
/* Element i of a tensor of any dtype as a double. */
double     sft__st_value(const sft_st_tensor *t, int64_t i);
size_t     sft__dtype_size(sft_dtype d);
const char *sft__dtype_name(sft_dtype d);

/* Writing: tensors are copied nowhere; data must be alive until sft__st_write. */
typedef struct sft_st_out {
    const char *name;
    sft_dtype   dtype;
    sft_shape   shape;
    const void *data;
    size_t      bytes;
} sft_st_out;

/* The header's JSON, padded with blanks so that the data start on 8 bytes, into s. */
sft_status sft__st_header(sft_string *s, const sft_st_out *t, int n, const sft_st_meta *meta,
                          int n_meta);
/* Atomically (sft__write_file): length, header, tensors in the given order. */
sft_status sft__st_write(sft_ctx *c, const char *path, const sft_st_out *t, int n,
                         const sft_st_meta *meta, int n_meta);

#endif
