/* SPDX-License-Identifier: MIT */
/* The two ops that users never write: `input`, where samples come in, and `reorder`, which changes a layout. */
#include "graph/private.h"

static sft_status input_shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    (void)n;                    /* the graph has set its output already */
    return SFT_OK;
}

static void input_run(const sft_node *n, const sft_pass *p)
{
    (void)n;                    /* consumers read the batch itself */
    (void)p;
}

const sft_op sft__op_input = {
    .name = "input", .doc = "where samples come in", .math = "y = x",
    .shape = input_shape, .forward = input_run, .backward = input_run,
};

static sft_status reorder_shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->out = n->in[0]->out;
    return SFT_OK;
}

static void reorder_forward(const sft_node *n, const sft_pass *p)
{
    sft__relayout(p->rows, n->out, n->in[0]->layout, p->in[0], n->layout, p->out);
}

static void reorder_backward(const sft_node *n, const sft_pass *p)
{
    if (!p->din[0])
        return;
    if (!p->add[0]) {
        sft__relayout(p->rows, n->out, n->layout, p->dout, n->in[0]->layout, p->din[0]);
        return;
    }
    real *way = p->work;
    int64_t count = p->rows * sft__count(n->out);
    sft__relayout(p->rows, n->out, n->layout, p->dout, n->in[0]->layout, way);
    for (int64_t i = 0; i < count; i++)
        p->din[0][i] += way[i];
}

const sft_op sft__op_reorder = {
    .name = "reorder", .doc = "changes the layout of its input", .math = "y = x",
    .conf_size = sizeof(sft_reorder_conf),
    .shape = reorder_shape, .forward = reorder_forward, .backward = reorder_backward,
};
