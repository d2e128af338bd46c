/* SPDX-License-Identifier: MIT */
/* Arrays of samples: sizes, allocation and the check of labels. */
#ifndef SFT_DATA_SAMPLES_H
#define SFT_DATA_SAMPLES_H

#include "data/data.h"

#define SFT_CLASSES_MOST 65536

typedef enum sft_store { SFT_BYTES, SFT_FLOATS } sft_store;

/* Makes zeroed arrays for `count` samples: pixels in the store, and labels (classes) or targets
 * (else). Sizes are overflow-checked. On failure nothing stays allocated. */
sft_status sft__samples_make(sft_ctx *c, sft_samples *s, int64_t count, sft_shape shape,
                             sft_store store, sft_task task, int64_t outputs);
void       sft__samples_free(sft_ctx *c, sft_samples *s, int64_t outputs);

/* E240 when a label lies outside 0..classes-1: says the first and how many. `path` names the
 * file. */
sft_status sft__labels_check(sft_ctx *c, const char *path, const int32_t *label, int64_t count,
                             int64_t classes);

#endif
