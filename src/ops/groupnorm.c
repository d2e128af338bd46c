/* SPDX-License-Identifier: MIT */
/* groupnorm: in each sample, each group of neighbouring channels brought to mean 0 and variance 1 (Wu and He 2018), as
 * torch.nn.GroupNorm; and the kernels that instancenorm, one channel to a group, shares.
 *
 * Sums run per channel, in any layout, and are merged to groups. With g = dy gamma, xhat = (x - mean) rstd and means over the
 * group: dx = rstd (g - mean(g) - xhat mean(g xhat)). */
#include "base/hot.h"
#include "ops/channels.h"
#include "ops/norms.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const sft_field fields[] = {
    { .name = "num_groups", .kind = SFT_INT, .offset = offsetof(sft_groupnorm_conf, num_groups), .low = 1, .high = 1 << 24,
      .doc = "groups of neighbouring channels; 1: all together", .aliases = "groups", .flags = SFT_MAIN | SFT_REQUIRED },
    { .name = "eps", .kind = SFT_REAL, .offset = offsetof(sft_groupnorm_conf, eps), .def = 1e-5, .high = 1,
      .doc = "added to the variance", .aliases = "epsilon", .flags = SFT_LOG | SFT_ABOVE_LOW },
    { .name = "affine", .kind = SFT_FLAG, .offset = offsetof(sft_groupnorm_conf, affine), .def = 1,
      .doc = "scale and shift are trained, one each a channel", .aliases = "elementwise_affine" },
    SFT_FIELD_END
};

typedef struct group {          /* what forward keeps */
    double mean, rstd;
} group;

/* Work: numbers per channel. */
typedef struct lists {
    double   *first, *second;   /* sums of a sample */
    double   *scale, *shift;    /* sums of the parameters' gradients */
    sft_lines line;
} lists;

static lists lists_of(const sft_node *n, const sft_pass *p)
{
    int64_t f = n->out.dim[0];
    double *d = p->work;
    real   *w = (real *)(d + 4 * f);
    return (lists){ d, d + f, d + 2 * f, d + 3 * f, { w, w + f, w + 2 * f, w + 3 * f } };
}

static int64_t groups_of(const sft_node *n)
{
    const sft_groupnorm_conf *k = n->conf;
    return k->num_groups ? k->num_groups : n->out.dim[0];
}

sft_status sft__groupnorm_place(sft_ctx *c, sft_node *n, int64_t groups)
{
    const sft_groupnorm_conf *k = n->conf;
    int64_t                   f = n->in[0]->out.dim[0];
    sft_shape                 each = sft__shape1(f);
    n->out = n->in[0]->out;
    n->saved_row = groups * (int64_t)sizeof(group);
    n->work_fixed = 4 * f * (int64_t)(sizeof(double) + sizeof(real));
    n->flops = 5 * (double)sft__count(n->out);
    if (!k->affine)
        return SFT_OK;
    sft_status s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = each, .fan_in = 1, .fan_out = 1, .init = "ones" });
    return s ? s : sft__want_param(c, n, (sft_param){ .name = "bias", .shape = each, .fan_in = 1, .fan_out = 1, .init = "zeros" });
}

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const sft_groupnorm_conf *k = n->conf;
    sft_status                s = sft__want_rank(c, n, 1, 3, "features {F}, sequences {C,L} or images {C,H,W}");
    int64_t                   f = n->in[0]->out.dim[0];
    if (s)
        return s;
    if (f % k->num_groups)
        return sft__fail_at(c, n->pos, SFT_E125,
                            "%s: num_groups=%" PRId64 " does not divide its %" PRId64 " channels — choose a number that does", n->label,
                            k->num_groups, f);
    return sft__groupnorm_place(c, n, k->num_groups);
}

/* ---- forward ------------------------------------------------------------------------------- */

