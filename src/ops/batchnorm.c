/* SPDX-License-Identifier: MIT */
/* batchnorm: every channel brought to mean 0 and variance 1 over the batch, then scaled and shifted.
 *
 * The statistics are those of the whole batch: each shard gives (n, mean, M2) of every channel, which are merged by
 * Chan, Golub and LeVeque (1983). In a shard, x minus a nearby number is summed in short runs of single precision which
 * are flushed into doubles, so a large mean costs no accuracy. */
#include "base/hot.h"
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

enum { LANES = 16, RUN = 128, CHUNK = 2048 };

/* What a shard keeps: mean and 1/deviation of the batch, then its own sums of dy and dy (x - mean), per channel. */
typedef struct kept {
    double *mean, *rstd, *dy, *dyx;
} kept;

/* Per-channel numbers of the elementwise passes. */
typedef struct lines {
    real *a, *b, *c, *d;
} lines;

static int64_t channels(const sft_node *n)
{
    return n->out.dim[0];
}

static kept kept_of(const sft_node *n, const sft_pass *p)
{
    int64_t c = channels(n);
    double *s = p->saved;
    return (kept){ s, s + c, s + 2 * c, s + 3 * c };
}

static lines lines_of(const sft_node *n, const sft_pass *p)
{
    int64_t c = channels(n);
    real   *w = p->work;
    return (lines){ w, w + c, w + 2 * c, w + 3 * c };
}

static sft_view view_of(const sft_node *n)
{
    return sft__view(n->out, n->in[0]->layout);
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
    n->work_fixed = 4 * f * (int64_t)sizeof(real);
    n->flops = 4 * (double)sft__count(n->out);
    if (k->affine)
        s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = each, .fan_in = 1, .fan_out = 1,
                                               .init = "ones" });
    if (!s && k->affine)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = each, .fan_in = 1, .fan_out = 1,
                                               .init = "zeros" });
    return s;
}

/* ---- sums over a shard --------------------------------------------------------------------- */

/* Sums of up to LANES channels that lie side by side, or of one channel in LANES lanes. */
typedef struct sums {
    double first[LANES], second[LANES];
} sums;

/* s += (x - k) and (x - k)^2 of n rows of `width` channels, `stride` apart */
SFT_INLINE void moments_rows(int width, int64_t n, int64_t stride, const real *x, const real *k, sums *s)
{
    for (int64_t at = 0; at < n; at += RUN) {
        int64_t end = n - at < RUN ? n : at + RUN;
        real    sum[LANES] = { 0 }, sq[LANES] = { 0 };
        for (int64_t i = at; i < end; i++)
            for (int l = 0; l < width; l++) {
                real d = x[i * stride + l] - k[l];
                sum[l] += d;
                sq[l] += d * d;
            }
        for (int l = 0; l < width; l++) {
            s->first[l] += (double)sum[l];
            s->second[l] += (double)sq[l];
        }
    }
}

/* s += dy and dy (x - m), likewise */
SFT_INLINE void products_rows(int width, int64_t n, int64_t stride, const real *dy, const real *x, const real *m, sums *s)
{
    for (int64_t at = 0; at < n; at += RUN) {
        int64_t end = n - at < RUN ? n : at + RUN;
        real    sum[LANES] = { 0 }, dot[LANES] = { 0 };
        for (int64_t i = at; i < end; i++)
            for (int l = 0; l < width; l++) {
                real d = dy[i * stride + l];
                sum[l] += d;
                dot[l] += d * (x[i * stride + l] - m[l]);
            }
        for (int l = 0; l < width; l++) {
            s->first[l] += (double)sum[l];
            s->second[l] += (double)dot[l];
        }
    }
}

SFT_HOT static void moments(int width, int64_t n, int64_t stride, const real *x, const real *k, sums *s)
{
    if (width == LANES)
        moments_rows(LANES, n, stride, x, k, s);
    else if (width == LANES / 2)
        moments_rows(LANES / 2, n, stride, x, k, s);
    else
        moments_rows(width, n, stride, x, k, s);
}

SFT_HOT static void products(int width, int64_t n, int64_t stride, const real *dy, const real *x, const real *m, sums *s)
{
    if (width == LANES)
        products_rows(LANES, n, stride, dy, x, m, s);
    else if (width == LANES / 2)
        products_rows(LANES / 2, n, stride, dy, x, m, s);
    else
        products_rows(width, n, stride, dy, x, m, s);
}

/* A plain channel is a run of n numbers: read as n / LANES rows of LANES, and a rest. */
static void fold(sums *s)
{
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++) {
            s->first[l] += s->first[l + half];
            s->second[l] += s->second[l + half];
        }
}

