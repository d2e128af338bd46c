/* SPDX-License-Identifier: MIT */
/* Where a layer stands among the residual branches of its network: what fixup and zero_gamma go by. */
#include "graph/private.h"

#include <string.h>

static bool has_weights(const sft_node *x)
{
    for (int j = 0; j < x->n_param; j++)
        if (x->param[j].shape.rank > 1)
            return true;
    return false;
}

static bool is_add(const sft_node *x)
{
    return x->op == sft__op_find("add");
}

/* True when x stands in the body of this addition itself, not in that of one inside it: "2.body.3" of "2". */
static bool in_body(const sft_node *add, const sft_node *x)
{
    size_t n = strlen(add->path);
    if (strncmp(x->path, add->path, n) || strncmp(x->path + n, ".body.", 6))
        return false;
    return !strchr(x->path + n + 6, '.') && x->op->name != add->op->name;
}

/* The addition whose body x stands in; NULL: none. */
static const sft_node *addition_of(const sft_net *n, const sft_node *x)
{
    for (int i = x->index + 1; i < n->n_nodes; i++)
        if (is_add(n->node[i]) && in_body(n->node[i], x))
            return n->node[i];
    return NULL;
}

sft_branch sft__branch_of(const sft_net *n, const sft_node *x)
{
    sft_branch      b = { 0 };
    const sft_node *add = addition_of(n, x), *last = NULL, *output = NULL;
    for (int i = 1; i < n->n_nodes; i++) {
        const sft_node *y = n->node[i];
        b.branches += is_add(y);
        if (!has_weights(y))
            continue;
        output = y;
        if (add && in_body(add, y)) {
            b.layers++;
            last = y;
        }
    }
    b.inside = add != NULL;
    b.last = x == last;
    b.output = x == output;
    return b;
}

/* The norm at the end of a branch: behind it only layers without parameters come before the addition. */
bool sft__ends_branch(const sft_net *n, const sft_node *x)
{
    const sft_node *add = addition_of(n, x), *y = add ? add->in[0] : NULL;
    while (y && y->index > 0 && y->n_param == 0)
        y = y->in[0];
    return y == x;
}
