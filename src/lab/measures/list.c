/* SPDX-License-Identifier: MIT */
/* The list of measures. */
#include "lab/measures/measures.h"

#define X(word) extern const sft_gauge sft_gauge_##word;
SFT_GAUGES(X)
#undef X

#define X(word) &sft_gauge_##word,
static const sft_gauge *const gauges[] = { SFT_GAUGES(X) NULL };
#undef X

const sft_gauge *sft__gauge_at(int i)
{
    return i >= 0 && i < (int)(sizeof gauges / sizeof *gauges) ? gauges[i] : NULL;
}
