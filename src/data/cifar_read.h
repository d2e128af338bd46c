/* SPDX-License-Identifier: MIT */
/* The binary records of CIFAR-10 and CIFAR-100: label bytes, then 32x32 red, green and blue
 * bytes. */
#ifndef SFT_DATA_CIFAR_READ_H
#define SFT_DATA_CIFAR_READ_H

#include "data/samples.h"

#define SFT_CIFAR_PIXELS 3072

/* Records in a file of `size` bytes with `labels` label bytes each; -1 after E218 (length) or
 * E245 (none). */
int64_t sft__cifar_count(sft_ctx *c, const char *path, size_t size, int labels);
/* Copies the records to samples from..from+count-1; label byte number `which` of each. E240 for
 * a label >= classes. */
sft_status sft__cifar_read(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           int labels, int which, int64_t classes, sft_samples *s, int64_t from);

#endif