void sft__channel_moments(const sft_node *n, const real *x, real *near, double *mean, double *m2)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    int64_t  f = n->out.dim[0];
    double   count = (double)v.spatial;
    memset(mean, 0, (size_t)f * sizeof *mean);
    memset(m2, 0, (size_t)f * sizeof *m2);
    for (int64_t c = 0; c < f; c += v.lane) {
        const real *plane = x + c * v.spatial;
        memcpy(near + c, plane, (size_t)v.lane * sizeof *near);
        sft__plane_moments(v.lane, v.spatial, plane, near + c, mean + c, m2 + c);
    }
    for (int64_t c = 0; c < f; c++) {
        double off = mean[c] / count, rest = m2[c] - mean[c] * off;
        mean[c] = (double)near[c] + off;
        m2[c] = rest < 0 ? 0 : rest;
    }
}

/* Channels of equal size merged: mean of the means; M2 grows by the distances between them. */
static group merged(int64_t width, double count, double eps, const double *mean, const double *m2)
{
    double all = 0, spread = 0, var = 0;
    for (int64_t c = 0; c < width; c++)
        all += mean[c];
    all /= (double)width;
    for (int64_t c = 0; c < width; c++) {
        spread += (mean[c] - all) * (mean[c] - all);
        var += m2[c];
    }
    return (group){ all, 1 / sqrt((var / count + spread) / (double)width + eps) };
}

static void running(const sft_node *n, const sft_pass *p, int64_t c, group *g)
{
    const sft_groupnorm_conf *k = n->conf;
    *g = (group){ (double)p->state[0][c], 1 / sqrt((double)p->state[1][c] + k->eps) };
}

/* y = (x - a) b + c per channel; the mean's rounding to single goes into the shift */
static void make_lines(const sft_node *n, const sft_pass *p, int64_t c, group g, sft_lines k)
{
    double scale = n->n_param ? (double)p->param[0][c] * g.rstd : g.rstd;
    k.a[c] = (real)g.mean;
    k.b[c] = (real)scale;
    k.c[c] = (real)((n->n_param ? (double)p->param[1][c] : 0) + ((double)k.a[c] - g.mean) * scale);
}

static sft_lines lines_at(sft_lines k, int64_t c)
{
    return (sft_lines){ k.a + c, k.b + c, k.c + c, k.d + c };
}

static void forward_sample(const sft_node *n, const sft_pass *p, const real *x, group *kept, real *y)
{
    const sft_groupnorm_conf *k = n->conf;
    lists                     l = lists_of(n, p);
    sft_view                  v = sft__view(n->out, n->in[0]->layout);
    int64_t                   f = n->out.dim[0], groups = groups_of(n), width = f / groups;
    bool                      averages = k->track && !p->train;
    if (!averages)
        sft__channel_moments(n, x, l.line.a, l.first, l.second);
    for (int64_t i = 0; i < groups; i++) {
        group g;
        if (averages)
            running(n, p, i, &g);
        else
            g = merged(width, (double)v.spatial, k->eps, l.first + i * width, l.second + i * width);
        if (kept)
            kept[i] = g;
        for (int64_t c = i * width; c < (i + 1) * width; c++)
            make_lines(n, p, c, g, l.line);
    }
    for (int64_t c = 0; c < f; c += v.lane) {
        sft__plane_scale(v.lane, v.spatial, x + c * v.spatial, lines_at(l.line, c), y + c * v.spatial);
        sft__fused_forward(n, v.lane * v.spatial, y + c * v.spatial);
    }
}

void sft__groupnorm_forward(const sft_node *n, const sft_pass *p)
{
    int64_t count = sft__count(n->out), groups = groups_of(n);
    for (int64_t r = 0; r < p->rows; r++)
        forward_sample(n, p, p->in[0] + r * count, p->train ? (group *)p->saved + r * groups : NULL, p->out + r * count);
}

/* ---- backward ------------------------------------------------------------------------------ */

/* Sums of dy and dy (x - mean of the group), per channel; adds this sample's share of the parameters' gradients. */
static void sums(const sft_node *n, const real *x, const real *dy, const group *kept, lists *l)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    int64_t  f = n->out.dim[0], width = f / groups_of(n);
    memset(l->first, 0, (size_t)(2 * f) * sizeof *l->first);
    for (int64_t c = 0; c < f; c++)
        l->line.a[c] = (real)kept[c / width].mean;
    for (int64_t c = 0; c < f; c += v.lane)
        sft__plane_products(v.lane, v.spatial, dy + c * v.spatial, x + c * v.spatial, l->line.a + c, l->first + c, l->second + c);
    for (int64_t c = 0; c < f; c++) {
        l->second[c] += ((double)l->line.a[c] - kept[c / width].mean) * l->first[c];
        l->scale[c] += l->second[c] * kept[c / width].rstd;
        l->shift[c] += l->first[c];
    }
}

