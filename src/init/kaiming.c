/* SPDX-License-Identifier: MIT */
/* Kaiming He's rule (He et al., 2015): the variance that a rectifier, which drops
 * half of the signal, leaves unchanged. */
#include "init/fill.h"

#include <math.h>

enum { FAN_IN, FAN_OUT };

enum { NEXT, LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, SELU };

static const char *const modes[] = { "fan_in", "fan_out", NULL };
const char *const sft__nonlinearities[] = { "next", "linear",     "sigmoid", "tanh",
                                              "relu", "leaky_relu", "selu",    NULL };

const sft_field sft__kaiming_fields[] = {
    { "mode", SFT_WORD, offsetof(sft_kaiming, mode), .text = "fan_in", .words = modes,
      .doc = "keep the variance of signals (fan_in) or of gradients (fan_out)" },
    { "nonlinearity", SFT_WORD, offsetof(sft_kaiming, nonlinearity), .text = "next",
      .words = sft__nonlinearities,
      .doc = "whose gain to use; next: that of the activation that follows" },
    { "a", SFT_REAL, offsetof(sft_kaiming, a), 0.01, 0, 1e3,
      .doc = "negative slope of nonlinearity=leaky_relu" },
    SFT_FIELD_END
};

/* torch.nn.init.calculate_gain */
double sft__gain_of(int nonlinearity, double a, double next)
{
    switch (nonlinearity) {
    case NEXT: return next;
    case TANH: return 5.0 / 3.0;
    case RELU: return sqrt(2.0);
    case LEAKY_RELU: return sqrt(2.0 / (1.0 + a * a));
    case SELU: return 0.75;
    default: return 1.0;
    }
}

double sft__kaiming_std(int64_t fan, double gain) { return gain / sqrt(fmax(1.0, (double)fan)); }

double sft__kaiming_conf_std(const sft_kaiming *k, const sft_init_call *call)
{
    return sft__kaiming_std(k->mode == FAN_OUT ? call->fan_out : call->fan_in,
                            sft__gain_of(k->nonlinearity, k->a, call->gain));
}
