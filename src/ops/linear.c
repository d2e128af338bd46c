/* SPDX-License-Identifier: MIT */
/* linear: every output sees every input. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

static const sft_field fields[] = {
    { .name = "out_features", .kind = SFT_INT, .offset = offsetof(sft_linear_conf, out_features), .low = 1,
      .high = 1 << 30, .doc = "outputs; auto: what the data wants, for the last layer",
      .aliases = "units width features", .flags = SFT_MAIN | SFT_AUTO },
    { .name = "bias", .kind = SFT_FLAG, .offset = offsetof(sft_linear_conf, bias), .def = 1,
      .doc = "add a bias", .aliases = "use_bias" },
    { .name = "weight_standardization", .kind = SFT_FLAG, .offset = offsetof(sft_linear_conf, standardize), .def = 0,
      .doc = "the weights of each output brought to mean 0 and variance 1 before use", .aliases = "weight_standardisation ws" },
    SFT_FIELD_END
};

enum { LANES = 16, TILE = 4 };

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const sft_linear_conf *k = n->conf;
    sft_status             s = sft__want_rank(c, n, 1, 1, "a row of features — put `flatten` before it");
    if (s)
        return s;
    int64_t in = n->in[0]->out.dim[0], out = k->out_features;
    if (out < 1)
        return sft__fail_at(c, n->pos, SFT_E123,
                            "%s: the number of outputs is not known — write it, as in `linear 64`", n->label);
    n->out = sft__shape1(out);
    n->flops = 2.0 * (double)in * (double)out;
    s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = sft__shape2(out, in), .fan_in = in,
                                           .fan_out = out, .decay = true });
    if (!s && k->bias)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = sft__shape1(out), .fan_in = in,
                                               .fan_out = out });
    sft__standard_room(n, k->standardize);
    return s;
}

/* y[t] = x . w[t], t = 0..tile-1; the sum runs in LANES lanes which are then halved. */
SFT_INLINE void dots(int tile, int64_t n, const real *x, const real *w, real *y)
{
    real    sum[TILE][LANES] = { { 0 } };
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int t = 0; t < tile; t++)
            for (int l = 0; l < LANES; l++)
                sum[t][l] += x[i + l] * w[t * n + i + l];
    for (int l = 0; i + l < n; l++)
        for (int t = 0; t < tile; t++)
            sum[t][l] += x[i + l] * w[t * n + i + l];
    for (int t = 0; t < tile; t++) {
        for (int half = LANES / 2; half; half /= 2)
            for (int l = 0; l < half; l++)
                sum[t][l] += sum[t][l + half];
        y[t] = sum[t][0];
    }
}

/* y (rows,out) = x (rows,in) w' (out,in) + b */
SFT_HOT static void product(int64_t rows, int64_t in, int64_t out, const real *x, const real *w, const real *b, real *y)
{
    for (int64_t o = 0; o < out; o += TILE)
        for (int64_t r = 0; r < rows; r++) {
            real *yr = y + r * out + o;
            if (o + TILE <= out)
                dots(TILE, in, x + r * in, w + o * in, yr);
            else
                for (int64_t t = o; t < out; t++)
                    dots(1, in, x + r * in, w + t * in, y + r * out + t);
        }
    for (int64_t r = 0; b && r < rows; r++)
        for (int64_t o = 0; o < out; o++)
            y[r * out + o] += b[o];
}

/* y (n) += sum over k of a[k * step] x (k,n): four rows of x at a time */
SFT_INLINE void gather_rows(int64_t n, int64_t k, int64_t step, const real *a, const real *x, real *y)
{
    int64_t j = 0;
    for (; j + 4 <= k; j += 4) {
        const real *x0 = x + j * n, *x1 = x0 + n, *x2 = x1 + n, *x3 = x2 + n;
        real        a0 = a[j * step], a1 = a[(j + 1) * step], a2 = a[(j + 2) * step], a3 = a[(j + 3) * step];
        for (int64_t i = 0; i < n; i++)
            y[i] += (a0 * x0[i] + a1 * x1[i]) + (a2 * x2[i] + a3 * x3[i]);
    }
    for (; j < k; j++)
        for (int64_t i = 0; i < n; i++)
            y[i] += a[j * step] * x[j * n + i];
}

/* dx (rows,in) += dy (rows,out) w (out,in) */
SFT_HOT static void back_input(int64_t rows, int64_t in, int64_t out, const real *dy, const real *w, real *dx)
{
    for (int64_t r = 0; r < rows; r++)
        gather_rows(in, out, 1, dy + r * out, w, dx + r * in);
}

/* dw (out,in) += dy' x */
SFT_HOT static void back_weight(int64_t rows, int64_t in, int64_t out, const real *dy, const real *x, real *dw)
{
    for (int64_t o = 0; o < out; o++)
        gather_rows(in, rows, out, dy + o, x, dw + o * in);
}

/* db = sum over rows of dy */
SFT_HOT static void back_bias(int64_t rows, int64_t out, const real *dy, real *db)
{
    memset(db, 0, (size_t)out * sizeof *db);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t o = 0; o < out; o++)
            db[o] += dy[r * out + o];
}

static bool standardized(const sft_node *n)
{
    return ((const sft_linear_conf *)n->conf)->standardize;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    int64_t     in = n->in[0]->out.dim[0], out = n->out.dim[0];
    const real *w = sft__standard_weights(n, p, standardized(n));
    product(p->rows, in, out, p->in[0], w, n->n_param > 1 ? p->param[1] : NULL, p->out);
    sft__fused_forward(n, p->rows * out, p->out);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t in = n->in[0]->out.dim[0], out = n->out.dim[0];
    sft__fused_backward(n, p->rows * out, p->out, p->dout);
    bool  on = standardized(n);
    real *dx = sft__din(p, 0, p->rows * in), *dw = sft__standard_gradient(n, p, on);
    if (dx)
        back_input(p->rows, in, out, p->dout, sft__standard_weights(n, p, on), dx);
    if (dw) {
        memset(dw, 0, (size_t)(in * out) * sizeof(real));
        back_weight(p->rows, in, out, p->dout, p->in[0], dw);
        sft__standard_back(n, p, on);
    }
    if (n->n_param > 1 && p->dparam[1])
        back_bias(p->rows, out, p->dout, p->dparam[1]);
}

static const sft_case cases[] = {
    { "3", { 1, { 5 } }, 4 },
    { "6", { 1, { 19 } }, 7 },
    { "1 bias=false", { 1, { 7 } }, 1 },
    { "3 weight_standardization=true", { 1, { 6 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_linear = {
    .name = "linear", .aliases = "dense Linear Dense fc", .doc = "fully connected layer",
    .math = "y = x W' + b", .conf_size = sizeof(sft_linear_conf), .fields = fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
