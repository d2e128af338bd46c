/* SPDX-License-Identifier: MIT */
/* A fork of a run: what a step changes is in slabs and a few numbers, so it is copied and put back by a few
 * memcpy. What is random follows from seed and step and needs no copy. */
#include "train/train.h"

#include <string.h>

enum { PIECES = 3 + 2 * SFT_STORES };

typedef struct piece {
    void  *at;
    size_t size;
} piece;

static piece whole(const sft_slab *s) { return (piece){ s->base, s->size }; }

/* Weights, running averages, the optimiser's state, what wrappers and averages keep: whatever else a step comes to change
 * belongs here. */
static size_t list(sft_trainer *t, piece p[PIECES])
{
    int    n = 0;
    size_t bytes = 0;
    p[n++] = whole(&t->net->w);
    p[n++] = whole(&t->net->s);
    p[n++] = whole(&t->update.slab);
    for (int i = 0; i < SFT_STORES; i++) {
        p[n++] = whole(&t->store[i].slab);
        p[n++] = (piece){ t->store[i].number, (size_t)t->store[i].needs.numbers * sizeof(double) };
    }
    for (int i = 0; i < PIECES; i++)
        bytes += p[i].size;
    return bytes;
}

sft_status sft__snapshot_take(sft_trainer *t, sft_snapshot *s)
{
    piece p[PIECES];
    if (sft_trainer_average(t, false))
        return sft_code(t->ctx);
    *s = (sft_snapshot){ .step = t->step, .optimizer_from = t->optimizer_from, .recounted_at = t->recounted_at, .seen = t->seen };
    if (sft__slab_open(t->ctx, &s->copy, list(t, p) + 1))
        return sft_code(t->ctx);
    char *to = s->copy.base;
    for (int i = 0; i < PIECES; to += p[i++].size)
        if (p[i].size)
            memcpy(to, p[i].at, p[i].size);
    return SFT_OK;
}

void sft__snapshot_restore(sft_trainer *t, const sft_snapshot *s)
{
    piece p[PIECES];
    const char *from = s->copy.base;
    list(t, p);
    for (int i = 0; i < PIECES; from += p[i++].size)
        if (p[i].size)
            memcpy(p[i].at, from, p[i].size);
    t->step = s->step;
    t->optimizer_from = s->optimizer_from;
    t->recounted_at = s->recounted_at;
    t->seen = s->seen;
}

void sft__snapshot_close(sft_trainer *t, sft_snapshot *s)
{
    sft__slab_close(t->ctx, &s->copy);
}
