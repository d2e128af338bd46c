/* SPDX-License-Identifier: MIT */
/* Which kernel serves which node: the first in the list that says it can; the op's own functions otherwise. */
#include "backend/backend.h"
#include "backend/kernels.h"

#define X(word) extern const sft_kernel sft_kernel_##word;
SFT_KERNELS(X)
#undef X

static const sft_kernel *const kernels[] = {
#define X(word) &sft_kernel_##word,
    SFT_KERNELS(X)
#undef X
        NULL
};

/* The reference kernels take and give the plain layout, or, where they do not care, keep what comes. */
static void plain_layouts(const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    *want = n->op->traits & SFT_ANY_LAYOUT ? in : SFT_PLAIN;
    *give = n->out.rank < 2 ? SFT_PLAIN : *want;
}

const sft_kernel *sft__kernel_for(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want,
                                  sft_layout *give)
{
    for (int i = 0; kernels[i] && !sft__ctx_reference(c); i++)
        if (sft__named(n->op->name, kernels[i]->op, NULL) &&
            kernels[i]->serves(c, n, in, want, give))
            return kernels[i];
    plain_layouts(n, in, want, give);
    return NULL;
}

bool sft__wants_din(const sft_node *n, int i)
{
    const sft_node *from = n->in[i];
    bool            wants = from->n_param > 0;
    for (int j = 0; j < from->n_in && !wants; j++) wants = sft__wants_din(from, j);
    return wants;
}
