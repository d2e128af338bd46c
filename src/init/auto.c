/* SPDX-License-Identifier: MIT */
/* The rule of thumb: Glorot's rule before what saturates, He's before everything else. */
#include "init/fill.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    if (call->saturating)
        sft__fill_weights_uniform(call, sft__xavier_std(call, call->gain));
    else
        sft__fill_weights_normal(call, sft__kaiming_std(call->fan_in, call->gain));
}

const sft_init sft_init_auto = {
    .name = "auto",
    .aliases = "default",
    .doc = "by what follows: xavier_uniform before tanh and sigmoid, else kaiming_normal, with "
           "the gain of that activation",
    .math = "Var = gain^2 2 / (fan_in + fan_out) or gain^2 / fan_in",
    .fields = fields,
    .fill = fill,
};
