/* SPDX-License-Identifier: MIT */
/* Label noise of the split section: whether a sample's label is spoilt, and to what, depends on its number and split.seed alone. */
#include "base/random.h"
#include "data/parts.h"

/* Another of the classes with probability p, each of them equally likely. */
static int32_t spoil(sft_stream s, double p, int64_t classes, int32_t label)
{
    if (sft__uniform(&s) >= p) return label;
    int64_t by = 1 + (int64_t)(sft__uniform(&s) * (double)(classes - 1));
    return (int32_t)((label + by) % classes);
}

sft_status sft__spoil_labels(sft_data *d, const sft_split_conf *k)
{
    if (!(k->label_noise > 0)) return SFT_OK;
    if (!d->raw.train.label || d->raw.outputs < 2)
        return sft__fail(d->ctx, SFT_E202,
                         "split.label_noise %g gives samples another class, and %s has none to choose from — leave it out",
                         k->label_noise, d->facts.name);
    sft_key key = sft__key((uint64_t)k->seed, SFT_FOR_LABELS);
    for (int s = SFT_TRAIN; s <= SFT_VALIDATION; s++)
        for (int64_t i = 0; i < d->facts.count[s]; i++) {
            int64_t    at = d->index[s][i];
            sft_stream own = sft__stream(key, (uint32_t)at, (uint32_t)((uint64_t)at >> 32), 0);
            d->raw.train.label[at] = spoil(own, k->label_noise, d->raw.outputs, d->raw.train.label[at]);
        }
    return SFT_OK;
}
