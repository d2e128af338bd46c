/* SPDX-License-Identifier: MIT */
/* All ones. */
#include "init/fill.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    sft__fill_constant(call, 1);
}

const sft_init sft_init_ones = {
    .name = "ones",
    .aliases = "one ones_",
    .doc = "all ones",
    .math = "1",
    .fields = fields,
    .fill = fill,
};
