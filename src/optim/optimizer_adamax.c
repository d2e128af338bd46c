/* SPDX-License-Identifier: MIT */
/* Adamax (Kingma and Ba, 2015), as torch.optim.Adamax has it. */
#include "optim/chain.h"

static const sft_field fields[] = {
    SFT_LR_FIELD(sft_adam_conf, lr, 2e-3),
    SFT_BETAS_FIELD(sft_adam_conf, betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(sft_adam_conf, eps, 1e-8),
    SFT_L2_FIELD(sft_adam_conf, weight_decay),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf, sft_link *links)
{
    return sft__chain_like_adam(a, links, conf, &sft_transform_adamax);
}

const sft_optimizer sft_optimizer_adamax = {
    .name = "adamax",
    .aliases = "Adamax",
    .doc = "Adam in the infinity norm",
    .math = "g += weight_decay w; x = max(b2 x, |g| + eps); w -= lr m/(1-b1^t) / x",
    .conf_size = sizeof(sft_adam_conf),
    .fields = fields,
    .chain = chain,
};
