/* SPDX-License-Identifier: MIT */
/* The lists of wrappers and averages: one word each. The records sft_wrapper_WORD and sft_average_WORD stand at the bottom
 * of their own files. */
#ifndef SFT_OPTIM_METHODS_H
#define SFT_OPTIM_METHODS_H

#define SFT_WRAPPERS(X) X(none) X(sam) X(lookahead)

#define SFT_AVERAGES(X) X(none) X(ema) X(swa)

#endif
