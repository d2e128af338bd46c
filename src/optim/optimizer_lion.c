/* SPDX-License-Identifier: MIT */
/* Lion (Chen et al., 2023, algorithm 2). */
#include "optim/chain.h"

typedef struct conf {
    double    lr;
    sft_reals betas;
    double    weight_decay;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-4),
    SFT_BETAS_FIELD(conf, betas, "[0.9, 0.99]"),
    SFT_DECAY_FIELD(conf, weight_decay, 0),
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    if (!sft__two_betas(a, &k->betas)) return -1;
    sft_lion lion = { k->betas.v[0], k->betas.v[1] };
    int      n = sft__chain_add(a, links, 0, &sft_transform_lion, &lion, sizeof lion);
    return sft__chain_decay(a, links, n, k->weight_decay);
}

const sft_optimizer sft_optimizer_lion = {
    .name = "lion",
    .aliases = "Lion",
    .doc = "steps of equal size along the sign of a momentum; wants a tenth of the rate of adamw",
    .math = "w -= lr (sign(b1 m + (1-b1) g) + weight_decay w); m = b2 m + (1-b2) g",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
