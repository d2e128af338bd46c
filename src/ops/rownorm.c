/* SPDX-License-Identifier: MIT */
/* What layernorm and rmsnorm share: a sample is rows of m numbers, each normalised by its own statistics.
 *
 * With g = dy gamma and xhat = (x - mean) rstd:  dx = rstd (g - mean(g) - xhat mean(g xhat));  rmsnorm knows no mean and has
 * dx = rstd (g - xhat mean(g xhat)). */
#include "base/hot.h"
#include "ops/channels.h"
#include "ops/norms.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct row {            /* what forward keeps of a row */
    double mean, rstd;
} row;

/* layernorm takes the mean away, rmsnorm does not. */
static bool centred(const sft_node *n)
{
    return n->op->name[0] == 'l';
}

static int64_t length(const sft_node *n)
{
    const sft_rownorm_conf *k = n->conf;
    sft_shape               in = n->in[0]->out;
    int64_t                 m = 1;
    for (int i = k->normalized_shape.n ? in.rank - k->normalized_shape.n : 0; i < in.rank; i++)
        m *= in.dim[i];
    return m;
}

static sft_status check_axes(sft_ctx *c, const sft_node *n)
{
    const sft_rownorm_conf *k = n->conf;
    sft_shape               in = n->in[0]->out;
    int                     first = in.rank - k->normalized_shape.n;
    bool                    fits = first >= 0;
    char                    text[96];
    for (int i = 0; fits && i < k->normalized_shape.n; i++)
        fits = k->normalized_shape.v[i] == in.dim[first + i];
    if (fits)
        return SFT_OK;
    return sft__fail_at(c, n->pos, SFT_E123,
                        "%s: normalized_shape is not the end of its input %s — write its last sizes, such as %" PRId64
                        ", or nothing for the whole sample",
                        n->label, sft__shape_text(in, text, sizeof text), in.dim[in.rank - 1]);
}

sft_status sft__rownorm_shape(sft_ctx *c, sft_node *n)
{
    const sft_rownorm_conf *k = n->conf;
    sft_shape               in = n->in[0]->out, each = in;
    sft_status              s = sft__want_rank(c, n, 1, 3, "features {F}, sequences {C,L} or images {C,H,W}");
    if (s || (s = check_axes(c, n)))
        return s;
    int64_t m = length(n), count = sft__count(in);
    n->out = in;
    n->saved_row = count / m * (int64_t)sizeof(row);
    n->work_fixed = 2 * m * (int64_t)sizeof(double);
    n->flops = 5 * (double)count;
    if (k->normalized_shape.n) {
        each.rank = k->normalized_shape.n;
        memcpy(each.dim, k->normalized_shape.v, (size_t)each.rank * sizeof each.dim[0]);
    }
    if (k->affine)
        s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = each, .fan_in = 1, .fan_out = 1, .init = "ones" });
    if (!s && k->affine && k->bias)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = each, .fan_in = 1, .fan_out = 1, .init = "zeros" });
    return s;
}

static row statistics(int64_t m, double eps, bool mean, const real *x)
{
    double first = 0, second = 0;
    real   near = mean ? x[0] : 0;
    sft__plane_moments(1, m, x, &near, &first, &second);
    double off = mean ? first / (double)m : 0, var = second / (double)m - off * off;
    return (row){ (double)near + off, 1 / sqrt((var > 0 ? var : 0) + eps) };
}

SFT_HOT static void scale_row(int64_t m, real mean, real rstd, const real *restrict x, const real *restrict gamma,
                              const real *restrict beta, real *restrict y)
{
    if (beta)
        for (int64_t i = 0; i < m; i++)
            y[i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
    else if (gamma)
        for (int64_t i = 0; i < m; i++)
            y[i] = (x[i] - mean) * rstd * gamma[i];
    else
        for (int64_t i = 0; i < m; i++)
            y[i] = (x[i] - mean) * rstd;
}

void sft__rownorm_forward(const sft_node *n, const sft_pass *p)
{
    const sft_rownorm_conf *k = n->conf;
    int64_t                 m = length(n), rows = p->rows * (sft__count(n->out) / m);
    row                    *kept = p->train ? p->saved : NULL;
    for (int64_t r = 0; r < rows; r++) {
        row s = statistics(m, k->eps, centred(n), p->in[0] + r * m);
        if (kept)
            kept[r] = s;
        scale_row(m, (real)s.mean, (real)s.rstd, p->in[0] + r * m, n->n_param > 0 ? p->param[0] : NULL,
                  n->n_param > 1 ? p->param[1] : NULL, p->out + r * m);
        sft__fused_forward(n, m, p->out + r * m);
    }
}

/* scale += dy xhat, shift += dy; then dy becomes dy gamma */
SFT_HOT static void weigh_row(int64_t m, real mean, real rstd, const real *restrict x, const real *restrict gamma,
                              real *restrict dy, double *restrict scale, double *restrict shift)
{
    for (int64_t i = 0; i < m; i++) {
        scale[i] += (double)(dy[i] * ((x[i] - mean) * rstd));
        shift[i] += (double)dy[i];
        dy[i] *= gamma[i];
    }
}

static void back_row(int64_t m, row s, bool mean, const sft_pass *p, int64_t at)
{
    double first = 0, second = 0, size = (double)m;
    real   a = (real)s.mean, b = (real)s.rstd;
    sft__plane_products(1, m, p->dout + at, p->in[0] + at, &a, &first, &second);
    real c = (real)(mean ? first / size : 0), d = (real)(second / size * s.rstd * s.rstd);
    sft__plane_slope(1, m, p->dout + at, p->in[0] + at, (sft_lines){ &a, &b, &c, &d }, p->add[0], p->din[0] + at);
}

void sft__rownorm_backward(const sft_node *n, const sft_pass *p)
{
    int64_t    m = length(n), rows = p->rows * (sft__count(n->out) / m);
    const row *kept = p->saved;
    double    *scale = p->work, *shift = scale + m;
    memset(scale, 0, (size_t)(2 * m) * sizeof *scale);
    sft__fused_backward(n, rows * m, p->out, p->dout);
    for (int64_t r = 0; r < rows; r++) {
        if (n->n_param)
            weigh_row(m, (real)kept[r].mean, (real)kept[r].rstd, p->in[0] + r * m, p->param[0], p->dout + r * m, scale, shift);
        if (p->din[0])
            back_row(m, kept[r], centred(n), p, r * m);
    }
    for (int i = 0; i < n->n_param; i++)
        for (int64_t j = 0; p->dparam[i] && j < m; j++)
            p->dparam[i][j] = (real)(i ? shift : scale)[j];
}
