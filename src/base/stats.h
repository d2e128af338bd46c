/* SPDX-License-Identifier: MIT */
/* Running statistics of scalars; values that are not finite are counted, never averaged in. */
#ifndef SFT_BASE_STATS_H
#define SFT_BASE_STATS_H

#include <stdint.h>

typedef struct sft_stats {      /* Welford */
    int64_t n, bad;             /* finite values; others */
    double  mean, m2, min, max;
} sft_stats;

void   sft__stats_add(sft_stats *s, double x);
void   sft__stats_merge(sft_stats *s, const sft_stats *other); /* Chan et al. 1983 */
double sft__stats_variance(const sft_stats *s);                /* unbiased; 0 below two values */

void sft__sort(double *x, int64_t n); /* rising; none is NaN */

#endif
