/* SPDX-License-Identifier: MIT */
/* A Gaussian process over the cube: zero mean, Matern 5/2 with a length for each axis. */
#ifndef SFT_SWEEP_GP_H
#define SFT_SWEEP_GP_H

#include "sweep/sampling.h"

typedef struct sft_gp {
    int           axes;
    const bool   *category;     /* axes: distance is "another" or "the same" */
    double        log_length[SFT_MOST_AXES];
    double        log_noise;    /* of the variance of the noise, as a share of the variance of the process */
    double        variance;     /* of the process */
    /* conditioned on */
    int           n;
    const double *x;            /* n x axes, finite */
    double       *low;          /* n x n: Cholesky factor of the correlations, below and on the diagonal */
    double       *alpha;        /* n: K^-1 y */
} sft_gp;

/* The lengths, the noise and the variance that are likeliest for y at x (n x axes), from several starts. Scratch from the arena. */
sft_status sft__gp_fit(sft_arena *a, sft_gp *gp, const double *x, const double *y, int n, sft_stream *random);
/* Log marginal likelihood and priors of the lengths and noise in gp, up to a constant, and with `slope` its derivatives by each log length
 * and the log noise; also sets variance. room: 4 n n + 3 n. -INFINITY where the matrix cannot be factored. */
double     sft__gp_likelihood(sft_gp *gp, const double *x, const double *y, int n, double *slope, double *room);
/* Conditions on y at x, which must outlive it; into the arena. */
sft_status sft__gp_condition(sft_arena *a, sft_gp *gp, const double *x, const double *y, int n);
/* Mean and (NULL: not wanted) variance of the process at u; room: n. */
double     sft__gp_predict(const sft_gp *gp, const double *u, double *variance, double *room);

bool sft__cholesky(double *m, int n);   /* n x n, in place, lower; false: not positive definite */

/* Scores of n samples ranked best first: mean 0, variance 1. The first `values` can be compared by value, those up to `ranked` by rank
 * alone, the others failed. The better half of the first keeps its distances; the others, however bad, get the quantiles that their ranks
 * have in a normal distribution with the spread of that half, equal ones the same. */
void sft__half_rank(const double *value, int64_t values, int64_t ranked, int64_t n, double *y);

#endif
