/* SPDX-License-Identifier: MIT */
/* LeCun's rule (LeCun et al., 1998, section 4.6), drawn from a uniform distribution. */
#include "init/fill.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    sft__fill_weights_uniform(call, sft__kaiming_std(call->fan_in, 1));
}

const sft_init sft_init_lecun_uniform = {
    .name = "lecun_uniform",
    .aliases = "LecunUniform",
    .doc = "LeCun's rule, uniform: for selu and linear layers",
    .math = "U(-b, b), b = sqrt(3 / fan_in); LeCun et al. 1998, eq. 16",
    .fields = fields,
    .fill = fill,
};
