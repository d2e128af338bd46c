/* SPDX-License-Identifier: MIT */
/* Glorot's rule, drawn from a uniform distribution. */
#include "init/fill.h"

static void fill(const void *conf, const sft_init_call *call)
{
    const sft_xavier *k = conf;
    sft__fill_weights_uniform(call, sft__xavier_std(call, k->gain));
}

const sft_init sft_init_xavier_uniform = {
    .name = "xavier_uniform",
    .aliases = "xavier glorot_uniform glorot xavier_uniform_",
    .doc = "Glorot's rule, uniform: for tanh and sigmoid",
    .math = "U(-b, b), b = gain sqrt(6 / (fan_in + fan_out))",
    .conf_size = sizeof(sft_xavier),
    .fields = sft__xavier_fields,
    .fill = fill,
};
