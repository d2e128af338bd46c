/* SPDX-License-Identifier: MIT */
/* The text format of LIBSVM and SVMlight: `label index:value …`, a sample a line, zeros left out. */
#ifndef SFT_DATA_LIBSVM_READ_H
#define SFT_DATA_LIBSVM_READ_H

#include "base/io.h"

#define SFT_LIBSVM_FEATURES_MOST 1048576

typedef struct sft_libsvm {
    sft_ctx    *ctx;
    const char *path; /* for messages */
    const char *start, *end;
    int64_t     rows, features; /* features: the highest index that occurs, counted from 1 */
    bool        zero;           /* index 0 occurs: indices count from 0 */
} sft_libsvm;

/* Goes over the whole text and counts. What is not a number: E231; an index that is out of range or does not ascend:
 * E231; a NUL byte: E233. */
sft_status sft__libsvm_scan(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                            sft_libsvm *t);
/* Labels into label[rows] and values into x[rows][features], which is zero before; `base` is the index of the first
 * feature. The text has been scanned. */
void sft__libsvm_fill(const sft_libsvm *t, int64_t base, int64_t features, double *label, float *x);

#endif
