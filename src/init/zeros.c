/* SPDX-License-Identifier: MIT */
/* All zeros. */
#include "init/fill.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    sft__fill_constant(call, 0);
}

const sft_init sft_init_zeros = {
    .name = "zeros",
    .aliases = "zero zeros_",
    .doc = "all zeros",
    .math = "0",
    .fields = fields,
    .fill = fill,
};
