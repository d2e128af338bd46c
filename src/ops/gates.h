/* SPDX-License-Identifier: MIT */
/* What gated units share: the first half of the channels and the second half become one. */
#ifndef SFT_OPS_GATES_H
#define SFT_OPS_GATES_H

#include "ops/op.h"

/* Half the channels, or E123 where they are odd. */
sft_status sft__gate_shape(sft_ctx *c, sft_node *n);
/* Calls f for each sample's halves: a and b have `half` numbers each, and so have y, da and db. */
typedef void sft_gate_forward(int64_t half, const real *a, const real *b, real *y);
typedef void sft_gate_backward(int64_t half, bool add, const real *a, const real *b, const real *dy, real *da, real *db);
void       sft__gates_forward(const sft_node *n, const sft_pass *p, sft_gate_forward *f);
void       sft__gates_backward(const sft_node *n, const sft_pass *p, sft_gate_backward *f);

#endif
