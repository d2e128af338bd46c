/* SPDX-License-Identifier: MIT */
/* NumPy's NPY format, versions 1 to 3: a header in a small part of Python's grammar, then the values. */
#ifndef SFT_DATA_NPY_READ_H
#define SFT_DATA_NPY_READ_H

#include "base/io.h"
#include "data/data.h"

#define SFT_NPY_RANK_MOST    8
#define SFT_NPY_HEADER_MOST  65536
#define SFT_NPY_FORTRAN_MOST ((int64_t)1 << 30) /* values; they are read out of order */

typedef enum sft_npy_kind { SFT_NPY_FLOAT, SFT_NPY_INT, SFT_NPY_UINT, SFT_NPY_BOOL } sft_npy_kind;

typedef struct sft_npy {
    sft_npy_kind   kind;
    int            size; /* bytes of a value: 1, 2, 4, 8 */
    int            rank; /* 0 to SFT_NPY_RANK_MOST */
    int64_t        dim[SFT_NPY_RANK_MOST];
    int64_t        stride[SFT_NPY_RANK_MOST]; /* in values, C or Fortran order */
    int64_t        count;
    const uint8_t *data; /* into the bytes that were parsed */
} sft_npy;

/* Refuses pickled objects (E220), other types (E221), large arrays in Fortran order (E222), damaged headers and wrong
 * lengths (E223). `path` stands in messages. */
sft_status sft__npy_parse(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                          sft_npy *npy);
/* The value that lies `at` values behind the first. */
double sft__npy_value(const sft_npy *npy, int64_t at);

#endif
