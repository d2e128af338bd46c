/* SPDX-License-Identifier: MIT */
/* Chains with transforms that need a tensor as a whole: its norm, or its matrix.
 *
 * The chain is cut in front of each of them. A stage sends all blocks through its links and keeps the
 * result; then norms are summed, or matrices are worked on, one thread a tensor; then the next stage goes on.
 * Blocks are cut within tensors, a norm is the sum over its blocks in their order: no bit depends on threads. */
#include "optim/stages.h"
#include "base/ctx.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 };

typedef struct tile {           /* a block of a part */
    int     part;
    int64_t at, n;
} tile;

typedef struct piece {          /* a part and what is known of it */
    sft_tensor_part         part;
    const sft_group *group;
    int              tile, tiles;
    int              desk;      /* where it is worked on; -1: not yet given to one */
    double           norm_in, norm_w;
} piece;

struct sft_stages {
    int      n, cut[SFT_MAX_CHAIN + 1]; /* stage s: the links from cut[s] on */
    int      n_pieces, n_tiles;
    piece   *piece;
    tile    *tile;
    double  *sum_in, *sum_w;    /* of squares, per tile */
    sft_slab held;              /* what the stages have made of the gradient so far; then the desks */
    int64_t  desk_size;
    int      desks;             /* threads that can work on matrices at once */
    real    *desk;
    bool     projects;
    void    *owner;
    void   (*unpack)(void *owner, int part, const real *slab, real *plain);
    void   (*pack)(void *owner, int part, const real *plain, real *slab);
};

static bool is_cut(const sft_link *l) { return l->transform->norms || l->transform->whole; }

/* ---- opening ------------------------------------------------------------------------------- */

static void cut_chain(const sft_update *u, struct sft_stages *st)
{
    st->n = 1;
    for (int i = 0; i < u->n_links; i++) {
        if (is_cut(&u->link[i])) st->cut[st->n++] = i;
        st->projects |= u->link[i].transform->project != NULL;
    }
    st->cut[st->n] = u->n_links;
}

static bool is_staged(const sft_update *u)
{
    bool staged = false;
    for (int i = 0; i < u->n_links; i++)
        staged |= is_cut(&u->link[i]) || u->link[i].transform->project || u->link[i].only;
    return staged;
}

static const sft_group *group_of(const sft_update *u, const sft_tensor_part *p)
{
    for (int i = 0; i < u->n_groups; i++)
        if (p->offset >= u->group[i].offset &&
            p->offset + p->stored <= u->group[i].offset + u->group[i].n)
            return &u->group[i];
    return NULL;
}

static sft_status take_parts(sft_update *u, struct sft_stages *st, const sft_update_conf *k)
{
    st->n_pieces = k->part ? k->n_parts : k->n_groups;
    st->piece = sft__arena_alloc(u->arena, ((size_t)st->n_pieces + 1) * sizeof *st->piece);
    for (int i = 0; st->piece && i < st->n_pieces; i++) {
        piece *p = &st->piece[i];
        p->part = k->part ? k->part[i]
                          : (sft_tensor_part){ k->group[i].offset, k->group[i].n, k->group[i].n, 1, false };
        p->group = group_of(u, &p->part);
        p->tile = st->n_tiles;
        p->tiles = (int)((p->part.stored + SFT_BLOCK - 1) / SFT_BLOCK);
        st->n_tiles += p->tiles;
        if (!p->group)
            return sft__fail(u->ctx, SFT_E003,
                             "tensor %d lies in no group of the optimiser — a bug, please report it", i);
    }
    return sft_code(u->ctx);
}

static sft_status make_tiles(sft_update *u, struct sft_stages *st)
{
    size_t n = (size_t)st->n_tiles + 1;
    st->tile = sft__arena_alloc(u->arena, n * sizeof *st->tile);
    st->sum_in = sft__arena_alloc(u->arena, n * sizeof(double));
    st->sum_w = sft__arena_alloc(u->arena, n * sizeof(double));
    if (!st->tile || !st->sum_in || !st->sum_w) return sft_code(u->ctx);
    for (int i = 0; i < st->n_pieces; i++)
        for (int k = 0; k < st->piece[i].tiles; k++) {
            int64_t done = (int64_t)k * SFT_BLOCK, left = st->piece[i].part.stored - done;
            st->tile[st->piece[i].tile + k] =
                (tile){ i, st->piece[i].part.offset + done, left < SFT_BLOCK ? left : SFT_BLOCK };
        }
    return SFT_OK;
}

