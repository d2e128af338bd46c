/* SPDX-License-Identifier: MIT */
/* The list of fast kernels, best first: one word each. The record sft_kernel_WORD stands at the bottom of its own file. */
#ifndef SFT_BACKEND_KERNELS_H
#define SFT_BACKEND_KERNELS_H

#define SFT_KERNELS(X)

#endif