/* Sums of channels c.. (a group of `width`, or one plain channel) over a shard. dy NULL: of x - k and its square. */
static sums group(const sft_pass *p, sft_view v, const real *dy, const real *x, int64_t c, int width, const real *k)
{
    sums    s = { { 0 }, { 0 } };
    int64_t sample = v.blocks * v.spatial * v.lane;
    int64_t first = c / v.lane * v.spatial * v.lane + c % v.lane;
    bool    plain = v.lane == 1, flat = v.spatial == 1 && !plain; /* flat: the rows themselves lie evenly */
    real    even[LANES];
    for (int l = 0; plain && l < LANES; l++)
        even[l] = k[0];
    int64_t rows = flat ? 1 : p->rows, n = flat ? p->rows : plain ? v.spatial / LANES : v.spatial;
    int64_t stride = flat ? sample : plain ? LANES : v.lane;
    int     rest = plain ? (int)(v.spatial % LANES) : 0, w = plain ? LANES : width;
    for (int64_t r = 0; r < rows; r++) {
        int64_t     at = r * sample + first, end = at + n * stride;
        const real *shift = plain ? even : k;
        if (dy) {
            products(w, n, stride, dy + at, x + at, shift, &s);
            products(rest, 1, 0, dy + end, x + end, shift, &s);
        } else {
            moments(w, n, stride, x + at, shift, &s);
            moments(rest, 1, 0, x + end, shift, &s);
        }
    }
    if (plain)
        fold(&s);
    return s;
}

static int group_width(sft_view v, int64_t c)
{
    int64_t left = v.lane - c % v.lane;
    return (int)(left < LANES ? left : LANES);
}

/* part = n, mean[c], M2[c] */
static void gather(const sft_node *n, const sft_pass *p)
{
    sft_view    v = view_of(n);
    int64_t     f = channels(n);
    double      count = (double)(p->rows * v.spatial);
    const real *x = p->in[0];
    p->part[0] = count;
    for (int64_t c = 0; c < f;) {
        const real *near = x + c / v.lane * v.spatial * v.lane + c % v.lane; /* the first sample's numbers */
        int         width = group_width(v, c);
        sums        s = group(p, v, NULL, x, c, width, near);
        for (int l = 0; l < width; l++, c++) {
            double m2 = s.second[l] - s.first[l] * s.first[l] / count;
            p->part[1 + c] = (double)near[l] + s.first[l] / count;
            p->part[1 + f + c] = m2 < 0 ? 0 : m2;
        }
    }
}

static void merge(const sft_node *n, double *left, const double *right)
{
    int64_t f = channels(n);
    double  a = left[0], b = right[0], all = a + b;
    if (!(b > 0))
        return;
    for (int64_t c = 0; c < f; c++) {
        double delta = right[1 + c] - left[1 + c];
        left[1 + c] += delta * (b / all);
        left[1 + f + c] += right[1 + f + c] + delta * delta * (a * b / all);
    }
    left[0] = all;
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

/* ---- elementwise passes -------------------------------------------------------------------- */

/* y = (x - a) b + c on n rows of `lane` channels */
SFT_INLINE void scale_rows(int64_t lane, int64_t n, const real *restrict x, lines k, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t l = 0; l < lane; l++)
            y[i * lane + l] = (x[i * lane + l] - k.a[l]) * k.b[l] + k.c[l];
}

/* dx = (dy - c - (x - a) d) b likewise; add: dx += */
SFT_INLINE void slope_rows(int64_t lane, int64_t n, const real *restrict dy, const real *restrict x, lines k, bool add,
                           real *restrict dx)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t l = 0; l < lane; l++) {
            int64_t j = i * lane + l;
            real    v = (dy[j] - k.c[l] - (x[j] - k.a[l]) * k.d[l]) * k.b[l];
            dx[j] = add ? dx[j] + v : v;
        }
}

SFT_HOT static void scale(int64_t lane, int64_t n, const real *x, lines k, real *y)
{
    if (lane == 1)
        scale_rows(1, n, x, k, y);
    else if (lane == 8)
        scale_rows(8, n, x, k, y);
    else if (lane == 16)
        scale_rows(16, n, x, k, y);
    else
        scale_rows(lane, n, x, k, y);
}

SFT_HOT static void slope(int64_t lane, int64_t n, const real *dy, const real *x, lines k, bool add, real *dx)
{
    if (lane == 1)
        slope_rows(1, n, dy, x, k, add, dx);
    else if (lane == 8)
        slope_rows(8, n, dy, x, k, add, dx);
    else if (lane == 16)
        slope_rows(16, n, dy, x, k, add, dx);
    else
        slope_rows(lane, n, dy, x, k, add, dx);
}