/* A desk holds the largest tensor and the scratch of who works on it. */
static void size_desks(const sft_update *u, struct sft_stages *st)
{
    bool needed = false;
    for (int l = 0; l < u->n_links; l++) {
        const sft_transform *t = u->link[l].transform;
        if (!t->whole && !t->project) continue;
        needed = true;
        for (int i = 0; i < st->n_pieces; i++) {
            const sft_tensor_part *p = &st->piece[i].part;
            int64_t         size = p->rows * p->cols + (t->room ? t->room(p->rows, p->cols) : 0);
            st->desk_size = size > st->desk_size ? size : st->desk_size;
        }
    }
    sft_team *team = sft__ctx_team(u->ctx);
    int       size = team ? sft__team_size(team) : 1;
    st->desks = !needed ? 0 : size < st->n_pieces ? size : st->n_pieces > 0 ? st->n_pieces : 1;
}

/* Matrix products cost most: rows x cols x the shorter. */
static double cost(const piece *p)
{
    double rows = (double)p->part.rows, cols = (double)p->part.cols;
    return rows * cols * (p->part.matrix ? fmin(rows, cols) : 1);
}

/* The dearest tensor left goes to the desk that has least to do: layers alternate matrices and vectors, and turn by turn one
 * desk would get all the matrices. */
static sft_status share_desks(sft_update *u, struct sft_stages *st)
{
    double *load = sft__arena_alloc(u->arena, ((size_t)st->desks + 1) * sizeof *load);
    if (!load) return sft_code(u->ctx);
    for (int i = 0; i < st->n_pieces; i++) st->piece[i].desk = -1;
    for (int k = 0; st->desks && k < st->n_pieces; k++) {
        piece *dear = NULL;
        int    idle = 0;
        for (int i = 0; i < st->n_pieces; i++)
            if (st->piece[i].desk < 0 && (!dear || cost(&st->piece[i]) > cost(dear))) dear = &st->piece[i];
        for (int d = 1; d < st->desks; d++)
            if (load[d] < load[idle]) idle = d;
        dear->desk = idle;
        load[idle] += cost(dear);
    }
    return SFT_OK;
}

sft_status sft__stages_open(sft_update *u, const sft_update_conf *k)
{
    if (!is_staged(u)) return SFT_OK;
    struct sft_stages *st = sft__arena_alloc(u->arena, sizeof *st);
    if (!st) return sft_code(u->ctx);
    u->stages = st;
    st->owner = k->owner;
    st->unpack = k->unpack;
    st->pack = k->pack;
    cut_chain(u, st);
    if (take_parts(u, st, k) || make_tiles(u, st)) return sft_code(u->ctx);
    size_desks(u, st);
    if (share_desks(u, st)) return sft_code(u->ctx);
    int64_t desks, all;
    if (!sft__mul(st->desk_size, st->desks, &desks) || !sft__add(desks, u->n, &all) ||
        all > INT64_MAX / (int64_t)sizeof(real) - 1)
        return sft__fail(u->ctx, SFT_E127, "%lld weights are too many for this machine", (long long)u->n);
    if (sft__slab_open(u->ctx, &st->held, (size_t)(all + 1) * sizeof(real))) return sft_code(u->ctx);
    st->desk = (real *)st->held.base + u->n;
    return SFT_OK;
}

void sft__stages_close(sft_update *u)
{
    if (u->stages && u->stages->held.base) sft__slab_close(u->ctx, &u->stages->held);
}

/* ---- a step -------------------------------------------------------------------------------- */

/* In lanes, so that every instruction set adds in the same order. */
SFT_HOT static double sum_of_squares(int64_t n, const real *x)
{
    double  lane[LANES] = { 0 }, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += (double)x[i + l] * (double)x[i + l];
    for (int l = 0; i + l < n; l++) lane[l] += (double)x[i + l] * (double)x[i + l];
    for (int l = 0; l < LANES; l++) sum += lane[l];
    return sum;
}

