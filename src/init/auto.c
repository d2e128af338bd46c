/* SPDX-License-Identifier: MIT */
/* The rule of thumb: Glorot's rule before what saturates, LeCun's before selu, He's before everything else. */
#include "init/fill.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    if (call->self_normalizing)
        sft__fill_weights_normal(call, sft__kaiming_std(call->fan_in, 1));
    else if (call->saturating)
        sft__fill_weights_uniform(call, sft__xavier_std(call, call->gain));
    else
        sft__fill_weights_normal(call, sft__kaiming_std(call->fan_in, call->gain));
}

const sft_init sft_init_auto = {
    .name = "auto",
    .aliases = "default",
    .doc = "by what follows: xavier_uniform before tanh, sigmoid and their kind, lecun_normal before selu, else "
           "kaiming_normal, with the gain of that activation",
    .math = "Var = gain^2 2 / (fan_in + fan_out), 1 / fan_in or gain^2 / fan_in",
    .fields = fields,
    .fill = fill,
};
