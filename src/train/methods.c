/* SPDX-License-Identifier: MIT */
/* The methods of a recipe (wrapper, an optimiser without a chain, average of weights) with their arrays and numbers. */
#include "train/train.h"

#include <stdio.h>
#include <string.h>

/* A record's method and what it asks for. */
static sft_kit store_of(const sft_recipe *r, int i)
{
    sft_kit s = { .states = i == SFT_AVERAGE_STORE };
    switch (i) {
    case SFT_WRAP_STORE:
        s.method = r->wrapper->method;
        s.conf = r->wrapper_conf;
        s.prefix = SFT_WRAP_PREFIX;
        break;
    case SFT_OPTIMIZER_STORE:
        s.method = r->optimizer_record->method;
        s.conf = r->optimizer_conf;
        s.prefix = SFT_SLOT_PREFIX;
        break;
    default:
        s.method = r->average_record->method;
        s.conf = r->average_conf;
        s.prefix = SFT_AVERAGE_PREFIX;
    }
    if (s.method) s.needs = s.method->needs(s.conf);
    return s;
}

/* Elements from one array to the next: each begins on a cache line. */
static int64_t stride(const sft_kit *s, const sft_net *n)
{
    int64_t line = SFT_ALIGN / (int64_t)sizeof(real), size = n->n_params + (s->states ? n->n_states : 0);
    return (size + line - 1) / line * line;
}

int64_t sft__methods_bytes(const sft_recipe *r, const sft_net *n)
{
    int64_t bytes = r->train_conf.accumulate > 1 ? n->n_params * (int64_t)sizeof(real) : 0;
    for (int i = 0; i < SFT_STORES; i++) {
        sft_kit s = store_of(r, i);
        bytes += stride(&s, n) * (s.needs.kept + s.needs.scratch) * (int64_t)sizeof(real);
    }
    return bytes;
}

static sft_status open_store(sft_trainer *t, sft_kit *s)
{
    int     arrays = s->needs.kept + s->needs.scratch;
    int64_t step = stride(s, t->net), bytes;
    s->array = sft__arena_alloc(&t->arena, ((size_t)arrays + 1) * sizeof *s->array);
    s->number = sft__arena_alloc(&t->arena, ((size_t)s->needs.numbers + 1) * sizeof *s->number);
    if (!s->array || !s->number || !arrays) return sft_code(t->ctx);
    if (!sft__mul(step, arrays * (int64_t)sizeof(real), &bytes))
        return sft__fail(t->ctx, SFT_E127, "%lld weights are too many for this machine", (long long)t->net->n_params);
    if (sft__slab_open(t->ctx, &s->slab, (size_t)bytes)) return sft_code(t->ctx);
    for (int i = 0; i < arrays; i++) s->array[i] = (real *)s->slab.base + i * step;
    return SFT_OK;
}

sft_status sft__methods_open(sft_trainer *t)
{
    const sft_net *n = t->net;
    size_t         parts = (size_t)sft__vectors_parts(n->n_params > n->n_states ? n->n_params : n->n_states);
    t->vectors = (sft_vectors){ .n = n->n_params,
                                .part = sft__arena_alloc(&t->arena, (parts + 1) * sizeof(double)) };
    if (sft__ctx_threads(t->ctx) > 1) t->vectors.team = sft__ctx_team(t->ctx);
    if (t->recipe->train_conf.accumulate > 1 && !sft__failed(t->ctx))
        sft__slab_open(t->ctx, &t->sum, ((size_t)n->n_params + 1) * sizeof(real));
    for (int i = 0; i < SFT_STORES && !sft__failed(t->ctx); i++) {
        t->store[i] = store_of(t->recipe, i);
        if (t->store[i].method) open_store(t, &t->store[i]);
    }
    return sft_code(t->ctx);
}

void sft__methods_close(sft_trainer *t)
{
    for (int i = 0; i < SFT_STORES; i++) sft__slab_close(t->ctx, &t->store[i].slab);
    sft__slab_close(t->ctx, &t->sum);
}

/* A fresh start, as of a new run. */
void sft__methods_reset(sft_trainer *t)
{
    for (int i = 0; i < SFT_STORES; i++) {
        sft_kit *s = &t->store[i];
        if (s->slab.base) memset(s->slab.base, 0, s->slab.size);
        for (int k = 0; k < s->needs.numbers; k++) s->number[k] = 0;
    }
}

/* "wrap.slow.0.weight"; of an array without a name: "average.0.weight"; of arrays that outnumber the
 * names: "optimizer.old.3.0.weight". */
const char *sft__store_path(sft_arena *a, const sft_kit *s, int array, const char *tensor)
{
    int names = 0;
    if (!s->method->array_name) return sft__arena_printf(a, "%s%s", s->prefix, tensor);
    while (s->method->array_name[names]) names++;
    if (array < names - 1 || s->needs.kept == names)
        return sft__arena_printf(a, "%s%s.%s", s->prefix, s->method->array_name[array], tensor);
    return sft__arena_printf(a, "%s%s.%d.%s", s->prefix, s->method->array_name[names - 1], array - (names - 1), tensor);
}

/* ---- in a step ----------------------------------------------------------------------------- */

static sft_status gradient(sft_walk *k)
{
    sft_trainer *t = k->user;
    sft_outcome  o;
    if (sft__step_gradient(t, true, &o)) return sft_code(t->ctx);
    k->loss = o.weight > 0 ? o.loss_sum / o.weight : 0;
    k->sumsq = o.grad_sumsq;
    return SFT_OK;
}

sft_walk sft__walk(sft_trainer *t, const sft_outcome *o, double lr, sft_when when)
{
    const sft_net *n = t->net;
    return (sft_walk){ .ctx = t->ctx,
                       .v = t->vectors,
                       .w = n->w.base,
                       .g = n->g.base,
                       .s = n->s.base,
                       .n_states = n->n_states,
                       .loss = o->weight > 0 ? o->loss_sum / o->weight : 0,
                       .sumsq = o->grad_sumsq,
                       .lr = lr,
                       .step = t->step + 1 - t->optimizer_from,
                       .when = when,
                       .gradient = gradient,
                       .user = t };
}

sft_status sft__methods_before(sft_trainer *t, sft_walk *k)
{
    for (int i = 0; i < SFT_STORES; i++) {
        const sft_kit *s = &t->store[i];
        if (!s->method || !s->method->before) continue;
        k->array = s->array;
        k->number = s->number;
        if (s->method->before(s->conf, k)) return sft_code(t->ctx);
    }
    return SFT_OK;
}

void sft__methods_after(sft_trainer *t, sft_walk *k)
{
    for (int i = 0; i < SFT_STORES; i++) {
        const sft_kit *s = &t->store[i];
        if (!s->method || !s->method->after) continue;
        k->array = s->array;
        k->number = s->number;
        s->method->after(s->conf, k);
    }
}
