/* SPDX-License-Identifier: MIT */
/* Weight standardisation (Qiao, Wang, Liu, Shen and Yuille 2019): linear and the convolutions use, for each output,
 * u = (w - mean(w)) / sqrt(var(w) + eps) in the place of its weights w, mean and biased variance over the m weights of the output,
 * eps = 1e-5. With g the gradient to u:  dw = (g - mean(g) - u mean(g u)) / sqrt(var(w) + eps).
 *
 * Work: u, then g. */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>

static const double eps = 1e-5;

typedef struct spread {
    double mean, rstd;
} spread;

void sft__standard_room(sft_node *n, bool on)
{
    if (on)
        n->work_fixed = 2 * sft__count(n->param[0].shape) * (int64_t)sizeof(real);
}

static spread spread_of(int64_t m, const real *w)
{
    double mean = 0, var = 0;
    for (int64_t i = 0; i < m; i++)
        mean += (double)w[i];
    mean /= (double)m;
    for (int64_t i = 0; i < m; i++)
        var += ((double)w[i] - mean) * ((double)w[i] - mean);
    return (spread){ mean, 1 / sqrt(var / (double)m + eps) };
}

const real *sft__standard_weights(const sft_node *n, const sft_pass *p, bool on)
{
    if (!on)
        return p->param[0];
    int64_t filters = n->param[0].shape.dim[0], m = sft__count(n->param[0].shape) / filters;
    real   *u = p->work;
    for (int64_t f = 0; f < filters; f++) {
        spread s = spread_of(m, p->param[0] + f * m);
        for (int64_t i = f * m; i < (f + 1) * m; i++)
            u[i] = (real)(((double)p->param[0][i] - s.mean) * s.rstd);
    }
    return u;
}

real *sft__standard_gradient(const sft_node *n, const sft_pass *p, bool on)
{
    return on && p->dparam[0] ? (real *)p->work + sft__count(n->param[0].shape) : p->dparam[0];
}

void sft__standard_back(const sft_node *n, const sft_pass *p, bool on)
{
    int64_t     filters = n->param[0].shape.dim[0], m = sft__count(n->param[0].shape) / filters;
    const real *g = (const real *)p->work + filters * m;
    for (int64_t f = 0; on && f < filters; f++) {
        const real *w = p->param[0] + f * m, *gf = g + f * m;
        spread      s = spread_of(m, w);
        double      sum = 0, dot = 0;
        for (int64_t i = 0; i < m; i++) {
            sum += (double)gf[i];
            dot += (double)gf[i] * ((double)w[i] - s.mean) * s.rstd;
        }
        for (int64_t i = 0; i < m; i++) {
            double u = ((double)w[i] - s.mean) * s.rstd;
            p->dparam[0][f * m + i] = (real)(((double)gf[i] - sum / (double)m - u * dot / (double)m) * s.rstd);
        }
    }
}
