/* SPDX-License-Identifier: MIT */
/* From lifetimes to slabs: what each node keeps and until when, one aligned allocation a purpose, and the passes that point into them. */
#include "graph/private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Time runs over forward (node i at i), the loss (at N) and backward (node i at 2N - i). */
typedef struct lives {
    sft_net      *net;
    sft_interval *list;
    int           n;
    int          *out, *grad, *saved; /* node to buffer; -1: none */
} lives;

static int64_t aligned(int64_t bytes)
{
    return (bytes + SFT_ALIGN - 1) / SFT_ALIGN * SFT_ALIGN;
}

static int add(lives *l, int64_t bytes, int start, int end)
{
    l->list[l->n] = (sft_interval){ .size = aligned(bytes), .start = start, .end = end };
    return l->n++;
}

static void stretch(lives *l, int buffer, int start, int end)
{
    sft_interval *it = &l->list[buffer];
    it->start = start < it->start ? start : it->start;
    it->end = end > it->end ? end : it->end;
}

static bool reads_out(const sft_node *x)
{
    return (x->op->traits & SFT_READS_OUT) || x->act;
}

/* May this node work on its input's own memory? Only when nobody else reads that and the producer does not want it back. */
static bool may_share(const sft_node *x)
{
    return (x->op->traits & SFT_IN_PLACE) && !x->kernel && x->in[0]->index > 0 && x->in[0]->consumers == 1;
}

static void outputs_live(lives *l, int64_t rows)
{
    sft_net *n = l->net;
    int N = n->n_nodes;
    for (int i = 1; i < N; i++) {
        sft_node *x = n->node[i];
        int end = reads_out(x) ? 2 * N - i : i;
        if (may_share(x) && !reads_out(x->in[0]))
            stretch(l, l->out[i] = l->out[x->in[0]->index], i, end);
        else
            l->out[i] = add(l, rows * sft__count(x->out) * (int64_t)sizeof(real), i, end);
        for (int j = 0; j < x->n_in; j++)
            if (x->in[j]->index > 0)
                stretch(l, l->out[x->in[j]->index], i, (x->op->traits & SFT_READS_IN) ? 2 * N - i : i);
        l->saved[i] = x->saved_row || x->saved_fixed ? add(l, x->saved_fixed + rows * x->saved_row, i, 2 * N - i) : -1;
    }
    stretch(l, l->out[N - 1], N, N);
}

static bool heavy(const sft_node *x, int64_t rows)
{
    int64_t weights = 0;
    for (int j = 0; j < x->n_param; j++)
        weights += x->param[j].stored;
    return weights > rows * (sft__count(x->in[0]->out) + sft__count(x->out));
}

static void gradients_live(lives *l, int64_t rows)
{
    sft_net *n = l->net;
    int N = n->n_nodes;
    sft_place *place = n->run->place;
    for (int i = 1; i < N; i++) {
        sft_node *x = n->node[i];
        place[i].wants_grad = x->n_param > 0;
        place[i].heavy = heavy(x, rows);
        for (int j = 0; j < x->n_in; j++)
            place[i].wants_grad |= place[x->in[j]->index].wants_grad;
    }
    l->grad[N - 1] = place[N - 1].wants_grad
                         ? add(l, rows * sft__count(n->node[N - 1]->out) * (int64_t)sizeof(real), N, N + 1) : -1;
    for (int i = N - 1; i > 0; i--) {
        sft_node *x = n->node[i];
        if (!place[i].wants_grad)
            continue;
        for (int j = 0; j < x->n_in; j++) {
            int from = x->in[j]->index;
            if (!place[from].wants_grad)
                continue;
            place[i].write[j] = l->grad[from] < 0;
            if (j == 0 && l->grad[from] < 0 && may_share(x))
                stretch(l, l->grad[from] = l->grad[i], 2 * N - i, 2 * N - from);
            else if (l->grad[from] < 0)
                l->grad[from] = add(l, rows * sft__count(x->in[j]->out) * (int64_t)sizeof(real), 2 * N - i, 2 * N - from);
        }
    }
}

/* ---- does it fit? -------------------------------------------------------------------------- */

static int64_t machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (int64_t)pages * size : INT64_MAX;
}

/* The five layers that take most, for the message. */
static void top_layers(const sft_net *n, char *buf, size_t size)
{
    int best[5], count = 0;
    for (int k = 0; k < 5; k++) {
        int at = -1;
        for (int i = 1; i < n->n_nodes; i++) {
            bool used = false;
            for (int q = 0; q < count; q++)
                used |= best[q] == i;
            if (!used && (at < 0 || sft__count(n->node[i]->out) > sft__count(n->node[at]->out)))
                at = i;
        }
        if (at < 0)
            break;
        best[count++] = at;
    }
    size_t used = 0;
    for (int q = 0; q < count && used < size; q++) {
        double mib = (double)sft__count(n->node[best[q]]->out) * (double)n->batch * sizeof(real) / 1048576.0;
        int w = snprintf(buf + used, size - used, "%s%s %.1f MiB", q ? ", " : "", n->node[best[q]]->label, mib);
        used += w > 0 ? (size_t)w : 0;
    }
}

