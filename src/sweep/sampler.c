/* SPDX-License-Identifier: MIT */
/* The list of samplers, and asking one for a point that is new and allowed. */
#include "sweep/sampling.h"

#define X(word) &sft__sampler_##word,
static const sft_sampler *const samplers[] = { SFT_SAMPLERS(X) };
#undef X

enum {
    N_SAMPLERS = sizeof samplers / sizeof *samplers,
    PATIENCE = 1000,            /* attempts before a space small enough is searched from end to end */
    MOST_ATTEMPTS = 10000,
    SMALL_SPACE = 1 << 20
};

const sft_sampler *sft__sampler_at(int i)
{
    return i >= 0 && i < N_SAMPLERS ? samplers[i] : NULL;
}

const sft_sampler *sft__sampler_find(const char *name)
{
    for (int i = 0; name && i < N_SAMPLERS; i++)
        if (sft__named(name, samplers[i]->name, samplers[i]->aliases)) return samplers[i];
    return NULL;
}

static sft_status nothing_fits(sft_ctx *c, const sft_space *space, const char *among)
{
    if (space->n_limits == 0) return sft__fail(c, SFT_E003, "a sampler gave no new point in %d attempts — report it", MOST_ATTEMPTS);
    return sft__fail_at(c, space->limit[0].pos, SFT_E143, "no point %s fits the constraints (`%s`%s) — widen the ranges or loosen them",
                        among, space->limit[0].text, space->n_limits > 1 ? " and others" : "");
}

static sft_status next(sft_ctx *c, const sft_sampler *m, const sft_search *s, double *u, bool *done)
{
    const sft_space *space = s->space;
    const int64_t    size = sft__space_size(space);
    const bool       small = size > 0 && size <= SMALL_SPACE;
    bool             allowed = s->n > 0;
    *done = false;
    for (int64_t attempt = 0; attempt < (small ? PATIENCE : MOST_ATTEMPTS); attempt++) {
        sft_status status = m->next(s, attempt, u, done);
        if (status != SFT_OK) return status;
        if (*done) return allowed ? SFT_OK : nothing_fits(c, space, "of the grid");
        sft__space_snap(space, u);
        if (!sft__space_allows(space, u)) continue;
        allowed = true;
        if (!sft__asked_has(s->asked, u)) return SFT_OK;
    }
    if (small) { /* what is left of it, if anything */
        sft_status status = sft__grid_next(s, 0, 0, u, done);
        return status == SFT_OK && *done && !allowed ? nothing_fits(c, space, "of the space") : status;
    }
    if (!allowed) return nothing_fits(c, space, "in 10,000");
    *done = true;
    return SFT_OK;
}

sft_status sft__sampler_next(sft_ctx *c, const sft_sampler *m, const sft_search *s, double *u, bool *done)
{
    sft_search own = *s;
    sft_asked  asked;
    sft_arena  scratch;
    sft__arena_open(&scratch, c);
    own.scratch = &scratch;
    own.asked = &asked;
    sft_status status = sft__asked_open(&own, &asked);
    if (status == SFT_OK) status = next(c, m, &own, u, done);
    sft__arena_close(&scratch);
    return status;
}
