/* SPDX-License-Identifier: MIT */
/* The memory of self-tests: which kernels have proved right on this machine. One line of text each, in the user's cache folder. */
#ifndef SFT_BACKEND_VERDICTS_H
#define SFT_BACKEND_VERDICTS_H

#include "backend/backend.h"

typedef enum sft_kernel_verdict { SFT_UNTESTED, SFT_RIGHT, SFT_WRONG } sft_kernel_verdict;

/* What a verdict is about: processor, versions, kernel, op with its options, shapes, layouts, rows. NULL: out of memory. */
const char *sft__verdict_key(sft_arena *a, const sft_node *n, int64_t rows);
sft_kernel_verdict sft__verdict_find(sft_ctx *c, const char *key);
/* Writes it down; a folder that cannot be written costs a self-test at the next start and nothing else. */
void sft__verdict_keep(sft_ctx *c, const char *key, sft_kernel_verdict verdict);

#endif
