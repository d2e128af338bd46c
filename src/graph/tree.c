/* SPDX-License-Identifier: MIT */
/* The binary tree over shards: which sums a thread makes on its own, while they are in its cache, and which are left for the end.
 *
 * At level `stride` shard s, a multiple of 2 stride, takes in shard s + stride, which by then holds the sum of the shards up to
 * s + 2 stride. A thread whose shards hold all of these makes the sum; who makes it never changes what is added to what. */
#include "graph/private.h"

#include "backend/backend.h"
#include "base/hot.h"

static int owner(int active, int threads, int shard)
{
    int t = 0;
    while (active * (t + 1) / threads <= shard)
        t++;
    return t;
}

int sft__subtree(int active, int lo, int hi)
{
    int size = 1;
    while (lo % (2 * size) == 0 && lo + size < active && (lo + 2 * size <= hi || hi == active))
        size *= 2;
    return lo + size < active ? lo + size : active;
}

int sft__open_merges(int active, int threads, sft_merge *list)
{
    int n = 0;
    for (int stride = 1; stride < active; stride *= 2)
        for (int s = 0; s + stride < active; s += 2 * stride) {
            int last = s + 2 * stride < active ? s + 2 * stride - 1 : active - 1;
            if (owner(active, threads, s) != owner(active, threads, last))
                list[n++] = (sft_merge){ s, s + stride };
        }
    return n;
}

/* ---- the sum of the gradients --------------------------------------------------------------- */

SFT_HOT static void add_into(real *restrict a, const real *restrict b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        a[i] += b[i];
}

/* Eight lanes, added in a fixed order: the same on every instruction set. */
SFT_HOT static double sum_of_squares(const real *x, int64_t n)
{
    double  lane[8] = { 0 };
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            lane[k] += (double)x[i + k] * (double)x[i + k];
    for (; i < n; i++)
        lane[i & 7] += (double)x[i] * (double)x[i];
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

real *sft__shard_gradient(const sft_net *n, int shard)
{
    return shard == 0 ? n->g.base : (real *)n->run->part.base + (shard - 1) * n->n_params;
}

void sft__reduce_block(sft_net *n, int64_t block, const sft_merge *merge, int merges)
{
    int64_t at = block * SFT_REDUCE_BLOCK, left = n->n_params - at;
    int64_t len = left < SFT_REDUCE_BLOCK ? left : SFT_REDUCE_BLOCK;
    for (int i = 0; i < merges; i++)
        add_into(sft__shard_gradient(n, merge[i].into) + at, sft__shard_gradient(n, merge[i].from) + at, len);
    n->run->sumsq[block] = sum_of_squares((real *)n->g.base + at, len);
}
