/* SPDX-License-Identifier: MIT */
/* The shard executor. A batch is cut into fixed shards; inside a shard every kernel runs on one thread; sums between shards go along
 * a fixed binary tree. Threads decide who computes a shard, never what is added to what: bits do not depend on their number. */
#include "graph/private.h"

#include "backend/backend.h"

#include <math.h>
#include <string.h>

static const double threads_pay = 1.5e6; /* FLOP of a step below which waking the team costs more than it gives (measured) */

typedef struct span {           /* the shards of one thread */
    int lo, hi, thread, threads;
} span;

int64_t sft__shard_rows(const sft_run *r, int shard)
{
    int64_t left = r->active_rows - (int64_t)shard * r->rows;
    return left < 0 ? 0 : left < r->rows ? left : r->rows;
}

sft_pass *sft__pass_of(sft_net *n, int node, int shard, int thread)
{
    sft_run *r = n->run;
    sft_pass *p = &r->pass[node * n->shards + shard];
    const sft_node *x = n->node[node];
    p->rows = sft__shard_rows(r, shard);
    p->batch = r->active_rows;
    p->train = r->train;
    p->step = r->step;
    p->first = r->batch->row0;
    p->row0 = p->first + (int64_t)shard * r->rows;
    p->average = r->average;
    p->work = (char *)r->work.base + (int64_t)thread * r->work_bytes;
    for (int j = 0; j < x->n_in; j++)
        if (x->in[j]->index == 0)
            p->in[j] = r->batch->x + shard * r->rows * sft__count(n->input);
    return p;
}

static void run_node(sft_net *n, int node, bool back, int shard, int thread)
{
    const sft_node *x = n->node[node];
    sft_pass *p = sft__pass_of(n, node, shard, thread);
    if (back)
        (x->kernel ? x->kernel->backward : x->op->backward)(x, p);
    else
        (x->kernel ? x->kernel->forward : x->op->forward)(x, p);
}

static void wait_all(sft_net *n, const span *w)
{
    if (w->threads > 1)
        sft__team_barrier(sft__ctx_team(n->ctx), w->thread);
}

/* ---- joins ---------------------------------------------------------------------------------- */

/* A node that waits for all shards before its forward (backward). */
static bool joins(const sft_net *n, int node, bool back)
{
    const sft_node *x = n->node[node];
    if (back)
        return x->op->gather_back && x->join_back > 0 && n->run->place[node].wants_grad;
    return x->op->gather && x->join > 0 && (n->run->train || x->join_eval);
}

/* Merges the parts of `count` shards from `lo` on along the binary tree into `into`; `spare` has room for the levels below. The parts
 * stay as they are: every thread merges for itself, which costs less than a second barrier. */
static void merge_range(const sft_net *n, const sft_node *x, bool back, const double *parts, int64_t size, int lo, int count,
                        double *into, double *spare)
{
    if (count == 1) {
        memcpy(into, parts + (int64_t)lo * size, (size_t)size * sizeof *into);
        return;
    }
    int half = 1;
    while (2 * half < count)
        half *= 2;
    merge_range(n, x, back, parts, size, lo, half, into, spare);
    merge_range(n, x, back, parts, size, lo + half, count - half, spare, spare + size);
    if (!back)
        x->op->merge(x, into, spare);
    else
        for (int64_t i = 0; i < size; i++)
            into[i] += spare[i];
}

static double *merge_for(sft_net *n, int node, bool back, int thread)
{
    sft_run *r = n->run;
    const sft_node *x = n->node[node];
    double *parts = back ? r->part_back_of[node] : r->part_of[node];
    double *mine = r->merged + (int64_t)thread * r->max_join * SFT_JOIN_DEPTH;
    int64_t size = back ? x->join_back : x->join;
    merge_range(n, x, back, parts, size, 0, r->active, mine, mine + size);
    if (thread == 0 && !back)
        memcpy(r->joined[node], mine, (size_t)size * sizeof *mine); /* commit reads it after the step */
    return mine;
}

static void join(sft_net *n, int node, bool back, const span *w)
{
    sft_run *r = n->run;
    const sft_node *x = n->node[node];
    int64_t size = back ? x->join_back : x->join;
    double *parts = back ? r->part_back_of[node] : r->part_of[node];
    for (int s = w->lo; s < w->hi; s++) {
        sft_pass *p = sft__pass_of(n, node, s, w->thread);
        p->part = parts + (int64_t)s * size;
        (back ? x->op->gather_back : x->op->gather)(x, p);
    }
    wait_all(n, w);
    const double *joined = merge_for(n, node, back, w->thread);
    for (int s = w->lo; s < w->hi; s++)
        r->pass[node * n->shards + s].joined = joined;
}

