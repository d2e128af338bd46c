/* SPDX-License-Identifier: MIT */
/* Weights from a normal distribution that the user names. */
#include "init/fill.h"

typedef struct conf {
    double mean, std;
} conf;

static const sft_field fields[] = {
    { "mean", SFT_REAL, offsetof(conf, mean), 0, 0, 0, .doc = "mean" },
    { "std", SFT_REAL, offsetof(conf, std), 0.01, 0, 1e6, .doc = "standard deviation",
      .aliases = "stddev sd sigma", .flags = SFT_MAIN | SFT_LOG },
    SFT_FIELD_END
};

static void fill(const void *conf_, const sft_init_call *call)
{
    const conf *k = conf_;
    if (call->bias)
        sft__fill_constant(call, 0);
    else
        sft__fill_normal(call, k->mean, k->std);
}

const sft_init sft_init_normal = {
    .name = "normal",
    .aliases = "gaussian normal_ random_normal",
    .doc = "weights from a normal distribution",
    .math = "N(mean, std^2)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .fill = fill,
};
