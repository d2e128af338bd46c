/* SPDX-License-Identifier: MIT */
/* Long vectors (weights, gradients) on the team: sums along fixed trees, so bits do not depend on its size. */
#ifndef SFT_TENSOR_VECTORS_H
#define SFT_TENSOR_VECTORS_H

#include "base/memory.h"
#include "base/team.h"
#include "tensor/tensor.h"

typedef struct sft_vectors {
    sft_team *team;             /* NULL: alone */
    int64_t   n;                /* elements of each vector */
    double   *part;             /* a number a block, for sums: sft__vectors_parts(n) of them */
} sft_vectors;

int64_t sft__vectors_parts(int64_t n);
/* z = a x + b y; z may be x or y. */
void    sft__vectors_mix(const sft_vectors *v, double a, const real *x, double b, const real *y, real *z);
/* z += a w^2 g: the perturbation of adaptive SAM; z may be w */
void    sft__vectors_square_step(const sft_vectors *v, double a, const real *w, const real *g, real *z);
double  sft__vectors_dot(const sft_vectors *v, const real *x, const real *y);       /* sum of x y */
double  sft__vectors_weighted(const sft_vectors *v, const real *x, const real *y);  /* sum of (x y)^2 */
double  sft__vectors_abs_sum(const sft_vectors *v, const real *x);
double  sft__vectors_abs_max(const sft_vectors *v, const real *x);

#endif
