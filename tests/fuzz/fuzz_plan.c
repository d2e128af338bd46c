/* SPDX-License-Identifier: MIT */
/* A sweep from anywhere: it is refused, or its resolved text reads back as itself and its points are recipes or refused. */
#include <stdlib.h>
#include <string.h>

#include "sweep/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_point(sft_ctx *c, const sft_plan *p, double at)
{
    double u[SFT_MOST_AXES];
    for (int i = 0; i < p->space.n; i++) u[i] = at;
    sft__space_snap(&p->space, u);
    sft__space_allows(&p->space, u);
    sft_recipe *r = sft__plan_recipe(c, p, u, p->seed[0]);
    if (r) sft_recipe_free(r);
    sft_clear(c); /* values that are right one by one need not fit together */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    if (!c) abort();
    sft_arena a;
    sft_plan  p, again;
    sft__arena_open(&a, c);
    if (sft__plan_parse(c, &a, "fuzz", (const char *)data, size, NULL, &p) == SFT_OK) {
        if (sft__plan_parse(c, &a, "again", p.text, strlen(p.text), NULL, &again) != SFT_OK || strcmp(p.text, again.text) != 0) abort();
        try_point(c, &p, 0);
        try_point(c, &p, 0.999);
    }
    sft__arena_close(&a);
    sft_close(c);
    return 0;
}
