/* SPDX-License-Identifier: MIT */
/* What conv2d and conv1d share: the geometry, and the reference kernels; a sequence {C,L} is an image {C,1,L}.
 *
 * y[o,h,w] = b[o] + sum over c,i,j of k[o,c,i,j] x[c, h s + i d - p, w s + j d - p]; what lies outside the image is 0.
 * All three products run, for one element of the kernel, along rows of the image. */
#include "base/hot.h"
#include "ops/conf.h"

#include <inttypes.h>
#include <string.h>

enum { LANES = 16 };

static int axes_of(const sft_node *n)
{
    return n->in[0]->out.rank - 1;
}

/* Option d along axis i of H, W; the H of a sequence has size 1. */
static int64_t entry(const sft_node *n, const sft_dims *d, int i, int64_t alone)
{
    int axes = axes_of(n);
    return axes == 1 && i == 0 ? alone : sft__axis(d, axes, axes == 1 ? 0 : i);
}

static sft_window window_in(const sft_node *n)
{
    const sft_conv_conf *k = n->conf;
    sft_shape            in = n->in[0]->out;
    sft_window w = { .in_channels = in.dim[0], .out_channels = k->out_channels, .groups = k->groups };
    for (int i = 0; i < 2; i++) {
        w.in[i] = in.rank == 2 ? (i ? in.dim[1] : 1) : in.dim[1 + i];
        w.kernel[i] = entry(n, &k->kernel_size, i, 1);
        w.stride[i] = entry(n, &k->stride, i, 1);
        w.dilation[i] = entry(n, &k->dilation, i, 1);
        int64_t whole = w.dilation[i] * (w.kernel[i] - 1); /* `same`: the odd one goes behind, as in PyTorch */
        w.before[i] = k->padding.n ? entry(n, &k->padding, i, 0) : whole / 2;
        w.after[i] = k->padding.n ? w.before[i] : whole - whole / 2;
    }
    return w;
}

sft_window sft__conv_window(const sft_node *n)
{
    sft_window w = window_in(n);
    w.out[0] = n->out.rank == 2 ? 1 : n->out.dim[1];
    w.out[1] = n->out.dim[n->out.rank - 1];
    return w;
}

static sft_status check_options(sft_ctx *c, const sft_node *n)
{
    const sft_conv_conf *k = n->conf;
    int                  axes = axes_of(n);
    int64_t              in = n->in[0]->out.dim[0];
    if (sft__want_axes(c, n, &k->kernel_size, axes, "kernel_size") || sft__want_axes(c, n, &k->stride, axes, "stride") ||
        sft__want_axes(c, n, &k->padding, axes, "padding") || sft__want_axes(c, n, &k->dilation, axes, "dilation"))
        return sft_code(c);
    if (in % k->groups || k->out_channels % k->groups)
        return sft__fail_at(c, n->pos, SFT_E125,
                            "%s: groups=%" PRId64 " does not divide its %" PRId64 " input and %" PRId64
                            " output channels — choose a number that divides both",
                            n->label, k->groups, in, k->out_channels);
    for (int i = 0; !k->padding.n && i < k->stride.n; i++)
        if (k->stride.v[i] != 1)
            return sft__fail_at(c, n->pos, SFT_E123, "%s: padding=same needs stride=1 — write the padding as a number, such as %" PRId64,
                                n->label, k->kernel_size.v[0] / 2);
    return SFT_OK;
}

sft_status sft__conv_shape(sft_ctx *c, sft_node *n)
{
    const sft_conv_conf *k = n->conf;
    bool                 image = n->op->name[4] == '2';
    sft_status           s = image ? sft__want_rank(c, n, 3, 3, "an image {C,H,W}: put it before `flatten`, or use `conv1d`")
                                   : sft__want_rank(c, n, 2, 2, "a sequence {C,L}: put it before `flatten`, or use `conv2d`");
    if (s || (s = check_options(c, n)))
        return s;
    sft_window w = window_in(n);
    if ((s = sft__want_window(c, n, &w)))
        return s;
    int64_t out = k->out_channels, in = w.in_channels / w.groups, taps = w.kernel[0] * w.kernel[1];
    n->out = image ? sft__shape3(out, w.out[0], w.out[1]) : sft__shape2(out, w.out[1]);
    sft_shape weight = { .rank = image ? 4 : 3, .dim = { out, in, image ? w.kernel[0] : w.kernel[1], image ? w.kernel[1] : 0 } };
    n->flops = 2.0 * (double)taps * (double)in * (double)out * (double)w.out[0] * (double)w.out[1];
    s = sft__want_param(c, n, (sft_param){ .name = "weight", .groups = k->groups, .shape = weight, .fan_in = in * taps, .fan_out = out * taps,
                                           .decay = true });
    if (!s && k->bias)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = sft__shape1(out), .fan_in = in * taps,
                                               .fan_out = out * taps });
    sft__standard_room(n, k->standardize);
    return s;
}

