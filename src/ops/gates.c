/* SPDX-License-Identifier: MIT */
/* What gated units share: the halves of the channels, sample by sample in the plain layout. */
#include "ops/gates.h"

sft_status sft__gate_shape(sft_ctx *c, sft_node *n)
{
    sft_shape in = n->in[0]->out;
    if (in.rank < 1 || in.dim[0] % 2)
        return sft__fail_at(c, n->pos, SFT_E123, "%s: halves the channels, and its input has %lld — make them even in the layer before it",
                            n->label, (long long)(in.rank ? in.dim[0] : 0));
    n->out = in;
    n->out.dim[0] = in.dim[0] / 2;
    n->flops = 2 * (double)sft__count(n->out);
    return SFT_OK;
}

void sft__gates_forward(const sft_node *n, const sft_pass *p, sft_gate_forward *f)
{
    int64_t half = sft__count(n->out);
    for (int64_t r = 0; r < p->rows; r++)
        f(half, p->in[0] + 2 * r * half, p->in[0] + (2 * r + 1) * half, p->out + r * half);
}

void sft__gates_backward(const sft_node *n, const sft_pass *p, sft_gate_backward *f)
{
    int64_t half = sft__count(n->out);
    for (int64_t r = 0; p->din[0] && r < p->rows; r++) {
        const real *a = p->in[0] + 2 * r * half;
        real       *da = p->din[0] + 2 * r * half;
        f(half, p->add[0], a, a + half, p->dout + r * half, da, da + half);
    }
}
