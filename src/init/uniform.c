/* SPDX-License-Identifier: MIT */
/* Weights from a uniform distribution that the user names. */
#include "init/fill.h"

typedef struct conf {
    double low, high;
} conf;

static const sft_field fields[] = { { "low", SFT_REAL, offsetof(conf, low), -0.05, 0, 0,
                                      .doc = "lower end", .aliases = "a minval" },
                                    { "high", SFT_REAL, offsetof(conf, high), 0.05, 0, 0,
                                      .doc = "upper end", .aliases = "b maxval" },
                                    SFT_FIELD_END };

static void fill(const void *conf_, const sft_init_call *call)
{
    const conf *k = conf_;
    if (call->bias)
        sft__fill_constant(call, 0);
    else
        sft__fill_uniform(call, k->low, k->high);
}

static const char *refuse(const void *conf_)
{
    const conf *k = conf_;
    return k->low <= k->high ? NULL : "low is above high — exchange them";
}

const sft_init sft_init_uniform = {
    .name = "uniform",
    .aliases = "uniform_ random_uniform",
    .doc = "weights from a uniform distribution",
    .math = "U(low, high)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .fill = fill,
    .refuse = refuse,
};
