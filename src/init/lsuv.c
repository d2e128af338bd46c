/* SPDX-License-Identifier: MIT */
/* Layer-sequential unit variance (Mishkin and Matas, 2016): orthogonal weights, then each layer in turn is scaled until its outputs
 * on one batch of training samples have variance one. What needs the batch is in src/graph/lsuv.c. */
#include "init/orthogonal.h"

static const sft_field fields[] = {
    { "std", SFT_REAL, offsetof(sft_lsuv, std), 1, 0, 1e6, .doc = "deviation of each layer's outputs before its activation",
      .flags = SFT_MAIN | SFT_ABOVE_LOW },
    { "tolerance", SFT_REAL, offsetof(sft_lsuv, tolerance), 0.01, 0, 1, .doc = "how far the variance may be off, as a share",
      .aliases = "tol tol_var", .flags = SFT_ABOVE_LOW },
    { "rounds", SFT_INT, offsetof(sft_lsuv, rounds), 10, 1, 1000, .doc = "attempts at each layer", .aliases = "t_max max_iter" },
    SFT_FIELD_END
};

static void fill(const void *conf, const sft_init_call *call)
{
    int64_t rows = call->shape.rank ? call->shape.dim[0] : 1;
    (void)conf;
    if (call->bias)
        sft__fill_constant(call, 0);
    else if (call->count > 0)
        sft__draw_orthogonal(call->random, rows, call->count / rows, 1, call->values, call->work);
}

const sft_init sft_init_lsuv = {
    .name = "lsuv",
    .aliases = "LSUV",
    .doc = "orthogonal, then scaled layer by layer until a batch of training samples has unit variance behind it",
    .math = "W = a Q, Var(W x) = std^2 over a batch; Mishkin and Matas 2016, algorithm 1",
    .conf_size = sizeof(sft_lsuv),
    .fields = fields,
    .fill = fill,
    .by_data = true,
};