/* ---- kernels ------------------------------------------------------------------------------- */

/* The outputs low..high-1 along axis a whose input under tap t is inside the image; the first of them reads input `at`. */
typedef struct span {
    int64_t low, high, at;
} span;

static span inside(const sft_window *w, int a, int64_t t)
{
    int64_t shift = t * w->dilation[a] - w->before[a], s = w->stride[a]; /* output o reads o s + shift */
    int64_t low = shift < 0 ? (-shift + s - 1) / s : 0;
    int64_t high = shift < w->in[a] ? (w->in[a] - 1 - shift) / s + 1 : 0;
    if (high > w->out[a])
        high = w->out[a];
    return (span){ low, high > low ? high : low, low * s + shift };
}

SFT_HOT static void forward_row(int64_t n, int64_t step, real k, const real *restrict x, real *restrict y)
{
    if (step == 1)
        for (int64_t i = 0; i < n; i++)
            y[i] += k * x[i];
    else
        for (int64_t i = 0; i < n; i++)
            y[i] += k * x[i * step];
}

SFT_HOT static void input_row(int64_t n, int64_t step, real k, const real *restrict dy, real *restrict dx)
{
    if (step == 1)
        for (int64_t i = 0; i < n; i++)
            dx[i] += k * dy[i];
    else
        for (int64_t i = 0; i < n; i++)
            dx[i * step] += k * dy[i];
}

/* sum += dy x, in lanes */
SFT_HOT static void weight_row(int64_t n, int64_t step, const real *restrict dy, const real *restrict x, real *restrict sum)
{
    int64_t i = 0;
    for (; step == 1 && i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += dy[i + l] * x[i + l];
    for (; i < n; i++)
        sum[i % LANES] += dy[i] * x[i * step];
}

/* The planes and the kernel element that meet: filter f, channel c of its group, tap (i,j). */
typedef struct meeting {
    const sft_window *w;
    const real       *x, *k, *dy; /* input plane, kernel of (f,c), output gradient plane */
    real             *y, *dx, *dk;
} meeting;

static void forward_planes(const meeting *m)
{
    const sft_window *w = m->w;
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t j = 0; j < w->kernel[1]; j++) {
            span h = inside(w, 0, i), v = inside(w, 1, j);
            for (int64_t o = h.low; o < h.high; o++)
                forward_row(v.high - v.low, w->stride[1], m->k[i * w->kernel[1] + j],
                            m->x + (h.at + (o - h.low) * w->stride[0]) * w->in[1] + v.at, m->y + o * w->out[1] + v.low);
        }
}

static void input_planes(const meeting *m)
{
    const sft_window *w = m->w;
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t j = 0; j < w->kernel[1]; j++) {
            span h = inside(w, 0, i), v = inside(w, 1, j);
            for (int64_t o = h.low; o < h.high; o++)
                input_row(v.high - v.low, w->stride[1], m->k[i * w->kernel[1] + j], m->dy + o * w->out[1] + v.low,
                          m->dx + (h.at + (o - h.low) * w->stride[0]) * w->in[1] + v.at);
        }
}

static void weight_planes(const meeting *m)
{
    const sft_window *w = m->w;
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t j = 0; j < w->kernel[1]; j++) {
            span h = inside(w, 0, i), v = inside(w, 1, j);
            real sum[LANES] = { 0 };
            for (int64_t o = h.low; o < h.high; o++)
                weight_row(v.high - v.low, w->stride[1], m->dy + o * w->out[1] + v.low,
                           m->x + (h.at + (o - h.low) * w->stride[0]) * w->in[1] + v.at, sum);
            for (int half = LANES / 2; half; half /= 2)
                for (int l = 0; l < half; l++)
                    sum[l] += sum[l + half];
            m->dk[i * w->kernel[1] + j] += sum[0];
        }
}

