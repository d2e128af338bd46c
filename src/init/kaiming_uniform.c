/* SPDX-License-Identifier: MIT */
/* He's rule, drawn from a uniform distribution. */
#include "init/fill.h"

static void fill(const void *conf, const sft_init_call *call)
{
    const sft_kaiming *k = conf;
    sft__fill_weights_uniform(call, sft__kaiming_conf_std(k, call));
}

const sft_init sft_init_kaiming_uniform = {
    .name = "kaiming_uniform",
    .aliases = "he_uniform kaiming_uniform_",
    .doc = "He's rule, uniform: for relu and its kind",
    .math = "U(-b, b), b = gain sqrt(3 / fan)",
    .conf_size = sizeof(sft_kaiming),
    .fields = sft__kaiming_fields,
    .fill = fill,
};
