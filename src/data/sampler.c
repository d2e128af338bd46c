/* SPDX-License-Identifier: MIT */
/* Weighted sampling by class frequency, with replacement. */
#include "data/sampler.h"
#include "base/random.h"
#include "data/parts.h"

#include <string.h>

/* Members class by class; classes without a sample fall away. */
static void group(const sft_data *d, sft_split split, int64_t *filled, sft_class_sampler *s)
{
    const int32_t *label = sft__split_samples(d, split)->label;
    for (int64_t i = 0; i < s->count; i++) filled[label[d->index[split][i]] + 1]++;
    for (int64_t k = 0; k < d->raw.outputs; k++) filled[k + 1] += filled[k];
    for (int64_t k = 0; k < d->raw.outputs; k++)
        if (filled[k + 1] > filled[k]) s->begin[s->classes++] = filled[k];
    s->begin[s->classes] = s->count;
    for (int64_t i = 0; i < s->count; i++) s->member[filled[label[d->index[split][i]]]++] = i;
}

sft_status sft__sampler_make(const sft_data *d, sft_split split, sft_class_sampler *s)
{
    size_t   classes = (size_t)d->raw.outputs + 1;
    int64_t *filled = sft__alloc(d->ctx, classes * sizeof *filled);
    *s = (sft_class_sampler){ .count = d->facts.count[split] };
    s->size = ((size_t)s->count + classes) * sizeof *s->member;
    s->member = filled ? sft__alloc(d->ctx, s->size) : NULL;
    if (s->member) {
        s->begin = s->member + s->count;
        group(d, split, filled, s);
    }
    sft__free(d->ctx, filled, classes * sizeof *filled);
    return sft_code(d->ctx);
}

void sft__sampler_draw(const sft_class_sampler *s, uint64_t seed, int64_t epoch, int64_t *order)
{
    sft_stream r =
        sft__stream(sft__key(seed, SFT_FOR_SHUFFLE), (uint32_t)epoch, 1, 0); /* 0 is shuffling's */
    for (int64_t i = 0; i < s->count; i++) {
        uint64_t k = sft__below(&r, (uint64_t)s->classes);
        uint64_t n = (uint64_t)(s->begin[k + 1] - s->begin[k]);
        order[i] = s->member[s->begin[k] + (int64_t)sft__below(&r, n)];
    }
}

void sft__sampler_free(sft_ctx *c, sft_class_sampler *s)
{
    sft__free(c, s->member, s->size);
    *s = (sft_class_sampler){ 0 };
}
