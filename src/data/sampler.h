/* SPDX-License-Identifier: MIT */
/* Weighted sampling: every class equally often, by drawing with replacement. */
#ifndef SFT_DATA_SAMPLER_H
#define SFT_DATA_SAMPLER_H

#include "data/data.h"

typedef struct sft_class_sampler {
    int64_t  count, classes; /* samples of the split; classes that have any */
    int64_t *member;         /* numbers within the split, class by class */
    int64_t *begin;          /* classes + 1: where each class starts in member */
    size_t   size;
} sft_class_sampler;

/* For data with classes. */
sft_status sft__sampler_make(const sft_data *d, sft_split split, sft_class_sampler *s);
/* The order of an epoch, `count` numbers: each time a class, then a sample of it, both evenly; so sample i comes with
 * probability 1 / (classes * samples of its class). A pure function of (seed, epoch). */
void sft__sampler_draw(const sft_class_sampler *s, uint64_t seed, int64_t epoch, int64_t *order);
void sft__sampler_free(sft_ctx *c, sft_class_sampler *s);

#endif
