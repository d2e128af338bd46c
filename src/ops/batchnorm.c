/* SPDX-License-Identifier: MIT */
/* batchnorm: every channel brought to mean 0 and variance 1 over the batch, then scaled and shifted.
 *
 * The statistics are those of the whole batch: each shard gives (n, mean, M2) of every channel, which are merged by
 * Chan, Golub and LeVeque (1983). In a shard, x minus a nearby number is summed in short runs of single precision which
 * are flushed into doubles, so a large mean costs no accuracy. */
#include "base/hot.h"
#include "ops/channels.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

static const sft_field fields[] = {
    { .name = "momentum", .kind = SFT_REAL, .offset = offsetof(sft_batchnorm_conf, momentum), .def = 0.1, .high = 1,
      .doc = "weight of the new batch in the running averages" },
    { .name = "eps", .kind = SFT_REAL, .offset = offsetof(sft_batchnorm_conf, eps), .def = 1e-5, .high = 1,
      .doc = "added to the variance", .aliases = "epsilon", .flags = SFT_LOG | SFT_ABOVE_LOW },
    { .name = "affine", .kind = SFT_FLAG, .offset = offsetof(sft_batchnorm_conf, affine), .def = 1,
      .doc = "scale and shift are trained" },
    SFT_FIELD_END
};

enum { CHUNK = 2048 };          /* numbers that stay in the first cache */

/* What a shard keeps: mean and 1/deviation of the batch, then its own sums of dy and dy (x - mean), per channel. */
typedef struct kept {
    double *mean, *rstd, *dy, *dyx;
} kept;

static int64_t channels(const sft_node *n)
{
    return n->out.dim[0];
}

static kept kept_at(double *s, int64_t c)
{
    return (kept){ s, s + c, s + 2 * c, s + 3 * c };
}

/* Work: doubles of a kept (evaluation keeps nothing), then the numbers per channel of the elementwise passes. */
static sft_lines lines_of(const sft_node *n, const sft_pass *p)
{
    int64_t c = channels(n);
    real   *w = (real *)((double *)p->work + 2 * c);
    return (sft_lines){ w, w + c, w + 2 * c, w + 3 * c };
}

static sft_lines lines_at(sft_lines k, int64_t c)
{
    return (sft_lines){ k.a + c, k.b + c, k.c + c, k.d + c };
}

/* A shard as planes of `places` x `lane` numbers; plane i holds the channels from i % blocks * lane on. */
typedef struct planes {
    int64_t count, blocks, places, lane;
} planes;

static planes planes_of(const sft_node *n, const sft_pass *p)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    if (v.spatial == 1 && v.blocks == 1) /* rows of features: one plane, a row a place */
        return (planes){ 1, 1, p->rows, v.lane };
    return (planes){ p->rows * v.blocks, v.blocks, v.spatial, v.lane };
}

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const sft_batchnorm_conf *k = n->conf;
    sft_status s = sft__want_rank(c, n, 1, 3, "features {F}, sequences {C,L} or images {C,H,W}");
    if (s)
        return s;
    n->out = n->in[0]->out;
    int64_t   f = channels(n);
    sft_shape each = sft__shape1(f);
    n->state[0] = (sft_state){ .name = "running_mean", .shape = each, .start = 0 };
    n->state[1] = (sft_state){ .name = "running_var", .shape = each, .start = 1 };
    n->n_state = 2;
    n->join = 1 + 2 * f;
    n->join_back = 2 * f;
    n->saved_fixed = 4 * f * (int64_t)sizeof(double);
    n->work_fixed = 2 * f * (int64_t)sizeof(double) + 4 * f * (int64_t)sizeof(real);
    n->flops = 4 * (double)sft__count(n->out);
    if (k->affine)
        s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = each, .fan_in = 1, .fan_out = 1,
                                               .init = "ones" });
    if (!s && k->affine)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = each, .fan_in = 1, .fan_out = 1,
                                               .init = "zeros" });
    return s;
}

/* ---- statistics ---------------------------------------------------------------------------- */

