/* SPDX-License-Identifier: MIT */
/* What samplers share: the set of points asked for, their ranking, the normal distribution. */
#include "sweep/sampling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sft_stream sft__search_stream(const sft_search *s, int64_t attempt, int what)
{
    const sft_key key = sft__key(s->seed, SFT_FOR_SWEEP);
    return sft__stream(key, (uint32_t)s->n, (uint32_t)((uint64_t)s->n >> 32), (uint32_t)attempt << 3 | (uint32_t)what);
}

/* ---- the set ------------------------------------------------------------------------------- */

/* All NaNs are one; 0 and -0 do not both occur. Multiplication by odd constants and shifts, as in splitmix64. */
static uint64_t hash(const double *u, int n)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < n; i++) {
        uint64_t bits = 1;
        if (!isnan(u[i])) memcpy(&bits, &u[i], sizeof bits);
        h = (h ^ bits) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 29;
    }
    return h * 0x94d049bb133111ebu >> 17;
}

/* The slot of u, or the free one where it would go. */
static size_t find(const sft_asked *a, const double *u)
{
    const sft_search *s = a->search;
    size_t            at = (size_t)hash(u, s->space->n) & (a->room - 1);
    while (a->slot[at] && !sft__space_same(s->space, s->sample[a->slot[at] - 1].u, u)) at = (at + 1) & (a->room - 1);
    return at;
}

sft_status sft__asked_open(const sft_search *s, sft_asked *a)
{
    *a = (sft_asked){ .search = s, .room = 16 };
    while (a->room < 2 * (size_t)s->n) a->room *= 2;
    a->slot = sft__arena_alloc(s->scratch, a->room * sizeof *a->slot);
    for (int64_t i = 0; a->slot && i < s->n; i++) a->slot[find(a, s->sample[i].u)] = i + 1;
    return a->slot ? SFT_OK : sft_code(s->scratch->ctx);
}

bool sft__asked_has(const sft_asked *a, const double *u)
{
    return a->slot[find(a, u)] != 0;
}

/* ---- the ranking --------------------------------------------------------------------------- */

typedef struct ranked {
    double  value, budget;
    int64_t number;
    bool    failed;
} ranked;

static int better_first(const void *a_, const void *b_)
{
    const ranked *a = a_, *b = b_;
    if (a->failed != b->failed) return a->failed ? 1 : -1;
    if (!a->failed && a->budget != b->budget) return a->budget > b->budget ? -1 : 1;
    if (!a->failed && a->value != b->value) return a->value < b->value ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

sft_status sft__search_rank(const sft_search *s, sft_ranking *r)
{
    const size_t n = (size_t)s->n + 1;
    ranked      *list = sft__arena_alloc(s->scratch, n * sizeof *list);
    *r = (sft_ranking){ .best = sft__arena_alloc(s->scratch, n * sizeof *r->best), .now = sft__arena_alloc(s->scratch, n * sizeof *r->now) };
    if (!list || !r->best || !r->now) return sft_code(s->scratch->ctx);
    for (int64_t i = 0; i < s->n; i++) {
        const sft_sample *x = &s->sample[i];
        const bool        failed = x->known == SFT_KNOWN_FAILED || !isfinite(x->value);
        if (x->known == SFT_KNOWN_RUNNING) {
            r->now[r->running++] = i;
        } else {
            r->values += !failed;
            list[r->n++] = (ranked){ x->value, x->budget, i, failed };
        }
    }
    qsort(list, (size_t)r->n, sizeof *list, better_first);
    for (int64_t i = 0; i < r->n; i++) r->best[i] = list[i].number;
    return SFT_OK;
}

/* ---- the normal distribution --------------------------------------------------------------- */

double sft__normal_below(double z)
{
    return 0.5 * erfc(-z * 0.70710678118654752440);
}

/* Newton on ln of the share below, which is concave, so that it comes from one side and cannot overshoot for long. */
double sft__normal_quantile(double p)
{
    if (p > 0.5) return -sft__normal_quantile(1 - p);
    double z = p > 0.02 ? -1 : -sqrt(-2 * log(p));
    for (int i = 0; i < 60; i++) {
        const double below = sft__normal_below(z), density = 0.39894228040143267794 * exp(-0.5 * z * z);
        const double step = below / density * log(p / below);
        z += step;
        if (fabs(step) < 1e-12) break;
    }
    return z;
}
