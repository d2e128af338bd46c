/* SPDX-License-Identifier: MIT */
/* Decoupled weight decay (Loshchilov and Hutter, 2019): the weights shrink beside the update, so
 * that Adam's division does not touch it. */
#include "optim/transforms/transforms.h"

static double shrink(const void *conf)
{
    const sft_decay *k = conf;
    return k->weight_decay;
}

const sft_transform sft_transform_decay = {
    .name = "decay",
    .doc = "decoupled weight decay",
    .math = "w -= lr weight_decay w",
    .shrink = shrink,
};
