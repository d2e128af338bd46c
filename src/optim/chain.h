/* SPDX-License-Identifier: MIT */
/* What the optimisers' chains are put together with. */
#ifndef SFT_OPTIM_CHAIN_H
#define SFT_OPTIM_CHAIN_H

#include "optim/transforms/transforms.h"

/* The row that every optimiser begins with. */
#define SFT_LR_FIELD(type, member, start)                                                          \
    {                                                                                              \
        "lr", SFT_REAL, offsetof(type, member), start, 0, 1e6,                                     \
            .doc = "learning rate", .aliases = "learning_rate lr_init",                            \
            .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW                                            \
    }

/* Puts a transform with a copy of its options (kept in the arena) behind links[n]; returns n + 1, or -1 without memory. */
int sft__chain_add(sft_arena *a, sft_link *links, int n, const sft_transform *t, const void *conf,
                   size_t size);

typedef struct sft_adam_conf { /* of adam and adamw */
    double    lr;
    sft_reals betas;
    double    eps, weight_decay;
} sft_adam_conf;

int sft__chain_adam(sft_arena *a, sft_link *links, int n, const sft_adam_conf *k);

#endif
