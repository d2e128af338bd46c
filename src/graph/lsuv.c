/* SPDX-License-Identifier: MIT */
/* The part of lsuv that needs samples: layers are run one after another on one batch, and each weight that asks for it is divided by
 * the deviation of its outputs before the next layer runs (Mishkin and Matas 2016, algorithm 1).
 *
 * The network that is asked runs reference kernels and keeps activations as layers of their own, so that outputs are seen before
 * them and weights do not depend on the machine. */
#include "graph/private.h"

#include <math.h>

/* Over all shards, in their order: the same for any number of threads. */
static double output_variance(sft_net *n, int node)
{
    double mean = 0, square = 0, count = 0;
    for (int s = 0; s < n->run->active; s++) {
        const sft_pass *p = sft__pass_of(n, node, s, 0);
        const int64_t   values = p->rows * sft__count(n->node[node]->out);
        for (int64_t i = 0; i < values; i++) {
            mean += (double)p->out[i];
            square += (double)p->out[i] * (double)p->out[i];
        }
        count += (double)values;
    }
    mean /= count;
    return square / count - mean * mean;
}

static void scale_weight(sft_net *n, const sft_param *p, double by)
{
    real *w = (real *)n->w.base + p->offset;
    for (int64_t i = 0; i < p->stored; i++)
        w[i] = (real)(by * (double)w[i]);
}

/* A variance of zero (dead inputs) has no scale that helps: the weights stay. */
static void settle(sft_net *n, int node, const sft_param *p, const sft_lsuv *k)
{
    const double want = k->std * k->std;
    for (int64_t i = 0; i < k->rounds; i++) {
        const double variance = output_variance(n, node);
        if (!(variance > 0) || !isfinite(variance) || fabs(variance / want - 1) <= k->tolerance)
            return;
        scale_weight(n, p, k->std / sqrt(variance));
        sft__replay_node(n, node, false);
    }
}

sft_status sft__lsuv(sft_net *n, const sft_batch *b)
{
    if (sft__replay_begin(n, b))
        return sft_code(n->ctx);
    for (int i = 1; i < n->n_nodes; i++) {
        const sft_node *x = n->node[i];
        sft__replay_node(n, i, false);
        for (int j = 0; j < x->n_param; j++)
            if (x->param[j].lsuv)
                settle(n, i, &x->param[j], x->param[j].lsuv);
    }
    return sft_code(n->ctx);
}

bool sft__wants_data(const sft_net *n)
{
    for (int i = 0; i < n->n_tensors && n->tensor[i].trained; i++)
        if (n->tensor[i].node->param[n->tensor[i].i].lsuv)
            return true;
    return false;
}

/* The scaled weights of `from`, whatever the layouts of both. */
sft_status sft__lsuv_copy(sft_net *to, const sft_net *from)
{
    for (int i = 0; i < from->n_tensors && !sft__failed(to->ctx); i++) {
        sft_slab plain;
        if (!from->tensor[i].trained || !from->tensor[i].node->param[from->tensor[i].i].lsuv)
            continue;
        if (sft__slab_open(to->ctx, &plain, (size_t)sft__net_tensor_count(from, i) * sizeof(real)))
            break;
        sft__net_unpack(from, i, NULL, plain.base);
        sft__net_pack(to, i, plain.base, NULL);
        sft__slab_close(to->ctx, &plain);
    }
    return sft_code(to->ctx);
}
