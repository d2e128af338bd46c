/* SPDX-License-Identifier: MIT */
/* Loops over a plane: n places of `lane` channels that lie side by side. Numbers per channel stand in arrays of `lane`. */
#ifndef SFT_OPS_CHANNELS_H
#define SFT_OPS_CHANNELS_H

#include "tensor/tensor.h"

/* first += sum of x - k; second += sum of (x - k)^2, per channel. Short runs are summed in `real`, then flushed: k should be near
 * the mean. */
void sft__plane_moments(int64_t lane, int64_t n, const real *x, const real *k, double *first, double *second);
/* first += sum of dy; second += sum of dy (x - m). */
void sft__plane_products(int64_t lane, int64_t n, const real *dy, const real *x, const real *m, double *first, double *second);

typedef struct sft_lines {      /* numbers per channel */
    real *a, *b, *c, *d;
} sft_lines;

/* y = (x - a) b + c */
void sft__plane_scale(int64_t lane, int64_t n, const real *x, sft_lines k, real *y);
/* dx = (dy - c - (x - a) d) b; add: dx += */
void sft__plane_slope(int64_t lane, int64_t n, const real *dy, const real *x, sft_lines k, bool add, real *dx);

#endif
