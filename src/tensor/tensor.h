/* SPDX-License-Identifier: MIT */
/* Numbers, shapes and layouts of tensors. */
#ifndef SFT_TENSOR_TENSOR_H
#define SFT_TENSOR_TENSOR_H

#include "base/memory.h"

#ifdef SFT_REAL_DOUBLE          /* the library that checks its own gradients */
typedef double real;
#define SFT_REAL_NAME "double"
#else
typedef float real;
#define SFT_REAL_NAME "float"
#endif

/* How one sample of {C,H,W} or {C,L} lies in memory. Other ranks are always plain. A blocked layout is used only
 * where the block divides the channels, so every layout stores exactly the same number of elements. */
typedef enum sft_layout {
    SFT_PLAIN,                  /* C, H, W: PyTorch's order */
    SFT_BLOCK8,                 /* C/8, H, W, 8 */
    SFT_BLOCK16,                /* C/16, H, W, 16 */
    SFT_CHANNELS_LAST           /* H, W, C */
} sft_layout;

sft_shape   sft__shape1(int64_t a);
sft_shape   sft__shape2(int64_t a, int64_t b);
sft_shape   sft__shape3(int64_t a, int64_t b, int64_t c);
int64_t     sft__count(sft_shape s);                    /* product of the dimensions; -1 on overflow */
bool        sft__same_shape(sft_shape a, sft_shape b);
const char *sft__shape_text(sft_shape s, char *buf, size_t size); /* "32x28x28"; rank 0: "scalar" */
const char *sft__layout_name(sft_layout l);

/* A tensor in a layout seen as outer x channel blocks x spatial x lane: element (o, c, s) lies at
 * ((o * blocks + c / lane) * spatial + s) * lane + c % lane. Features {F} have spatial 1 and one block of F lanes. */
typedef struct sft_view {
    int64_t blocks, spatial, lane;
} sft_view;

sft_view sft__view(sft_shape sample, sft_layout layout);

/* Copies `rows` samples from one layout into another. */
void sft__relayout(int64_t rows, sft_shape sample, sft_layout from, const real *x, sft_layout to, real *y);

/* One-pass facts of a tensor: what the probes and the first-bad-tensor search read. */
typedef struct sft_tensor_stats {
    int64_t n, bad, zeros;      /* bad: not finite, left out of the rest */
    double  mean, rms, min, max;
} sft_tensor_stats;

sft_tensor_stats sft__tensor_stats(const real *x, int64_t n);
bool             sft__all_finite(const real *x, int64_t n);

#endif