static void run_tile(const sft_update_job *j, int s, int index)
{
    _Alignas(SFT_ALIGN) real buffer[2][SFT_BLOCK];
    struct sft_stages *st = j->u->stages;
    const tile        *t = &st->tile[index];
    const piece       *p = &st->piece[t->part];
    real              *held = (real *)st->held.base + t->at;
    sft_block          b = { .n = t->n,
                             .in = s == 0 ? j->u->g + t->at : held,
                             .w = j->u->w + t->at,
                             .decay = p->group->decay,
                             .lr = j->lr * p->group->lr_scale,
                             .matrix = p->part.matrix,
                             .norm_in = p->norm_in,
                             .norm_w = p->norm_w };
    if (s == 0) sft__update_scale(j, &b, buffer[1]);
    sft__update_links(j, &b, t->at, st->cut[s], st->cut[s + 1], buffer);
    if (s + 1 == st->n) {
        sft__update_descend(j, &b, t->at);
        return;
    }
    if (b.in != held) memcpy(held, b.in, (size_t)t->n * sizeof *held);
    if (j->u->link[st->cut[s + 1]].transform->norms) {
        st->sum_in[index] = sum_of_squares(t->n, held);
        st->sum_w[index] = sum_of_squares(t->n, b.w);
    }
}

static void find_norms(struct sft_stages *st, int thread, int threads)
{
    for (int i = thread; i < st->n_pieces; i += threads) {
        piece *p = &st->piece[i];
        double in = 0, w = 0;
        for (int k = p->tile; k < p->tile + p->tiles; k++) {
            in += st->sum_in[k];
            w += st->sum_w[k];
        }
        p->norm_in = sqrt(in);
        p->norm_w = sqrt(w);
    }
}

/* One link on one tensor: out of the slab into PyTorch's order, worked on, and back. */
static void work_on(const sft_update_job *j, int link, int part, real *slab, real *desk)
{
    struct sft_stages *st = j->u->stages;
    const sft_link    *l = &j->u->link[link];
    const piece       *p = &st->piece[part];
    int64_t            count = p->part.rows * p->part.cols;
    sft_whole          t = { .rows = p->part.rows,
                             .cols = p->part.cols,
                             .matrix = p->part.matrix,
                             .part = part,
                             .decay = p->group->decay,
                             .reference = sft__ctx_reference(j->u->ctx),
                             .coef = j->coef[link],
                             .x = desk,
                             .room = desk + count };
    if (st->unpack)
        st->unpack(st->owner, part, slab, desk);
    else
        memcpy(desk, slab + p->part.offset, (size_t)count * sizeof *desk);
    if (l->transform->whole)
        l->transform->whole(l->conf, &t);
    else if (!l->transform->project(l->conf, &t))
        return;
    if (st->pack)
        st->pack(st->owner, part, desk, slab);
    else
        memcpy(slab + p->part.offset, desk, (size_t)count * sizeof *desk);
}

static void work_on_all(const sft_update_job *j, int link, real *slab, int thread, int threads)
{
    struct sft_stages *st = j->u->stages;
    unsigned           only = j->u->link[link].only;
    for (int i = 0; i < st->n_pieces; i++)
        if (st->piece[i].desk % threads == thread &&
            (!only || only == (st->piece[i].part.matrix ? SFT_MATRICES : SFT_VECTORS)))
            work_on(j, link, i, slab, st->desk + thread * st->desk_size);
}

static void wait_for_all(const sft_update_job *j, int thread)
{
    if (j->team) sft__team_barrier(j->team, thread);
}

static void run_stages(void *arg, int thread, int threads)
{
    const sft_update_job *j = arg;
    struct sft_stages    *st = j->u->stages;
    int64_t               low = (int64_t)st->n_tiles * thread / threads,
            high = (int64_t)st->n_tiles * (thread + 1) / threads;
    for (int s = 0; s < st->n; s++) {
        for (int64_t i = low; i < high; i++) run_tile(j, s, (int)i);
        if (s + 1 == st->n) break;
        wait_for_all(j, thread);
        if (j->u->link[st->cut[s + 1]].transform->norms) find_norms(st, thread, threads);
        if (j->u->link[st->cut[s + 1]].transform->whole)
            work_on_all(j, st->cut[s + 1], st->held.base, thread, threads);
        wait_for_all(j, thread);
    }
    for (int i = 0; st->projects && i < j->u->n_links; i++) {
        if (!j->u->link[i].transform->project) continue;
        wait_for_all(j, thread);
        work_on_all(j, i, j->u->w, thread, threads);
    }
}

void sft__stages_step(sft_update_job *j, sft_team *team)
{
    if (team == NULL || sft__team_size(team) == 1) {
        run_stages(j, 0, 1);
        return;
    }
    j->team = team;
    sft__team_run(team, run_stages, j);
}
