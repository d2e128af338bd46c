/* SPDX-License-Identifier: MIT */
/* The list of fast kernels, best first: one word each. The record sft_kernel_WORD stands at the bottom of its own file. */
#ifndef SFT_BACKEND_KERNELS_H
#define SFT_BACKEND_KERNELS_H

#ifdef SFT_HAVE_ONEDNN
#define SFT_KERNELS_ONEDNN(X) X(onednn_conv2d) X(onednn_conv1d)
#else
#define SFT_KERNELS_ONEDNN(X)
#endif

#ifdef __GNUC__ /* vector types */
#define SFT_KERNELS_VECTOR(X) X(simd_maxpool)
#else
#define SFT_KERNELS_VECTOR(X)
#endif

#ifdef SFT_REAL_DOUBLE /* the build that checks gradients: the reference only */
#define SFT_KERNELS(X)
#else
#define SFT_KERNELS(X) \
    X(winograd_conv2d) X(direct_conv2d) X(direct_conv1d) SFT_KERNELS_ONEDNN(X) X(simd_linear) SFT_KERNELS_VECTOR(X)
#endif

#endif
