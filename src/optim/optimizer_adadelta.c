/* SPDX-License-Identifier: MIT */
/* Adadelta (Zeiler, 2012), as torch.optim.Adadelta has it. */
#include "optim/chain.h"

typedef struct conf {
    double lr, rho, eps, weight_decay;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1),
    { "rho", SFT_REAL, offsetof(conf, rho), 0.9, 0, 1,
      .doc = "how much of the running squares stays", .flags = SFT_BELOW_HIGH },
    SFT_EPS_FIELD(conf, eps, 1e-6),
    SFT_L2_FIELD(conf, weight_decay),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    sft_adadelta adadelta = { k->rho, k->eps };
    int          n = sft__chain_l2(a, links, 0, k->weight_decay);
    return sft__chain_add(a, links, n, &sft_transform_adadelta, &adadelta, sizeof adadelta);
}

const sft_optimizer sft_optimizer_adadelta = {
    .name = "adadelta",
    .aliases = "Adadelta",
    .doc = "finds its step size from past steps; the rate stays 1",
    .math = "g += weight_decay w; v = rho v + (1-rho) g^2; u = sqrt(d + eps)/sqrt(v + eps) g; d = rho d + (1-rho) u^2; w -= lr u",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
