/* SPDX-License-Identifier: MIT */
/* What samplers share. */
#ifndef SFT_SWEEP_SAMPLING_H
#define SFT_SWEEP_SAMPLING_H

#include "base/random.h"
#include "sweep/sampler.h"

/* What a sampler draws numbers for: part of the counter, so that no two share them. */
enum { SFT_DRAW_RANDOM, SFT_DRAW_SOBOL, SFT_DRAW_TPE, SFT_DRAW_GP };

/* The stream of the point that is asked for now. */
sft_stream sft__search_stream(const sft_search *s, int64_t attempt, int what);

/* The points that were asked for: a set of them by value. */
typedef struct sft_asked {
    const sft_search *search;
    size_t            room;     /* a power of two */
    int64_t          *slot;     /* 1 + number of the sample; 0: free */
} sft_asked;

sft_status sft__asked_open(const sft_search *s, sft_asked *a);  /* in the scratch arena; for sft__sampler_next */
bool       sft__asked_has(const sft_asked *a, const double *u); /* u snapped */

/* The first point of the grid, last axis fastest, that is allowed and not among those asked, after skipping `skip` such; an endless axis
 * and a range of more than `points` whole numbers have `points` places, both ends among them. E142 for an endless one where points = 0. */
sft_status sft__grid_next(const sft_search *s, int points, int64_t skip, double *u, bool *done);

/* Coordinate `axis` of point `index` of the Sobol sequence. */
double sft__sobol(int axis, uint32_t index);                                 /* as published, in order of the index */
double sft__sobol_scrambled(sft_key key, int axis, uint32_t index);          /* Owen's nested uniform scrambling */
void   sft__sobol_point(const sft_search *s, int64_t attempt, double *u);    /* scrambled, the one whose turn it is */

/* Samples that taught something, the best first: those trained longer before those that were stopped earlier (halving stopped them because
 * they were worse), then by value, failed ones last; then as they were asked for. */
typedef struct sft_ranking {
    int64_t  n, values;         /* known ones; of these with a value */
    int64_t  running;
    int64_t *best;              /* numbers of samples, n of them */
    int64_t *now;               /* those that run */
} sft_ranking;

sft_status sft__search_rank(const sft_search *s, sft_ranking *r);            /* in the scratch arena */

double sft__normal_below(double z);     /* share of the standard normal below z */
double sft__normal_quantile(double p);  /* 0 < p < 1; to 1e-9 */

#endif
