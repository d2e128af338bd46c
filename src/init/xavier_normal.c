/* SPDX-License-Identifier: MIT */
/* Glorot's rule, drawn from a normal distribution. */
#include "init/fill.h"

static void fill(const void *conf, const sft_init_call *call)
{
    const sft_xavier *k = conf;
    sft__fill_weights_normal(call, sft__xavier_std(call, k->gain));
}

const sft_init sft_init_xavier_normal = {
    .name = "xavier_normal",
    .aliases = "glorot_normal xavier_normal_",
    .doc = "Glorot's rule, normal: for tanh and sigmoid",
    .math = "N(0, s^2), s = gain sqrt(2 / (fan_in + fan_out))",
    .conf_size = sizeof(sft_xavier),
    .fields = sft__xavier_fields,
    .fill = fill,
};
