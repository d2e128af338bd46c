/* SPDX-License-Identifier: MIT */
/* How much the gradients of small batches differ. Parts of one batch are compared; what a batch of another size would see
 * follows. */
#include "doctor/pace.h"

#include <math.h>
#include <string.h>

enum { PARTS = 8 };

double sft__loss_here(sft_chart *c, sft_net *n, const sft_batch *b)
{
    sft_outcome o;
    if (sft__net_gradient(n, b, 0, &o) == SFT_OK) return o.loss_sum / o.weight;
    if (sft_code(c->ctx) == SFT_TRAINING) sft_clear(c->ctx);
    return NAN;
}

/* Sums over parts: of gradients, and of their squares. */
static bool add_parts(sft_chart *c, sft_net *n, const sft_batch *b, int64_t rows, real *mean, real *square, double *sumsq)
{
    const real *g = n->g.base;
    memset(mean, 0, (size_t)n->n_params * sizeof *mean);
    memset(square, 0, (size_t)n->n_params * sizeof *square);
    *sumsq = 0;
    for (int k = 0; k < PARTS; k++) {
        const sft_batch p = sft__batch_rows(n, b, k * rows, rows);
        if (!isfinite(sft__loss_here(c, n, &p))) return false;
        for (int64_t i = 0; i < n->n_params; i++) {
            mean[i] += g[i] / PARTS;
            square[i] += g[i] * g[i] / PARTS;
            *sumsq += (double)g[i] * (double)g[i] / PARTS;
        }
    }
    return true;
}

/* E g_b^2 = G^2 + S/b: from parts of `rows` samples to batches of `batch`. */
static void running_square(int64_t n, int64_t rows, int64_t batch, const real *mean, real *square)
{
    for (int64_t i = 0; i < n; i++) {
        const double m = (double)mean[i] * (double)mean[i], between = fmax(0, (double)square[i] - m) * PARTS / (PARTS - 1.0);
        square[i] = (real)(fmax(0, m - between / PARTS) + between * (double)rows / (double)batch);
    }
}

sft_status sft__measure_noise(sft_chart *c, sft_net *n, const sft_batch *b, real *mean, real *square, sft_gradient_noise *noise)
{
    const int64_t rows = b->rows / PARTS;
    double        sumsq, whole = 0;
    *noise = (sft_gradient_noise){ .known = false, .batch = NAN };
    if (rows < 1 || !add_parts(c, n, b, rows, mean, square, &sumsq)) return sft_code(c->ctx);
    for (int64_t i = 0; i < n->n_params; i++) whole += (double)mean[i] * (double)mean[i];
    const double between = fmax(0, sumsq - whole) * PARTS / (PARTS - 1.0);
    noise->known = true;
    noise->trace = between * (double)rows;
    noise->square = whole - between / PARTS;
    noise->batch = noise->square > 0 ? noise->trace / noise->square : INFINITY;
    running_square(n->n_params, rows, c->recipe->train_conf.batch * c->recipe->train_conf.accumulate, mean, square);
    return sft_code(c->ctx);
}
