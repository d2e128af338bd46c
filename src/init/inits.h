/* SPDX-License-Identifier: MIT */
/* The list of initialisers: one word each. The record sft_init_WORD stands at the
 * bottom of its own file. */
#ifndef SFT_INIT_INITS_H
#define SFT_INIT_INITS_H

#define SFT_INITS(X)                                                                               \
    X(auto) X(pytorch) X(kaiming_normal) X(kaiming_uniform) X(xavier_normal) X(xavier_uniform)     \
    X(normal) X(uniform) X(constant) X(zeros) X(ones)

#endif
