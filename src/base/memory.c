/* SPDX-License-Identifier: MIT */
/* Memory: the one way to the allocator, overflow-checked sizes, arenas and slabs. */
#include "base/memory.h"
#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A block of no bytes is a block of one, so that NULL always means failure. */
static size_t at_least_one(size_t size)
{
    return size ? size : 1;
}

void *sft__realloc(sft_ctx *c, void *block, size_t old_size, size_t new_size)
{
    size_t was = block ? at_least_one(old_size) : 0, now = at_least_one(new_size);
    char *p = c->config.realloc(c->config.realloc_user, block, was, now);
    if (!p) {
        sft__fail(c, SFT_E004, "out of memory — %zu bytes were asked for — try a smaller batch or model",
                  new_size);
        return NULL;
    }
    if (now > was)
        memset(p + was, 0, now - was);
    return p;
}

void *sft__alloc(sft_ctx *c, size_t size)
{
    return sft__realloc(c, NULL, 0, size);
}

void sft__free(sft_ctx *c, void *block, size_t size)
{
    if (block)
        c->config.realloc(c->config.realloc_user, block, at_least_one(size), 0);
}

bool sft__mul(int64_t a, int64_t b, int64_t *product)
{
    if (a < 0 || b < 0)
        return false;
#if defined(__GNUC__)
    return !__builtin_mul_overflow(a, b, product);
#else
    if (b && a > INT64_MAX / b)
        return false;
    *product = a * b;
    return true;
#endif
}

bool sft__add(int64_t a, int64_t b, int64_t *sum)
{
    if (a < 0 || b < 0 || a > INT64_MAX - b)
        return false;
    *sum = a + b;
    return true;
}

/* ---- arenas -------------------------------------------------------------------------------- */

#define GRAIN 16
#define FIRST_CHUNK 4096
#define LARGEST_CHUNK ((size_t)1 << 20)

struct chunk {
    struct chunk *next;
    size_t        size, used; /* bytes, this head included */
};

static size_t round_up(size_t n, size_t grain)
{
    return (n + grain - 1) / grain * grain;
}

void sft__arena_open(sft_arena *a, sft_ctx *c)
{
    a->ctx = c;
    a->head = NULL;
}

/* Chunks double up to 1 MiB; what is larger gets a chunk of its own. */
static struct chunk *add_chunk(sft_arena *a, size_t need)
{
    size_t size = a->head ? a->head->size * 2 : FIRST_CHUNK;
    if (size > LARGEST_CHUNK)
        size = LARGEST_CHUNK;
    if (size < need)
        size = need;
    struct chunk *k = sft__alloc(a->ctx, size);
    if (!k)
        return NULL;
    k->next = a->head;
    k->size = size;
    k->used = round_up(sizeof *k, GRAIN);
    a->head = k;
    return k;
}

void *sft__arena_alloc(sft_arena *a, size_t size)
{
    struct chunk *k = a->head;
    if (size > SIZE_MAX / 2) {
        sft__fail(a->ctx, SFT_E004, "out of memory — %zu bytes were asked for", size);
        return NULL;
    }
    size = round_up(at_least_one(size), GRAIN);
    if (!k || k->size - k->used < size)
        k = add_chunk(a, size + round_up(sizeof *k, GRAIN));
    if (!k)
        return NULL;
    void *p = (char *)k + k->used;
    k->used += size;
    return p;
}

char *sft__arena_textn(sft_arena *a, const char *text, size_t n)
{
    char *p = n < SIZE_MAX ? sft__arena_alloc(a, n + 1) : NULL;
    if (p && n)
        memcpy(p, text, n);
    return p;
}

char *sft__arena_text(sft_arena *a, const char *text)
{
    return sft__arena_textn(a, text, strlen(text));
}

char *sft__arena_printf(sft_arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *p = n < 0 ? NULL : sft__arena_alloc(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return p;
}

void sft__arena_close(sft_arena *a)
{
    for (struct chunk *k = a->head, *next; k; k = next) {
        next = k->next;
        sft__free(a->ctx, k, k->size);
    }
    a->head = NULL;
}

/* ---- slabs --------------------------------------------------------------------------------- */

/* Whole vectors at the end too, so that a kernel may read past the last number. */
static size_t slab_bytes(size_t size)
{
    return round_up(at_least_one(size), SFT_ALIGN) + SFT_ALIGN;
}

sft_status sft__slab_open(sft_ctx *c, sft_slab *s, size_t size)
{
    *s = (sft_slab){ 0 };
    if (size > SIZE_MAX / 2)
        return sft__fail(c, SFT_E004, "out of memory — %zu bytes were asked for", size);
    char *block = sft__alloc(c, slab_bytes(size));
    if (!block)
        return sft_code(c);
    s->block = block;
    s->base = block + (SFT_ALIGN - (uintptr_t)block % SFT_ALIGN) % SFT_ALIGN;
    s->size = size;
    return SFT_OK;
}

void sft__slab_close(sft_ctx *c, sft_slab *s)
{
    if (s->block)
        sft__free(c, s->block, slab_bytes(s->size));
    *s = (sft_slab){ 0 };
}
