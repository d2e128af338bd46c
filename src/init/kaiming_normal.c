/* SPDX-License-Identifier: MIT */
/* He's rule, drawn from a normal distribution. */
#include "init/fill.h"

static void fill(const void *conf, const sft_init_call *call)
{
    const sft_kaiming *k = conf;
    sft__fill_weights_normal(call, sft__kaiming_conf_std(k, call));
}

const sft_init sft_init_kaiming_normal = {
    .name = "kaiming_normal",
    .aliases = "kaiming he_normal he kaiming_normal_",
    .doc = "He's rule, normal: for relu and its kind",
    .math = "N(0, s^2), s = gain / sqrt(fan)",
    .conf_size = sizeof(sft_kaiming),
    .fields = sft__kaiming_fields,
    .fill = fill,
};
