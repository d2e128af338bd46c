/* SPDX-License-Identifier: MIT */
/* The network's loss: chosen by recipe or task, prepared for the data, run on a shard. */
#include "graph/private.h"

#include <string.h>

static const char *loss_for(sft_task task)
{
    static const char *const by_task[] = { [SFT_CLASSES] = "cross_entropy", [SFT_BINARY] = "bce", [SFT_REGRESSION] = "mse" };
    return by_task[task];
}

/* The options are copied: preparing writes into them, and a recipe makes several networks. */
static sft_status take_options(sft_net *n, const sft_net_config *k)
{
    const sft_loss *loss = n->loss;
    n->loss_conf = sft__arena_alloc(&n->arena, loss->conf_size + 1);
    if (!n->loss_conf)
        return sft_code(n->ctx);
    if (k->loss && k->loss_conf)
        memcpy(n->loss_conf, k->loss_conf, loss->conf_size);
    else if (loss->fields)
        sft__fields_defaults(loss->fields, n->loss_conf, &n->arena);
    sft_loss_data data = { .outputs = n->outputs, .task = n->task, .class_count = k->class_count };
    return loss->prepare ? loss->prepare(n->ctx, &n->arena, n->loss_conf, &data) : SFT_OK;
}

sft_status sft__choose_loss(sft_net *n, const sft_net_config *k)
{
    static const char *const words[] = { "class labels", "yes-or-no labels", "numbers" };
    n->loss = k->loss ? k->loss : sft__loss_find(loss_for(n->task));
    if (!(n->loss->tasks & (1u << n->task)))
        return sft__fail(n->ctx, SFT_E129, "the loss `%s` cannot be used with %s — leave `loss:` out or use `%s`", n->loss->name,
                         words[n->task], loss_for(n->task));
    return take_options(n, k);
}

/* All but scale and dout. */
static sft_loss_pass pass_of(const sft_net *n, int shard)
{
    const sft_run   *r = n->run;
    const sft_batch *b = r->batch;
    const sft_pass  *p = &r->pass[(n->n_nodes - 1) * n->shards + shard];
    int64_t          row = shard * r->rows;
    return (sft_loss_pass){ .rows = sft__shard_rows(r, shard), .outputs = n->outputs, .out = p->out,
                            .label = b->label ? b->label + row : NULL,
                            .target = b->target ? b->target + row * n->outputs : NULL,
                            .label2 = b->label2 ? b->label2 + row : NULL, .mix = b->label2 ? b->mix + row : NULL };
}

/* Of the whole batch, along the tree over shards: it must be known before any gradient. */
double sft__batch_weight(const sft_net *n)
{
    double part[SFT_MAX_SHARDS];
    if (!n->loss->weight)
        return (double)n->run->active_rows;
    for (int s = 0; s < n->run->active; s++) {
        sft_loss_pass q = pass_of(n, s);
        part[s] = n->loss->weight(n->loss_conf, &q);
    }
    return sft__tree_sum(part, n->run->active);
}

void sft__run_loss(sft_net *n, int shard, int thread)
{
    sft_run       *r = n->run;
    sft_pass      *p = sft__pass_of(n, n->n_nodes - 1, shard, thread);
    sft_loss_pass  q = pass_of(n, shard);
    q.scale = r->weight > 0 ? 1.0 / r->weight : 0; /* a batch of nothing but weightless samples teaches nothing */
    q.dout = r->train ? p->dout : NULL;
    q.target = sft__shard_targets(n, shard, q.rows, q.target);
    r->loss_sum[shard] = r->right[shard] = 0;
    n->loss->eval(n->loss_conf, &q, &r->loss_sum[shard], &r->right[shard]);
}