/* dx = (g - c - (x - a) d) b, g = dy gamma in the place of dy */
static void slope_lines(const sft_node *n, const sft_pass *p, const group *kept, lists *l)
{
    int64_t f = n->out.dim[0], groups = groups_of(n), width = f / groups;
    double  count = (double)(sft__count(n->out) / groups);
    for (int64_t i = 0; i < groups; i++) {
        double g = 0, gx = 0, rstd = kept[i].rstd;
        for (int64_t c = i * width; c < (i + 1) * width; c++) {
            double gamma = n->n_param ? (double)p->param[0][c] : 1;
            g += gamma * l->first[c];
            gx += gamma * l->second[c];
        }
        double slope = rstd * rstd * (gx / count);
        for (int64_t c = i * width; c < (i + 1) * width; c++) {
            l->line.b[c] = (real)rstd;
            l->line.c[c] = (real)(g / count + ((double)l->line.a[c] - kept[i].mean) * slope);
            l->line.d[c] = (real)slope;
        }
    }
}

/* dy *= gamma, on one plane of channels from c on; zeros: `lane` of them */
static void weigh(const sft_view *v, const real *gamma, real *zeros, real *dy)
{
    memset(zeros, 0, (size_t)v->lane * sizeof *zeros);
    sft__plane_scale(v->lane, v->spatial, dy, (sft_lines){ zeros, (real *)(uintptr_t)gamma, zeros, NULL }, dy);
}

static void backward_sample(const sft_node *n, const sft_pass *p, int64_t at, const group *kept, lists *l)
{
    sft_view v = sft__view(n->out, n->in[0]->layout);
    sums(n, p->in[0] + at, p->dout + at, kept, l);
    if (!p->din[0])
        return;
    for (int64_t c = 0; n->n_param && c < n->out.dim[0]; c += v.lane)
        weigh(&v, p->param[0] + c, l->line.b, p->dout + at + c * v.spatial);
    slope_lines(n, p, kept, l);
    for (int64_t c = 0; c < n->out.dim[0]; c += v.lane) {
        int64_t plane = at + c * v.spatial;
        sft__plane_slope(v.lane, v.spatial, p->dout + plane, p->in[0] + plane, lines_at(l->line, c), p->add[0], p->din[0] + plane);
    }
}

void sft__groupnorm_backward(const sft_node *n, const sft_pass *p)
{
    lists   l = lists_of(n, p);
    int64_t f = n->out.dim[0], count = sft__count(n->out), groups = groups_of(n);
    memset(l.scale, 0, (size_t)(2 * f) * sizeof *l.scale);
    sft__fused_backward(n, p->rows * count, p->out, p->dout);
    for (int64_t r = 0; r < p->rows; r++)
        backward_sample(n, p, r * count, (const group *)p->saved + r * groups, &l);
    for (int i = 0; i < n->n_param; i++)
        for (int64_t c = 0; p->dparam[i] && c < f; c++)
            p->dparam[i][c] = (real)(i ? l.shift : l.scale)[c];
}

static const sft_case cases[] = {
    { "2", { 3, { 4, 3, 2 } }, 3 },
    { "1 affine=false", { 2, { 3, 18 } }, 2 },
    { "3 eps=1e-2", { 1, { 12 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_groupnorm = {
    .name = "groupnorm", .aliases = "gn GroupNorm GroupNormalization group_norm", .doc = "group normalisation",
    .math = "y = gamma (x - mean) / sqrt(var + eps) + beta, mean and var over a sample's group of channels (Wu, He 2018)",
    .conf_size = sizeof(sft_groupnorm_conf), .fields = fields, .traits = SFT_READS_IN | SFT_ANY_LAYOUT | SFT_FUSES,
    .shape = shape, .forward = sft__groupnorm_forward, .backward = sft__groupnorm_backward, .cases = cases,
};
