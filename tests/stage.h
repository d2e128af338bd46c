/* SPDX-License-Identifier: MIT */
/* One node with the kernel that serves it, for tests of kernels. */
#ifndef SFT_TESTS_STAGE_H
#define SFT_TESTS_STAGE_H

#include "check.h"

#include "backend/backend.h"

typedef struct stage { /* one node behind an input that wants a gradient */
    sft_ctx  *c;
    sft_arena arena;
    sft_node  input, node;
    int       notes;
} stage;

static inline void count_note(void *user, sft_level level, const char *sentence)
{
    (void)level;
    assert_non_null(strstr(sentence, "the reference"));
    ++*(int *)user;
}

static inline void no_cache(void) { setenv("XDG_CACHE_HOME", "/dev/null/none", 1); }

/* What the producer gives: pooling takes blocks where they divide the channels. */
static inline sft_layout offered(const char *op, sft_shape in)
{
    return strcmp(op, "maxpool") || in.dim[0] % 8 ? SFT_PLAIN : in.dim[0] % 16 ? SFT_BLOCK8 : SFT_BLOCK16;
}

/* trained: something before the node wants a gradient. False: no fast kernel serves this node. */
static inline bool open_stage(stage *s, const char *op, const char *options, sft_shape in,
                              const char *act, int64_t rows, bool trained)
{
    memset(s, 0, sizeof *s);
    s->c = check_open_threads(1, false);
    sft_on_note(s->c, count_note, &s->notes);
    sft__arena_open(&s->arena, s->c);
    s->input =
        (sft_node){ .path = "0", .label = "input", .out = in, .n_param = trained, .consumers = 1 };
    s->node = (sft_node){
        .op = sft__op_find(op), .path = "1", .label = op, .n_in = 1, .in = { &s->input }, .index = 1,
        .batch = 1024 /* what pays for many samples serves, too */
    };
    assert_non_null(s->node.op);
    sft_spec spec;
    char     text[160];
    snprintf(text, sizeof text, "%s %s", op, options);
    sft__spec_parse(&s->arena, text, strlen(text), (sft_pos){ 0 }, &spec);
    s->node.conf = sft__arena_alloc(&s->arena, s->node.op->conf_size);
    sft__fields_bind(&s->arena, s->node.op->fields, s->node.conf, &spec, op);
    CHECK_OK(s->c);
    s->node.op->shape(s->c, &s->node);
    CHECK_OK(s->c);
    for (int i = 0; i < s->node.n_param; i++)
        s->node.param[i].stored = s->node.param[i].count = sft__count(s->node.param[i].shape);
    if (act) {
        s->node.act = sft__op_find(act);
        s->node.act_conf = sft__arena_alloc(&s->arena, s->node.act->conf_size + 1);
        if (s->node.act->fields)
            sft__fields_defaults(s->node.act->fields, s->node.act_conf, &s->arena);
    }
    sft_layout want, give;
    s->node.kernel = sft__kernel_for(s->c, &s->node, offered(op, in), &want, &give);
    if (!s->node.kernel) return false;
    s->input.layout = want;
    s->node.layout = give;
    assert_int_equal(s->node.kernel->prepare(s->c, &s->node, &rows, 1), SFT_OK);
    CHECK_OK(s->c);
    return true;
}

/* The kernel agrees with the reference, and its parameters come back bit for bit from the stored layout. */
static inline void check_stage(stage *s, const char *options, const char *act, int64_t rows)
{
    if (!sft__kernel_trusted(s->c, &s->node, rows))
        fail_msg("%s %s, %s, %lld rows: %s kernel differs from the reference", s->node.op->name, options, act ? act : "no activation",
                 (long long)rows, s->node.kernel->name);
    for (int i = 0; i < s->node.n_param && s->node.kernel->pack; i++) {
        const sft_param *p = &s->node.param[i];
        real            *plain = sft__arena_alloc(&s->arena, (size_t)p->count * sizeof(real));
        real            *back = sft__arena_alloc(&s->arena, (size_t)p->count * sizeof(real));
        real            *stored = sft__arena_alloc(&s->arena, (size_t)p->stored * sizeof(real) + SFT_ALIGN);
        for (int64_t j = 0; j < p->count; j++) plain[j] = (real)(j + 1);
        s->node.kernel->pack(&s->node, i, plain, stored);
        s->node.kernel->unpack(&s->node, i, stored, back);
        assert_memory_equal(plain, back, (size_t)p->count * sizeof(real));
    }
    CHECK_OK(s->c);
}

static inline void close_stage(stage *s)
{
    if (s->node.kernel) s->node.kernel->release(s->c, &s->node);
    sft__arena_close(&s->arena);
    sft_close(s->c);
}

#endif
