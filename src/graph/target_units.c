/* SPDX-License-Identifier: MIT */
/* Units of numbers to predict: the network learns (t - mean) / deviation of each output, and what it says is put back. */
/* Weights begin so that outputs are about 1; targets in thousands would first have to be reached by growing them. The loss is that of
 * the targets as learned; nothing else outside the network sees these units. */
#include "graph/private.h"

#include <string.h>

static sft_status make_room(sft_net *n)
{
    sft_target_units *u = &n->units;
    if (u->target) return SFT_OK;
    u->mean = sft__arena_alloc(&n->arena, 2 * (size_t)n->outputs * sizeof *u->mean);
    if (u->mean) u->deviation = u->mean + n->outputs;
    u->target = sft__arena_alloc(&n->arena, (size_t)(n->shards * n->run->rows * n->outputs) * sizeof *u->target);
    return sft_code(n->ctx);
}

sft_status sft__net_set_units(sft_net *n, const double *mean, const double *deviation)
{
    if (mean && make_room(n)) return sft_code(n->ctx);
    n->units.on = mean != NULL;
    if (!mean) return SFT_OK;
    memcpy(n->units.mean, mean, (size_t)n->outputs * sizeof *mean);
    memcpy(n->units.deviation, deviation, (size_t)n->outputs * sizeof *deviation);
    return SFT_OK;
}

void sft__to_units(const sft_net *n, int64_t rows, const real *target, real *out)
{
    const sft_target_units *u = &n->units;
    const int64_t    k = n->outputs;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < k; i++)
            out[r * k + i] = u->on ? (real)(((double)target[r * k + i] - u->mean[i]) / u->deviation[i]) : target[r * k + i];
}

void sft__from_units(const sft_net *n, int64_t rows, real *out)
{
    const sft_target_units *u = &n->units;
    const int64_t    k = n->outputs;
    for (int64_t r = 0; u->on && r < rows; r++)
        for (int64_t i = 0; i < k; i++) out[r * k + i] = (real)((double)out[r * k + i] * u->deviation[i] + u->mean[i]);
}

const real *sft__shard_targets(const sft_net *n, int shard, int64_t rows, const real *target)
{
    if (!n->units.on || !target) return target;
    real *own = n->units.target + shard * n->run->rows * n->outputs;
    sft__to_units(n, rows, target, own);
    return own;
}
