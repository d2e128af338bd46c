/* SPDX-License-Identifier: MIT */
/* squeeze_excite: each channel times a gate that sees the means of all (Hu, Shen and Sun 2018).
 *
 *   s[c] = mean over places of x[c],  h = relu(W1 s + b1),  g = sigmoid(W2 h + b2),  y[c] = g[c] x[c] */
#include "base/hot.h"
#include "ops/channels.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

typedef struct conf {
    int64_t reduction;
} conf;

static const sft_field fields[] = {
    { .name = "reduction", .kind = SFT_INT, .offset = offsetof(conf, reduction), .def = 16, .low = 1, .high = 1 << 24,
      .doc = "the hidden layer has the channels divided by this, at least 1", .aliases = "r ratio", .flags = SFT_MAIN },
    SFT_FIELD_END
};

enum { W1, B1, W2, B2 };

typedef struct gates {          /* of one sample */
    real *s, *h, *g;
} gates;

static int64_t hidden(const sft_node *n)
{
    return n->param[B1].shape.dim[0];
}

static gates gates_at(const sft_node *n, real *at)
{
    int64_t f = n->out.dim[0];
    return (gates){ at, at + f, at + f + hidden(n) };
}

/* Work: two sums per channel, then a sample's gates, and room for their gradients. */
static gates work_gates(const sft_node *n, const sft_pass *p, int which)
{
    int64_t f = n->out.dim[0];
    return gates_at(n, (real *)((double *)p->work + 2 * f) + which * (2 * f + hidden(n)));
}

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const conf *k = n->conf;
    sft_status  s = sft__want_rank(c, n, 2, 3, "a sequence {C,L} or an image {C,H,W}: put it before `flatten`");
    if (s)
        return s;
    n->out = n->in[0]->out;
    int64_t f = n->out.dim[0], m = f / k->reduction > 1 ? f / k->reduction : 1;
    if (sft__want_param(c, n, (sft_param){ .name = "fc1.weight", .shape = sft__shape2(m, f), .fan_in = f, .fan_out = m, .decay = true }) ||
        sft__want_param(c, n, (sft_param){ .name = "fc1.bias", .shape = sft__shape1(m), .fan_in = f, .fan_out = m }) ||
        sft__want_param(c, n, (sft_param){ .name = "fc2.weight", .shape = sft__shape2(f, m), .fan_in = m, .fan_out = f, .decay = true }) ||
        sft__want_param(c, n, (sft_param){ .name = "fc2.bias", .shape = sft__shape1(f), .fan_in = m, .fan_out = f }))
        return sft_code(c);
    n->saved_row = (2 * f + m) * (int64_t)sizeof(real);
    n->work_fixed = 2 * f * (int64_t)sizeof(double) + 2 * (2 * f + m) * (int64_t)sizeof(real);
    n->flops = 2 * (double)sft__count(n->out) + 4 * (double)f * (double)m;
    return SFT_OK;
}

/* Sums over places of dy and dy x, or with dy = x of x; `zeros` is work of as many numbers as channels. */
static void plane_sums(const sft_node *n, const real *dy, const real *x, real *zeros, double *first, double *second)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    int64_t  f = n->out.dim[0];
    memset(zeros, 0, (size_t)f * sizeof *zeros);
    memset(first, 0, (size_t)f * sizeof *first);
    memset(second, 0, (size_t)f * sizeof *second);
    for (int64_t c = 0; c < f; c += v.lane)
        sft__plane_products(v.lane, v.spatial, dy + c * v.spatial, x + c * v.spatial, zeros + c, first + c, second + c);
}

/* z = w (out,in) x + b */
static double neuron(int64_t in, const real *w, const real *x, double b)
{
    for (int64_t i = 0; i < in; i++)
        b += (double)w[i] * (double)x[i];
    return b;
}

static void make_gates(const sft_node *n, const sft_pass *p, const real *x, gates k)
{
    int64_t  f = n->out.dim[0], m = hidden(n);
    double  *first = p->work;
    sft_view v = sft__view(n->out, n->in[0]->layout);
    plane_sums(n, x, x, k.g, first, first + f);
    for (int64_t c = 0; c < f; c++)
        k.s[c] = (real)(first[c] / (double)v.spatial);
    for (int64_t i = 0; i < m; i++) {
        double z = neuron(f, p->param[W1] + i * f, k.s, (double)p->param[B1][i]);
        k.h[i] = (real)(z < 0 ? 0 : z); /* NaN stays */
    }
    for (int64_t c = 0; c < f; c++)
        k.g[c] = (real)(1 / (1 + exp(-neuron(m, p->param[W2] + c * m, k.h, (double)p->param[B2][c]))));
}

