/* SPDX-License-Identifier: MIT */
/* A fork of a run: what a step changes is in slabs and a few numbers, so it is copied and put back by a few
 * memcpy. What is random follows from seed and step and needs no copy. */
#include "train/train.h"

#include <string.h>

enum { SLABS = 3 };

/* Weights, running averages, the optimiser's state: whatever else a step comes to change belongs here. */
static void list(sft_trainer *t, sft_slab *slab[SLABS])
{
    slab[0] = &t->net->w;
    slab[1] = &t->net->s;
    slab[2] = &t->update.slab;
}

sft_status sft__snapshot_take(sft_trainer *t, sft_snapshot *s)
{
    sft_slab *slab[SLABS];
    size_t bytes = 0;
    list(t, slab);
    for (int i = 0; i < SLABS; i++)
        bytes += slab[i]->size;
    *s = (sft_snapshot){ .step = t->step, .optimizer_from = t->optimizer_from, .seen = t->seen };
    if (sft__slab_open(t->ctx, &s->copy, bytes + 1))
        return sft_code(t->ctx);
    char *to = s->copy.base;
    for (int i = 0; i < SLABS; to += slab[i++]->size)
        if (slab[i]->size)
            memcpy(to, slab[i]->base, slab[i]->size);
    return SFT_OK;
}

void sft__snapshot_restore(sft_trainer *t, const sft_snapshot *s)
{
    sft_slab *slab[SLABS];
    const char *from = s->copy.base;
    list(t, slab);
    for (int i = 0; i < SLABS; from += slab[i++]->size)
        if (slab[i]->size)
            memcpy(slab[i]->base, from, slab[i]->size);
    t->step = s->step;
    t->optimizer_from = s->optimizer_from;
    t->seen = s->seen;
}

void sft__snapshot_close(sft_trainer *t, sft_snapshot *s)
{
    sft__slab_close(t->ctx, &s->copy);
}
