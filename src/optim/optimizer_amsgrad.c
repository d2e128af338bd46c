/* SPDX-License-Identifier: MIT */
/* AMSGrad (Reddi, Kale and Kumar, 2018): torch.optim.Adam with amsgrad=True. */
#include "optim/chain.h"

static const sft_field fields[] = {
    SFT_LR_FIELD(sft_adam_conf, lr, 1e-3),
    SFT_BETAS_FIELD(sft_adam_conf, betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(sft_adam_conf, eps, 1e-8),
    SFT_L2_FIELD(sft_adam_conf, weight_decay),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf, sft_link *links)
{
    return sft__chain_like_adam(a, links, conf, &sft_transform_amsgrad);
}

const sft_optimizer sft_optimizer_amsgrad = {
    .name = "amsgrad",
    .aliases = "AMSGrad",
    .doc = "Adam whose step sizes never grow",
    .math = "g += weight_decay w; x = max(x, v); w -= lr m/(1-b1^t) / (sqrt(x/(1-b2^t)) + eps)",
    .conf_size = sizeof(sft_adam_conf),
    .fields = fields,
    .chain = chain,
};
