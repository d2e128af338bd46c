/* SPDX-License-Identifier: MIT */
/* Fusion of activations, choice of kernels, and layouts with the reorders they need. */
#include "graph/private.h"

#include <string.h>

static void replace_input(sft_net *n, const sft_node *was, sft_node *is)
{
    for (int i = 0; i < n->n_nodes; i++)
        for (int j = 0; j < n->node[i]->n_in; j++)
            if (n->node[i]->in[j] == was)
                n->node[i]->in[j] = is;
}

static void remove_node(sft_net *n, int at)
{
    memmove(&n->node[at], &n->node[at + 1], (size_t)(n->n_nodes - at - 1) * sizeof *n->node);
    n->n_nodes--;
    for (int i = at; i < n->n_nodes; i++)
        n->node[i]->index = i;
}

/* An activation whose derivative follows from its output runs inside the layer before it, unless somebody else reads that layer. */
sft_status sft__fuse(sft_net *n)
{
    for (int i = 1; i < n->n_nodes && !n->plain && !n->unfused; i++) {
        sft_node *act = n->node[i], *host = act->in[0];
        bool fits = (act->op->traits & SFT_ACTIVATION) && !(act->op->traits & SFT_READS_IN) && (host->op->traits & SFT_FUSES);
        if (!fits || host->act || host->consumers != 1)
            continue;
        host->act = act->op;
        host->act_conf = act->conf;
        host->consumers = act->consumers;
        replace_input(n, act, host);
        remove_node(n, i--);
    }
    return SFT_OK;
}

/* A reorder of `from` to layout `to`, shared by all that ask; it stands right before position `at`. */
static sft_node *reorder(sft_net *n, sft_node *from, sft_layout to, int at)
{
    for (int i = from->index + 1; i < at; i++) {
        sft_node *r = n->node[i];
        if (r->op == &sft__op_reorder && r->in[0] == from && r->layout == to)
            return r;
    }
    sft_node *r = sft__arena_alloc(&n->arena, sizeof *r);
    sft_node **list = sft__arena_alloc(&n->arena, ((size_t)n->n_nodes + 1) * sizeof *list);
    if (!r || !list)
        return NULL;
    *r = (sft_node){ .op = &sft__op_reorder, .path = from->path, .label = "reorder", .pos = from->pos, .n_in = 1,
                     .in = { from }, .out = from->out, .layout = to };
    r->work_row = sft__count(r->out) * (int64_t)sizeof(real);
    from->consumers++;
    memcpy(list, n->node, (size_t)at * sizeof *list);
    list[at] = r;
    memcpy(list + at + 1, n->node + at, (size_t)(n->n_nodes - at) * sizeof *list);
    n->node = list;
    n->n_nodes++;
    for (int i = at; i < n->n_nodes; i++)
        list[i]->index = i;
    return r;
}

/* Gives node->in[j] in `want`, through a reorder where needed. */
static sft_status feed(sft_net *n, sft_node *node, int j, sft_layout want)
{
    sft_node *from = node->in[j];
    if (from->layout == want || from->out.rank < 2)
        return SFT_OK;
    sft_node *r = reorder(n, from, want, node->index);
    if (!r)
        return sft_code(n->ctx);
    from->consumers--;
    r->consumers++;
    node->in[j] = r;
    return SFT_OK;
}

static sft_status choose(sft_net *n, sft_node *node, int64_t rows)
{
    sft_layout in = node->in[0]->layout, want = in, give = in;
    node->kernel = sft__ctx_reference(n->ctx) || n->plain ? NULL : sft__kernel_for(n->ctx, node, in, &want, &give);
    if (!node->kernel) {
        bool any = (node->op->traits & SFT_ANY_LAYOUT) != 0;
        want = any ? in : SFT_PLAIN;
        give = any && node->out.rank >= 2 ? in : SFT_PLAIN;
    }
    for (int j = 0; j < node->n_in; j++)
        if (feed(n, node, j, want))
            return sft_code(n->ctx);
    node->layout = give;
    if (!node->kernel)
        return SFT_OK;
    sft_status s = node->kernel->prepare(n->ctx, node, &rows, 1);
    if (s || sft__kernel_trusted(n->ctx, node, rows))
        return s;
    node->kernel->release(n->ctx, node);        /* the reference takes over, in the plain layout */
    node->kernel = NULL;
    node->plan = NULL;
    for (int i = 0; i < node->n_param; i++)
        node->param[i].stored = node->param[i].count;
    for (int j = 0; j < node->n_in; j++)
        if (feed(n, node, j, SFT_PLAIN))
            return sft_code(n->ctx);
    node->layout = SFT_PLAIN;
    return SFT_OK;
}

sft_status sft__choose_kernels(sft_net *n, int64_t rows)
{
    for (int i = 1; i < n->n_nodes; i++) {
        sft_node *node = n->node[i];
        if (choose(n, node, rows))
            return sft_code(n->ctx);
        i = node->index;        /* reorders may have been put before it */
    }
    sft_node *last = n->node[n->n_nodes - 1];
    return last->layout == SFT_PLAIN ? SFT_OK
                                     : sft__fail(n->ctx, SFT_E003, "%s: output left in layout %s", last->label,
                                                 sft__layout_name(last->layout));
}

const sft_op *sft__following_activation(const sft_net *n, const sft_node *from, const void **conf)
{
    for (const sft_node *x = from;;) {
        if (x->act) {
            *conf = x->act_conf;
            return x->act;
        }
        const sft_node *next = NULL;
        for (int i = x->index + 1; i < n->n_nodes && !next; i++)
            for (int j = 0; j < n->node[i]->n_in; j++)
                if (n->node[i]->in[j] == x)
                    next = n->node[i];
        if (next && (next->op->traits & SFT_ACTIVATION || next->op->gain)) {
            *conf = next->conf;
            return next->op;
        }
        if (!next || (next->n_param > 0 && next->param[0].decay))
            return NULL;        /* the end, or the next weights */
        x = next;
    }
}