/* part = n, mean[c], M2[c]; meanwhile the sums of x - k and its square, k being the channel's first number */
static void gather(const sft_node *n, const sft_pass *p)
{
    planes    v = planes_of(n, p);
    sft_lines k = lines_of(n, p);
    int64_t   f = channels(n);
    double    count = (double)(p->rows * (sft__count(n->out) / f)), *mean = p->part + 1, *m2 = mean + f;
    memset(p->part, 0, (size_t)(1 + 2 * f) * sizeof *p->part);
    for (int64_t c = 0; c < f; c++)
        k.a[c] = p->in[0][c / v.lane * v.places * v.lane + c % v.lane];
    for (int64_t i = 0; i < v.count; i++) {
        int64_t c = i % v.blocks * v.lane;
        sft__plane_moments(v.lane, v.places, p->in[0] + i * v.places * v.lane, k.a + c, mean + c, m2 + c);
    }
    p->part[0] = count;
    for (int64_t c = 0; c < f; c++) {
        double off = mean[c] / count, rest = m2[c] - mean[c] * off;
        mean[c] = (double)k.a[c] + off;
        m2[c] = rest < 0 ? 0 : rest;
    }
}

/* mean += delta b / n; M2 += M2' + delta^2 a b / n */
SFT_HOT static void merge_moments(int64_t f, double a, double b, double *restrict mean, double *restrict m2,
                                  const double *restrict mean2, const double *restrict m22)
{
    double part = b / (a + b), spread = a * part;
    for (int64_t c = 0; c < f; c++) {
        double delta = mean2[c] - mean[c];
        mean[c] += delta * part;
        m2[c] += m22[c] + delta * delta * spread;
    }
}

static void merge(const sft_node *n, double *left, const double *right)
{
    int64_t f = channels(n);
    if (!(right[0] > 0))
        return;
    merge_moments(f, left[0], right[0], left + 1, left + 1 + f, right + 1, right + 1 + f);
    left[0] += right[0];
}

static void commit(const sft_node *n, const sft_pass *p)
{
    const sft_batchnorm_conf *k = n->conf;
    int64_t                   f = channels(n);
    double                    count = p->joined[0], keep = 1 - k->momentum;
    for (int64_t c = 0; c < f; c++) {
        double unbiased = p->joined[1 + f + c] / (count > 1 ? count - 1 : 1);
        p->state[0][c] = (real)(keep * (double)p->state[0][c] + k->momentum * p->joined[1 + c]);
        p->state[1][c] = (real)(keep * (double)p->state[1][c] + k->momentum * unbiased);
    }
}

/* ---- forward and backward ------------------------------------------------------------------ */

SFT_HOT static void rstds(int64_t f, double n, double eps, const double *m2, double *rstd)
{
    SFT_APART
    for (int64_t c = 0; c < f; c++)
        rstd[c] = 1 / sqrt(m2[c] / n + eps);
}

/* a: mean, b: scale, c: shift. The mean's rounding to single goes into the shift. */
SFT_HOT static void forward_lines(int64_t f, const double *mean, const double *rstd, const real *gamma, const real *beta,
                                  real *restrict a, real *restrict b, real *restrict shift)
{
    for (int64_t c = 0; c < f; c++) {
        double scale = gamma ? (double)gamma[c] * rstd[c] : rstd[c];
        a[c] = (real)mean[c];
        b[c] = (real)scale;
        shift[c] = (real)((beta ? (double)beta[c] : 0) + ((double)a[c] - mean[c]) * scale);
    }
}

static void prepare_forward(const sft_node *n, const sft_pass *p, sft_lines k)
{
    const sft_batchnorm_conf *conf = n->conf;
    int64_t                   f = channels(n);
    kept                      s = kept_at(p->train ? p->saved : p->work, f);
    if (p->train) {
        memcpy(s.mean, p->joined + 1, (size_t)f * sizeof *s.mean);
        rstds(f, p->joined[0], conf->eps, p->joined + 1 + f, s.rstd);
    } else {
        for (int64_t c = 0; c < f; c++) {
            s.mean[c] = (double)p->state[0][c];
            s.rstd[c] = (double)p->state[1][c];
        }
        rstds(f, 1, conf->eps, s.rstd, s.rstd);
    }
    bool affine = n->n_param > 0;
    forward_lines(f, s.mean, s.rstd, affine ? p->param[0] : NULL, affine ? p->param[1] : NULL, k.a, k.b, k.c);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    planes    v = planes_of(n, p);
    sft_lines k = lines_of(n, p);
    int64_t   step = v.lane < CHUNK ? CHUNK / v.lane : 1;
    prepare_forward(n, p, k);
    for (int64_t i = 0; i < v.count; i++)
        for (int64_t s = 0; s < v.places; s += step) {
            int64_t m = v.places - s < step ? v.places - s : step, at = (i * v.places + s) * v.lane;
            sft__plane_scale(v.lane, m, p->in[0] + at, lines_at(k, i % v.blocks * v.lane), p->out + at);
            sft__fused_forward(n, m * v.lane, p->out + at);
        }
}

