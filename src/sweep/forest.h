/* SPDX-License-Identifier: MIT */
/* Regression trees over a box, known by their leaves: each a value and what it spans of every axis. */
/* An axis is cut into elements: a number's are the stretches around the values that occur (at most SFT_MOST_STRETCHES), a category's its
 * cells; values that did not matter (NaN) are one element more. Trees cut between elements only, so all that is asked of a tree is a sum
 * over a small grid. */
#ifndef SFT_SWEEP_FOREST_H
#define SFT_SWEEP_FOREST_H

#include "base/random.h"
#include "sweep/importance.h"

enum { SFT_MOST_STRETCHES = 512, SFT_MOST_ELEMENTS = 1026 };

typedef struct sft_forest_axis {
    int       n;                /* elements */
    bool      number;           /* elements have an order; NaN comes first. Categories: NaN comes last */
    double   *width;            /* n; measure of each element, together 1; NaN weighs as it does among the samples */
    double   *edge;             /* numbers: n + 1, rising; element i spans edge[i]..edge[i + 1] of 0..1, that of NaN lies below 0 */
    uint16_t *code;             /* samples: their element */
    int32_t  *sorted;           /* samples by element, then by number */
    int       words;            /* categories: 64-bit words of a set of elements, the first at `word` of a leaf's */
    int       word;
} sft_forest_axis;

typedef struct sft_span {       /* of a number: elements low..high-1 */
    uint16_t low, high;
} sft_span;

typedef struct sft_forest {
    sft_ctx         *ctx;
    int              n, axes, words, min_leaf;
    sft_forest_axis *axis;
    double          *y;         /* mean 0, variance 1 */
    double           mean, deviation;
    uint64_t         seed;
    /* The tree there is; the next one overwrites it. */
    int              leaves;
    double          *value;     /* leaves, of the standardised y */
    sft_span        *span;      /* leaves x axes */
    uint64_t        *set;       /* leaves x words */
    /* Out of bag: sum and number of the predictions for each sample, over all trees grown since the last sft__forest_restart. */
    double          *outside;
    int32_t         *n_outside;
    struct sft_growth *growth;
} sft_forest;

/* All memory from `a`. */
sft_status sft__forest_open(sft_ctx *c, const sft_fanova_data *d, uint64_t seed, sft_arena *a, sft_forest *f);
void       sft__forest_restart(sft_forest *f, int min_leaf);
void       sft__forest_grow(sft_forest *f, int tree);       /* tree number `tree`, a pure function of data, seed, number and min_leaf */
double     sft__forest_error(const sft_forest *f);          /* mean square out of bag over the variance; 1 where no sample was out of bag */

sft_status sft__forest_room(sft_forest *f, sft_arena *a);   /* of sft__forest_open: memory for growing */

/* What leaf `leaf` spans of an axis as runs of neighbouring elements; how many. runs: room for SFT_MOST_ELEMENTS / 2 + 1. */
int  sft__forest_runs(const sft_forest *f, int leaf, int axis, sft_span *runs);

#endif
