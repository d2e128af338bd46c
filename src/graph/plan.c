/* SPDX-License-Identifier: MIT */
/* The memory planner: buffers with lifetimes become offsets in one slab. */
#include "graph/private.h"

#include <stdlib.h>

/* qsort orders pointers into the list: larger first, then earlier, then by place, so that the plan is the same everywhere. */
static int by_size(const void *a, const void *b)
{
    const sft_interval *x = *(sft_interval *const *)a, *y = *(sft_interval *const *)b;
    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int by_offset(const void *a, const void *b)
{
    const sft_interval *x = *(sft_interval *const *)a, *y = *(sft_interval *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool meet(const sft_interval *a, const sft_interval *b)
{
    return a->start <= b->end && b->start <= a->end;
}

/* The lowest gap that holds `it` among the placed buffers that live at the same time. */
static int64_t lowest_gap(const sft_interval *it, sft_interval **placed, int n, sft_interval **clash)
{
    int m = 0;
    for (int i = 0; i < n; i++)
        if (meet(it, placed[i]))
            clash[m++] = placed[i];
    qsort(clash, (size_t)m, sizeof *clash, by_offset);
    int64_t at = 0;
    for (int i = 0; i < m; i++) {
        if (clash[i]->offset - at >= it->size)
            break;
        int64_t end = clash[i]->offset + clash[i]->size;
        if (end > at)
            at = end;
    }
    return at;
}

int64_t sft__plan(sft_arena *a, sft_interval *list, int n)
{
    size_t bytes = (size_t)(n ? n : 1) * sizeof(sft_interval *);
    sft_interval **order = sft__arena_alloc(a, bytes), **clash = sft__arena_alloc(a, bytes);
    if (!order || !clash)
        return -1;
    for (int i = 0; i < n; i++)
        order[i] = &list[i];
    qsort(order, (size_t)n, sizeof *order, by_size);
    int64_t total = 0;
    for (int i = 0; i < n; i++) {
        order[i]->offset = lowest_gap(order[i], order, i, clash);
        int64_t end = order[i]->offset + order[i]->size;
        if (end > total)
            total = end;
    }
    return total;
}
