/* SPDX-License-Identifier: MIT */
/* RAdam (Liu et al., 2020), as torch.optim.RAdam has it. */
#include "optim/chain.h"

static const sft_field fields[] = {
    SFT_LR_FIELD(sft_adam_conf, lr, 1e-3),
    SFT_BETAS_FIELD(sft_adam_conf, betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(sft_adam_conf, eps, 1e-8),
    SFT_L2_FIELD(sft_adam_conf, weight_decay),
    SFT_DECOUPLED_FIELD(sft_adam_conf, decoupled),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf, sft_link *links)
{
    return sft__chain_like_adam(a, links, conf, &sft_transform_radam);
}

const sft_optimizer sft_optimizer_radam = {
    .name = "radam",
    .aliases = "RAdam",
    .doc = "Adam with a warm-up built in: it rectifies the variance of its first steps",
    .math = "g += weight_decay w; w -= lr m/(1-b1^t) r_t sqrt(1-b2^t) / (sqrt(v) + eps), at first w -= lr m/(1-b1^t)",
    .conf_size = sizeof(sft_adam_conf),
    .fields = fields,
    .chain = chain,
};