/* ---- forward, loss, backward ---------------------------------------------------------------- */

/* A node on shards lo..hi of one thread, a subtree; backward leaves the sums of the parameters' gradients with shard lo. */
static void run_subtree(sft_net *n, int node, bool back, int lo, int hi, int thread)
{
    const sft_node   *x = n->node[node];
    const sft_kernel *k = x->kernel;
    const sft_pass   *p = &n->run->pass[node * n->shards + lo];
    if (k && (back ? k->backward_shards : k->forward_shards)) {
        for (int s = lo; s < hi; s++)
            sft__pass_of(n, node, s, thread);
        (back ? k->backward_shards : k->forward_shards)(x, p, hi - lo);
        return;
    }
    for (int s = lo; s < hi; s++)
        run_node(n, node, back, s, thread);
    for (int i = 0; back && i < x->n_param; i++)
        sft__merge_params(p, hi - lo, i, x->param[i].stored);
}

static void run_layer(sft_net *n, int node, bool back, const span *w)
{
    for (int lo = w->lo, hi; lo < w->hi; lo = hi) {
        hi = sft__subtree(n->run->active, lo, w->hi);
        run_subtree(n, node, back, lo, hi, w->thread);
    }
}

/* Light nodes from..to (downwards when from > to) shard by shard, so that activations stay in the cache. */
static void run_light(sft_net *n, int from, int to, bool back, const span *w)
{
    int              step = from <= to ? 1 : -1;
    const sft_place *place = n->run->place;
    for (int s = w->lo; s < w->hi; s++)
        for (int i = from; i != to + step; i += step)
            if (!back || place[i].wants_grad)
                run_node(n, i, back, s, w->thread);
    for (int i = from; back && i != to + step; i += step)
        for (int lo = w->lo, hi; place[i].wants_grad && lo < w->hi; lo = hi) {
            hi = sft__subtree(n->run->active, lo, w->hi);
            for (int k = 0; k < n->node[i]->n_param; k++)
                sft__merge_params(&n->run->pass[i * n->shards + lo], hi - lo, k, n->node[i]->param[k].stored);
        }
}

/* Nodes from..to on the thread's shards: a heavy one layer by layer, so that its weights are read once; what lies between shard by
 * shard. */
static void run_nodes(sft_net *n, int from, int to, bool back, const span *w)
{
    int              step = from <= to ? 1 : -1;
    const sft_place *place = n->run->place;
    for (int i = from; i != to + step;) {
        int end = i;
        if (place[i].heavy) {
            if (!back || place[i].wants_grad)
                run_layer(n, i, back, w);
        } else {
            while (end != to && !place[end + step].heavy)
                end += step;
            run_light(n, i, end, back, w);
        }
        i = end + step;
    }
}

static void forward(sft_net *n, const span *w)
{
    int N = n->n_nodes;
    for (int i = 1; i < N;) {
        if (joins(n, i, false))
            join(n, i, false, w);
        int end = i;
        while (end + 1 < N && !joins(n, end + 1, false))
            end++;
        run_nodes(n, i, end, false, w);
        i = end + 1;
    }
}

static void backward(sft_net *n, const span *w)
{
    for (int i = n->n_nodes - 1; i > 0;) {
        if (joins(n, i, true))
            join(n, i, true, w);
        int end = i;
        while (end - 1 > 0 && !joins(n, end - 1, true))
            end--;
        run_nodes(n, i, end, true, w);
        i = end - 1;
    }
}

static void losses(sft_net *n, const span *w)
{
    for (int s = w->lo; s < w->hi; s++)
        sft__run_loss(n, s, w->thread);
}

static void step_body(void *arg, int thread, int threads)
{
    sft_net *n = arg;
    sft_run *r = n->run;
    span w = { r->active * thread / threads, r->active * (thread + 1) / threads, thread, threads };
    forward(n, &w);
    if (r->targets)
        losses(n, &w);
    if (!r->train || !r->targets)
        return;
    backward(n, &w);
    wait_all(n, &w);
    sft_merge merge[SFT_MAX_SHARDS];
    int       merges = sft__open_merges(r->active, threads, merge);
    for (int64_t b = r->blocks * thread / threads; b < r->blocks * (thread + 1) / threads; b++)
        sft__reduce_block(n, b, merge, merges);
}

/* ---- one batch ------------------------------------------------------------------------------- */

double sft__tree_sum(double *x, int n)
{
    for (int stride = 1; stride < n; stride *= 2)
        for (int s = 0; s + stride < n; s += 2 * stride)
            x[s] += x[s + stride];
    return x[0];
}

