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

#define SFT_BETAS_FIELD(type, member, pair)                                                        \
    {                                                                                              \
        "betas", SFT_REALS, offsetof(type, member), 0, 0, 1,                                       \
            .doc = "how much of the running mean and square stays", .text = pair,                  \
            .aliases = "opt_betas", .flags = SFT_BELOW_HIGH                                        \
    }
#define SFT_EPS_FIELD(type, member, start)                                                         \
    {                                                                                              \
        "eps", SFT_REAL, offsetof(type, member), start, 0, 1e3,                                    \
            .doc = "added to the root: no division by zero", .aliases = "epsilon opt_eps",         \
            .flags = SFT_LOG | SFT_ABOVE_LOW                                                       \
    }
#define SFT_L2_FIELD(type, member)                                                                 \
    {                                                                                              \
        "weight_decay", SFT_REAL, offsetof(type, member), 0, 0, 1e3,                               \
            .doc = "L2 penalty on weights, not on biases and norms", .aliases = "wd l2 alpha",  \
            .flags = SFT_LOG                                                                       \
    }
#define SFT_DECAY_FIELD(type, member, start)                                                       \
    {                                                                                              \
        "weight_decay", SFT_REAL, offsetof(type, member), start, 0, 1e3,                           \
            .doc = "decoupled decay of weights, not of biases and norms", .aliases = "wd",         \
            .flags = SFT_LOG                                                                       \
    }
#define SFT_DECOUPLED_FIELD(type, member)                                                          \
    {                                                                                              \
        "decoupled_weight_decay", SFT_FLAG, offsetof(type, member), 0, 0, 1,                       \
            .doc = "weight decay beside the update instead of an L2 penalty",                      \
            .aliases = "decoupled"                                                                 \
    }

/* Puts a transform with a copy of its options (kept in the arena) behind links[n]; returns n + 1, or -1 without memory. */
int sft__chain_add(sft_arena *a, sft_link *links, int n, const sft_transform *t, const void *conf,
                   size_t size);

/* Weight decay inside the gradient, and beside the update; nothing where it is 0. */
int sft__chain_l2(sft_arena *a, sft_link *links, int n, double weight_decay);
int sft__chain_decay(sft_arena *a, sft_link *links, int n, double weight_decay);
/* SGD's: nesterov asks for a momentum without dampening. Nothing where momentum is 0. */
int sft__chain_momentum(sft_arena *a, sft_link *links, int n, const sft_momentum *k);
/* False after E113: two betas are wanted. */
bool sft__two_betas(sft_arena *a, const sft_reals *betas);

typedef struct sft_adam_conf { /* of adam, adamw, amsgrad, adamax, radam */
    double    lr;
    sft_reals betas;
    double    eps, weight_decay;
    bool      amsgrad, decoupled;
} sft_adam_conf;

#define SFT_AMSGRAD_FIELD                                                                          \
    {                                                                                              \
        "amsgrad", SFT_FLAG, offsetof(sft_adam_conf, amsgrad), 0, 0, 1,                            \
            .doc = "divide by the largest running square so far"                                   \
    }

int sft__chain_adam(sft_arena *a, sft_link *links, int n, const sft_adam_conf *k);
/* Decay before or behind, as k says, around a transform with the options of Adam. */
int sft__chain_like_adam(sft_arena *a, sft_link *links, const sft_adam_conf *k, const sft_transform *t);

#endif
