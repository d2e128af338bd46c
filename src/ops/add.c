/* SPDX-License-Identifier: MIT */
/* add: the sum of two branches; what `residual ( … )` ends with. */
#include "base/hot.h"
#include "ops/conf.h"

static sft_status shape(sft_ctx *c, sft_node *n)
{
    sft_shape a = n->in[0]->out, b = n->in[1]->out;
    char      p[96], q[96];
    if (!sft__same_shape(a, b))
        return sft__fail_at(c, n->pos, SFT_E123, "%s: its inputs are %s and %s — shapes must be equal; give the smaller branch a "
                            "convolution that brings it to the other's shape",
                            n->label, sft__shape_text(a, p, sizeof p), sft__shape_text(b, q, sizeof q));
    n->out = a;
    n->flops = (double)sft__count(a);
    return SFT_OK;
}

enum { CHUNK = 2048 };

SFT_HOT static void sum(int64_t n, const real *a, const real *b, real *y)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

SFT_HOT static void give(int64_t n, bool add, const real *dy, real *dx)
{
    if (add)
        SFT_APART
        for (int64_t i = 0; i < n; i++)
            dx[i] += dy[i];
    else
        SFT_APART
        for (int64_t i = 0; i < n; i++)
            dx[i] = dy[i];
}

static void forward(const sft_node *n, const sft_pass *p)
{
    int64_t count = p->rows * sft__count(n->out);
    for (int64_t at = 0; at < count; at += CHUNK) {
        int64_t m = count - at < CHUNK ? count - at : CHUNK;
        sum(m, p->in[0] + at, p->in[1] + at, p->out + at);
        sft__fused_forward(n, m, p->out + at);
    }
}

/* da += dy, db += dy; db first, as da may be dy itself */
static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t count = p->rows * sft__count(n->out);
    for (int64_t at = 0; at < count; at += CHUNK) {
        int64_t m = count - at < CHUNK ? count - at : CHUNK;
        sft__fused_backward(n, m, p->out + at, p->dout + at);
        for (int i = 1; i >= 0; i--)
            if (p->din[i] && p->din[i] != p->dout)
                give(m, p->add[i], p->dout + at, p->din[i] + at);
    }
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_add = {
    .name = "add", .aliases = "Add sum", .doc = "sum of two branches", .math = "y = a + b", .inputs = 2,
    .traits = SFT_IN_PLACE | SFT_ANY_LAYOUT | SFT_FUSES,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
