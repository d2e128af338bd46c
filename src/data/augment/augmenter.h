/* SPDX-License-Identifier: MIT */
/* The recipe's augmentations at work on the batches of one loader. */
#ifndef SFT_DATA_AUGMENT_AUGMENTER_H
#define SFT_DATA_AUGMENT_AUGMENTER_H

#include "data/augment/augment.h"
#include "data/data.h"

typedef struct sft_augmenter sft_augmenter;

/* E133 where a stage does not fit the samples, with its place in the recipe. */
sft_status sft__augments_check(const sft_data *d, const sft_augments *s);
/* Is there one that mixes the samples of a batch? */
bool sft__augments_mix(const sft_augments *s);

/* rows: of the largest batch. NULL after a failure; the stages must live on. */
sft_augmenter *sft__augmenter_new(const sft_data *d, const sft_augments *s, uint64_t seed,
                                  int64_t rows);
void           sft__augmenter_free(sft_augmenter *a);

/* What stands in a batch after mixing: target = mix onehot(label) + (1 - mix) onehot(label2), mix >= 1/2. */
typedef struct sft_mixed {
    int32_t *label2;
    real    *mix;
} sft_mixed;

/* Training samples sample[0..rows) as `epoch` sees them, standardised. False: no stage changes single
 * samples, and nothing was done. A pure function of seed, epoch and sample; where samples come more
 * than once an epoch, place is that of the first row within the epoch, and counts too; else -1.
 * Allocates nothing. */
bool sft__augment_samples(sft_augmenter *a, int64_t epoch, const int64_t *sample, int64_t rows,
                          int64_t place, real *x);
/* Mixes a batch as (seed, epoch, step) say; label or target may be NULL. False: it stays as it was. */
bool sft__augment_batch(sft_augmenter *a, int64_t epoch, int64_t step, int64_t rows, real *x,
                        int32_t *label, real *target, const sft_mixed *mixed);

/* src/data/augment/units.c: how raw values become those of a canvas, per channel: u = raw * scale + shift. */
typedef struct sft_units {
    int64_t channels;
    float  *scale, *shift, *mean; /* mean: of the training samples, as u */
} sft_units;

sft_status sft__units_open(const sft_data *d, const sft_canvas *c, bool mean, sft_units *u);
void       sft__units_close(const sft_data *d, sft_units *u);

#endif
