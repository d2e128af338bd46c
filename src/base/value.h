/* SPDX-License-Identifier: MIT */
/* One option's value: from text, and its default. For fields.c and fields_print.c. */
#ifndef SFT_BASE_VALUE_H
#define SFT_BASE_VALUE_H

#include "base/fields.h"

typedef enum sft_reading {
    SFT_SET,
    SFT_WRONG_TYPE,
    SFT_NOT_FINITE,             /* or of the wrong sign where the bound is zero */
    SFT_OUT_OF_RANGE,
    SFT_UNKNOWN_WORD,
    SFT_NO_MEMORY
} sft_reading;

/* Reads text into the row's place in conf; conf is untouched unless the outcome is SFT_SET. */
sft_reading sft__value_set(sft_arena *a, const sft_field *row, void *conf, const char *text);
void        sft__value_default(const sft_field *row, void *conf);
const char *sft__value_auto_word(const sft_field *row); /* how this row spells auto: "same" */
bool        sft__value_is_auto(const sft_field *row, const void *conf);

#endif
