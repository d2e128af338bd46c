/* SPDX-License-Identifier: MIT */
/* LAMB (You et al., 2020, algorithm 2): Adam's direction with decay, as long as the tensor's weights. */
#include "optim/chain.h"

typedef struct conf {
    sft_adam_conf adam;
    bool          clip, always;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, adam.lr, 1e-3),
    SFT_BETAS_FIELD(conf, adam.betas, "[0.9, 0.999]"),
    SFT_EPS_FIELD(conf, adam.eps, 1e-6),
    SFT_DECAY_FIELD(conf, adam.weight_decay, 0.01),
    { "trust_clip", SFT_FLAG, offsetof(conf, clip), 0, 0, 1, .doc = "no ratio above 1" },
    { "always_adapt", SFT_FLAG, offsetof(conf, always), 0, 0, 1,
      .doc = "biases and norms too take steps as long as they are" },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    sft_trust   trust = { .clip = k->clip, .always = k->always };
    int         n = sft__chain_adam(a, links, 0, &k->adam);
    n = sft__chain_l2(a, links, n, k->adam.weight_decay); /* behind Adam: not divided by its root */
    return sft__chain_add(a, links, n, &sft_transform_trust, &trust, sizeof trust);
}

const sft_optimizer sft_optimizer_lamb = {
    .name = "lamb",
    .aliases = "Lamb LAMB",
    .doc = "Adam for large batches: steps as long as a tensor's weights",
    .math = "u = m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps) + weight_decay w; w -= lr |w|/|u| u",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