static sft_status begin(sft_net *n, const sft_batch *b, bool train, uint64_t step)
{
    sft_run *r = n->run;
    if (b->rows < 1 || b->rows > n->batch)
        return sft__fail(n->ctx, SFT_E002, "a batch of %lld samples was given to a network planned for 1 to %lld", (long long)b->rows,
                         (long long)n->batch);
    r->batch = b;
    r->train = train;
    r->step = step;
    r->average = 0;
    r->active_rows = b->rows;
    r->active = (int)((b->rows + r->rows - 1) / r->rows);
    int64_t tail = sft__shard_rows(r, r->active - 1);
    return tail == r->rows ? SFT_OK : sft__prepare_rows(n, tail);
}

static void go(sft_net *n)
{
    sft_run *r = n->run;
    double work = r->flops * (double)r->active_rows * (r->train ? 3 : 1);
    if (r->threads > 1 && r->active > 1 && work > threads_pay)
        sft__team_run(sft__ctx_team(n->ctx), step_body, n);
    else
        step_body(n, 0, 1);
}

static void commit_states(sft_net *n)
{
    for (int i = 1; i < n->n_nodes; i++) {
        if (!n->node[i]->op->commit || !n->node[i]->join)
            continue;
        sft_pass *p = sft__pass_of(n, i, 0, 0);
        p->joined = n->run->joined[i];
        n->node[i]->op->commit(n->node[i], p);
    }
}

sft_status sft__net_gradient(sft_net *n, const sft_batch *b, uint64_t step, sft_outcome *o)
{
    sft_run *r = n->run;
    if (sft__failed(n->ctx) || begin(n, b, true, step))
        return sft_code(n->ctx);
    r->targets = true;
    o->weight = r->weight = sft__batch_weight(n);
    go(n);
    o->loss_sum = sft__tree_sum(r->loss_sum, r->active);
    o->right = sft__tree_sum(r->right, r->active);
    o->grad_sumsq = 0;
    for (int64_t i = 0; i < r->blocks; i++)
        o->grad_sumsq += r->sumsq[i];
    if (!isfinite(o->loss_sum) || !isfinite(o->grad_sumsq))
        return sft__name_bad_tensor(n);
    return SFT_OK;
}

sft_status sft__net_train(sft_net *n, const sft_batch *b, uint64_t step, sft_outcome *o)
{
    if (sft__net_gradient(n, b, step, o))
        return sft_code(n->ctx);
    commit_states(n);
    return SFT_OK;
}

sft_status sft__net_observe(sft_net *n, const sft_batch *b, uint64_t step, double average)
{
    if (sft__failed(n->ctx) || begin(n, b, true, step))
        return sft_code(n->ctx);
    n->run->targets = false;
    n->run->average = average;
    go(n);
    commit_states(n);
    return SFT_OK;
}

sft_status sft__net_eval(sft_net *n, const sft_batch *b, sft_outcome *o, real *out)
{
    sft_run *r = n->run;
    if (sft__failed(n->ctx) || begin(n, b, false, 0))
        return sft_code(n->ctx);
    r->targets = o != NULL;
    r->weight = o ? sft__batch_weight(n) : 0;
    go(n);
    if (o)
        *o = (sft_outcome){ .weight = r->weight, .loss_sum = sft__tree_sum(r->loss_sum, r->active), .right = sft__tree_sum(r->right, r->active) };
    for (int s = 0; out && s < r->active; s++) {
        const sft_pass *p = &r->pass[(n->n_nodes - 1) * n->shards + s];
        memcpy(out + s * r->rows * n->outputs, p->out, (size_t)(p->rows * n->outputs) * sizeof *out);
    }
    if (out)
        sft__from_units(n, b->rows, out);
    return SFT_OK;
}

sft_status sft__net_prepare(sft_net *n, const int64_t *batch, int count)
{
    for (int i = 0; i < count && !sft__failed(n->ctx); i++)
        if (batch[i] > 0)
            sft__prepare_rows(n, (batch[i] - 1) % n->run->rows + 1);
    return sft_code(n->ctx);
}

/* ---- again, slowly --------------------------------------------------------------------------- */

sft_status sft__replay_begin(sft_net *n, const sft_batch *b)
{
    return sft__failed(n->ctx) ? sft_code(n->ctx) : begin(n, b, true, 0);
}

void sft__replay_node(sft_net *n, int node, bool back)
{
    span all = { 0, n->run->active, 0, 1 };
    if (joins(n, node, back))
        join(n, node, back, &all);
    run_nodes(n, node, node, back, &all);
}

void sft__replay_loss(sft_net *n)
{
    span all = { 0, n->run->active, 0, 1 };
    losses(n, &all);
}
