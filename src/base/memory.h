/* SPDX-License-Identifier: MIT */
/* Memory: every byte goes through the context's allocator; arenas for what lives together; aligned slabs for numbers. */
#ifndef SFT_BASE_MEMORY_H
#define SFT_BASE_MEMORY_H

#include "base/error.h"

#define SFT_ALIGN 64 /* a cache line, and the widest vector */

/* NULL after a failure; the failure (E004, with what was asked for) is then in the context. Contents are zero.
 * They and the arenas work on after some other failure too: a caller that must not asks sft__failed. */
void *sft__alloc(sft_ctx *c, size_t size);
void *sft__realloc(sft_ctx *c, void *block, size_t old_size, size_t new_size);
void  sft__free(sft_ctx *c, void *block, size_t size);

/* a*b and a+b of sizes that came from a file: false on overflow or a negative operand. */
bool sft__mul(int64_t a, int64_t b, int64_t *product);
bool sft__add(int64_t a, int64_t b, int64_t *sum);

/* An arena: many small things freed at once. Zeroed on use. */
typedef struct sft_arena {
    sft_ctx      *ctx;
    struct chunk *head;
} sft_arena;

void  sft__arena_open(sft_arena *a, sft_ctx *c);
void *sft__arena_alloc(sft_arena *a, size_t size);      /* NULL after a failure, 16-byte aligned, zeroed */
char *sft__arena_text(sft_arena *a, const char *text);  /* a copy */
char *sft__arena_textn(sft_arena *a, const char *text, size_t n);
char *sft__arena_printf(sft_arena *a, const char *format, ...) SFT_PRINTF(2, 3);
void  sft__arena_close(sft_arena *a);

/* A slab: one block aligned to SFT_ALIGN, zeroed. */
typedef struct sft_slab {
    void  *base;                /* aligned */
    size_t size;
    void  *block;               /* what the allocator gave */
} sft_slab;

sft_status sft__slab_open(sft_ctx *c, sft_slab *s, size_t size);
void       sft__slab_close(sft_ctx *c, sft_slab *s);

#endif
