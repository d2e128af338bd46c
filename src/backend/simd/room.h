/* SPDX-License-Identifier: MIT */
/* What the kernels here share: scratch in whole cache lines, and which tiles fit the channels of a convolution. */
#ifndef SFT_BACKEND_SIMD_ROOM_H
#define SFT_BACKEND_SIMD_ROOM_H

#include "ops/conf.h"

/* count, rounded up to whole cache lines of numbers. */
static inline int64_t sft__lines(int64_t count)
{
    const int64_t line = SFT_ALIGN / (int64_t)sizeof(real);
    return (count + line - 1) / line * line;
}

/* Where in a call's scratch the first line begins: up to SFT_ALIGN bytes behind its start. */
static inline real *sft__first_line(void *work)
{
    return (real *)(((uintptr_t)work + SFT_ALIGN - 1) / SFT_ALIGN * SFT_ALIGN);
}

static inline real *sft__take_lines(real **work, int64_t count)
{
    real *at = *work;
    *work += sft__lines(count);
    return at;
}

/* Channels in a block of activations for vectors of so many floats. */
static inline int64_t sft__block_for(int64_t lane) { return lane < 8 ? 8 : lane; }

static inline sft_layout sft__layout_for(int64_t lane) { return lane == 16 ? SFT_BLOCK16 : SFT_BLOCK8; }

static inline bool sft__fused_relu(const sft_node *n) { return n->act && sft__named("relu", n->act->name, NULL); }

#endif
