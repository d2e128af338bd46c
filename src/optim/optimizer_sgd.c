/* SPDX-License-Identifier: MIT */
/* Stochastic gradient descent, with momentum and weight decay as torch.optim.SGD has them. */
#include "optim/chain.h"

typedef struct conf {
    double lr, momentum, dampening, weight_decay;
    bool   nesterov;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-3),
    { "momentum", SFT_REAL, offsetof(conf, momentum), 0, 0, 1,
      .doc = "how much of the last update stays", .flags = SFT_BELOW_HIGH },
    { "dampening", SFT_REAL, offsetof(conf, dampening), 0, 0, 1,
      .doc = "how much of the new gradient is held back" },
    SFT_L2_FIELD(conf, weight_decay),
    { "nesterov", SFT_FLAG, offsetof(conf, nesterov), 0, 0, 1,
      .doc = "look ahead along the momentum" },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    int         n = sft__chain_l2(a, links, 0, k->weight_decay);
    return sft__chain_momentum(a, links, n,
                               &(sft_momentum){ k->momentum, k->dampening, k->nesterov });
}

const sft_optimizer sft_optimizer_sgd = {
    .name = "sgd",
    .aliases = "SGD",
    .doc = "gradient descent, with momentum if wanted",
    .math = "g += weight_decay w; m = momentum m + g; w -= lr m",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
