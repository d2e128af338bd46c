/* SPDX-License-Identifier: MIT */
#include "doctor/some.h"

#include "base/random.h"
#include "data/parts.h"

sft_status sft__take_some(const sft_data *d, sft_arena *a, sft_split split, int64_t most, bool shuffled, sft_some *out)
{
    const int64_t all = d->facts.count[split], n = all < most ? all : most;
    const bool    classes = d->facts.task == SFT_CLASSES;
    int64_t      *at = sft__arena_alloc(a, (size_t)n * sizeof *at);
    *out = (sft_some){ .n = n };
    out->x = sft__arena_alloc(a, (size_t)(n * sft__count(d->facts.shape)) * sizeof(real));
    out->label = classes ? sft__arena_alloc(a, (size_t)n * sizeof *out->label) : NULL;
    out->target = classes ? NULL : sft__arena_alloc(a, (size_t)(n * d->facts.outputs) * sizeof(real));
    if (sft__failed(a->ctx)) return sft_code(a->ctx);
    for (int64_t i = 0; i < n; i++) at[i] = i;
    sft_stream random = sft__stream(sft__key(3, SFT_FOR_TEST), 0, 0, 0);
    if (shuffled) sft__permute(&random, at, n);
    for (int64_t i = 0; i < n; i++) at[i] = at[i] * all / n;
    sft__gather(d, split, at, n, out->x, out->label, out->target);
    return SFT_OK;
}
