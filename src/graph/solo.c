/* SPDX-License-Identifier: MIT */
/* One op run alone on hand-made shards, with the joins of a network. */
#include "graph/solo.h"

#include <math.h>
#include <string.h>

static void *room(sft_solo *s, int64_t count, size_t size)
{
    return sft__arena_alloc(&s->arena, (size_t)(count > 0 ? count : 1) * size);
}

static real *reals(sft_solo *s, int64_t count)
{
    return room(s, count, sizeof(real));
}

static sft_status bind(sft_solo *s, const sft_op *op, const char *options, void **conf)
{
    static const sft_field none[] = { SFT_FIELD_END };
    sft_spec               spec = { 0 };
    const char            *text = sft__arena_printf(&s->arena, "%s %s", op->name, options);
    *conf = room(s, (int64_t)op->conf_size, 1);
    if (!text || !*conf || sft__spec_parse(&s->arena, text, strlen(text), (sft_pos){ 0 }, &spec))
        return sft_code(s->arena.ctx);
    return sft__fields_bind(&s->arena, op->fields ? op->fields : none, *conf, &spec, op->name);
}

static sft_status make_node(sft_solo *s, sft_ctx *c)
{
    const sft_solo_config *k = &s->config;
    sft_node              *n = &s->node;
    s->input = (sft_node){ .op = k->op, .path = "in", .label = "input", .out = k->in, .layout = k->layout };
    *n = (sft_node){ .op = k->op, .path = "0", .label = k->op->name, .index = 1, .layout = k->layout, .act = k->act,
                     .batch = k->rows };
    n->n_in = k->op->inputs > 1 ? k->op->inputs : 1;
    for (int i = 0; i < n->n_in; i++)
        n->in[i] = &s->input;
    if (bind(s, k->op, k->options, &n->conf) || (k->act && bind(s, k->act, "", &n->act_conf)) || k->op->shape(c, n))
        return sft_code(c);
    for (int i = 0; i < n->n_param; i++)
        n->param[i].count = n->param[i].stored = sft__count(n->param[i].shape);
    for (int i = 0; i < n->n_state; i++)
        n->state[i].count = sft__count(n->state[i].shape);
    return SFT_OK;
}

static void make_tensors(sft_solo *s)
{
    const sft_node *n = &s->node;
    for (int i = 0; i < n->n_in; i++) {
        s->in[i] = reals(s, s->in_count);
        s->din[i] = reals(s, s->in_count);
        s->want_in[i] = true;
    }
    for (int i = 0; i < n->n_param; i++) {
        s->param[i] = reals(s, n->param[i].count);
        s->dparam[i] = reals(s, n->param[i].count);
        s->share[i] = reals(s, n->param[i].count);
        s->want_param[i] = true;
    }
    for (int i = 0; i < n->n_state; i++) {
        s->state[i] = reals(s, n->state[i].count);
        for (int64_t j = 0; s->state[i] && j < n->state[i].count; j++)
            s->state[i][j] = (real)n->state[i].start;
    }
    s->out = reals(s, s->out_count);
    s->dout = reals(s, s->out_count);
    s->held = reals(s, s->out_count);
}

sft_status sft__solo_open(sft_solo *s, sft_ctx *c, const sft_solo_config *k)
{
    *s = (sft_solo){ .config = *k };
    sft__arena_open(&s->arena, c);
    if (make_node(s, c))
        return sft_code(c);
    const sft_node *n = &s->node;
    int64_t join = n->join > n->join_back ? n->join : n->join_back;
    s->shard_rows = (k->rows + k->shards - 1) / k->shards;
    s->active = (int)((k->rows + s->shard_rows - 1) / s->shard_rows);
    s->in_count = k->rows * sft__count(k->in);
    s->out_count = k->rows * sft__count(n->out);
    s->saved_bytes = (s->shard_rows * n->saved_row + n->saved_fixed + 63) / 64 * 64;
    s->saved = room(s, s->saved_bytes * s->active, 1);
    s->work = room(s, s->shard_rows * n->work_row + n->work_fixed, 1);
    s->part = room(s, join * (s->active + 1), sizeof(double));
    make_tensors(s);
    return sft_code(c);
}

void sft__solo_close(sft_solo *s)
{
    sft__arena_close(&s->arena);
}

/* ---- passes -------------------------------------------------------------------------------- */