/* least: bytes that grow with the batch, at least; likely: the same as it will be, for the batch to advise. */
static sft_status check_fit(sft_net *n, int64_t limit, double params, double least, double likely)
{
    if (limit <= 0)
        limit = machine_memory();
    double fixed = params * sizeof(real) * (3.0 + n->shards), need = fixed + least;
    if (need <= (double)limit)
        return SFT_OK;
    char top[400] = "";
    top_layers(n, top, sizeof top);
    double room = ((double)limit - fixed) / (likely / (double)n->batch);
    const double mib = 1048576.0;
    if (room >= 1)
        return sft__fail(n->ctx, SFT_E128, "the memory plan needs %.1f MiB and %.1f MiB are there — largest outputs: %s — try train.batch=%.0f",
                         need / mib, (double)limit / mib, top, floor(room));
    return sft__fail(n->ctx, SFT_E128, "the model needs %.1f MiB for weights and optimiser alone and %.1f MiB are there — make it narrower",
                     fixed / mib, (double)limit / mib);
}

/* What is wanted at least: kernels are tried on real sizes before the plan is made, and that must not ask for what is not there. */
sft_status sft__check_room(sft_net *n, int64_t limit)
{
    double params = 0, largest = 0, all = 0, batch = (double)n->batch * sizeof(real);
    for (int i = 1; i < n->n_nodes; i++) {
        const sft_node *x = n->node[i];
        double both = (double)sft__count(x->out) + (double)sft__count(x->in[0]->out);
        largest = both > largest ? both : largest;
        all += 2 * (double)sft__count(x->out); /* and its gradient */
        for (int k = 0; k < x->n_param; k++)
            params += (double)sft__count(x->param[k].shape);
    }
    return check_fit(n, limit, params, largest * batch, all * batch);
}

/* ---- passes -------------------------------------------------------------------------------- */

static void *in_shard(const sft_run *r, int shard, int64_t offset)
{
    return offset < 0 ? NULL : (char *)r->act.base + (int64_t)shard * r->shard_bytes + offset;
}

static void point_pass(sft_net *n, int i, int s)
{
    sft_run *r = n->run;
    sft_node *x = n->node[i];
    sft_pass *p = &r->pass[i * n->shards + s];
    real *w = n->w.base, *state = n->s.base, *g = sft__shard_gradient(n, s);
    p->shard = s;
    p->seed = n->seed;
    p->row0 = (int64_t)s * r->rows;
    p->out = in_shard(r, s, r->place[i].out);
    p->dout = in_shard(r, s, r->place[i].grad);
    p->saved = in_shard(r, s, r->place[i].saved);
    for (int j = 0; j < x->n_in; j++) {
        int from = x->in[j]->index;
        p->in[j] = from ? in_shard(r, s, r->place[from].out) : NULL;
        p->din[j] = r->place[from].wants_grad ? in_shard(r, s, r->place[from].grad) : NULL;
        p->add[j] = !r->place[i].write[j];
    }
    for (int j = 0; j < x->n_param; j++) {
        p->param[j] = w + x->param[j].offset;
        p->dparam[j] = g + x->param[j].offset;
    }
    for (int j = 0; j < x->n_state; j++)
        p->state[j] = state + x->state[j].offset;
}

static sft_status make_joins(sft_net *n)
{
    sft_run *r = n->run;
    int N = n->n_nodes;
    r->joined = sft__arena_alloc(&n->arena, 3 * (size_t)N * sizeof *r->joined);
    if (!r->joined)
        return sft_code(n->ctx);
    r->part_of = r->joined + N;
    r->part_back_of = r->joined + 2 * N;
    for (int i = 1; i < N; i++) {
        int64_t a = n->node[i]->join, b = n->node[i]->join_back;
        if (a + b == 0)
            continue;
        r->max_join = a > r->max_join ? a : r->max_join;
        r->max_join = b > r->max_join ? b : r->max_join;
        double *at = sft__arena_alloc(&n->arena, (size_t)(a + (a + b) * n->shards) * sizeof *at);
        if (!at)
            return sft_code(n->ctx);
        r->joined[i] = at;
        r->part_of[i] = at + a;
        r->part_back_of[i] = r->part_of[i] + a * n->shards;
    }
    r->merged = sft__arena_alloc(&n->arena, (size_t)(r->max_join * SFT_JOIN_DEPTH * r->threads + 1) * sizeof *r->merged);
    return sft_code(n->ctx);
}

