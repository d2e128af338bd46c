/* SPDX-License-Identifier: MIT */
/* The transforms that optimisers are chained of, and their options. */
#ifndef SFT_OPTIM_TRANSFORMS_TRANSFORMS_H
#define SFT_OPTIM_TRANSFORMS_TRANSFORMS_H

#include "base/hot.h"
#include "optim/optim.h"

#include <float.h>

typedef struct sft_decay { /* of sft_transform_l2 and sft_transform_decay */
    double weight_decay;
} sft_decay;

typedef struct sft_momentum {
    double momentum, dampening;
    bool   nesterov;
} sft_momentum;

typedef struct sft_adam {
    double beta1, beta2, eps;
} sft_adam;

extern const sft_transform sft_transform_l2, sft_transform_decay, sft_transform_momentum,
    sft_transform_adam;

#endif
