/* SPDX-License-Identifier: MIT */
/* Binds the recipe's optimiser to a network: which tensors learn how fast and decay how much, and the regularisers around
 * the optimiser's chain. */
#include "train/train.h"
#include "optim/chain.h"

#include <math.h>

/* Layers are counted by their weights: a norm belongs to the layer before it. */
static int depth_of(const sft_net *n, int index)
{
    int depth = 0;
    for (int i = 0; i <= index; i++) {
        const struct sft_tensor_ref *t = &n->tensor[i];
        depth += t->trained && t->node->param[t->i].decay;
    }
    return depth;
}

/* Layer-wise decay (timm's layer_decay): the last layer learns at the full rate, each before it at a share of the next. */
static double depth_scale(const sft_trainer *t, int index)
{
    double share = t->recipe->train_conf.layer_decay;
    int    last = depth_of(t->net, t->net->n_tensors - 1), depth = depth_of(t->net, index);
    return share < 1 ? pow(share, last - (depth > 0 ? depth : 1)) : 1;
}

static sft_group group_of(const sft_trainer *t, int index)
{
    const sft_net       *n = t->net;
    const sft_param     *p = &n->tensor[index].node->param[n->tensor[index].i];
    sft_target           target = sft__net_target(n, index);
    const sft_rule      *rule = sft__rule_for(&t->recipe->groups, &target, NULL);
    const sft_group_conf *k = rule ? rule->conf : NULL;
    int64_t              end = index + 1 < n->n_tensors && n->tensor[index + 1].trained
                                   ? n->tensor[index + 1].node->param[n->tensor[index + 1].i].offset
                                   : n->n_params;
    return (sft_group){ .offset = p->offset,
                        .n = end - p->offset,
                        .lr_scale = (k ? k->lr_scale : 1) * depth_scale(t, index),
                        .decay = k && !isnan(k->decay_scale) ? k->decay_scale : p->decay };
}

/* Stretches of the weight slab that are treated alike; neighbours that agree are one. */
static sft_group *make_groups(sft_trainer *t, int *count)
{
    const sft_net *n = t->net;
    sft_group     *group = sft__arena_alloc(&t->arena, ((size_t)n->n_tensors + 1) * sizeof *group);
    for (int i = 0; group && i < n->n_tensors && n->tensor[i].trained; i++) {
        sft_group  g = group_of(t, i);
        sft_group *last = *count ? &group[*count - 1] : NULL;
        if (last && last->decay == g.decay && last->lr_scale == g.lr_scale)
            last->n += g.n;
        else
            group[(*count)++] = g;
    }
    return group;
}

/* A tensor of two or more axes is a matrix: units by what each of them weighs. */
static sft_tensor_part *make_parts(sft_trainer *t, int *count)
{
    const sft_net   *n = t->net;
    sft_tensor_part *part = sft__arena_alloc(&t->arena, ((size_t)n->n_tensors + 1) * sizeof *part);
    for (int i = 0; part && i < n->n_tensors && n->tensor[i].trained; i++) {
        const sft_param *p = &n->tensor[i].node->param[n->tensor[i].i];
        bool    matrix = p->shape.rank > 1;
        int64_t rows = matrix ? p->shape.dim[0] : p->count;
        part[(*count)++] =
            (sft_tensor_part){ p->offset, p->stored, rows, rows ? p->count / rows : 0, matrix };
    }
    return part;
}

static void unpack(void *net, int part, const real *slab, real *plain)
{
    sft__net_unpack(net, part, slab, plain);
}

static void pack(void *net, int part, const real *plain, real *slab)
{
    sft__net_pack(net, part, plain, slab);
}

/* Noise and L1 join the clipped gradient before the optimiser sees it; max-norm follows the update. */
static int add_before(sft_trainer *t, sft_link *link)
{
    const sft_regular_conf *k = &t->recipe->regular_conf;
    sft_noise noise = { k->gradient_noise, k->noise_decay, (uint64_t)t->recipe->train_conf.seed };
    sft_l1    l1 = { k->l1 };
    int       n = 0;
    if (k->gradient_noise > 0)
        n = sft__chain_add(&t->arena, link, n, &sft_transform_noise, &noise, sizeof noise);
    if (k->l1 > 0) n = sft__chain_add(&t->arena, link, n, &sft_transform_l1, &l1, sizeof l1);
    return n;
}

static int add_after(sft_trainer *t, sft_link *link)
{
    sft_max_norm most = { t->recipe->regular_conf.max_norm };
    if (!(most.most > 0)) return 0;
    int n = sft__chain_add(&t->arena, link, 0, &sft_transform_max_norm, &most, sizeof most);
    if (n > 0) link[0].only = SFT_MATRICES;
    return n;
}

sft_status sft__trainer_bind(sft_trainer *t)
{
    const sft_recipe *r = t->recipe;
    sft_link          before[2] = { 0 }, after[1] = { 0 };
    int               groups = 0, parts = 0;
    if (sft__net_check_rules(t->net, &r->groups, "groups")) return sft_code(t->ctx);
    sft_group       *group = make_groups(t, &groups);
    sft_tensor_part *part = make_parts(t, &parts);
    int              n_before = add_before(t, before), n_after = add_after(t, after);
    if (!group || !part || n_before < 0 || n_after < 0) return sft_code(t->ctx);
    if (r->optimizer_record->method && (n_before || n_after || r->groups.n || r->train_conf.layer_decay < 1))
        return sft__fail(t->ctx, SFT_E113,
                         "optimizer %s follows the gradient of the loss alone — remove regularize, groups and "
                         "train.layer_decay, or use another optimizer",
                         r->optimizer_record->name);
    return sft__update_start(t->ctx, &t->arena, &t->update,
                             &(sft_update_conf){ .optimizer = r->optimizer_record,
                                                 .conf = r->optimizer_conf,
                                                 .w = t->net->w.base,
                                                 .g = t->net->g.base,
                                                 .n = t->net->n_params,
                                                 .group = group,
                                                 .n_groups = groups,
                                                 .part = part,
                                                 .n_parts = parts,
                                                 .owner = t->net,
                                                 .unpack = unpack,
                                                 .pack = pack,
                                                 .before = before,
                                                 .n_before = n_before,
                                                 .after = after,
                                                 .n_after = n_after });
}
