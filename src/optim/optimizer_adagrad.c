/* SPDX-License-Identifier: MIT */
/* Adagrad (Duchi, Hazan and Singer, 2011), as torch.optim.Adagrad has it. */
#include "optim/chain.h"

typedef struct conf {
    double lr, lr_decay, weight_decay, start, eps;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-2),
    { "lr_decay", SFT_REAL, offsetof(conf, lr_decay), 0, 0, 1e3,
      .doc = "the rate falls as 1 / (1 + steps lr_decay)", .flags = SFT_LOG },
    SFT_L2_FIELD(conf, weight_decay),
    { "initial_accumulator_value", SFT_REAL, offsetof(conf, start), 0, 0, 1e6,
      .doc = "start of the sum of squares", .flags = SFT_LOG },
    SFT_EPS_FIELD(conf, eps, 1e-10),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    sft_adagrad adagrad = { k->lr_decay, k->start, k->eps };
    int         n = sft__chain_l2(a, links, 0, k->weight_decay);
    return sft__chain_add(a, links, n, &sft_transform_adagrad, &adagrad, sizeof adagrad);
}

const sft_optimizer sft_optimizer_adagrad = {
    .name = "adagrad",
    .aliases = "Adagrad",
    .doc = "gradient over the root of the sum of all its squares: for sparse features",
    .math = "g += weight_decay w; s += g^2; w -= lr/(1 + (t-1) lr_decay) g / (sqrt(s) + eps)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
