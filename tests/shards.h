/* SPDX-License-Identifier: MIT */
/* Several shards of one node, for tests of kernels that take them together. */
#ifndef SFT_TESTS_SHARDS_H
#define SFT_TESTS_SHARDS_H

#include "stage.h"

enum { SHARDS = 5, SHARD_ROWS = 3 };

static inline real *shard_room(stage *s, int64_t count) { return sft__arena_alloc(&s->arena, (size_t)count * sizeof(real)); }

static inline real *shard_numbers(stage *s, int64_t count, sft_stream *r)
{
    real *x = shard_room(s, count);
    for (int64_t i = 0; i < count; i++) x[i] = (real)sft__normal(r);
    return x;
}

/* The same numbers each time. */
static inline void open_shards(stage *s, sft_pass pass[SHARDS])
{
    sft_stream r = sft__stream(sft__key(4, SFT_FOR_TEST), 0, 0, 0);
    int64_t    in = SHARD_ROWS * sft__count(s->input.out), out = SHARD_ROWS * sft__count(s->node.out);
    real      *w[SFT_MAX_PARAM];
    for (int j = 0; j < s->node.n_param; j++) w[j] = shard_numbers(s, s->node.param[j].stored, &r);
    for (int i = 0; i < SHARDS; i++) {
        sft_pass *p = &pass[i];
        *p = (sft_pass){ .rows = SHARD_ROWS, .batch = SHARDS * SHARD_ROWS, .train = true, .shard = i };
        p->in[0] = shard_numbers(s, in, &r);
        p->dout = shard_numbers(s, out, &r);
        p->din[0] = shard_room(s, in);
        p->out = shard_room(s, out);
        for (int j = 0; j < s->node.n_param; j++) {
            p->param[j] = w[j];
            p->dparam[j] = shard_room(s, s->node.param[j].stored);
        }
        p->work = shard_room(s, s->node.work_fixed / (int64_t)sizeof(real) + 1);
    }
}

/* In one call they give the bits that they give one by one, and the sum of their gradients along the tree. */
static inline void check_shards(stage *s)
{
    const sft_kernel *k = s->node.kernel;
    sft_pass          one[SHARDS], all[SHARDS];
    open_shards(s, one);
    open_shards(s, all);
    for (int i = 0; i < SHARDS && !k->forward_shards; i++) k->forward(&s->node, &all[i]);
    if (k->forward_shards) k->forward_shards(&s->node, all, SHARDS);
    k->backward_shards(&s->node, all, SHARDS);
    for (int i = 0; i < SHARDS; i++) {
        k->forward(&s->node, &one[i]);
        k->backward(&s->node, &one[i]);
        assert_memory_equal(one[i].out, all[i].out, (size_t)(SHARD_ROWS * sft__count(s->node.out)) * sizeof(real));
        assert_memory_equal(one[i].din[0], all[i].din[0], (size_t)(SHARD_ROWS * sft__count(s->input.out)) * sizeof(real));
    }
    for (int j = 0; j < s->node.n_param; j++) {
        sft__merge_params(one, SHARDS, j, s->node.param[j].stored);
        assert_memory_equal(one[0].dparam[j], all[0].dparam[j], (size_t)s->node.param[j].stored * sizeof(real));
    }
}

#endif
