/* SPDX-License-Identifier: MIT */
/* The normal distribution cut off on both sides. */
#ifndef SFT_INIT_TRUNCATED_H
#define SFT_INIT_TRUNCATED_H

#include "init/init.h"

/* N(mean, std^2) between low and high, by the inverse of its distribution function. */
void sft__fill_truncated(const sft_init_call *call, double mean, double std, double low, double high);

#endif