/* Runs `planes` for every sample, filter and channel of the filter's group. Base pointers may be NULL where `planes` does not look. */
static void each_meeting(const sft_window *w, int64_t rows, const meeting *base, void (*planes)(const meeting *))
{
    int64_t in = w->in[0] * w->in[1], out = w->out[0] * w->out[1], taps = w->kernel[0] * w->kernel[1];
    int64_t channels = w->in_channels / w->groups, filters = w->out_channels / w->groups;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t f = 0; f < w->out_channels; f++)
            for (int64_t c = 0; c < channels; c++) {
                int64_t plane = r * w->in_channels + f / filters * channels + c;
                int64_t filter = r * w->out_channels + f, kernel = f * channels + c;
                meeting m = { w, base->x ? base->x + plane * in : NULL, base->k ? base->k + kernel * taps : NULL,
                              base->dy ? base->dy + filter * out : NULL, base->y ? base->y + filter * out : NULL,
                              base->dx ? base->dx + plane * in : NULL, base->dk ? base->dk + kernel * taps : NULL };
                planes(&m);
            }
}

void sft__conv_apply(const sft_window *w, int64_t rows, const real *x, const real *k, real *y)
{
    each_meeting(w, rows, &(meeting){ .x = x, .k = k, .y = y }, forward_planes);
}

void sft__conv_adjoint(const sft_window *w, int64_t rows, const real *dy, const real *k, real *dx)
{
    each_meeting(w, rows, &(meeting){ .k = k, .dy = dy, .dx = dx }, input_planes);
}

void sft__conv_kernel(const sft_window *w, int64_t rows, const real *x, const real *dy, real *dk)
{
    each_meeting(w, rows, &(meeting){ .x = x, .dy = dy, .dk = dk }, weight_planes);
}

void sft__conv_start(int64_t rows, int64_t channels, int64_t plane, const real *b, real *y)
{
    for (int64_t i = 0; i < rows * channels; i++)
        for (int64_t s = 0; s < plane; s++)
            y[i * plane + s] = b ? b[i % channels] : 0;
}

/* db[f] = sum over samples and positions of dy */
void sft__conv_bias(int64_t rows, int64_t channels, int64_t plane, const real *dy, real *db)
{
    for (int64_t f = 0; f < channels; f++) {
        double sum = 0;
        for (int64_t r = 0; r < rows; r++)
            for (int64_t s = 0; s < plane; s++)
                sum += (double)dy[(r * channels + f) * plane + s];
        db[f] = (real)sum;
    }
}

static bool standardized(const sft_node *n)
{
    return ((const sft_conv_conf *)n->conf)->standardize;
}

void sft__conv_forward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__conv_window(n);
    int64_t    plane = w.out[0] * w.out[1];
    sft__conv_start(p->rows, w.out_channels, plane, n->n_param > 1 ? p->param[1] : NULL, p->out);
    sft__conv_apply(&w, p->rows, p->in[0], sft__standard_weights(n, p, standardized(n)), p->out);
    sft__fused_forward(n, p->rows * w.out_channels * plane, p->out);
}

void sft__conv_backward(const sft_node *n, const sft_pass *p)
{
    sft_window w = sft__conv_window(n);
    bool       on = standardized(n);
    sft__fused_backward(n, p->rows * sft__count(n->out), p->out, p->dout);
    real *dx = sft__din(p, 0, p->rows * sft__count(n->in[0]->out)), *dk = sft__standard_gradient(n, p, on);
    if (dx)
        sft__conv_adjoint(&w, p->rows, p->dout, sft__standard_weights(n, p, on), dx);
    if (dk) {
        memset(dk, 0, (size_t)sft__count(n->param[0].shape) * sizeof *dk);
        sft__conv_kernel(&w, p->rows, p->in[0], p->dout, dk);
        sft__standard_back(n, p, on);
    }
    if (n->n_param > 1 && p->dparam[1])
        sft__conv_bias(p->rows, w.out_channels, w.out[0] * w.out[1], p->dout, p->dparam[1]);
}
