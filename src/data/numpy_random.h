/* SPDX-License-Identifier: MIT */
/* The numbers of numpy.random.seed(n) and its legacy functions, for data sets that are defined
 * by them. */
#ifndef SFT_DATA_NUMPY_RANDOM_H
#define SFT_DATA_NUMPY_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sft_numpy {
    uint32_t key[624]; /* MT19937 (Matsumoto and Nishimura 1998) */
    int      used;
    bool     has_spare; /* randn draws pairs */
    double   spare;
} sft_numpy;

void     sft__numpy_seed(sft_numpy *r, uint32_t seed);
uint32_t sft__numpy_next(sft_numpy *r);                /* 32 bits */
double   sft__numpy_rand(sft_numpy *r);                /* [0,1), 53 bits */
double   sft__numpy_randn(sft_numpy *r);               /* N(0,1) */
uint32_t sft__numpy_upto(sft_numpy *r, uint32_t most); /* 0..most: choice(most + 1) */
void     sft__numpy_permutation(sft_numpy *r, int64_t *order, int64_t n); /* n <= 2^32 */

#endif
