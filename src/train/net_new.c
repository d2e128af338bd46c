/* SPDX-License-Identifier: MIT */
/* A network from a recipe and its data. */
#include "train/train.h"

/* The slots of the chain's transforms, each as large as the weights. */
static sft_status count_optimizer(sft_net *n, const sft_recipe *r)
{
    sft_link link[SFT_MAX_CHAIN];
    int      slots = 0, links = r->optimizer_record->chain(&n->arena, r->optimizer_conf, link);
    for (int i = 0; i < links; i++)
        slots += link[i].transform->slots;
    n->optimizer_bytes = (int64_t)sizeof(real) * n->n_params * slots;
    return sft_code(n->ctx);
}

sft_net *sft_net_new(sft_ctx *c, sft_recipe *r, const sft_data *d)
{
    if (!r || !d || sft__failed(c) || sft_recipe_resolve(r))
        return NULL;
    sft_net_config k = { .model = r->layers,
                         .loss = r->loss_record,
                         .loss_conf = r->loss_conf,
                         .batch = r->train_conf.batch,
                         .shards = r->train_conf.shards > 0 ? (int)r->train_conf.shards : 0,
                         .seed = (uint64_t)r->train_conf.seed,
                         .init = r->bound[SFT_INIT_SECTION].record,
                         .init_conf = r->bound[SFT_INIT_SECTION].conf,
                         .init_layers = &r->init_layers };
    if (sft_data_facts_of(d, &k.facts))
        return NULL;
    sft_net *n = sft__net_make(c, &k);
    if (n && count_optimizer(n, r) == SFT_OK)
        return n;
    sft_net_free(n);
    return NULL;
}
