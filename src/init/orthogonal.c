/* SPDX-License-Identifier: MIT */
/* Orthogonal weights (Saxe et al., 2014): lengths are kept forward and backward, in linear nets of any depth.
 *
 * The rows of a normal matrix, made orthonormal one after another, are Q of its QR decomposition with a positive diagonal of R, and
 * so uniform over all orthogonal matrices (Mezzadri, 2007). Each row meets the rows before it twice: "twice is enough" (Kahan). */
#include "init/orthogonal.h"
#include "base/hot.h"

#include <math.h>
#include <string.h>

const sft_field sft__orthogonal_fields[] = {
    { "gain", SFT_REAL, offsetof(sft_orthogonal_conf, gain), 1, 0, 1e6, .doc = "multiplies the matrix",
      .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW },
    { "nonlinearity", SFT_WORD, offsetof(sft_orthogonal_conf, nonlinearity), .text = "linear", .words = sft__nonlinearities,
      .doc = "whose gain to multiply with; next: that of the activation that follows" },
    SFT_FIELD_END
};

double sft__orthogonal_gain(const sft_orthogonal_conf *k, const sft_init_call *call)
{
    return k->gain * sft__gain_of(k->nonlinearity, 0.01, call->gain);
}

enum { LANES = 16 };

SFT_HOT static double dot(int64_t n, const real *x, const real *y)
{
    double  sum[LANES] = { 0 };
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++) sum[l] += (double)x[i + l] * (double)y[i + l];
    for (int l = 0; i + l < n; l++) sum[l] += (double)x[i + l] * (double)y[i + l];
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++) sum[l] += sum[l + half];
    return sum[0];
}

/* y -= a x */
SFT_HOT static void take_off(int64_t n, real a, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++) y[i] -= a * x[i];
}

static void scale(int64_t n, double a, real *x)
{
    for (int64_t i = 0; i < n; i++) x[i] = (real)(a * (double)x[i]);
}

/* Row k of q (n numbers a row), orthonormal to those before it; k < n. A draw that lies among them is drawn anew. */
static void draw_row(sft_stream *random, int64_t k, int64_t n, real *q)
{
    real  *row = q + k * n;
    double before, after;
    do {
        for (int64_t i = 0; i < n; i++) row[i] = (real)sft__normal(random);
        before = sqrt(dot(n, row, row));
        for (int twice = 0; twice < 2; twice++)
            for (int64_t j = 0; j < k; j++) take_off(n, (real)dot(n, q + j * n, row), q + j * n, row);
        after = sqrt(dot(n, row, row));
    } while (!(after > 1e-4 * before));
    scale(n, 1 / after, row);
    for (int64_t j = 0; j < k; j++) take_off(n, (real)dot(n, q + j * n, row), q + j * n, row); /* of what rounding left */
    scale(n, 1 / sqrt(dot(n, row, row)), row);
}

void sft__draw_orthogonal(sft_stream *random, int64_t rows, int64_t cols, double gain, real *m, real *work)
{
    bool    tall = rows > cols;
    int64_t k = tall ? cols : rows, n = tall ? rows : cols;
    real   *q = tall ? work : m;
    for (int64_t i = 0; i < k; i++) draw_row(random, i, n, q);
    scale(k * n, gain, q);
    for (int64_t i = 0; tall && i < k; i++)
        for (int64_t j = 0; j < n; j++) m[j * cols + i] = q[i * n + j];
}

static void fill(const void *conf, const sft_init_call *call)
{
    int64_t rows = call->shape.rank ? call->shape.dim[0] : 1;
    if (call->bias)
        sft__fill_constant(call, 0);
    else if (call->count > 0)
        sft__draw_orthogonal(call->random, rows, call->count / rows, sft__orthogonal_gain(conf, call), call->values, call->work);
}

const sft_init sft_init_orthogonal = {
    .name = "orthogonal",
    .aliases = "orthogonal_ Orthogonal OrthogonalInitializer ortho",
    .doc = "rows or columns orthonormal, a kernel seen as out x (in * taps)",
    .math = "W = gain Q, Q Q' = 1 or Q' Q = 1; Saxe et al. 2014, torch.nn.init.orthogonal_",
    .conf_size = sizeof(sft_orthogonal_conf),
    .fields = sft__orthogonal_fields,
    .fill = fill,
};
