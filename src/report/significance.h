/* SPDX-License-Identifier: MIT */
/* Is a difference between two sets of runs more than chance? */
#ifndef SFT_REPORT_SIGNIFICANCE_H
#define SFT_REPORT_SIGNIFICANCE_H

#include <stdbool.h>

/* P(|T| >= |t|) of Student's t with df > 0 degrees of freedom, df need not be whole. */
double sft__t_two_sided(double t, double df);
/* The t with P(|T| >= t) = p, 0 < p < 1. */
double sft__t_critical(double p, double df);

enum { SFT_FEWEST_PAIRS = 6, SFT_MOST_PAIRS = 20 };

typedef enum sft_test_kind {
    SFT_TEST_NONE,              /* a side has fewer than two values */
    SFT_TEST_WELCH,
    SFT_TEST_PERMUTATION        /* exact, over all 2^n signs of the paired differences */
} sft_test_kind;

typedef struct sft_test {
    sft_test_kind kind;
    int           pairs;        /* PERMUTATION */
    double        effect;       /* mean of b - mean of a, or the mean difference of pairs */
    double        low, high;    /* its 95 % interval: Welch's, or the t interval of paired differences; NaN: none */
    double        t, df;        /* WELCH */
    double        p;            /* two-sided; NaN: none */
} sft_test;

/* Welch 1947: no equal variances are assumed, df by Welch and Satterthwaite. Where neither side varies, p is 1 or 0. */
sft_test sft__welch(const double *a, int na, const double *b, int nb);
/* Fisher 1935: under no effect each difference is as likely of either sign. n from 1 to SFT_MOST_PAIRS. */
sft_test sft__permutation(const double *a, const double *b, int n);
/* By the rule of the house, fixed before any number is seen: the exact test where at least six seeds pair (fewer cannot come below
 * p = 0.05: 2 / 2^n), else Welch's where both sides have two seeds, else none. key_a, key_b: seeds; equal ones pair. */
sft_test sft__compare_seeds(const double *a, const long long *key_a, int na, const double *b, const long long *key_b, int nb);
/* Holm 1979: p of m comparisons in place, NaN left alone. */
void     sft__holm(double *p, int m);

#endif
