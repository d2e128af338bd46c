/* SPDX-License-Identifier: MIT */
/* The list of symptoms, upstream first: one word each. The record sft_symptom_WORD stands at the bottom of its own file. */
#ifndef SFT_DOCTOR_SYMPTOMS_SYMPTOMS_H
#define SFT_DOCTOR_SYMPTOMS_SYMPTOMS_H

#define SFT_SYMPTOMS(X)                                                                            \
    X(symmetric_units)

#endif