static sft_status open_slabs(sft_net *n)
{
    sft_run *r = n->run;
    size_t w = (size_t)n->n_params * sizeof(real);
    sft_slab *slab[] = { &n->w, &n->g, &n->s, &r->act, &r->part, &r->work };
    size_t bytes[] = { w, w, (size_t)n->n_states * sizeof(real), (size_t)(r->shard_bytes * n->shards),
                       w * (size_t)(n->shards - 1), (size_t)(r->work_bytes * r->threads) };
    for (size_t i = 0; i < sizeof slab / sizeof *slab; i++)
        if (sft__slab_open(n->ctx, slab[i], bytes[i] ? bytes[i] : SFT_ALIGN))
            return sft_code(n->ctx);
    size_t cells = (size_t)n->n_nodes * (size_t)n->shards;
    r->blocks = (n->n_params + SFT_REDUCE_BLOCK - 1) / SFT_REDUCE_BLOCK;
    r->pass = sft__arena_alloc(&n->arena, cells * sizeof *r->pass);
    r->sumsq = sft__arena_alloc(&n->arena, (size_t)(r->blocks + 1) * sizeof *r->sumsq);
    r->loss_sum = sft__arena_alloc(&n->arena, 2 * (size_t)n->shards * sizeof *r->loss_sum);
    if (sft__failed(n->ctx))
        return sft_code(n->ctx);
    r->right = r->loss_sum + n->shards;
    for (int i = 1; i < n->n_nodes; i++)
        for (int s = 0; s < n->shards; s++)
            point_pass(n, i, s);
    return SFT_OK;
}

static int64_t work_needed(const sft_net *n)
{
    int64_t most = 0;
    for (int i = 1; i < n->n_nodes; i++) {
        int64_t need = n->node[i]->work_fixed + n->node[i]->work_row * n->run->rows;
        most = need > most ? need : most;
    }
    return aligned(most + SFT_ALIGN);
}

sft_status sft__plan_memory(sft_net *n, int64_t limit)
{
    sft_run *r = n->run;
    int N = n->n_nodes;
    sft_arena scratch;
    sft__arena_open(&scratch, n->ctx);
    lives l = { .net = n, .list = sft__arena_alloc(&scratch, 3 * (size_t)N * sizeof *l.list) };
    l.out = sft__arena_alloc(&scratch, 3 * (size_t)N * sizeof *l.out);
    r->place = sft__arena_alloc(&n->arena, (size_t)N * sizeof *r->place);
    if (!sft__failed(n->ctx)) {
        l.grad = l.out + N;
        l.saved = l.out + 2 * N;
        for (int i = 0; i < 3 * N; i++)
            l.out[i] = -1;
        outputs_live(&l, r->rows);
        gradients_live(&l, r->rows);
        r->shard_bytes = sft__plan(&scratch, l.list, l.n);
        for (int i = 0; i < N && !sft__failed(n->ctx); i++) {
            r->place[i].out = l.out[i] < 0 ? -1 : l.list[l.out[i]].offset;
            r->place[i].grad = l.grad[i] < 0 ? -1 : l.list[l.grad[i]].offset;
            r->place[i].saved = l.saved[i] < 0 ? -1 : l.list[l.saved[i]].offset;
        }
    }
    sft__arena_close(&scratch);
    r->work_bytes = work_needed(n);
    double acts = (double)n->run->shard_bytes * n->shards;
    if (sft__failed(n->ctx) || check_fit(n, limit, (double)n->n_params, acts, acts) || open_slabs(n))
        return sft_code(n->ctx);
    return make_joins(n);
}

/* ---- shard sizes that come later ----------------------------------------------------------- */

static bool known(const sft_run *r, int64_t rows)
{
    for (int i = 0; i < r->n_known; i++)
        if (r->known[i] == rows)
            return true;
    return false;
}

sft_status sft__prepare_rows(sft_net *n, int64_t rows)
{
    sft_run *r = n->run;
    if (rows <= 0 || known(r, rows))
        return SFT_OK;
    if (r->n_known == r->room_known) {
        int room = 2 * r->room_known + 4;
        int64_t *more = sft__arena_alloc(&n->arena, (size_t)room * sizeof *more);
        if (!more)
            return sft_code(n->ctx);
        if (r->n_known)
            memcpy(more, r->known, (size_t)r->n_known * sizeof *more);
        r->known = more;
        r->room_known = room;
    }
    r->known[r->n_known++] = rows;
    for (int i = 1; i < n->n_nodes; i++) {
        sft_node *x = n->node[i];
        if (x->kernel && x->kernel->prepare(n->ctx, x, r->known, r->n_known))
            return sft_code(n->ctx);
    }
    int64_t need = work_needed(n);
    if (need <= r->work_bytes || !r->work.base)
        return SFT_OK;
    sft__slab_close(n->ctx, &r->work);
    r->work_bytes = need;
    return sft__slab_open(n->ctx, &r->work, (size_t)(need * r->threads));
}

void sft__run_close(sft_net *n)
{
    sft_run *r = n->run;
    for (int i = 1; i < n->n_nodes; i++)
        if (n->node[i]->kernel && n->node[i]->kernel->release)
            n->node[i]->kernel->release(n->ctx, n->node[i]);
    if (!r)
        return;
    sft__slab_close(n->ctx, &r->act);
    sft__slab_close(n->ctx, &r->part);
    sft__slab_close(n->ctx, &r->work);
}
