/* SPDX-License-Identifier: MIT */
/* The layers of a network that have weights. */
#include "lab/measures/measures.h"

/* Its weight: what weight decay applies to. -1: none. */
static int weight_of(const sft_net *n, int node)
{
    for (int t = 0; t < n->n_tensors; t++) {
        const struct sft_tensor_ref *r = &n->tensor[t];
        if (r->trained && r->node->index == node && r->node->param[r->i].decay) return t;
    }
    return -1;
}

sft_status sft__lab_weights(sft_arena *a, const sft_net *n, sft_weight_list *out)
{
    const size_t most = (size_t)n->n_nodes;
    *out = (sft_weight_list){ .path = sft__arena_alloc(a, most * sizeof *out->path),
                              .tensor = sft__arena_alloc(a, most * sizeof *out->tensor),
                              .node = sft__arena_alloc(a, most * sizeof *out->node) };
    if (!out->path || !out->tensor || !out->node) return sft_code(a->ctx);
    for (int i = 1; i < n->n_nodes; i++) {
        const int t = weight_of(n, i);
        if (t < 0) continue;
        out->path[out->n] = n->node[i]->path;
        out->node[out->n] = i;
        out->tensor[out->n++] = t;
    }
    return SFT_OK;
}

const real *sft__lab_values(sft_arena *a, const sft_net *n, int tensor)
{
    real *x = sft__arena_alloc(a, (size_t)sft__net_tensor_count(n, tensor) * sizeof *x);
    return x && sft__net_unpack(n, tensor, NULL, x) == SFT_OK ? x : NULL;
}
