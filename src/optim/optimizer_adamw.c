/* SPDX-License-Identifier: MIT */
/* AdamW: Adam with decoupled weight decay, as torch.optim.AdamW has it. */
#include "optim/chain.h"

static const sft_field fields[] = {
    SFT_LR_FIELD(sft_adam_conf, lr, 1e-3),
    SFT_BETAS_FIELD(sft_adam_conf, betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(sft_adam_conf, eps, 1e-8),
    SFT_DECAY_FIELD(sft_adam_conf, weight_decay, 0.01),
    SFT_AMSGRAD_FIELD,
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf, sft_link *links)
{
    const sft_adam_conf *k = conf;
    return sft__chain_decay(a, links, sft__chain_adam(a, links, 0, k), k->weight_decay);
}

const sft_optimizer sft_optimizer_adamw = {
    .name = "adamw",
    .aliases = "AdamW",
    .doc = "a step size for every weight; weight decay decoupled from it",
    .math = "w -= lr weight_decay w; w -= lr m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps)",
    .conf_size = sizeof(sft_adam_conf),
    .fields = fields,
    .chain = chain,
};