/* part = sums over the shard of dy and of dy (x - mean), dy already behind the fused activation */
static void gather_back(const sft_node *n, const sft_pass *p)
{
    planes    v = planes_of(n, p);
    sft_lines k = lines_of(n, p);
    int64_t   f = channels(n);
    kept      s = kept_at(p->saved, f);
    memset(s.dy, 0, (size_t)(2 * f) * sizeof *s.dy);
    for (int64_t c = 0; c < f; c++)
        k.a[c] = (real)s.mean[c];
    for (int64_t i = 0; i < v.count; i++) {
        int64_t at = i * v.places * v.lane, c = i % v.blocks * v.lane;
        sft__fused_backward(n, v.places * v.lane, p->out + at, p->dout + at);
        sft__plane_products(v.lane, v.places, p->dout + at, p->in[0] + at, k.a + c, s.dy + c, s.dyx + c);
    }
    for (int64_t c = 0; c < f; c++)
        s.dyx[c] += ((double)k.a[c] - s.mean[c]) * s.dy[c];
    memcpy(p->part, s.dy, (size_t)(2 * f) * sizeof *s.dy);
}

/* dx = gamma rstd (dy - mean dy - xhat mean(dy xhat)), xhat = (x - mean) rstd */
SFT_HOT static void backward_lines(int64_t f, double n, kept s, const double *dy, const double *dyx, const real *gamma,
                                   sft_lines k)
{
    SFT_APART
    for (int64_t c = 0; c < f; c++) {
        double slope = s.rstd[c] * s.rstd[c] * (dyx[c] / n);
        k.a[c] = (real)s.mean[c];
        k.b[c] = (real)(gamma ? (double)gamma[c] * s.rstd[c] : s.rstd[c]);
        k.c[c] = (real)(dy[c] / n + ((double)k.a[c] - s.mean[c]) * slope);
        k.d[c] = (real)slope;
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    planes    v = planes_of(n, p);
    sft_lines k = lines_of(n, p);
    int64_t   f = channels(n);
    kept      s = kept_at(p->saved, f);
    for (int64_t c = 0; n->n_param && c < f; c++) {
        if (p->dparam[0])
            p->dparam[0][c] = (real)(s.dyx[c] * s.rstd[c]);
        if (p->dparam[1])
            p->dparam[1][c] = (real)s.dy[c];
    }
    if (!p->din[0])
        return;
    double count = (double)(p->batch * (sft__count(n->out) / f));
    backward_lines(f, count, s, p->joined, p->joined + f, n->n_param ? p->param[0] : NULL, k);
    for (int64_t i = 0; i < v.count; i++) {
        int64_t at = i * v.places * v.lane;
        sft__plane_slope(v.lane, v.places, p->dout + at, p->in[0] + at, lines_at(k, i % v.blocks * v.lane), p->add[0],
                         p->din[0] + at);
    }
}

static const sft_case cases[] = {
    { "", { 1, { 5 } }, 8 },
    { "eps=1e-3", { 2, { 3, 18 } }, 4 },
    { "affine=false", { 3, { 2, 3, 2 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_batchnorm = {
    .name = "batchnorm", .aliases = "bn BatchNorm1d BatchNorm2d BatchNormalization batch_norm batchnorm1d batchnorm2d",
    .doc = "batch normalisation", .math = "y = gamma (x - mean) / sqrt(var + eps) + beta",
    .conf_size = sizeof(sft_batchnorm_conf), .fields = fields,
    .traits = SFT_READS_IN | SFT_MODES | SFT_ANY_LAYOUT | SFT_FUSES,
    .shape = shape, .forward = forward, .backward = backward,
    .gather = gather, .merge = merge, .commit = commit, .gather_back = gather_back, .cases = cases,
};
