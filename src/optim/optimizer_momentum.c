/* SPDX-License-Identifier: MIT */
/* SGD with momentum (Polyak, 1964): torch.optim.SGD with momentum=0.9. */
#include "optim/chain.h"

typedef struct conf {
    double lr, momentum, weight_decay;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-2),
    { "momentum", SFT_REAL, offsetof(conf, momentum), 0.9, 0, 1,
      .doc = "how much of the last update stays", .flags = SFT_ABOVE_LOW | SFT_BELOW_HIGH },
    SFT_L2_FIELD(conf, weight_decay),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    int         n = sft__chain_l2(a, links, 0, k->weight_decay);
    return sft__chain_momentum(a, links, n,
                               &(sft_momentum){ .momentum = k->momentum, .nesterov = false });
}

const sft_optimizer sft_optimizer_momentum = {
    .name = "momentum",
    .aliases = "Momentum heavy_ball",
    .doc = "gradient descent with momentum",
    .math = "g += weight_decay w; m = momentum m + g; w -= lr m",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
