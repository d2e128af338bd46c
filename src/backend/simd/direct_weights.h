/* SPDX-License-Identifier: MIT */
/* The weights of a direct convolution as stored: a matrix of taps x channels rows and a column for each filter, in panels, filled up with
 * columns of zeros to whole vectors of `lane`. */
#ifndef SFT_BACKEND_SIMD_DIRECT_WEIGHTS_H
#define SFT_BACKEND_SIMD_DIRECT_WEIGHTS_H

#include "ops/conf.h"

static inline int64_t sft__direct_taps(const sft_window *w) { return w->kernel[0] * w->kernel[1]; }

/* count in whole vectors */
static inline int64_t sft__direct_columns(int64_t count, int64_t lane) { return (count + lane - 1) / lane * lane; }

/* Numbers stored, and of the matrix that goes back. */
static inline int64_t sft__direct_stored(const sft_window *w, int64_t lane)
{
    return sft__direct_taps(w) * w->in_channels * sft__direct_columns(w->out_channels, lane);
}

static inline int64_t sft__direct_turned(const sft_window *w, int64_t lane)
{
    return sft__direct_taps(w) * w->out_channels * sft__direct_columns(w->in_channels, lane);
}

/* From and to PyTorch's order. */
void sft__direct_pack(const sft_window *w, int64_t lane, const float *plain, float *stored);
void sft__direct_unpack(const sft_window *w, int64_t lane, const float *stored, float *plain);
/* For the way back: rows are taps x filters, columns channels. */
void sft__direct_turn(const sft_window *w, int64_t lane, const float *stored, float *turned);

#endif
