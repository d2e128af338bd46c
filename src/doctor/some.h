/* SPDX-License-Identifier: MIT */
/* Some samples of a split, as the network gets them: what looks and scores work on. */
#ifndef SFT_DOCTOR_SOME_H
#define SFT_DOCTOR_SOME_H

#include "data/data.h"

typedef struct sft_some {
    int64_t  n;                 /* samples */
    real    *x;                 /* n x sample */
    int32_t *label;             /* classes, n; else NULL */
    real    *target;            /* else n x outputs, or NULL */
} sft_some;

/* At most `most` samples, evenly spread over the split, in the arena. shuffled: not in the order of the file. */
sft_status sft__take_some(const sft_data *d, sft_arena *a, sft_split split, int64_t most, bool shuffled, sft_some *out);

#endif
