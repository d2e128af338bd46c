/* SPDX-License-Identifier: MIT */
/* NAdam (Dozat, 2016), as torch.optim.NAdam has it. */
#include "optim/chain.h"

typedef struct conf {
    double    lr;
    sft_reals betas;
    double    eps, weight_decay, momentum_decay;
    bool      decoupled;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 2e-3),
    SFT_BETAS_FIELD(conf, betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(conf, eps, 1e-8),
    SFT_L2_FIELD(conf, weight_decay),
    { "momentum_decay", SFT_REAL, offsetof(conf, momentum_decay), 4e-3, 0, 1e3,
      .doc = "how fast the momentum warms up", .flags = SFT_LOG },
    SFT_DECOUPLED_FIELD(conf, decoupled),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    if (!sft__two_betas(a, &k->betas)) return -1;
    sft_nadam nadam = { k->betas.v[0], k->betas.v[1], k->eps, k->momentum_decay };
    int       n = k->decoupled ? 0 : sft__chain_l2(a, links, 0, k->weight_decay);
    n = sft__chain_add(a, links, n, &sft_transform_nadam, &nadam, sizeof nadam);
    return k->decoupled ? sft__chain_decay(a, links, n, k->weight_decay) : n;
}

const sft_optimizer sft_optimizer_nadam = {
    .name = "nadam",
    .aliases = "NAdam",
    .doc = "Adam that looks ahead along its momentum, as nesterov does",
    .math = "g += weight_decay w; w -= lr ((1-mu_t)/(1-P_t) g + mu_t+1/(1-P_t+1) m) / (sqrt(v/(1-b2^t)) + eps)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
