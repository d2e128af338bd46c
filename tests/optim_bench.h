/* SPDX-License-Identifier: MIT */
/* What the tests of optimisers share: one of them out of its text, bound to weights. */
#ifndef TESTS_OPTIM_BENCH_H
#define TESTS_OPTIM_BENCH_H

#include "check.h"
#include "optim/optim.h"

typedef struct bench { /* an optimiser out of its text, bound to n weights */
    sft_ctx             *c;
    sft_arena            arena;
    const sft_optimizer *optimizer;
    void                *conf;
    sft_group            group[8];
    int                  n_groups;
    sft_tensor_part      part[8]; /* none: every group is a vector */
    int                  n_parts;
    sft_link             before[2], after[2]; /* regularisers */
    int                  n_before, n_after;
    bool                 fast; /* not the reference kernels alone */
    int64_t              n;
    real                *w, *g;
    sft_update           update;
} bench;

static inline void read_text(bench *b, const char *text)
{
    sft_spec spec;
    sft__spec_parse(&b->arena, text, strlen(text), (sft_pos){ 0 }, &spec);
    CHECK_OK(b->c);
    b->optimizer = sft__optimizer_find(spec.name);
    assert_non_null(b->optimizer);
    b->conf = sft__arena_alloc(&b->arena, b->optimizer->conf_size);
    assert_non_null(b->conf);
    sft__fields_bind(&b->arena, b->optimizer->fields, b->conf, &spec, text);
    CHECK_OK(b->c);
}

static inline double option(const bench *b, const char *name)
{
    const sft_field *f = sft__field_find(b->optimizer->fields, name);
    assert_non_null(f);
    double value;
    memcpy(&value, (const char *)b->conf + f->offset, sizeof value);
    return value;
}

static inline sft_status bind_weights(bench *b, int64_t n)
{
    b->n = n;
    b->w = calloc((size_t)n + 1, sizeof(real));
    b->g = calloc((size_t)n + 1, sizeof(real));
    assert_non_null(b->w);
    assert_non_null(b->g);
    if (b->n_groups == 0)
        b->group[b->n_groups++] = (sft_group){ .n = n, .lr_scale = 1, .decay = true };
    return sft__update_start(b->c, &b->arena, &b->update,
                             &(sft_update_conf){ .optimizer = b->optimizer,
                                                 .conf = b->conf,
                                                 .w = b->w,
                                                 .g = b->g,
                                                 .n = n,
                                                 .group = b->group,
                                                 .n_groups = b->n_groups,
                                                 .part = b->n_parts ? b->part : NULL,
                                                 .n_parts = b->n_parts,
                                                 .before = b->before,
                                                 .n_before = b->n_before,
                                                 .after = b->after,
                                                 .n_after = b->n_after });
}

static inline void begin(bench *b, const char *text, int64_t n)
{
    b->c = check_open_threads(1, !b->fast);
    sft__arena_open(&b->arena, b->c);
    read_text(b, text);
    assert_int_equal(bind_weights(b, n), SFT_OK);
}

static inline void end(bench *b)
{
    sft__update_close(&b->update);
    sft__arena_close(&b->arena);
    sft_close(b->c);
    free(b->w);
    free(b->g);
}

static inline void step(bench *b, int64_t k) { sft__update_step(&b->update, NULL, k, option(b, "lr"), 1); }

#endif
