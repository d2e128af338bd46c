/* SPDX-License-Identifier: MIT */
/* Writing values of the one grammar so that they read back as they were. */
#ifndef SFT_GRAPH_STACK_TEXT_H
#define SFT_GRAPH_STACK_TEXT_H

#include "base/text.h"

/* Adds `value`, in quotes where the grammar needs them. */
void sft__spec_value(sft_string *out, const char *value);

#endif
