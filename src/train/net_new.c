/* SPDX-License-Identifier: MIT */
/* A network from a recipe and its data. */
#include "data/parts.h"
#include "train/train.h"

#include <math.h>

/* The slots of the chain's transforms, each as large as the weights. */
static sft_status count_optimizer(sft_net *n, const sft_recipe *r)
{
    sft_link link[SFT_MAX_CHAIN];
    int      slots = 0, links = 0;
    if (r->optimizer_record->chain)
        links = r->optimizer_record->chain(&n->arena, r->optimizer_conf, link);
    for (int i = 0; i < links; i++)
        slots += link[i].transform->slots;
    n->optimizer_bytes = (int64_t)sizeof(real) * n->n_params * slots + sft__methods_bytes(r, n);
    return sft_code(n->ctx);
}

/* What `balanced` class weights go by. */
static const int64_t *count_classes(sft_arena *a, const sft_data *d)
{
    const sft_samples *s = sft__split_samples(d, SFT_TRAIN);
    int64_t *count = s->label ? sft__arena_alloc(a, (size_t)d->facts.outputs * sizeof *count) : NULL;
    for (int64_t i = 0; count && i < d->facts.count[SFT_TRAIN]; i++)
        count[s->label[d->index[SFT_TRAIN][i]]]++;
    return count;
}

/* ---- units of numbers to predict ------------------------------------------------------------- */

static sft_status check_targets(const sft_recipe *r, const sft_data *d)
{
    const sft_loss *loss = r->loss_record;
    if (d->facts.task != SFT_REGRESSION)
        return sft__fail_at(r->ctx, r->split.pos, SFT_E113,
                            "split.standardize_targets is for numbers to predict, and the targets of %s are %s — leave it out", d->facts.name,
                            d->facts.task == SFT_CLASSES ? "class labels" : "yes-or-no labels");
    if (loss && loss->literal)
        return sft__fail_at(r->ctx, r->split.pos, SFT_E113,
                            "split.standardize_targets with the loss %s, which wants targets as they are — leave it out", loss->name);
    return SFT_OK;
}

/* Two passes: targets may lie far from 0. One that never changes is only centred. */
static void fit_target(const sft_data *d, int64_t output, double *mean, double *deviation)
{
    const sft_samples *s = sft__split_samples(d, SFT_TRAIN);
    const int64_t      n = d->facts.count[SFT_TRAIN], *at = d->index[SFT_TRAIN];
    double             sum = 0, square = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)s->target[at[i] * d->facts.outputs + output];
    *mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double off = (double)s->target[at[i] * d->facts.outputs + output] - *mean;
        square += off * off;
    }
    const double found = sqrt(square / (double)n);
    *deviation = found > 1e-7 * fabs(*mean) && found > 0x1p-120 ? found : 1;
}

static sft_status fit_targets(const sft_recipe *r, const sft_data *d, sft_arena *a, sft_net_config *k)
{
    const int64_t outputs = d->facts.outputs;
    if (!r->split_conf.standardize_targets) return SFT_OK;
    if (check_targets(r, d)) return sft_code(r->ctx);
    double *mean = sft__arena_alloc(a, 2 * (size_t)outputs * sizeof *mean);
    if (!mean) return sft_code(r->ctx);
    for (int64_t i = 0; i < outputs; i++) fit_target(d, i, &mean[i], &mean[outputs + i]);
    k->target_mean = mean;
    k->target_deviation = mean + outputs;
    return SFT_OK;
}

/* lsuv: the first batch of training goes through a twin of the network whose layers can be looked at one by one. */
static sft_status scale_by_data(sft_net *n, sft_net_config *k, const sft_recipe *r, const sft_data *d)
{
    const sft_loader_conf conf = {
        .split = SFT_TRAIN, .batch = k->batch, .seed = k->seed, .shuffle = r->train_conf.shuffle
    };
    k->plain = true;
    sft_net    *twin = sft__net_make(n->ctx, k);
    sft_loader *l = twin ? sft__loader_new(d, &conf) : NULL;
    const sft_batch *b = l ? sft__loader_get(l, 0, 0) : NULL;
    if (b && sft__lsuv(twin, b) == SFT_OK)
        sft__lsuv_copy(n, twin);
    sft__loader_free(l);
    sft_net_free(twin);
    return sft_code(n->ctx);
}

sft_status sft__net_config(const sft_recipe *r, const sft_data *d, sft_arena *a, sft_net_config *k)
{
    *k = (sft_net_config){ .model = r->layers,
                           .loss = r->loss_record,
                           .loss_conf = r->loss_conf,
                           .class_count = count_classes(a, d),
                           .batch = r->train_conf.batch,
                           .shards = r->train_conf.shards > 0 ? (int)r->train_conf.shards : 0,
                           .seed = (uint64_t)r->train_conf.seed,
                           .init = r->bound[SFT_INIT_SECTION].record,
                           .init_conf = r->bound[SFT_INIT_SECTION].conf,
                           .init_layers = &r->init_layers,
                           .zero_gamma = r->init_extra.zero_gamma };
    return sft_data_facts_of(d, &k->facts) || fit_targets(r, d, a, k) ? sft_code(r->ctx) : SFT_OK;
}

sft_net *sft_net_new(sft_ctx *c, sft_recipe *r, const sft_data *d)
{
    if (!r || !d || sft__failed(c) || sft_recipe_resolve(r))
        return NULL;
    sft_arena      a;
    sft_net_config k;
    sft__arena_open(&a, c);
    sft_net *n = sft__net_config(r, d, &a, &k) ? NULL : sft__net_make(c, &k);
    if (n && sft__wants_data(n) && k.facts.count[SFT_TRAIN] > 0)
        scale_by_data(n, &k, r, d);
    sft__arena_close(&a);
    if (n && count_optimizer(n, r) == SFT_OK)
        return n;
    sft_net_free(n);
    return NULL;
}
