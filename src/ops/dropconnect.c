/* SPDX-License-Identifier: MIT */
/* dropconnect: a linear layer that in training loses each weight with probability p, another set for every sample.
 *
 * Wan et al. 2013. The weights that stay grow by 1/(1-p), so the weights themselves are the mean, which evaluation uses. The mask of
 * sample r is drawn afresh on the way back: it is as large as the weights. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

typedef struct conf {
    int64_t out_features;
    double  p;
    bool    bias;
} conf;

static const sft_field fields[] = {
    { .name = "out_features", .kind = SFT_INT, .offset = offsetof(conf, out_features), .low = 1, .high = 1 << 30,
      .doc = "outputs", .aliases = "units width features", .flags = SFT_MAIN | SFT_REQUIRED },
    { .name = "p", .kind = SFT_REAL, .offset = offsetof(conf, p), .def = 0.5, .high = 1,
      .doc = "probability that a weight is dropped", .aliases = "rate", .flags = SFT_BELOW_HIGH },
    { .name = "bias", .kind = SFT_FLAG, .offset = offsetof(conf, bias), .def = 1, .doc = "add a bias, which is never dropped",
      .aliases = "use_bias" },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const conf *k = n->conf;
    sft_status  s = sft__want_rank(c, n, 1, 1, "a row of features — put `flatten` before it");
    if (s)
        return s;
    int64_t in = n->in[0]->out.dim[0], out = k->out_features;
    n->out = sft__shape1(out);
    n->flops = 4.0 * (double)in * (double)out;
    s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = sft__shape2(out, in), .fan_in = in, .fan_out = out,
                                           .decay = true });
    if (!s && k->bias)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = sft__shape1(out), .fan_in = in, .fan_out = out });
    n->work_fixed = (in * out + 3) / 4 * 4; /* the mask of one sample, a byte a weight */
    return s;
}

static const uint8_t *mask_of(const sft_node *n, const sft_pass *p, int64_t row)
{
    const conf *k = n->conf;
    sft_key     key = sft__key(p->seed, SFT_FOR_LAYER + (uint32_t)n->index);
    sft__draw_mask(key, p->step, (uint32_t)(p->row0 + row), (uint32_t)(k->p * 4294967296.0), sft__count(n->param[0].shape), p->work);
    return p->work;
}

/* The sum of x w over what is kept (mask NULL: over all), in lanes. */
SFT_HOT static real dot(int64_t n, const real *x, const real *w, const uint8_t *mask)
{
    enum { LANES = 16 };
    real    sum[LANES] = { 0 };
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += !mask || mask[i + l] ? x[i + l] * w[i + l] : 0;
    for (int l = 0; i + l < n; l++)
        sum[l] += !mask || mask[i + l] ? x[i + l] * w[i + l] : 0;
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++)
            sum[l] += sum[l + half];
    return sum[0];
}

/* y += a x over what is kept */
SFT_HOT static void axpy(int64_t n, real a, const real *restrict x, const uint8_t *restrict mask, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += mask[i] ? a * x[i] : 0;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    int64_t     in = n->in[0]->out.dim[0], out = n->out.dim[0];
    real        scale = p->train ? (real)(1 / (1 - k->p)) : 1;
    for (int64_t r = 0; r < p->rows; r++) {
        const uint8_t *mask = p->train ? mask_of(n, p, r) : NULL;
        for (int64_t o = 0; o < out; o++)
            p->out[r * out + o] = scale * dot(in, p->in[0] + r * in, p->param[0] + o * in, mask ? mask + o * in : NULL) +
                                  (k->bias ? p->param[1][o] : 0);
    }
}

/* dx[i] = sum over o of dy[o] m[o,i] w[o,i] / (1-p); dw[o,i] = sum over samples of dy[o] m[o,i] x[i] / (1-p) */
static void backward(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    int64_t     in = n->in[0]->out.dim[0], out = n->out.dim[0];
    real        scale = (real)(1 / (1 - k->p)), *dx = sft__din(p, 0, p->rows * in);
    for (int i = 0; i < n->n_param; i++)
        if (p->dparam[i])
            memset(p->dparam[i], 0, (size_t)(i ? out : in * out) * sizeof(real));
    for (int64_t r = 0; r < p->rows; r++) {
        const uint8_t *mask = mask_of(n, p, r);
        for (int64_t o = 0; o < out; o++) {
            real dy = p->dout[r * out + o];
            if (dx)
                axpy(in, scale * dy, p->param[0] + o * in, mask + o * in, dx + r * in);
            if (p->dparam[0])
                axpy(in, scale * dy, p->in[0] + r * in, mask + o * in, p->dparam[0] + o * in);
            if (k->bias && p->dparam[1])
                p->dparam[1][o] += dy;
        }
    }
}

static const sft_case cases[] = {
    { "3", { 1, { 5 } }, 4 },
    { "4 p=0.2", { 1, { 19 } }, 3 },
    { "2 bias=false", { 1, { 7 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_dropconnect = {
    .name = "dropconnect", .aliases = "DropConnect drop_connect", .doc = "fully connected layer that drops weights in training",
    .math = "y = x (W m)' / (1 - p) + b, m ~ B(1 - p) a weight and a sample; evaluation: y = x W' + b  (Wan et al. 2013)",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_READS_IN | SFT_RANDOM | SFT_MODES,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
