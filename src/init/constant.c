/* SPDX-License-Identifier: MIT */
/* One value everywhere: what symmetry does to a net is seen with this. */
#include "init/fill.h"

typedef struct conf {
    double value;
} conf;

static const sft_field fields[] = { { "value", SFT_REAL, offsetof(conf, value), 0, 0, 0,
                                      .doc = "what every element becomes", .aliases = "val",
                                      .flags = SFT_MAIN },
                                    SFT_FIELD_END };

static void fill(const void *conf_, const sft_init_call *call)
{
    const conf *k = conf_;
    sft__fill_constant(call, k->value);
}

const sft_init sft_init_constant = {
    .name = "constant",
    .aliases = "constant_ const",
    .doc = "one value in every weight",
    .math = "value",
    .conf_size = sizeof(conf),
    .fields = fields,
    .fill = fill,
};
