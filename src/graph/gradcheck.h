/* SPDX-License-Identifier: MIT */
/* Are gradients right? Backward against central differences of forward. Of use only where `real` is double. */
#ifndef SFT_GRAPH_GRADCHECK_H
#define SFT_GRAPH_GRADCHECK_H

#include "ops/op.h"

typedef struct sft_gradcheck {
    double worst;               /* relative error; NaN when something was NaN */
    char   where[128];          /* "weight, 2 shards": which tensor it was */
} sft_gradcheck;

/* One case of an op: every input and parameter, every subset of them wanted, written and added to, on 1, 2 and 4 shards, alone and
 * with a fused activation where the op has SFT_FUSES. Fails only when the case itself cannot be set up. */
sft_status sft__gradcheck_op(sft_ctx *c, const sft_op *op, const sft_case *k, sft_gradcheck *result);
sft_status sft__gradcheck_loss(sft_ctx *c, const sft_loss *loss, const sft_case *k, sft_gradcheck *result);

#endif
