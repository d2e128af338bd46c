/* SPDX-License-Identifier: MIT */
/* From arrays as NumPy keeps them to samples: which axis is what, what the labels mean. */
#ifndef SFT_DATA_NPY_SAMPLES_H
#define SFT_DATA_NPY_SAMPLES_H

#include "data/npy_read.h"
#include "data/samples.h"

enum { SFT_NPY_CHANNELS_AUTO, SFT_NPY_CHANNELS_FIRST, SFT_NPY_CHANNELS_LAST };
enum { SFT_NPY_TASK_AUTO, SFT_NPY_TASK_CLASSES, SFT_NPY_TASK_BINARY, SFT_NPY_TASK_REGRESSION };

typedef struct sft_array { /* one array and where it came from */
    const char *path;      /* for messages; NULL: there is none */
    sft_bytes   bytes;
    sft_npy     npy;
} sft_array;

typedef struct sft_axes { /* a sample: the array's axes in the order of the sample's */
    sft_shape shape;
    int       axis[3]; /* 0: none */
} sft_axes;

typedef struct sft_meaning { /* of labels */
    sft_task task;
    int64_t  outputs;
    bool     one_hot;
} sft_meaning;

/* {F}, {1,H,W} or {1,L}, {C,H,W} or {C,L}: sequence and channels choose. E202 for other ranks. */
sft_status sft__npy_axes(sft_ctx *c, const sft_array *x, int channels, bool sequence,
                         sft_axes *axes);
/* Copies all samples of x behind the first `from` of s. */
void sft__npy_values(const sft_array *x, const sft_axes *axes, sft_samples *s, int64_t from);
/* What the labels are, by task and, where that is auto, by type and values; E202 for other ranks. */
sft_status sft__npy_meaning(sft_ctx *c, const sft_array *y, int task, sft_meaning *m);
/* Copies labels or targets; E240 for one that is not a class, or not 0 or 1. Raises m->outputs to the highest class + 1. */
sft_status sft__npy_labels(sft_ctx *c, const sft_array *y, sft_meaning *m, sft_samples *s,
                           int64_t from);

#endif
