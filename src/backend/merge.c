/* SPDX-License-Identifier: MIT */
/* The sum of a parameter's gradients over neighbouring shards, along the binary tree. */
#include "backend/backend.h"
#include "base/hot.h"

SFT_HOT static void add_into(real *restrict a, const real *restrict b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        a[i] += b[i];
}

void sft__merge_params(const sft_pass *p, int count, int i, int64_t n)
{
    for (int stride = 1; stride < count && p->dparam[i]; stride *= 2)
        for (int s = 0; s + stride < count; s += 2 * stride)
            add_into(p[s].dparam[i], p[s + stride].dparam[i], n);
}