/* y = or += x g + d, one number g and d a channel */
SFT_HOT static void weigh(int64_t lane, int64_t n, bool add, const real *restrict x, const real *restrict g, const real *restrict d,
                          real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t l = 0; l < lane; l++) {
            real v = x[i * lane + l] * g[l] + d[l];
            y[i * lane + l] = add ? y[i * lane + l] + v : v;
        }
}

static void weigh_sample(const sft_node *n, bool add, const real *x, const real *g, const real *d, real *y)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    for (int64_t c = 0; c < n->out.dim[0]; c += v.lane)
        weigh(v.lane, v.spatial, add, x + c * v.spatial, g + c, d + c, y + c * v.spatial);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    int64_t f = n->out.dim[0], count = sft__count(n->out), each = 2 * f + hidden(n);
    real   *zeros = work_gates(n, p, 1).s;
    for (int64_t r = 0; r < p->rows; r++) {
        gates k = p->train ? gates_at(n, (real *)p->saved + r * each) : work_gates(n, p, 0);
        make_gates(n, p, p->in[0] + r * count, k);
        memset(zeros, 0, (size_t)f * sizeof *zeros);
        weigh_sample(n, false, p->in[0] + r * count, k.g, zeros, p->out + r * count);
    }
}

/* dw += dz x', db += dz */
static void add_outer(int64_t out, int64_t in, const real *dz, const real *x, real *dw, real *db)
{
    for (int64_t o = 0; o < out; o++) {
        for (int64_t i = 0; dw && i < in; i++)
            dw[o * in + i] += dz[o] * x[i];
        if (db)
            db[o] += dz[o];
    }
}

/* dx[i] = sum over outputs of dz w */
static void back_neurons(int64_t out, int64_t in, const real *dz, const real *w, real *dx)
{
    memset(dx, 0, (size_t)in * sizeof *dx);
    for (int64_t o = 0; o < out; o++)
        for (int64_t i = 0; i < in; i++)
            dx[i] += dz[o] * w[o * in + i];
}

/* From dg, the sums of dy x, to d.s, the gradient of each place of x through the means. */
static void back_gates(const sft_node *n, const sft_pass *p, gates k, gates d)
{
    int64_t  f = n->out.dim[0], m = hidden(n);
    sft_view v = sft__view(n->out, n->in[0]->layout);
    double  *dg = (double *)p->work + f;
    for (int64_t c = 0; c < f; c++)
        d.g[c] = (real)(dg[c] * (double)k.g[c] * (1 - (double)k.g[c]));
    back_neurons(f, m, d.g, p->param[W2], d.h);
    for (int64_t i = 0; i < m; i++)
        d.h[i] = k.h[i] > 0 ? d.h[i] : 0;
    back_neurons(m, f, d.h, p->param[W1], d.s);
    for (int64_t c = 0; c < f; c++)
        d.s[c] /= (real)v.spatial;
    add_outer(f, m, d.g, k.h, p->dparam[W2], p->dparam[B2]);
    add_outer(m, f, d.h, k.s, p->dparam[W1], p->dparam[B1]);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t f = n->out.dim[0], count = sft__count(n->out), each = 2 * f + hidden(n);
    gates   d = work_gates(n, p, 0);
    for (int i = 0; i < n->n_param; i++)
        if (p->dparam[i])
            memset(p->dparam[i], 0, (size_t)sft__count(n->param[i].shape) * sizeof(real));
    for (int64_t r = 0; r < p->rows; r++) {
        gates       k = gates_at(n, (real *)p->saved + r * each);
        const real *dy = p->dout + r * count;
        plane_sums(n, dy, p->in[0] + r * count, d.s, p->work, (double *)p->work + f);
        back_gates(n, p, k, d);
        if (p->din[0])
            weigh_sample(n, p->add[0], dy, k.g, d.s, p->din[0] + r * count);
    }
}

static const sft_case cases[] = {
    { "2", { 3, { 4, 3, 3 } }, 3 },
    { "", { 2, { 3, 5 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_squeeze_excite = {
    .name = "squeeze_excite", .aliases = "se SqueezeExcite SqueezeExcitation SEModule", .doc = "squeeze-and-excitation gate",
    .math = "y[c] = x[c] sigmoid(W2 relu(W1 s + b1) + b2)[c], s the channels' means (Hu et al. 2018)",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_READS_IN | SFT_ANY_LAYOUT,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
