/* SPDX-License-Identifier: MIT */
/* prelu: leaky_relu whose slope is trained, one for all or one a channel (He et al. 2015). */
#include "base/hot.h"
#include "ops/conf.h"

#include <math.h>
#include <string.h>

typedef struct conf {
    int64_t num_parameters;     /* 0: one a channel */
    double  init;
} conf;

static const sft_field fields[] = {
    { .name = "num_parameters", .kind = SFT_INT, .offset = offsetof(conf, num_parameters), .def = 1, .low = 0, .high = 1 << 30,
      .doc = "slopes: 1 for all, or as many as channels; 0: as many as channels", .flags = SFT_MAIN },
    { .name = "init", .kind = SFT_REAL, .offset = offsetof(conf, init), .def = 0.25, .low = -100, .high = 100,
      .doc = "the slopes' first value", .aliases = "negative_slope alpha_initializer" },
    SFT_FIELD_END
};

enum { LANES = 8 };

static int64_t channels(const sft_node *n)
{
    return n->in[0]->out.rank ? n->in[0]->out.dim[0] : 1;
}

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const conf *k = n->conf;
    int64_t     f = channels(n), slopes = k->num_parameters ? k->num_parameters : f;
    n->out = n->in[0]->out;
    n->flops = (double)sft__count(n->out);
    n->work_fixed = f * (int64_t)(sizeof(real) + sizeof(double));
    if (slopes != 1 && slopes != f)
        return sft__fail_at(c, n->pos, SFT_E123, "%s: num_parameters is %lld and its input has %lld channels — use 1, or 0 for one a channel",
                            n->label, (long long)slopes, (long long)f);
    return sft__want_param(c, n, (sft_param){ .name = "weight", .shape = sft__shape1(slopes), .fan_in = 1, .fan_out = 1,
                                              .init = "constant", .value = k->init });
}

/* The slope of each channel, whether there is one for all or not. */
static const real *slopes_of(const sft_node *n, const sft_pass *p)
{
    int64_t f = channels(n);
    if (n->param[0].count == f)
        return p->param[0];
    real *a = (real *)((double *)p->work + f);
    for (int64_t c = 0; c < f; c++)
        a[c] = p->param[0][0];
    return a;
}

/* `places` vectors of `lane` channels: y = x where x > 0, else a x */
SFT_HOT static void bend(int64_t places, int64_t lane, const real *a, const real *x, real *y)
{
    for (int64_t s = 0; s < places; s++)
        for (int64_t l = 0; l < lane; l++) {
            real v = x[s * lane + l];
            y[s * lane + l] = v > 0 ? v : a[l] * v;
        }
}

/* The same with one channel, whose numbers are neighbours. */
SFT_HOT static void bend_plane(int64_t n, real a, const real *x, real *y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] > 0 ? x[i] : a * x[i];
}

SFT_HOT static void back(int64_t places, int64_t lane, bool add, const real *a, const real *x, const real *dy, real *dx)
{
    for (int64_t s = 0; s < places; s++)
        for (int64_t l = 0; l < lane; l++) {
            int64_t i = s * lane + l;
            real    d = x[i] > 0 ? dy[i] : a[l] * dy[i];
            dx[i] = add ? dx[i] + d : d;
        }
}

SFT_HOT static void back_plane(int64_t n, bool add, real a, const real *x, const real *dy, real *dx)
{
    for (int64_t i = 0; i < n; i++) {
        real d = x[i] > 0 ? dy[i] : a * dy[i];
        dx[i] = add ? dx[i] + d : d;
    }
}

/* x dy where x is not positive. The choice is made before the product: GCC 12 with -fno-trapping-math vectorises the choice between
 * products wrongly (half of the lanes get 0). */
SFT_INLINE double below(real x, real dy)
{
    real v = x > 0 ? 0 : x;
    return (double)v * (double)dy;
}

/* da[l] += sum of x dy where x is not positive */
SFT_HOT static void slope_grad(int64_t places, int64_t lane, const real *x, const real *dy, double *da)
{
    for (int64_t s = 0; s < places; s++)
        for (int64_t l = 0; l < lane; l++)
            da[l] += below(x[s * lane + l], dy[s * lane + l]);
}

SFT_HOT static void slope_grad_plane(int64_t n, const real *x, const real *dy, double *da)
{
    double  sum[LANES] = { 0 };
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += below(x[i + l], dy[i + l]);
    for (int l = 0; i + l < n; l++)
        sum[l] += below(x[i + l], dy[i + l]);
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++)
            sum[l] += sum[l + half];
    *da += sum[0];
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const real *a = slopes_of(n, p);
    sft_view    v = sft__view(n->out, n->in[0]->layout);
    for (int64_t i = 0; i < p->rows * v.blocks; i++) {
        int64_t at = i * v.spatial * v.lane, c = i % v.blocks * v.lane;
        if (v.lane == 1)
            bend_plane(v.spatial, a[c], p->in[0] + at, p->out + at);
        else
            bend(v.spatial, v.lane, a + c, p->in[0] + at, p->out + at);
    }
}

static void back_slopes(const sft_node *n, const sft_pass *p, sft_view v)
{
    int64_t f = channels(n), slopes = n->param[0].count;
    double *sum = p->work;
    memset(sum, 0, (size_t)f * sizeof *sum);
    for (int64_t i = 0; i < p->rows * v.blocks; i++) {
        int64_t at = i * v.spatial * v.lane;
        double *to = sum + i % v.blocks * v.lane;
        if (v.lane == 1)
            slope_grad_plane(v.spatial, p->in[0] + at, p->dout + at, to);
        else
            slope_grad(v.spatial, v.lane, p->in[0] + at, p->dout + at, to);
    }
    for (int64_t c = 1; slopes == 1 && c < f; c++)
        sum[0] += sum[c];
    for (int64_t c = 0; c < slopes; c++)
        p->dparam[0][c] = (real)sum[c];
}

static void backward(const sft_node *n, const sft_pass *p)
{
    const real *a = slopes_of(n, p);
    sft_view    v = sft__view(n->out, n->in[0]->layout);
    if (p->dparam[0])
        back_slopes(n, p, v);
    for (int64_t i = 0; p->din[0] && i < p->rows * v.blocks; i++) {
        int64_t at = i * v.spatial * v.lane, c = i % v.blocks * v.lane;
        if (v.lane == 1)
            back_plane(v.spatial, p->add[0], a[c], p->in[0] + at, p->dout + at, p->din[0] + at);
        else
            back(v.spatial, v.lane, p->add[0], a + c, p->in[0] + at, p->dout + at, p->din[0] + at);
    }
}

static double gain(const void *options)
{
    const conf *k = options;
    return sqrt(2 / (1 + k->init * k->init));
}

static bool kink(const void *options, double x, double eps)
{
    (void)options;
    return fabs(x) < eps;
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "0", { 3, { 2, 3, 2 } }, 2 },
    { "init=0.5", { 2, { 3, 4 } }, 4 },
    { "5", { 1, { 5 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_prelu = {
    .name = "prelu", .aliases = "PReLU", .doc = "rectifier with a trained slope below zero",
    .math = "y = x if x > 0 else a x, a trained; He et al. 2015, eq. 1", .conf_size = sizeof(conf), .fields = fields,
    .traits = SFT_READS_IN | SFT_ANY_LAYOUT,
    .shape = shape, .forward = forward, .backward = backward, .gain = gain, .kink = kink, .cases = cases,
};
