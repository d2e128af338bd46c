/* SPDX-License-Identifier: MIT */
/* LARS (You, Gitman and Ginsburg, 2017): momentum with a rate for each tensor. The global rate stands outside of the
 * momentum, as PyTorch's SGD has it. */
#include "optim/chain.h"

typedef struct conf {
    double lr, momentum, weight_decay, coefficient, eps;
    bool   nesterov, clip, always;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1),
    { "momentum", SFT_REAL, offsetof(conf, momentum), 0.9, 0, 1,
      .doc = "how much of the last update stays", .flags = SFT_BELOW_HIGH },
    { "weight_decay", SFT_REAL, offsetof(conf, weight_decay), 0, 0, 1e3,
      .doc = "L2 penalty on weights, inside of the local rate", .aliases = "wd l2",
      .flags = SFT_LOG },
    { "trust_coeff", SFT_REAL, offsetof(conf, coefficient), 1e-3, 0, 1e3,
      .doc = "length of an update, of the weights'", .aliases = "eta trust_coefficient",
      .flags = SFT_LOG | SFT_ABOVE_LOW },
    SFT_EPS_FIELD(conf, eps, 1e-8),
    { "nesterov", SFT_FLAG, offsetof(conf, nesterov), 0, 0, 1,
      .doc = "look ahead along the momentum" },
    { "trust_clip", SFT_FLAG, offsetof(conf, clip), 0, 0, 1, .doc = "no ratio above 1" },
    { "always_adapt", SFT_FLAG, offsetof(conf, always), 0, 0, 1,
      .doc = "biases and norms too take steps as long as they are" },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    sft_trust   trust = { k->coefficient, k->weight_decay, k->eps, k->clip, k->always };
    int         n = sft__chain_add(a, links, 0, &sft_transform_lars, &trust, sizeof trust);
    return sft__chain_momentum(a, links, n,
                               &(sft_momentum){ k->momentum, 0, k->nesterov });
}

const sft_optimizer sft_optimizer_lars = {
    .name = "lars",
    .aliases = "Lars LARS",
    .doc = "momentum for large batches: a rate for each tensor",
    .math = "u = trust_coeff |w| / (|g| + weight_decay |w| + eps) (g + weight_decay w); "
            "m = momentum m + u; w -= lr m",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
