/* SPDX-License-Identifier: MIT */
/* The update: each block of the slab goes through the whole chain while it lies in the
 * first-level cache. Chains with transforms that need whole tensors go by stages.c. */
#include "optim/stages.h"

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
    for (int i = 0; i < u->n_links; i++) {
        u->first_slot[i] = u->n_slots;
        for (int k = 0; k < u->link[i].transform->slots; k++)
            u->slot_name[u->n_slots++] = u->link[i].transform->slot_name[k];
    }
}

/* Regularisers stand around the optimiser's own chain. */
static sft_status make_chain(sft_update *u, const sft_update_conf *k)
{
    sft_link own[SFT_MAX_CHAIN];
    int      n = k->optimizer->chain ? k->optimizer->chain(u->arena, k->conf, own) : 0;
    if (n < 0 || k->n_before + n + k->n_after > SFT_MAX_CHAIN)
        return sft__fail(u->ctx, SFT_E003, "optimizer %s gave no chain",
                         k->optimizer->name); /* the chain's own failure came first */
    for (int i = 0; i < k->n_before; i++) u->link[u->n_links++] = k->before[i];
    for (int i = 0; i < n; i++) u->link[u->n_links++] = own[i];
    for (int i = 0; i < k->n_after; i++) u->link[u->n_links++] = k->after[i];
    return SFT_OK;
}

sft_status sft__update_start(sft_ctx *c, sft_arena *a, sft_update *u, const sft_update_conf *k)
{
    *u = (sft_update){ .ctx = c,
                       .arena = a,
                       .n = k->n,
                       .group = k->group,
                       .n_groups = k->n_groups,
                       .w = k->w,
                       .g = k->g };
    if (check_groups(c, k->n, k->group, k->n_groups) || make_chain(u, k)) return sft_code(c);
    name_slots(u);
    int64_t size;
    if (k->n > INT64_MAX - SFT_ALIGN ||
        !sft__mul(slot_stride(k->n), u->n_slots * (int64_t)sizeof(real), &size))
        return sft__fail(c, SFT_E127, "%lld weights are too many for this machine",
                         (long long)k->n);
    if (size > 0 && sft__slab_open(c, &u->slab, (size_t)size)) return sft_code(c);
    return sft__stages_open(u, k);
}

sft_status sft__update_open(sft_ctx *c, sft_arena *a, sft_update *u, const sft_optimizer *o,
                            const void *conf, real *w, const real *g, int64_t n,
                            const sft_group *group, int n_groups)
{
    return sft__update_start(c, a, u,
                             &(sft_update_conf){ .optimizer = o,
                                                 .conf = conf,
                                                 .w = w,
                                                 .g = g,
                                                 .n = n,
                                                 .group = group,
                                                 .n_groups = n_groups });
}

void sft__update_close(sft_update *u)
{
    sft__stages_close(u);
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

void sft__update_scale(const sft_update_job *j, sft_block *b, real *room)
{
    if (j->scale == 1) return;
    multiply(b->n, (real)j->scale, b->in, room);
    b->in = room;
}

/* A result is the next transform's input, so two buffers take turns. */
void sft__update_links(const sft_update_job *j, sft_block *b, int64_t at, int from, int to,
                       real buffer[2][SFT_BLOCK])
{
    for (int i = from; i < to; i++) {
        const sft_link      *link = &j->u->link[i];
        const sft_transform *t = link->transform;
        if (t->apply == NULL || (link->only && link->only != (b->matrix ? SFT_MATRICES : SFT_VECTORS)))
            continue;
        for (int k = 0; k < t->slots; k++)
            b->slot[k] = sft__update_slot(j->u, j->u->first_slot[i] + k) + at;
        b->coef = j->coef[i];
        b->out = b->in == buffer[0] ? buffer[1] : buffer[0];
        b->in = t->apply(link->conf, b);
    }
}

void sft__update_descend(const sft_update_job *j, const sft_block *b, int64_t at)
{
    double keep = 1;
    for (int i = 0; i < j->u->n_links; i++)
        if (j->u->link[i].transform->shrink != NULL)
            keep -= b->lr * b->decay * j->u->link[i].transform->shrink(j->u->link[i].conf);
    descend(b->n, (real)keep, (real)b->lr, b->in, j->u->w + at);
}

/* The chain on one block. */
static void update_block(const sft_update_job *j, const sft_group *group, int64_t at, int64_t n)
{
    _Alignas(SFT_ALIGN) real buffer[2][SFT_BLOCK];
    sft_block b = { .n = n,
                    .in = j->u->g + at,
                    .w = j->u->w + at,
                    .decay = group->decay,
                    .lr = j->lr * group->lr_scale };
    sft__update_scale(j, &b, buffer[1]);
    sft__update_links(j, &b, at, 0, j->u->n_links, buffer);
    sft__update_descend(j, &b, at);
}

/* Where blocks begin depends on groups and low; the chain is elementwise, so the bits do not. */
static void update_range(const sft_update_job *j, int64_t low, int64_t high)
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
    const sft_update_job *j = arg;
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
    sft_update_job j = { .u = u, .lr = lr, .scale = scale };
    for (int i = 0; i < u->n_links; i++)
        if (u->link[i].transform->prepare != NULL)
            u->link[i].transform->prepare(u->link[i].conf, step, j.coef[i]);
    if (u->stages != NULL)
        sft__stages_step(&j, u->n < ALONE ? NULL : team);
    else if (team == NULL || u->n < ALONE || sft__team_size(team) == 1)
        update_share(&j, 0, 1);
    else
        sft__team_run(team, update_share, &j);
}
