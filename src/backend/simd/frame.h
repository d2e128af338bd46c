/* SPDX-License-Identifier: MIT */
/* One sample as the direct convolution reads and writes it: blocks of channels, with zeros around each. */
#ifndef SFT_BACKEND_SIMD_FRAME_H
#define SFT_BACKEND_SIMD_FRAME_H

#include "tensor/tensor.h"

typedef struct sft_frame {
    int64_t channels, lane;       /* in blocks of `lane`, the last one filled up with zeros; lane 1: planes */
    int64_t in[2];                /* the sample's rows and columns */
    int64_t before[2], size[2];   /* zeros before these, and with those behind them */
    bool    planes;               /* outside of the frame the sample lies in planes; else as in the frame */
} sft_frame;

/* A frame without zeros around; lane 1 only for planes. */
sft_frame sft__frame(int64_t channels, int64_t lane, const int64_t in[2], bool planes);

static inline int64_t sft__frame_blocks(const sft_frame *f) { return (f->channels + f->lane - 1) / f->lane; }

/* Numbers in a block. */
static inline int64_t sft__frame_plane(const sft_frame *f) { return f->size[0] * f->size[1] * f->lane; }

static inline int64_t sft__frame_count(const sft_frame *f) { return sft__frame_blocks(f) * sft__frame_plane(f); }

/* Where place (h,v) lies in a block. */
static inline int64_t sft__frame_place(const sft_frame *f, int64_t h, int64_t v) { return (h * f->size[1] + v) * f->lane; }

/* True when the sample is its own frame. */
bool sft__frame_is_sample(const sft_frame *f);

/* The sample x in its frame: x itself, or `room`, which held zeros or another sample's frame. */
const float *sft__frame_fill(const sft_frame *f, const float *x, float *room);

/* From a frame without zeros around to a sample in planes; add: +=. */
void sft__frame_spill(const sft_frame *f, const float *room, float *x, bool add);

#endif
