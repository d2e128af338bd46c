/* SPDX-License-Identifier: MIT */
/* A network from a recipe and its data. */
#include "train/train.h"

sft_net *sft_net_new(sft_ctx *c, sft_recipe *r, const sft_data *d)
{
    if (!r || !d || sft__failed(c) || sft_recipe_resolve(r))
        return NULL;
    sft_net_config k = { .model = r->layers, .loss = r->loss_record, .loss_conf = r->loss_conf, .batch = r->train_conf.batch,
                         .shards = r->train_conf.shards > 0 ? (int)r->train_conf.shards : 0, .seed = (uint64_t)r->train_conf.seed,
                         .init = &r->init };
    if (sft_data_facts_of(d, &k.facts))
        return NULL;
    return sft__net_make(c, &k);
}
