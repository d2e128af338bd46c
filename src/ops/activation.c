/* SPDX-License-Identifier: MIT */
/* What all activations share: running one alone, and running one fused behind another op's kernel. */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 1024 };          /* numbers that stay in the first cache */

real *sft__din(const sft_pass *p, int i, int64_t count)
{
    if (p->din[i] && !p->add[i])
        memset(p->din[i], 0, (size_t)count * sizeof(real));
    return p->din[i];
}

sft_status sft__act_shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->out = n->in[0]->out;
    n->flops = (double)sft__count(n->out);
    return SFT_OK;
}

void sft__act_forward(const sft_node *n, const sft_pass *p)
{
    n->op->apply(n->conf, p->rows * sft__count(n->out), p->in[0], p->out);
}

void sft__act_backward(const sft_node *n, const sft_pass *p)
{
    int64_t     count = p->rows * sft__count(n->out);
    const real *x = n->op->traits & SFT_READS_IN ? p->in[0] : NULL;
    real       *dx = p->din[0];
    if (!dx)
        return;
    if (!p->add[0]) {
        n->op->derive(n->conf, count, x, p->out, p->dout, dx);
        return;
    }
    real part[CHUNK];
    for (int64_t at = 0; at < count; at += CHUNK) {
        int64_t m = count - at < CHUNK ? count - at : CHUNK;
        n->op->derive(n->conf, m, x ? x + at : NULL, p->out + at, p->dout + at, part);
        for (int64_t i = 0; i < m; i++)
            dx[at + i] += part[i];
    }
}

void sft__fused_forward(const sft_node *n, int64_t count, real *out)
{
    if (n->act)
        n->act->apply(n->act_conf, count, out, out);
}

void sft__fused_backward(const sft_node *n, int64_t count, const real *out, real *dout)
{
    if (n->act)
        n->act->derive(n->act_conf, count, NULL, out, dout, dout);
}

double sft__act_gain(const sft_op *op, const void *conf)
{
    enum { POINTS = 1601 };     /* trapezoids over [-8,8]: the integrand and its slope vanish at both ends */
    real   z[POINTS], y[POINTS];
    double sum = 0, step = 16.0 / (POINTS - 1);
    for (int i = 0; i < POINTS; i++)
        z[i] = (real)(-8 + i * step);
    op->apply(conf, POINTS, z, y);
    for (int i = 0; i < POINTS; i++)
        sum += (double)y[i] * (double)y[i] * exp(-0.5 * (double)z[i] * (double)z[i]);
    return 1 / sqrt(sum * step / sqrt(2 * 3.14159265358979323846));
}
