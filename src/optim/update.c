/* SPDX-License-Identifier: MIT */
/* The update: each block of the slab goes through the whole chain while it lies in the
 * first-level cache. */
#include "optim/chain.h"

#include <limits.h>

/* A slot begins on a cache line. */
static int64_t slot_stride(int64_t n)
{
    int64_t line = SFT_ALIGN / (int64_t)sizeof(real);
    return (n + line - 1) / line * line;
}

static sft_status check_groups(sft_ctx *c, int64_t n, const sft_group *group, int n_groups)
{
    int64_t end = 0;
    for (int i = 0; i < n_groups && group[i].offset == end && group[i].n >= 0; i++)
        end += group[i].n;
    if (end != n)
        return sft__fail(
            c, SFT_E003,
            "the optimiser's groups cover %lld of %lld weights — a bug, please report it",
            (long long)end, (long long)n);
    return SFT_OK;
}

static void name_slots(sft_update *u)
{
    for (int i = 0; i < u->n_links; i++)
        for (int k = 0; k < u->link[i].transform->slots; k++)
            u->slot_name[u->n_slots++] = u->link[i].transform->slot_name[k];
}

sft_status sft__update_open(sft_ctx *c, sft_arena *a, sft_update *u, const sft_optimizer *o,
                            const void *conf, real *w, const real *g, int64_t n,
                            const sft_group *group, int n_groups)
{
    *u = (sft_update){
        .ctx = c, .arena = a, .n = n, .group = group, .n_groups = n_groups, .w = w, .g = g
    };
    sft_status s = check_groups(c, n, group, n_groups);
    if (s != SFT_OK) return s;
    u->n_links = o->chain(a, conf, u->link);
    if (u->n_links < 0)
        return sft__fail(c, SFT_E003, "optimizer %s gave no chain",
                         o->name); /* the chain's own failure came first */
    name_slots(u);
    int64_t size;
    if (n > INT64_MAX - SFT_ALIGN ||
        !sft__mul(slot_stride(n), u->n_slots * (int64_t)sizeof(real), &size))
        return sft__fail(c, SFT_E127, "%lld weights are too many for this machine", (long long)n);
    return size > 0 ? sft__slab_open(c, &u->slab, (size_t)size) : SFT_OK;
}

void sft__update_close(sft_update *u)
{
    if (u->slab.base != NULL) sft__slab_close(u->ctx, &u->slab);
}

real *sft__update_slot(sft_update *u, int slot)
{
    return (real *)u->slab.base + slot * slot_stride(u->n);
}

SFT_HOT static void multiply(int64_t n, real scale, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = scale * x[i];
}

SFT_HOT static void descend(int64_t n, real keep, real lr, const real *restrict u, real *restrict w)
{
    for (int64_t i = 0; i < n; i++)
        w[i] = keep * w[i] - lr * u[i];
}

typedef struct job {
    sft_update *u;
    double      lr, scale;
    double      coef[SFT_MAX_CHAIN][SFT_MAX_COEFS];
} job;

/* The chain on one block. A result is the next transform's input, so two buffers take turns. */
static void update_block(const job *j, const sft_group *group, int64_t at, int64_t n)
{
    _Alignas(SFT_ALIGN) real buffer[2][SFT_BLOCK];
    sft_update *u = j->u;
    double      lr = j->lr * group->lr_scale, keep = 1;
    sft_block   b = { .n = n, .in = u->g + at, .w = u->w + at, .decay = group->decay,
                      .lr = lr };
    if (j->scale != 1) {
        multiply(n, (real)j->scale, b.in, buffer[1]);
        b.in = buffer[1];
    }
    for (int i = 0, slot = 0; i < u->n_links; i++) {
        const sft_transform *t = u->link[i].transform;
        for (int k = 0; k < t->slots; k++)
            b.slot[k] = sft__update_slot(u, slot++) + at;
        b.coef = j->coef[i];
        b.out = b.in == buffer[0] ? buffer[1] : buffer[0];
        if (t->apply != NULL)
            b.in = t->apply(u->link[i].conf, &b);
        if (t->shrink != NULL && group->decay)
            keep -= lr * t->shrink(u->link[i].conf);
    }
    descend(n, (real)keep, (real)lr, b.in, u->w + at);
}

/* Where blocks begin depends on groups and low; the chain is elementwise, so the bits do not. */
static void update_range(const job *j, int64_t low, int64_t high)
{
    for (int i = 0; i < j->u->n_groups; i++) {
        const sft_group *group = &j->u->group[i];
        int64_t end = group->offset + group->n < high ? group->offset + group->n : high;
        for (int64_t at = group->offset > low ? group->offset : low; at < end; at += SFT_BLOCK)
            update_block(j, group, at, end - at < SFT_BLOCK ? end - at : SFT_BLOCK);
    }
}

static void update_share(void *arg, int thread, int threads)
{
    const job *j = arg;
    int64_t    blocks = (j->u->n + SFT_BLOCK - 1) / SFT_BLOCK;
    int64_t    low = blocks * thread / threads * SFT_BLOCK;
    int64_t    high = blocks * (thread + 1) / threads * SFT_BLOCK;
    update_range(j, low, high < j->u->n ? high : j->u->n);
}

/* A second thread that spins pays from about 12000 weights on (the hand-off takes 1.5 us), one that
 * has gone to sleep (40 us) not before 200000. */
enum { ALONE = 32 * 1024 };

void sft__update_step(sft_update *u, sft_team *team, int64_t step, double lr, double scale)
{
    job j = { .u = u, .lr = lr, .scale = scale };
    for (int i = 0; i < u->n_links; i++)
        if (u->link[i].transform->prepare != NULL)
            u->link[i].transform->prepare(u->link[i].conf, step, j.coef[i]);
    if (team == NULL || u->n < ALONE || sft__team_size(team) == 1)
        update_share(&j, 0, 1);
    else
        sft__team_run(team, update_share, &j);
}
