/* SPDX-License-Identifier: MIT */
/* Tensors in and out by name, predictions, fingerprints, and weights remembered in memory. */
#include "graph/private.h"

#include "base/io.h"

#include <string.h>

static int find(const sft_net *n, const char *name, int64_t count)
{
    int i = sft__net_find(n, name);
    if (i < 0) {
        sft_near near = sft__near(name);
        char hint[SFT_NEAR_ROOM];
        for (int k = 0; k < n->n_tensors; k++)
            sft__near_try(&near, sft__net_tensor_path(n, k));
        sft__fail(n->ctx, SFT_E002, "no tensor `%s` in this network%s", name, sft__near_hint(&near, hint));
        return -1;
    }
    if (sft__net_tensor_count(n, i) != count) {
        sft__fail(n->ctx, SFT_E002, "tensor `%s` has %lld elements, not %lld", name, (long long)sft__net_tensor_count(n, i),
                  (long long)count);
        return -1;
    }
    return i;
}

sft_status sft_net_get(const sft_net *n, const char *name, float *values, int64_t count)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    int i = find(n, name, count);
    sft_slab plain;
    if (i < 0 || sft__slab_open(n->ctx, &plain, (size_t)count * sizeof(real)))
        return sft_code(n->ctx);
    const real *x = plain.base;
    sft__net_unpack(n, i, NULL, plain.base);
    for (int64_t k = 0; k < count; k++)
        values[k] = (float)x[k];
    sft__slab_close(n->ctx, &plain);
    return SFT_OK;
}

sft_status sft_net_set(sft_net *n, const char *name, const float *values, int64_t count)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    int i = find(n, name, count);
    sft_slab plain;
    if (i < 0 || sft__slab_open(n->ctx, &plain, (size_t)count * sizeof(real)))
        return sft_code(n->ctx);
    real *x = plain.base;
    for (int64_t k = 0; k < count; k++)
        x[k] = (real)values[k];
    sft__net_pack(n, i, x, NULL);
    sft__slab_close(n->ctx, &plain);
    return SFT_OK;
}

/* At most one planned batch at a time; the caller's floats are used as they are where real is float. */
static sft_status predict_some(sft_net *n, const float *x, int64_t rows, float *y, real *room)
{
    int64_t size = sft__count(n->input);
    for (int64_t k = 0; k < rows * size; k++)
        room[k] = (real)x[k];
    real *out = room + n->batch * size;
    sft_batch b = { .rows = rows, .x = room };
    if (sft__net_eval(n, &b, NULL, out))
        return sft_code(n->ctx);
    for (int64_t k = 0; k < rows * n->outputs; k++)
        y[k] = (float)out[k];
    return SFT_OK;
}

sft_status sft_net_predict(sft_net *n, const float *x, int64_t rows, float *y)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    int64_t size = sft__count(n->input);
    sft_slab room;
    if (sft__slab_open(n->ctx, &room, (size_t)(n->batch * (size + n->outputs)) * sizeof(real)))
        return sft_code(n->ctx);
    for (int64_t at = 0; at < rows && !sft__failed(n->ctx); at += n->batch) {
        int64_t some = rows - at < n->batch ? rows - at : n->batch;
        predict_some(n, x + at * size, some, y + at * n->outputs, room.base);
    }
    sft__slab_close(n->ctx, &room);
    return sft_code(n->ctx);
}

/* Over the floats in file order, so that it does not depend on how kernels store weights. */
sft_status sft_net_hash(const sft_net *n, char hex[65])
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    sft_sha256 sum;
    sft__sha256_open(&sum);
    for (int i = 0; i < n->n_tensors; i++) {
        int64_t count = sft__net_tensor_count(n, i);
        sft_slab plain;
        if (sft__slab_open(n->ctx, &plain, (size_t)count * sizeof(real)))
            return sft_code(n->ctx);
        sft__net_unpack(n, i, NULL, plain.base);
        const real *x = plain.base;
        for (int64_t k = 0; k < count; k++) {
            float f = (float)x[k];
            sft__sha256_add(&sum, &f, sizeof f);
        }
        sft__slab_close(n->ctx, &plain);
    }
    sft__sha256_close(&sum, hex);
    return SFT_OK;
}

sft_status sft_net_remember(sft_net *n)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    size_t w = (size_t)n->n_params * sizeof(real), s = (size_t)n->n_states * sizeof(real);
    if (!n->kept.base && sft__slab_open(n->ctx, &n->kept, w + s + SFT_ALIGN))
        return sft_code(n->ctx);
    n->kept_serial++;
    memcpy(n->kept.base, n->w.base, w);
    memcpy((char *)n->kept.base + w, n->s.base, s);
    return SFT_OK;
}

sft_status sft_net_recall(sft_net *n)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    if (!n->kept.base)
        return sft__fail(n->ctx, SFT_E002, "sft_net_recall before sft_net_remember — nothing is kept");
    size_t w = (size_t)n->n_params * sizeof(real), s = (size_t)n->n_states * sizeof(real);
    memcpy(n->w.base, n->kept.base, w);
    memcpy(n->s.base, (char *)n->kept.base + w, s);
    return SFT_OK;
}

/* Weights first, then state, each with the offsets of its own slab. */
real *sft__net_kept(const sft_net *n, int i)
{
    return (real *)n->kept.base + (n->tensor[i].trained ? 0 : n->n_params);
}
