/* SPDX-License-Identifier: MIT */
/* Networks: making and freeing them, and what the public header tells about them. */
#include "graph/private.h"

#include "base/io.h"

#include <stdio.h>
#include <string.h>

static int default_shards(int64_t batch)
{
    int g = 1;
    while (g < 16 && 2 * g <= batch / 32)
        g *= 2;
    return g;
}

static sft_status size_run(sft_net *n, const sft_net_config *k)
{
    sft_run *r = n->run = sft__arena_alloc(&n->arena, sizeof *n->run);
    if (!r)
        return sft_code(n->ctx);
    n->shards = k->shards > 0 ? k->shards : default_shards(n->batch);
    if (n->shards > SFT_MAX_SHARDS || (n->shards & (n->shards - 1)))
        return sft__fail(n->ctx, SFT_E113, "train.shards is %d — use a power of two up to %d", n->shards, SFT_MAX_SHARDS);
    r->rows = (n->batch + n->shards - 1) / n->shards;
    r->threads = sft__ctx_threads(n->ctx);
    if (r->threads > 1 && !sft__ctx_team(n->ctx))
        return sft_code(n->ctx);
    for (int i = 1; i < n->n_nodes; i++)
        r->flops += n->node[i]->flops;
    return SFT_OK;
}

static sft_status make(sft_net *n, const sft_net_config *k)
{
    if (sft__build_nodes(n, k) || sft__choose_loss(n, k) || size_run(n, k) || sft__check_room(n, k->memory_limit) || sft__fuse(n) || sft__choose_kernels(n, n->run->rows))
        return sft_code(n->ctx);
    if (sft__prepare_rows(n, n->run->rows) || sft__number_tensors(n) || sft__plan_memory(n, k->memory_limit))
        return sft_code(n->ctx);
    if (sft__net_set_units(n, k->target_mean, k->target_deviation))
        return sft_code(n->ctx);
    return sft__start_weights(n, k);
}

sft_net *sft__net_make(sft_ctx *c, const sft_net_config *k)
{
    if (sft__failed(c))
        return NULL;
    sft_net *n = sft__alloc(c, sizeof *n);
    if (!n)
        return NULL;
    n->ctx = c;
    sft__arena_open(&n->arena, c);
    n->facts = k->facts;
    n->input = k->facts.shape;
    n->task = k->facts.task;
    n->outputs = k->facts.outputs;
    n->seed = k->seed;
    n->plain = k->plain;
    n->unfused = k->unfused;
    if (make(n, k) == SFT_OK)
        return n;
    sft_net_free(n);
    return NULL;
}

void sft_net_free(sft_net *n)
{
    if (!n)
        return;
    sft_ctx *c = n->ctx;
    sft__run_close(n);
    sft__slab_close(c, &n->w);
    sft__slab_close(c, &n->g);
    sft__slab_close(c, &n->s);
    sft__slab_close(c, &n->kept);
    sft__arena_close(&n->arena);
    sft__free(c, n, sizeof *n);
}

/* ---- facts ---------------------------------------------------------------------------------- */

sft_status sft_net_facts_of(const sft_net *n, sft_net_facts *facts)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    const sft_run *r = n->run;
    *facts = (sft_net_facts){ .layers = n->n_nodes - 1, .shards = n->shards, .batch = n->batch, .loss = n->loss->name };
    for (int i = 0; i < n->n_tensors; i++)
        if (n->tensor[i].trained)
            facts->params += sft__net_tensor_count(n, i);
    if (n->units.on) {
        facts->target_mean = n->units.mean;
        facts->target_deviation = n->units.deviation;
    }
    facts->flops = (int64_t)r->flops;
    facts->weight_bytes = (int64_t)sizeof(real) * n->n_params;
    facts->gradient_bytes = facts->weight_bytes * n->shards;
    facts->optimizer_bytes = n->optimizer_bytes;
    facts->activation_bytes = r->shard_bytes * n->shards + r->work_bytes * r->threads;
    facts->state_bytes = (int64_t)sizeof(real) * n->n_states;
    return SFT_OK;
}

sft_status sft_net_layer(const sft_net *n, int index, sft_layer_facts *facts)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    if (index < 0 || index >= n->n_nodes - 1)
        return SFT_USAGE;       /* the end of a loop, not a failure to keep */
    const sft_node *x = n->node[index + 1];
    *facts = (sft_layer_facts){ .name = x->path, .op = x->op->name, .out = x->out, .flops = (int64_t)x->flops,
                                .kernel = x->kernel ? x->kernel->name : "reference", .fused = x->act ? x->act->name : NULL };
    facts->options = x->op->fields ? sft__fields_text((sft_arena *)(uintptr_t)&n->arena, x->op->fields, x->conf) : "";
    for (int j = 0; j < x->n_param; j++)
        facts->params += x->param[j].count;
    facts->bytes = sft__count(x->out) * n->batch * (int64_t)sizeof(real);
    return SFT_OK;
}

int sft_net_tensors(const sft_net *n)
{
    return n ? n->n_tensors : 0;
}

sft_status sft_net_tensor(const sft_net *n, int index, sft_tensor_facts *facts)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    if (index < 0 || index >= n->n_tensors)
        return SFT_USAGE;
    const struct sft_tensor_ref *t = &n->tensor[index];
    *facts = (sft_tensor_facts){ .name = sft__net_tensor_path(n, index), .count = sft__net_tensor_count(n, index), .trained = t->trained,
                                 .shape = t->trained ? t->node->param[t->i].shape : t->node->state[t->i].shape };
    return SFT_OK;
}
