/* SPDX-License-Identifier: MIT */
/* transpose: the two axes of a sequence exchanged, so that layers that mix channels mix places. */
#include "ops/conf.h"

static sft_status shape(sft_ctx *c, sft_node *n)
{
    sft_shape  in = n->in[0]->out;
    sft_status s = sft__want_rank(c, n, 2, 2, "a sequence {C,L} — put `flatten start_dim=2` before it to make one of an image");
    if (!s)
        n->out = sft__shape2(in.dim[1], in.dim[0]);
    return s;
}

/* y (columns,rows) = or += x (rows,columns)' */
static void turn(int64_t rows, int64_t columns, bool add, const real *x, real *y)
{
    for (int64_t c = 0; c < columns; c++)
        for (int64_t r = 0; r < rows; r++)
            y[c * rows + r] = x[r * columns + c] + (add ? y[c * rows + r] : 0);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    int64_t a = n->out.dim[1], b = n->out.dim[0];
    for (int64_t r = 0; r < p->rows; r++)
        turn(a, b, false, p->in[0] + r * a * b, p->out + r * a * b);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t a = n->out.dim[1], b = n->out.dim[0];
    for (int64_t r = 0; p->din[0] && r < p->rows; r++)
        turn(b, a, p->add[0], p->dout + r * a * b, p->din[0] + r * a * b);
}

static const sft_case cases[] = {
    { "", { 2, { 3, 4 } }, 3 },
    { "", { 2, { 5, 1 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_transpose = {
    .name = "transpose", .doc = "the two axes of a sequence exchanged", .math = "y[l,c] = x[c,l]",
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
