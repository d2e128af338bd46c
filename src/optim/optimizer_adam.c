/* SPDX-License-Identifier: MIT */
/* Adam, with weight decay as an L2 penalty, as torch.optim.Adam has it. */
#include "optim/chain.h"

static const sft_field fields[] = {
    SFT_LR_FIELD(sft_adam_conf, lr, 1e-3),
    SFT_BETAS_FIELD(sft_adam_conf, betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(sft_adam_conf, eps, 1e-8),
    SFT_L2_FIELD(sft_adam_conf, weight_decay),
    SFT_AMSGRAD_FIELD,
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf, sft_link *links)
{
    const sft_adam_conf *k = conf;
    return sft__chain_adam(a, links, sft__chain_l2(a, links, 0, k->weight_decay), k);
}

const sft_optimizer sft_optimizer_adam = {
    .name = "adam",
    .aliases = "Adam",
    .doc = "a step size for every weight; weight decay as an L2 penalty",
    .math = "g += weight_decay w; w -= lr m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps)",
    .conf_size = sizeof(sft_adam_conf),
    .fields = fields,
    .chain = chain,
};
