/* SPDX-License-Identifier: MIT */
/* flatten: the numbers of a sample as one row of features, in PyTorch's order. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

static sft_status shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->out = sft__shape1(sft__count(n->in[0]->out));
    return SFT_OK;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    if (p->out != p->in[0])
        memcpy(p->out, p->in[0], (size_t)(p->rows * n->out.dim[0]) * sizeof(real));
}

SFT_HOT static void add_to(int64_t n, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t count = p->rows * n->out.dim[0];
    if (!p->din[0] || p->din[0] == p->dout)
        return;
    if (p->add[0])
        add_to(count, p->dout, p->din[0]);
    else
        memcpy(p->din[0], p->dout, (size_t)count * sizeof(real));
}

static const sft_case cases[] = {
    { "", { 3, { 2, 3, 2 } }, 2 },
    { "", { 2, { 3, 4 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_flatten = {
    .name = "flatten", .aliases = "Flatten", .doc = "a sample as one row of features", .math = "y = x",
    .traits = SFT_IN_PLACE, .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
