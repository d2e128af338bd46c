/* SPDX-License-Identifier: MIT */
/* What all records have in common, for `surefoot list`, docs and nearest names. */
#ifndef SFT_BASE_RECORD_H
#define SFT_BASE_RECORD_H

#include "base/fields.h"

typedef struct sft_record {
    const char      *kind;      /* "op", "optimizer" … */
    const char      *name, *aliases, *doc, *math;
    const sft_field *fields;    /* may be NULL */
} sft_record;

#endif