static lines lines_at(lines k, int64_t c)
{
    return (lines){ k.a + c, k.b + c, k.c + c, k.d + c };
}

/* a: mean, b: scale, c: shift. The mean's rounding to single goes into the shift. */
static void set_forward(const sft_node *n, const sft_pass *p, int64_t c, double mean, double rstd, lines k)
{
    double gamma = n->n_param ? (double)p->param[0][c] : 1, beta = n->n_param ? (double)p->param[1][c] : 0;
    k.a[c] = (real)mean;
    k.b[c] = (real)(gamma * rstd);
    k.c[c] = (real)(beta + ((double)k.a[c] - mean) * gamma * rstd);
}

static void prepare_forward(const sft_node *n, const sft_pass *p, lines k)
{
    const sft_batchnorm_conf *conf = n->conf;
    int64_t                   f = channels(n);
    kept                      s = kept_of(n, p);
    for (int64_t c = 0; c < f; c++) {
        double mean = p->train ? p->joined[1 + c] : (double)p->state[0][c];
        double variance = p->train ? p->joined[1 + f + c] / p->joined[0] : (double)p->state[1][c];
        double rstd = 1 / sqrt(variance + conf->eps);
        set_forward(n, p, c, mean, rstd, k);
        if (p->train) {
            s.mean[c] = mean;
            s.rstd[c] = rstd;
        }
    }
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_view v = view_of(n);
    lines    k = lines_of(n, p);
    int64_t  step = v.lane < CHUNK ? CHUNK / v.lane : 1;
    prepare_forward(n, p, k);
    for (int64_t plane = 0; plane < p->rows * v.blocks; plane++)
        for (int64_t s = 0; s < v.spatial; s += step) {
            int64_t m = v.spatial - s < step ? v.spatial - s : step, at = (plane * v.spatial + s) * v.lane;
            scale(v.lane, m, p->in[0] + at, lines_at(k, plane % v.blocks * v.lane), p->out + at);
            sft__fused_forward(n, m * v.lane, p->out + at);
        }
}

/* part = sums over the shard of dy and of dy (x - mean), dy already behind the fused activation */
static void gather_back(const sft_node *n, const sft_pass *p)
{
    sft_view v = view_of(n);
    int64_t  f = channels(n);
    kept     s = kept_of(n, p);
    lines    k = lines_of(n, p);
    sft__fused_backward(n, p->rows * sft__count(n->out), p->out, p->dout);
    for (int64_t c = 0; c < f; c++)
        k.a[c] = (real)s.mean[c];
    for (int64_t c = 0; c < f;) {
        int  width = group_width(v, c);
        sums g = group(p, v, p->dout, p->in[0], c, width, k.a + c);
        for (int l = 0; l < width; l++, c++) {
            s.dy[c] = p->part[c] = g.first[l];
            s.dyx[c] = p->part[f + c] = g.second[l] + ((double)k.a[c] - s.mean[c]) * g.first[l];
        }
    }
}

/* dx = gamma rstd (dy - mean dy - xhat mean(dy xhat)), xhat = (x - mean) rstd */
static void prepare_backward(const sft_node *n, const sft_pass *p, lines k)
{
    int64_t f = channels(n);
    double  count = (double)(p->batch * view_of(n).spatial);
    kept    s = kept_of(n, p);
    for (int64_t c = 0; c < f; c++) {
        double slope_x = s.rstd[c] * s.rstd[c] * p->joined[f + c] / count;
        k.a[c] = (real)s.mean[c];
        k.b[c] = (real)((n->n_param ? (double)p->param[0][c] : 1) * s.rstd[c]);
        k.c[c] = (real)(p->joined[c] / count + ((double)k.a[c] - s.mean[c]) * slope_x);
        k.d[c] = (real)slope_x;
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft_view v = view_of(n);
    lines    k = lines_of(n, p);
    kept     s = kept_of(n, p);
    for (int64_t c = 0; n->n_param && c < channels(n); c++) {
        if (p->dparam[0])
            p->dparam[0][c] = (real)(s.dyx[c] * s.rstd[c]);
        if (p->dparam[1])
            p->dparam[1][c] = (real)s.dy[c];
    }
    if (!p->din[0])
        return;
    prepare_backward(n, p, k);
    for (int64_t plane = 0; plane < p->rows * v.blocks; plane++) {
        int64_t at = plane * v.spatial * v.lane;
        slope(v.lane, v.spatial, p->dout + at, p->in[0] + at, lines_at(k, plane % v.blocks * v.lane), p->add[0],
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
