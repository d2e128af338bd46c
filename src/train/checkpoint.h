/* SPDX-License-Identifier: MIT */
/* What the two sides of a checkpoint, saving and loading, share. */
#ifndef SFT_TRAIN_CHECKPOINT_H
#define SFT_TRAIN_CHECKPOINT_H

#include "train/safetensors.h"
#include "train/train.h"

#define SFT_CKPT_FORMAT "surefoot"
#define SFT_CKPT_VERSION 1
#define SFT_HASH_KEY "sha256"           /* of the header's text with these 64 digits as zeros */
#define SFT_TENSOR_HASH_KEY "sha256."   /* + tensor name: of its bytes */

#define SFT_MEAN_KEY "target_mean"      /* of each output, blanks between: see sft_target_units */
#define SFT_DEVIATION_KEY "target_deviation"
#define SFT_NUMBERS_KEY "numbers"       /* of wrapper, optimiser without a chain, and average: bits of doubles */

/* What decides which samples a step sees, and how scaled; a checkpoint goes on only where it is the
 * same. */
const char *sft__order_text(sft_arena *a, sft_recipe *r, const sft_net *n);
/* How two such texts differ: " train.seed was 1, is 2; now without train.sampler=weighted;" */
const char *sft__order_changes(sft_arena *a, const char *was, const char *is);
/* SHA-256 of a header with the hash value blanked; false when it holds no such value. */
bool        sft__header_hash(const char *header, size_t n, char hex[65]);
/* E312 where a hash that the file holds, of its header or of a tensor, is not that of the bytes. */
sft_status  sft__check_hashes(sft_ctx *c, const sft_st_file *f);
/* What a checkpoint holds for the methods of a trainer. */
typedef struct sft_found {
    const sft_st_tensor **tensor; /* arrays of all stores x tensors; NULL: they start afresh */
    double               *number;
} sft_found;

sft_status sft__methods_find(const sft_trainer *t, sft_st_file *f, sft_found *found);
/* plain: room for the largest tensor. */
void       sft__methods_take(sft_trainer *t, const sft_found *found, real *plain);
/* "optimizer.exp_avg.3.weight" */
const char *sft__slot_path(sft_arena *a, const sft_update *u, int slot, const char *tensor);

#endif
