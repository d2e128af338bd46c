/* SPDX-License-Identifier: MIT */
/* Shares of mixed samples. */
#ifndef SFT_DATA_AUGMENT_MIX_H
#define SFT_DATA_AUGMENT_MIX_H

#include "data/augment/augment.h"

/* Beta(alpha, alpha), alpha > 0. */
double sft__beta(sft_stream *s, double alpha);

#endif
