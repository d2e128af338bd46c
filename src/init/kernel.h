/* SPDX-License-Identifier: MIT */
/* A convolution's kernel as matrices, one a tap, for initialisers that leave all taps but the middle one zero. */
#ifndef SFT_INIT_KERNEL_H
#define SFT_INIT_KERNEL_H

#include "init/init.h"

typedef struct sft_kernel_view {
    int64_t groups, out, in;    /* of one group: filters and channels */
    int64_t taps, middle;       /* a matrix of weights has one tap */
} sft_kernel_view;

sft_kernel_view sft__kernel_view(const sft_init_call *call);
/* Where the middle tap of group g, filter o, channel i lies. */
int64_t         sft__middle_of(const sft_kernel_view *k, int64_t g, int64_t o, int64_t i);

#endif
