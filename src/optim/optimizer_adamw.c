/* SPDX-License-Identifier: MIT */
/* AdamW: Adam with decoupled weight decay, as torch.optim.AdamW has it. */
#include "optim/chain.h"

static const sft_field fields[] = {
    SFT_LR_FIELD(sft_adam_conf, lr, 1e-3),
    { "betas", SFT_REALS, offsetof(sft_adam_conf, betas), 0, 0, 1,
      .doc = "how much of the running mean and square stays", .text = "[0.9, 0.999]",
      .flags = SFT_BELOW_HIGH },
    { "eps", SFT_REAL, offsetof(sft_adam_conf, eps), 1e-8, 0, 1e3,
      .doc = "added to the root: no division by zero", .aliases = "epsilon",
      .flags = SFT_LOG | SFT_ABOVE_LOW },
    { "weight_decay", SFT_REAL, offsetof(sft_adam_conf, weight_decay), 0.01, 0, 1e3,
      .doc = "decoupled decay of weights, not of biases and norms", .aliases = "wd",
      .flags = SFT_LOG },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf, sft_link *links)
{
    const sft_adam_conf *k = conf;
    int                  n = 0;
    n = sft__chain_adam(a, links, n, k);
    if (k->weight_decay > 0)
        n = sft__chain_add(a, links, n, &sft_transform_decay, &(sft_decay){ k->weight_decay },
                           sizeof(sft_decay));
    return n;
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
