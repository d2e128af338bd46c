/* SPDX-License-Identifier: MIT */
/* The tensors of a network: their places in the slabs, their ways in and out in PyTorch's order. */
#include "graph/private.h"

#include <string.h>

/* Every tensor starts on a cache line, so that elementwise kernels see aligned rows. */
static int64_t padded(int64_t count)
{
    const int64_t line = SFT_ALIGN / (int64_t)sizeof(real);
    return (count + line - 1) / line * line;
}

sft_status sft__number_tensors(sft_net *n)
{
    int params = 0, states = 0;
    for (int i = 0; i < n->n_nodes; i++) {
        params += n->node[i]->n_param;
        states += n->node[i]->n_state;
    }
    n->n_tensors = params + states;
    n->tensor = sft__arena_alloc(&n->arena, ((size_t)n->n_tensors + 1) * sizeof *n->tensor);
    if (!n->tensor)
        return sft_code(n->ctx);
    int at = 0;
    for (int i = 0; i < n->n_nodes; i++)
        for (int j = 0; j < n->node[i]->n_param; j++) {
            n->node[i]->param[j].offset = n->n_params;
            n->n_params += padded(n->node[i]->param[j].stored);
            n->tensor[at++] = (struct sft_tensor_ref){ n->node[i], j, true };
        }
    for (int i = 0; i < n->n_nodes; i++)
        for (int j = 0; j < n->node[i]->n_state; j++) {
            n->node[i]->state[j].offset = n->n_states;
            n->n_states += padded(n->node[i]->state[j].count);
            n->tensor[at++] = (struct sft_tensor_ref){ n->node[i], j, false };
        }
    return SFT_OK;
}

int64_t sft__net_tensor_count(const sft_net *n, int i)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    return t->trained ? t->node->param[t->i].count : t->node->state[t->i].count;
}

const char *sft__net_tensor_path(const sft_net *n, int i)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    return t->trained ? t->node->param[t->i].path : t->node->state[t->i].path;
}

int sft__net_find(const sft_net *n, const char *path)
{
    for (int i = 0; i < n->n_tensors; i++)
        if (!strcmp(sft__net_tensor_path(n, i), path))
            return i;
    return -1;
}

static real *home(const sft_net *n, int i, const real *slab)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    real *base = slab ? (real *)(uintptr_t)slab : t->trained ? n->w.base : n->s.base;
    return base + (t->trained ? t->node->param[t->i].offset : t->node->state[t->i].offset);
}

sft_status sft__net_unpack(const sft_net *n, int i, const real *from, real *plain)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    const sft_kernel *k = t->node->kernel;
    const real *x = home(n, i, from);
    if (t->trained && k && k->unpack)
        k->unpack(t->node, t->i, x, plain);
    else
        memcpy(plain, x, (size_t)sft__net_tensor_count(n, i) * sizeof *plain);
    return SFT_OK;
}

sft_status sft__net_pack(sft_net *n, int i, const real *plain, real *to)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    const sft_kernel *k = t->node->kernel;
    real *x = home(n, i, to);
    if (t->trained && k && k->pack)
        k->pack(t->node, t->i, plain, x);
    else
        memcpy(x, plain, (size_t)sft__net_tensor_count(n, i) * sizeof *plain);
    return SFT_OK;
}

sft_target sft__net_target(const sft_net *n, int i)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    return (sft_target){ .layer = t->node->path, .op = t->node->op->name,
                         .tensor = t->trained ? t->node->param[t->i].name : t->node->state[t->i].name };
}

sft_status sft__net_check_rules(const sft_net *n, const sft_rules *rules, const char *section)
{
    sft_target *target = rules && rules->n ? sft__alloc(n->ctx, (size_t)n->n_tensors * sizeof *target) : NULL;
    if (!target)
        return sft_code(n->ctx);
    int trained = 0;
    for (; trained < n->n_tensors && n->tensor[trained].trained; trained++)
        target[trained] = sft__net_target(n, trained);
    sft_status s = sft__rules_check(n->ctx, rules, section, target, trained);
    sft__free(n->ctx, target, (size_t)n->n_tensors * sizeof *target);
    return s;
}
