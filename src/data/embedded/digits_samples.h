/* SPDX-License-Identifier: MIT */
/* The optdigits samples as text: a digit, then 64 letters from 'a' (0) to 'q' (16). */
#ifndef SFT_DATA_EMBEDDED_DIGITS_SAMPLES_H
#define SFT_DATA_EMBEDDED_DIGITS_SAMPLES_H

extern const char sft__digits_train[3823][66];
extern const char sft__digits_test[1797][66];

#endif
