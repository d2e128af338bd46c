/* SPDX-License-Identifier: MIT */
/* Which choices matter: functional ANOVA on a random forest (Hutter, Hoos, Leyton-Brown, ICML 2014). */
#ifndef SFT_SWEEP_IMPORTANCE_H
#define SFT_SWEEP_IMPORTANCE_H

#include "base/memory.h"

/* An input is a number in [0, 1], or with cells[i] > 0 one of that many categories 0..cells-1. */
typedef struct sft_fanova_data {
    int           n, axes;
    const double *x;            /* n x axes; NaN: the axis did not matter there (a category of its own, as heavy as it is frequent) */
    const double *y;            /* n; finite */
    const int    *cells;        /* axes; 0: a number */
    int           min_leaf;     /* samples of a leaf, at least; 0: what predicts those out of bag best, to be found by growing forests */
} sft_fanova_data;

typedef struct sft_share {      /* of the variance of y over the whole box */
    int    a, b;                /* axes; b = -1: a main effect */
    double mean, low, high;     /* over the trees: mean, 5 % and 95 % quantile of the trees' own shares */
} sft_share;

typedef struct sft_fanova {
    int        n_shares;        /* axes main effects, then axes (axes - 1) / 2 pairs in the order (0,1) (0,2) … */
    sft_share *share;
    double     variance;        /* mean over trees of the variance of their prediction over the box */
    int        min_leaf;        /* of the data, or found: further calls on the same data can do without the search */
    double     error;           /* out-of-bag: 1 - R^2 of the forest; how little to believe the rest */
} sft_fanova;

/* Deterministic in data and seed. trees 0: 64. Into the arena. E002 for fewer than 2 samples or no axis. */
sft_status sft__fanova(sft_ctx *c, const sft_fanova_data *d, int trees, uint64_t seed, sft_arena *a, sft_fanova *out);

/* Mean prediction of the forest along one axis (b = -1: `points` numbers at (i + 0.5) / points, or one a category) or over two (row-major,
 * a's points x b's), the others averaged over the box: marginals for pictures. */
sft_status sft__fanova_marginal(sft_ctx *c, const sft_fanova_data *d, int trees, uint64_t seed, int a, int b, int points, double *out);

#endif
