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
    { "weight_decay", SFT_REAL, offsetof(conf, weight_decay), 0, 0, 1e3,
      .doc = "L2 penalty on weights, not on biases and norms", .aliases = "wd l2",
      .flags = SFT_LOG },
    { "nesterov", SFT_FLAG, offsetof(conf, nesterov), 0, 0, 1,
      .doc = "look ahead along the momentum" },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    int         n = 0;
    if (k->nesterov && (!(k->momentum > 0) || k->dampening > 0)) {
        sft__fail(a->ctx, SFT_E113,
                  "optimizer sgd: nesterov=true with momentum=%g dampening=%g — it looks ahead "
                  "along an undamped momentum — try momentum=0.9 dampening=0",
                  k->momentum, k->dampening);
        return -1;
    }
    if (k->weight_decay > 0)
        n = sft__chain_add(a, links, n, &sft_transform_l2, &(sft_decay){ k->weight_decay },
                           sizeof(sft_decay));
    if (k->momentum > 0)
        n = sft__chain_add(a, links, n, &sft_transform_momentum,
                           &(sft_momentum){ k->momentum, k->dampening, k->nesterov },
                           sizeof(sft_momentum));
    return n;
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
