/* SPDX-License-Identifier: MIT */
/* The tables of ops and losses, made from the lists in ops.h. */
#include "ops/op.h"
#include "ops/ops.h"

#define X(name) extern const sft_op sft_op_##name;
SFT_OPS(X)
#undef X
#define X(name) extern const sft_loss sft_loss_##name;
SFT_LOSSES(X)
#undef X

static const sft_op *const ops[] = {
#define X(name) &sft_op_##name,
    SFT_OPS(X)
#undef X
    NULL
};

static const sft_loss *const losses[] = {
#define X(name) &sft_loss_##name,
    SFT_LOSSES(X)
#undef X
    NULL
};

const sft_op *sft__op_at(int i)
{
    return i >= 0 && i < (int)(sizeof ops / sizeof *ops) ? ops[i] : NULL;
}

const sft_loss *sft__loss_at(int i)
{
    return i >= 0 && i < (int)(sizeof losses / sizeof *losses) ? losses[i] : NULL;
}

const sft_op *sft__op_find(const char *name)
{
    for (int i = 0; ops[i]; i++)
        if (sft__named(name, ops[i]->name, ops[i]->aliases))
            return ops[i];
    return NULL;
}

const sft_loss *sft__loss_find(const char *name)
{
    for (int i = 0; losses[i]; i++)
        if (sft__named(name, losses[i]->name, losses[i]->aliases))
            return losses[i];
    return NULL;
}
