/* SPDX-License-Identifier: MIT */
/* The list of remedies: one word each. The record sft_remedy_WORD stands at the bottom of its own file. */
#ifndef SFT_DOCTOR_REMEDIES_REMEDIES_H
#define SFT_DOCTOR_REMEDIES_REMEDIES_H

#define SFT_REMEDIES(X)                                                                            \
    X(default_init)

#endif
