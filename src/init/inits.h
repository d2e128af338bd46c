/* SPDX-License-Identifier: MIT */
/* The list of initialisers: one word each. The record sft_init_WORD stands at the
 * bottom of its own file. */
#ifndef SFT_INIT_INITS_H
#define SFT_INIT_INITS_H

#define SFT_INITS(X)                                                                               \
    X(auto) X(pytorch) X(kaiming_normal) X(kaiming_uniform) X(xavier_normal) X(xavier_uniform)     \
    X(lecun_normal) X(lecun_uniform) X(variance_scaling) X(orthogonal) X(delta_orthogonal) X(lsuv) X(fixup) \
    X(normal) X(uniform) X(truncated_normal) X(sparse) X(dirac) X(constant) X(zeros) X(ones)

#endif
