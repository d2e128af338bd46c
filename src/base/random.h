/* SPDX-License-Identifier: MIT */
/* Counter-based randomness: Philox4x32-10 (Salmon et al., SC 2011). Nothing to save: a number is a pure function of
 * key = (seed, purpose) and counter = (a, b, c, d). */
#ifndef SFT_BASE_RANDOM_H
#define SFT_BASE_RANDOM_H

#include <stdint.h>

typedef struct sft_key {
    uint32_t k[2];
} sft_key;

typedef struct sft_random4 {
    uint32_t v[4];
} sft_random4;

/* What a stream is for; two purposes never share numbers. Layers add their index to the last ones. */
enum sft_purpose {
    SFT_FOR_INIT = 1,           /* counter: tensor, -, -, lane */
    SFT_FOR_SPLIT,
    SFT_FOR_SHUFFLE,            /* counter: epoch, -, -, lane */
    SFT_FOR_DATA,               /* synthetic data */
    SFT_FOR_AUGMENT,            /* counter: epoch, sample, place in the list, lane */
    SFT_FOR_NOISE,
    SFT_FOR_TEST,
    SFT_FOR_SWEEP,              /* counter: point low, point high, attempt and what it is drawn for, lane */
    SFT_FOR_SCRAMBLE,           /* counter: bits above, axis, -, bit */
    SFT_FOR_LABELS,             /* counter: sample low, sample high, -, lane */
    SFT_FOR_FOREST = 24,        /* counter: tree, -, -, lane */
    SFT_FOR_MIX = 32,           /* mixup, cutmix; counter: epoch, step low, step high, lane */
    SFT_FOR_LAYER = 1024        /* + layer index; counter: step low, step high, row in the batch, lane */
};

sft_key     sft__key(uint64_t seed, uint32_t purpose);
sft_random4 sft__philox(sft_key key, uint32_t a, uint32_t b, uint32_t c, uint32_t d);

/* [0,1) with 24 bits, (0,1] never used: 0 is possible, 1 is not. */
static inline double sft__unit(uint32_t u)
{
    return (double)(u >> 8) * (1.0 / 16777216.0);
}

/* A sequential reader over one counter (for initialisers, shuffles): lane counts up. */
typedef struct sft_stream {
    sft_key     key;
    uint32_t    a, b, c;
    uint32_t    lane, used;     /* used: numbers taken from `now` */
    sft_random4 now;
    int         has_spare;
    double      spare;
} sft_stream;

sft_stream sft__stream(sft_key key, uint32_t a, uint32_t b, uint32_t c);
uint32_t   sft__next(sft_stream *s);
double     sft__uniform(sft_stream *s);                 /* [0,1), 53 bits */
double     sft__normal(sft_stream *s);                  /* N(0,1), Box-Muller */
uint64_t   sft__below(sft_stream *s, uint64_t n);       /* 0..n-1 without bias; n > 0 */
/* Fisher-Yates over 0..n-1. */
void       sft__permute(sft_stream *s, int64_t *order, int64_t n);

#endif
