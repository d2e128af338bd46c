/* SPDX-License-Identifier: MIT */
/* LeCun's rule (LeCun et al., 1998, section 4.6), drawn from a normal distribution. */
#include "init/fill.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    sft__fill_weights_normal(call, sft__kaiming_std(call->fan_in, 1));
}

const sft_init sft_init_lecun_normal = {
    .name = "lecun_normal",
    .aliases = "LecunNormal lecun",
    .doc = "LeCun's rule, normal: for selu and linear layers",
    .math = "N(0, s^2), s = 1 / sqrt(fan_in); LeCun et al. 1998, eq. 16",
    .fields = fields,
    .fill = fill,
};
