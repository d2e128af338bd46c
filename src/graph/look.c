/* SPDX-License-Identifier: MIT */
/* A batch node by node, for those who look at what every layer gives and gets. */
#include "graph/private.h"

#include <string.h>

void sft__look_values(sft_net *n, int node, bool back, real *plain)
{
    const sft_node *x = n->node[node];
    const int64_t   sample = sft__count(x->out);
    for (int s = 0; s < n->run->active; s++) {
        const sft_pass *p = sft__pass_of(n, node, s, 0);
        const real     *from = node == 0 ? n->run->batch->x + s * n->run->rows * sample : back ? p->dout : p->out;
        sft__relayout(p->rows, x->out, x->layout, from, SFT_PLAIN, plain);
        plain += p->rows * sample;
    }
}

sft_status sft__net_look(sft_net *n, const sft_batch *b, uint64_t step, sft_look_fn *each, void *user, sft_outcome *o)
{
    sft_run *r = n->run;
    if (sft__replay_begin(n, b)) return sft_code(n->ctx);
    r->step = step;
    r->targets = true;
    o->weight = r->weight = sft__batch_weight(n);
    each(user, n, 0, false);
    for (int i = 1; i < n->n_nodes; i++) {
        sft__replay_node(n, i, false);
        each(user, n, i, false);
    }
    sft__replay_loss(n);
    o->loss_sum = sft__tree_sum(r->loss_sum, r->active);
    o->right = sft__tree_sum(r->right, r->active);
    for (int i = n->n_nodes - 1; i > 0; i--) {
        if (!r->place[i].wants_grad) continue;
        each(user, n, i, true);
        sft__replay_node(n, i, true);
    }
    sft_merge merge[SFT_MAX_SHARDS];
    const int merges = sft__open_merges(r->active, 1, merge);
    o->grad_sumsq = 0;
    for (int64_t k = 0; k < r->blocks; k++) {
        sft__reduce_block(n, k, merge, merges);
        o->grad_sumsq += r->sumsq[k];
    }
    return SFT_OK;
}

sft_status sft__net_look_forward(sft_net *n, const sft_batch *b, sft_look_mode mode, uint64_t step, int last, sft_look_fn *each,
                                 void *user)
{
    sft_run *r = n->run;
    if (sft__replay_begin(n, b)) return sft_code(n->ctx);
    r->step = step;
    for (int i = 0; i <= last && i < n->n_nodes; i++) {
        const sft_op *op = n->node[i]->op;
        r->train = (mode == SFT_LOOK_OWN_STATISTICS && op->gather) || (mode == SFT_LOOK_CHANCE && (op->traits & SFT_RANDOM));
        if (i > 0) sft__replay_node(n, i, false);
        each(user, n, i, false);
    }
    return SFT_OK;
}

sft_status sft__net_copy(sft_net *to, const sft_net *from)
{
    if (sft__net_set_units(to, from->units.on ? from->units.mean : NULL, from->units.deviation)) return sft_code(to->ctx);
    for (int i = 0; i < from->n_tensors && !sft__failed(to->ctx); i++) {
        sft_slab plain;
        if (sft__slab_open(to->ctx, &plain, (size_t)sft__net_tensor_count(from, i) * sizeof(real))) break;
        sft__net_unpack(from, i, NULL, plain.base);
        sft__net_pack(to, i, plain.base, NULL);
        sft__slab_close(to->ctx, &plain);
    }
    return sft_code(to->ctx);
}

sft_batch sft__batch_rows(const sft_net *n, const sft_batch *b, int64_t from, int64_t rows)
{
    sft_batch part = *b;
    part.rows = rows;
    part.x = b->x + from * sft__count(n->input);
    part.label = b->label ? b->label + from : NULL;
    part.target = b->target ? b->target + from * n->outputs : NULL;
    part.label2 = b->label2 ? b->label2 + from : NULL;
    part.mix = b->mix ? b->mix + from : NULL;
    return part;
}
