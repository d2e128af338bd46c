/* SPDX-License-Identifier: MIT */
/* The rule of which LeCun's, Glorot's and He's are cases, as Keras has it. */
#include "init/fill.h"
#include "init/truncated.h"

#include <math.h>

enum { FAN_IN, FAN_OUT, FAN_AVG };

enum { TRUNCATED, UNTRUNCATED, UNIFORM };

typedef struct conf {
    double scale;
    int    mode, distribution;
} conf;

static const char *const modes[] = { "fan_in", "fan_out", "fan_avg", NULL };
static const char *const distributions[] = { "truncated_normal", "untruncated_normal", "uniform", NULL };

static const sft_field fields[] = {
    { "scale", SFT_REAL, offsetof(conf, scale), 1, 0, 1e6, .doc = "variance times fan: 1 is LeCun's, 2 with fan_in is He's",
      .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW },
    { "mode", SFT_WORD, offsetof(conf, mode), .text = "fan_in", .words = modes, .doc = "which fan; fan_avg: the mean of both, Glorot's" },
    { "distribution", SFT_WORD, offsetof(conf, distribution), .text = "truncated_normal", .words = distributions,
      .doc = "truncated_normal: without what lies beyond two deviations, and as much wider" },
    SFT_FIELD_END
};

/* The deviation of a standard normal distribution between -2 and 2. */
#define CUT_STD 0.87962566103423978

static double fan_of(const conf *k, const sft_init_call *call)
{
    switch (k->mode) {
    case FAN_OUT: return (double)call->fan_out;
    case FAN_AVG: return 0.5 * ((double)call->fan_in + (double)call->fan_out);
    default: return (double)call->fan_in;
    }
}

static void fill(const void *conf_, const sft_init_call *call)
{
    const conf *k = conf_;
    double      std = sqrt(k->scale / fmax(1.0, fan_of(k, call)));
    if (call->bias)
        sft__fill_constant(call, 0);
    else if (k->distribution == UNIFORM)
        sft__fill_weights_uniform(call, std);
    else if (k->distribution == UNTRUNCATED)
        sft__fill_weights_normal(call, std);
    else
        sft__fill_truncated(call, 0, std / CUT_STD, -2 * std / CUT_STD, 2 * std / CUT_STD);
}

const sft_init sft_init_variance_scaling = {
    .name = "variance_scaling",
    .aliases = "VarianceScaling",
    .doc = "variance by any fan, from any distribution: Keras's general rule",
    .math = "Var = scale / fan; keras.initializers.VarianceScaling",
    .conf_size = sizeof(conf),
    .fields = fields,
    .fill = fill,
};