static sft_pass pass_of(const sft_solo *s, int shard, bool train)
{
    const sft_node *n = &s->node;
    int64_t         in = sft__count(s->config.in), out = sft__count(n->out), row0 = shard * s->shard_rows;
    int64_t         left = s->config.rows - row0;
    sft_pass        p = { .rows = left < s->shard_rows ? left : s->shard_rows, .row0 = row0, .batch = s->config.rows,
                          .train = train, .seed = s->seed, .step = s->step, .out = s->out + row0 * out,
                          .saved = s->saved + shard * s->saved_bytes, .work = s->work, .shard = shard };
    for (int i = 0; i < n->n_in; i++)
        p.in[i] = s->in[i] + row0 * in;
    if (s->in_place)
        p.in[0] = p.out;
    for (int i = 0; i < n->n_param; i++)
        p.param[i] = s->param[i];
    for (int i = 0; i < n->n_state; i++)
        p.state[i] = s->state[i];
    return p;
}

static sft_pass back_pass_of(const sft_solo *s, int shard)
{
    sft_pass p = pass_of(s, shard, true);
    p.dout = s->held + p.row0 * sft__count(s->node.out);
    for (int i = 0; i < s->node.n_in; i++) {
        p.din[i] = s->want_in[i] ? s->din[i] + p.row0 * sft__count(s->config.in) : NULL;
        p.add[i] = s->add[i];
    }
    if (s->in_place && s->want_in[0])
        p.din[0] = p.dout;
    return p;
}

/* Shards lo..lo+count-1 merged along the binary tree into part lo. */
static void merge_tree(sft_solo *s, bool back, int64_t size, int lo, int count)
{
    int half = 1;
    if (count == 1)
        return;
    while (2 * half < count)
        half *= 2;
    merge_tree(s, back, size, lo, half);
    merge_tree(s, back, size, lo + half, count - half);
    double *left = s->part + lo * size, *right = s->part + (lo + half) * size;
    if (!back)
        s->node.op->merge(&s->node, left, right);
    for (int64_t i = 0; back && i < size; i++)
        left[i] += right[i];
}

static void join(sft_solo *s, bool back, bool train)
{
    const sft_node *n = &s->node;
    int64_t         size = back ? n->join_back : n->join;
    for (int i = 0; i < s->active; i++) {
        sft_pass p = back ? back_pass_of(s, i) : pass_of(s, i, train);
        p.part = s->part + i * size;
        (back ? n->op->gather_back : n->op->gather)(n, &p);
    }
    merge_tree(s, back, size, 0, s->active);
}

void sft__solo_forward(sft_solo *s, bool train)
{
    const sft_node *n = &s->node;
    if (s->in_place)
        memcpy(s->out, s->in[0], (size_t)s->in_count * sizeof(real));
    if (n->op->gather && n->join > 0 && (train || n->join_eval))
        join(s, false, train);
    for (int i = 0; i < s->active; i++) {
        sft_pass p = pass_of(s, i, train);
        p.joined = s->part;
        n->op->forward(n, &p);
    }
}

void sft__solo_commit(sft_solo *s)
{
    sft_pass p = pass_of(s, 0, true);
    p.joined = s->part;
    if (s->node.op->commit && s->node.join > 0)
        s->node.op->commit(&s->node, &p);
}

static void fill_nan(real *x, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        x[i] = (real)NAN;
}

static void backward_shard(sft_solo *s, int shard)
{
    const sft_node *n = &s->node;
    sft_pass        p = back_pass_of(s, shard);
    p.joined = s->part;
    for (int i = 0; i < n->n_param; i++) {
        fill_nan(s->share[i], n->param[i].count);
        p.dparam[i] = s->want_param[i] ? s->share[i] : NULL;
    }
    n->op->backward(n, &p);
    for (int i = 0; i < n->n_param; i++)
        for (int64_t j = 0; s->want_param[i] && j < n->param[i].count; j++)
            s->dparam[i][j] += s->share[i][j];
}

void sft__solo_backward(sft_solo *s)
{
    const sft_node *n = &s->node;
    memcpy(s->held, s->dout, (size_t)s->out_count * sizeof(real));
    for (int i = 0; i < n->n_in; i++)
        if (s->want_in[i] && !s->add[i])
            fill_nan(s->din[i], s->in_count);
    for (int i = 0; i < n->n_param; i++)
        memset(s->dparam[i], 0, (size_t)n->param[i].count * sizeof(real));
    if (n->op->gather_back && n->join_back > 0)
        join(s, true, true);
    for (int i = 0; i < s->active; i++)
        backward_shard(s, i);
    if (s->in_place && s->want_in[0])
        memcpy(s->din[0], s->held, (size_t)s->in_count * sizeof(real));
}
