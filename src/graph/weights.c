/* SPDX-License-Identifier: MIT */
/* The tensors of a network: their places in the slabs, their first values, their ways in and out in PyTorch's order. */
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

/* ---- first values -------------------------------------------------------------------------- */

typedef struct bound_init {
    const sft_init *init;
    void           *conf;
} bound_init;

static sft_status bind_init(sft_net *n, const sft_spec *spec, bound_init *b)
{
    static const sft_field none[] = { SFT_FIELD_END };
    b->init = sft__init_find(spec->name);
    if (!b->init) {
        sft_near near = sft__near(spec->name);
        for (int i = 0; sft__init_at(i); i++)
            sft__near_try(&near, sft__init_at(i)->name);
        const char *best = sft__near_best(&near);
        return sft__fail_at(n->ctx, spec->pos, SFT_E132, "unknown initialiser `%s`%s%s%s — `surefoot list init` shows all", spec->name,
                            best ? " — did you mean `" : "", best ? best : "", best ? "`?" : "");
    }
    b->conf = sft__arena_alloc(&n->arena, b->init->conf_size ? b->init->conf_size : 1);
    const char *what = sft__arena_printf(&n->arena, "init %s", b->init->name);
    return !b->conf || !what ? sft_code(n->ctx)
                             : sft__fields_bind(&n->arena, b->init->fields ? b->init->fields : none, b->conf, spec, what);
}

/* The recipe's initialiser fills weights; biases are zero unless it is PyTorch's, which draws them too. */
static sft_status fill(sft_net *n, int index, const bound_init *chosen, real *plain)
{
    const struct sft_tensor_ref *t = &n->tensor[index];
    const sft_param *p = &t->node->param[t->i];
    bool bias = p->shape.rank == 1;
    const char *word = p->init ? p->init : bias && strcmp(chosen->init->name, "pytorch") != 0 ? "zeros" : NULL;
    bound_init own = *chosen;
    if (word) {
        sft_spec spec = { .name = word };
        if (bind_init(n, &spec, &own))
            return sft_code(n->ctx);
    }
    const void *act_conf = NULL;
    const sft_op *act = sft__following_activation(n, t->node, &act_conf);
    sft_stream random = sft__stream(sft__key(n->seed, SFT_FOR_INIT), (uint32_t)index, 0, 0);
    sft_init_call call = { .values = plain, .count = p->count, .shape = p->shape, .fan_in = p->fan_in, .fan_out = p->fan_out,
                           .gain = act && act->gain ? act->gain(act_conf) : 1.0, .saturating = act && act->xavier, .bias = bias,
                           .random = &random };
    own.init->fill(own.conf, &call);
    return sft__net_pack(n, index, plain, NULL);
}

sft_status sft__start_weights(sft_net *n, const sft_spec *init)
{
    sft_spec by_rule = { .name = "auto" };
    bound_init chosen;
    if (bind_init(n, init && init->name && *init->name ? init : &by_rule, &chosen))
        return sft_code(n->ctx);
    int64_t most = 1;
    for (int i = 0; i < n->n_tensors; i++)
        most = sft__net_tensor_count(n, i) > most ? sft__net_tensor_count(n, i) : most;
    sft_slab plain;
    if (sft__slab_open(n->ctx, &plain, (size_t)most * sizeof(real)))
        return sft_code(n->ctx);
    for (int i = 0; i < n->n_tensors && !sft__failed(n->ctx); i++) {
        const struct sft_tensor_ref *t = &n->tensor[i];
        real *x = plain.base;
        if (t->trained) {
            fill(n, i, &chosen, x);
            continue;
        }
        for (int64_t e = 0; e < t->node->state[t->i].count; e++)
            x[e] = (real)t->node->state[t->i].start;
        sft__net_pack(n, i, x, NULL);
    }
    sft__slab_close(n->ctx, &plain);
    return sft_code(n->ctx);
}
