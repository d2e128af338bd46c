/* SPDX-License-Identifier: MIT */
/* batchnorm: every channel brought to mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015), then scaled and shifted.
 *
 * The statistics are those of the whole batch: each shard gives (n, mean, M2) of every channel, which are merged by
 * Chan, Golub and LeVeque (1983). In a shard, x minus a nearby number is summed in short runs of single precision which
 * are flushed into doubles, so a large mean costs no accuracy.
 *
 * ghost=g (Hoffer, Hubara and Soudry 2017): samples k g .. (k+1) g - 1 of the batch are slice k, the last slice may be smaller,
 * and each slice has statistics of its own. Slices follow the batch, not the shards: a shard gives its share of every slice it
 * meets. The running averages take the slices one after the other, as if each were a batch. */
#include "base/hot.h"
#include "ops/channels.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

static const char *const none[] = { "none", NULL };

static const sft_field fields[] = {
    { .name = "momentum", .kind = SFT_REAL, .offset = offsetof(sft_batchnorm_conf, momentum), .def = 0.1, .high = 1,
      .doc = "weight of the new batch in the running averages; none: their plain mean over all batches", .text = "0.1",
      .words = none, .flags = SFT_AUTO },
    { .name = "eps", .kind = SFT_REAL, .offset = offsetof(sft_batchnorm_conf, eps), .def = 1e-5, .high = 1,
      .doc = "added to the variance", .aliases = "epsilon", .flags = SFT_LOG | SFT_ABOVE_LOW },
    { .name = "affine", .kind = SFT_FLAG, .offset = offsetof(sft_batchnorm_conf, affine), .def = 1,
      .doc = "scale and shift are trained", .aliases = "elementwise_affine" },
    { .name = "track_running_stats", .kind = SFT_FLAG, .offset = offsetof(sft_batchnorm_conf, track), .def = 1,
      .doc = "running averages serve at evaluation; false: the evaluated batch's own statistics", .aliases = "track" },
    { .name = "ghost", .kind = SFT_INT, .offset = offsetof(sft_batchnorm_conf, ghost), .def = 0, .low = 0, .high = 1 << 24,
      .doc = "statistics per so many samples of the batch; 0: over all of it",
      .aliases = "ghost_batch_size virtual_batch_size" },
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

/* A shard's rows in one slice of the batch. */
typedef struct piece {
    int64_t slice, row, rows;
} piece;

static int64_t slices(const sft_node *n)
{
    const sft_batchnorm_conf *k = n->conf;
    return k->ghost > 0 ? (n->batch + k->ghost - 1) / k->ghost : 1;
}

static bool own_statistics(const sft_node *n, const sft_pass *p)
{
    const sft_batchnorm_conf *k = n->conf;
    return p->train || !k->track;
}

/* The piece behind *x, the first behind one of zeros; false behind the last. */
static bool next_piece(const sft_node *n, const sft_pass *p, piece *x)
{
    const sft_batchnorm_conf *k = n->conf;
    int64_t size = k->ghost > 0 && own_statistics(n, p) ? k->ghost : p->batch, row = x->row + x->rows;
    if (row >= p->rows)
        return false;
    int64_t row0 = p->row0 - p->first, slice = (row0 + row) / size, end = (slice + 1) * size - row0;
    *x = (piece){ slice, row, (end < p->rows ? end : p->rows) - row };
    return true;
}

/* Numbers per channel in a slice of this batch. */
static double slice_count(const sft_node *n, const sft_pass *p, int64_t slice)
{
    const sft_batchnorm_conf *k = n->conf;
    int64_t size = k->ghost > 0 ? k->ghost : p->batch, rows = p->batch - slice * size;
    return (double)((rows < size ? rows : size) * (sft__count(n->out) / channels(n)));
}

/* A piece as planes of `places` x `lane` numbers; plane i holds the channels from i % blocks * lane on. */
typedef struct planes {
    int64_t count, blocks, places, lane;
} planes;

static planes planes_of(const sft_node *n, int64_t rows)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    if (v.spatial == 1 && v.blocks == 1) /* rows of features: one plane, a row a place */
        return (planes){ 1, 1, rows, v.lane };
    return (planes){ rows * v.blocks, v.blocks, v.spatial, v.lane };
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
    if (k->track) {
        n->state[0] = (sft_state){ .name = "running_mean", .shape = each, .start = 0 };
        n->state[1] = (sft_state){ .name = "running_var", .shape = each, .start = 1 };
        n->n_state = 2;
    }
    if (k->track && isnan(k->momentum)) /* otherwise files count the steps themselves */
        n->state[n->n_state++] = (sft_state){ .name = "num_batches_tracked", .shape = { 0 }, .start = 0 };
    n->join_eval = !k->track;
    n->join = slices(n) * (1 + 2 * f);
    n->join_back = slices(n) * 2 * f;
    n->saved_fixed = slices(n) * 4 * f * (int64_t)sizeof(double);
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
static void gather_piece(const sft_node *n, const real *x, int64_t rows, real *k, double *part)
{
    planes  v = planes_of(n, rows);
    int64_t f = channels(n);
    double  count = (double)(rows * (sft__count(n->out) / f)), *mean = part + 1, *m2 = mean + f;
    for (int64_t c = 0; c < f; c++)
        k[c] = x[c / v.lane * v.places * v.lane + c % v.lane];
    for (int64_t i = 0; i < v.count; i++) {
        int64_t c = i % v.blocks * v.lane;
        sft__plane_moments(v.lane, v.places, x + i * v.places * v.lane, k + c, mean + c, m2 + c);
    }
    part[0] = count;
    for (int64_t c = 0; c < f; c++) {
        double off = mean[c] / count, rest = m2[c] - mean[c] * off;
        mean[c] = (double)k[c] + off;
        m2[c] = rest < 0 ? 0 : rest;
    }
}

static void gather(const sft_node *n, const sft_pass *p)
{
    int64_t each = sft__count(n->out), size = 1 + 2 * channels(n);
    memset(p->part, 0, (size_t)(slices(n) * size) * sizeof *p->part);
    for (piece x = { 0 }; next_piece(n, p, &x);)
        gather_piece(n, p->in[0] + x.row * each, x.rows, lines_of(n, p).a, p->part + x.slice * size);
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
    for (int64_t i = 0; i < slices(n); i++, left += 1 + 2 * f, right += 1 + 2 * f) {
        if (!(right[0] > 0))
            continue;
        merge_moments(f, left[0], right[0], left + 1, left + 1 + f, right + 1, right + 1 + f);
        left[0] += right[0];
    }
}

/* PyTorch's: the variance that goes into the average is unbiased. */
static void commit(const sft_node *n, const sft_pass *p)
{
    const sft_batchnorm_conf *k = n->conf;
    int64_t                   f = channels(n);
    for (int64_t i = 0; k->track && i < slices(n); i++) {
        const double *part = p->joined + i * (1 + 2 * f);
        double        count = part[0], take = k->momentum;
        if (!(count > 0))
            break;              /* a smaller batch */
        if (p->average > 0)     /* all slices together get this share, each the same of it */
            take = 1 / ((1 - p->average) / p->average * (double)slices(n) + (double)i + 1);
        else if (isnan(take))
            take = 1 / (double)(p->state[2][0] += 1);
        for (int64_t c = 0; c < f; c++) {
            double unbiased = part[1 + f + c] / (count > 1 ? count - 1 : 1);
            p->state[0][c] = (real)((1 - take) * (double)p->state[0][c] + take * part[1 + c]);
            p->state[1][c] = (real)((1 - take) * (double)p->state[1][c] + take * unbiased);
        }
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

/* Mean and 1/deviation into s: of slice `slice`, or the running ones. */
static void prepare_forward(const sft_node *n, const sft_pass *p, int64_t slice, kept s, sft_lines k)
{
    const sft_batchnorm_conf *conf = n->conf;
    int64_t                   f = channels(n);
    if (own_statistics(n, p)) {
        const double *part = p->joined + slice * (1 + 2 * f);
        memcpy(s.mean, part + 1, (size_t)f * sizeof *s.mean);
        rstds(f, part[0], conf->eps, part + 1 + f, s.rstd);
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

static void forward_piece(const sft_node *n, int64_t rows, const real *x, sft_lines k, real *y)
{
    planes  v = planes_of(n, rows);
    int64_t step = v.lane < CHUNK ? CHUNK / v.lane : 1;
    for (int64_t i = 0; i < v.count; i++)
        for (int64_t s = 0; s < v.places; s += step) {
            int64_t m = v.places - s < step ? v.places - s : step, at = (i * v.places + s) * v.lane;
            sft__plane_scale(v.lane, m, x + at, lines_at(k, i % v.blocks * v.lane), y + at);
            sft__fused_forward(n, m * v.lane, y + at);
        }
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_lines k = lines_of(n, p);
    int64_t   each = sft__count(n->out), f = channels(n);
    for (piece x = { 0 }; next_piece(n, p, &x);) {
        double *s = p->train ? (double *)p->saved + x.slice * 4 * f : p->work;
        prepare_forward(n, p, x.slice, kept_at(s, f), k);
        forward_piece(n, x.rows, p->in[0] + x.row * each, k, p->out + x.row * each);
    }
}

/* part = sums over the piece of dy and of dy (x - mean), dy already behind the fused activation */
static void gather_back_piece(const sft_node *n, const sft_pass *p, const piece *x, kept s, real *mean)
{
    planes  v = planes_of(n, x->rows);
    int64_t f = channels(n), from = x->row * sft__count(n->out);
    memset(s.dy, 0, (size_t)(2 * f) * sizeof *s.dy);
    for (int64_t c = 0; c < f; c++)
        mean[c] = (real)s.mean[c];
    for (int64_t i = 0; i < v.count; i++) {
        int64_t at = from + i * v.places * v.lane, c = i % v.blocks * v.lane;
        sft__fused_backward(n, v.places * v.lane, p->out + at, p->dout + at);
        sft__plane_products(v.lane, v.places, p->dout + at, p->in[0] + at, mean + c, s.dy + c, s.dyx + c);
    }
    for (int64_t c = 0; c < f; c++)
        s.dyx[c] += ((double)mean[c] - s.mean[c]) * s.dy[c];
    memcpy(p->part + x->slice * 2 * f, s.dy, (size_t)(2 * f) * sizeof *s.dy);
}

static void gather_back(const sft_node *n, const sft_pass *p)
{
    int64_t f = channels(n);
    memset(p->part, 0, (size_t)(slices(n) * 2 * f) * sizeof *p->part);
    for (piece x = { 0 }; next_piece(n, p, &x);)
        gather_back_piece(n, p, &x, kept_at((double *)p->saved + x.slice * 4 * f, f), lines_of(n, p).a);
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

static void parameters_piece(const sft_node *n, const sft_pass *p, const piece *x, kept s)
{
    for (int64_t c = 0; n->n_param && c < channels(n); c++) {
        real scale = (real)(s.dyx[c] * s.rstd[c]), shift = (real)s.dy[c];
        if (p->dparam[0])
            p->dparam[0][c] = x->row ? p->dparam[0][c] + scale : scale;
        if (p->dparam[1])
            p->dparam[1][c] = x->row ? p->dparam[1][c] + shift : shift;
    }
}

static void backward_piece(const sft_node *n, const sft_pass *p, const piece *x, kept s)
{
    planes        v = planes_of(n, x->rows);
    sft_lines     k = lines_of(n, p);
    int64_t       f = channels(n), from = x->row * sft__count(n->out);
    const double *sums = p->joined + x->slice * 2 * f;
    backward_lines(f, slice_count(n, p, x->slice), s, sums, sums + f, n->n_param ? p->param[0] : NULL, k);
    for (int64_t i = 0; i < v.count; i++) {
        int64_t at = from + i * v.places * v.lane;
        sft__plane_slope(v.lane, v.places, p->dout + at, p->in[0] + at, lines_at(k, i % v.blocks * v.lane), p->add[0],
                         p->din[0] + at);
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t f = channels(n);
    for (piece x = { 0 }; next_piece(n, p, &x);) {
        kept s = kept_at((double *)p->saved + x.slice * 4 * f, f);
        parameters_piece(n, p, &x, s);
        if (p->din[0])
            backward_piece(n, p, &x, s);
    }
}

static const sft_case cases[] = {
    { "", { 1, { 5 } }, 8 },
    { "eps=1e-3", { 2, { 3, 18 } }, 4 },
    { "affine=false", { 3, { 2, 3, 2 } }, 4 },
    { "track_running_stats=false momentum=none", { 1, { 5 } }, 4 },
    { "ghost=3", { 1, { 5 } }, 8 },
    { "ghost=2", { 3, { 2, 3, 2 } }, 5 },
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
