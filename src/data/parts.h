/* SPDX-License-Identifier: MIT */
/* The steps from raw samples to a data set: split, remarks, standardisation, gathering. */
#ifndef SFT_DATA_PARTS_H
#define SFT_DATA_PARTS_H

#include "data/samples.h"

/* Fills d->index and the counts from the shares of the split section. */
sft_status sft__split_make(sft_data *d, const sft_split_conf *k);
/* With split.label_noise, other classes for some samples to train and validate with; E202 where there are no classes. label_noise.c */
sft_status sft__spoil_labels(sft_data *d, const sft_split_conf *k);
/* Room for the sample numbers of one split. */
sft_status sft__split_room(sft_data *d, sft_split split, int64_t count);
/* Samples that a split draws from: raw.train, or raw.test. */
const sft_samples *sft__split_samples(const sft_data *d, sft_split split);

/* Words of `split: standardize=`. */
enum sft_standardize {
    SFT_STANDARDIZE_AUTO,
    SFT_STANDARDIZE_NONE,
    SFT_STANDARDIZE_GLOBAL,
    SFT_STANDARDIZE_CHANNEL,
    SFT_STANDARDIZE_FEATURE
};

/* Fits d->scale and d->shift on the training samples; E247 on a value that is not finite, in any
 * split. */
sft_status sft__standardize(sft_data *d, int how);

/* W241 to W244 as notes. */
sft_status sft__data_remarks(sft_data *d);

/* Copies samples `at[0..rows)` of a split, standardised; x, label or target may be NULL. */
void sft__gather(const sft_data *d, sft_split split, const int64_t *at, int64_t rows, real *x,
                 int32_t *label, real *target);

#endif
