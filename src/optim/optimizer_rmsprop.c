/* SPDX-License-Identifier: MIT */
/* RMSprop (Tieleman and Hinton, 2012), as torch.optim.RMSprop has it. */
#include "optim/chain.h"

typedef struct conf {
    double lr, alpha, eps, weight_decay, momentum;
    bool   centered;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-2),
    { "alpha", SFT_REAL, offsetof(conf, alpha), 0.99, 0, 1,
      .doc = "how much of the running square stays", .aliases = "rho decay_rate",
      .flags = SFT_BELOW_HIGH },
    SFT_EPS_FIELD(conf, eps, 1e-8),
    { "weight_decay", SFT_REAL, offsetof(conf, weight_decay), 0, 0, 1e3,
      .doc = "L2 penalty on weights, not on biases and norms", .aliases = "wd l2",
      .flags = SFT_LOG },
    { "momentum", SFT_REAL, offsetof(conf, momentum), 0, 0, 1,
      .doc = "how much of the last update stays", .flags = SFT_BELOW_HIGH },
    { "centered", SFT_FLAG, offsetof(conf, centered), 0, 0, 1,
      .doc = "divide by the deviation: the running mean is taken off" },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    sft_rms rms = { k->alpha, k->eps };
    int     n = sft__chain_l2(a, links, 0, k->weight_decay);
    n = sft__chain_add(a, links, n,
                       k->centered ? &sft_transform_rms_centered : &sft_transform_rms, &rms,
                       sizeof rms);
    return sft__chain_momentum(a, links, n, &(sft_momentum){ .momentum = k->momentum });
}

const sft_optimizer sft_optimizer_rmsprop = {
    .name = "rmsprop",
    .aliases = "RMSprop",
    .doc = "gradient over the root of its running square, with momentum if wanted",
    .math = "g += weight_decay w; v = alpha v + (1-alpha) g^2; m = momentum m + g / (sqrt(v) + eps); w -= lr m",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
