/* SPDX-License-Identifier: MIT */
/* The plan of a sweep that is opened: overrides of its base recipe, and whether it is that of the folder. */
#include "sweep/manager.h"
#include "sweep/plan.h"

#include <string.h>

/* ---- overrides ------------------------------------------------------------------------------------- */

enum { MOST_SEEDS = 1000 };

/* So many seeds: the first of the plan's, then numbers that it does not have. */
static sft_status change_seeds(sft_sweep *s, sft_plan *p)
{
    if (s->o.seeds < 0 || s->o.seeds > MOST_SEEDS)
        return sft__fail(s->ctx, SFT_E002, "a point is trained with 1 to %d seeds, not %d", MOST_SEEDS, s->o.seeds);
    int64_t *seed = s->o.seeds ? sft__arena_alloc(&s->arena, (size_t)s->o.seeds * sizeof *seed) : NULL;
    if (!seed)
        return sft_code(s->ctx);
    int64_t next = 0;
    for (int i = 0; i < s->o.seeds; i++) {
        seed[i] = i < p->seeds ? p->seed[i] : next;
        if (seed[i] >= next)
            next = seed[i] + 1;
    }
    p->seed = seed;
    p->seeds = s->o.seeds;
    return SFT_OK;
}

/* The plan with another base recipe (NULL: its own) or other seeds, read again, as if it had been written so. */
static sft_status replace(sft_sweep *s, sft_recipe *base)
{
    sft_plan p = s->plan;
    if (change_seeds(s, &p) || (base && sft__plan_base(&s->arena, &p, base)) || sft__plan_text(&s->arena, &p))
        return sft_code(s->ctx);
    return sft__plan_parse(s->ctx, &s->arena, s->plan.file, p.text, strlen(p.text), NULL, &s->plan);
}

sft_status sft__sweep_override(sft_sweep *s)
{
    if ((!s->o.n_sets && !s->o.seeds) || sft__failed(s->ctx))
        return sft_code(s->ctx);
    if (!s->o.n_sets)
        return replace(s, NULL);
    sft_recipe *r = sft_recipe_parse(s->ctx, s->plan.file, s->plan.recipe_text, strlen(s->plan.recipe_text));
    for (int i = 0; r && i < s->o.n_sets; i++)
        sft_recipe_set(r, s->o.set[i]);
    if (r && sft_recipe_resolve(r) == SFT_OK)
        replace(s, r);
    sft_recipe_free(r);
    return sft_code(s->ctx);
}

/* ---- the same as before? ------------------------------------------------------------------------------ */

enum { MOST_DIFFERENCES = 6 };

/* A larger budget goes on with what is there, and a name is only a name. */
static bool counts(const char *line)
{
    return strncmp(line, "budget:", 7) && strncmp(line, "name:", 5);
}

static bool has_line(const char *text, const char *line, size_t n)
{
    while (*text) {
        const size_t m = strcspn(text, "\n");
        if (m == n && !strncmp(text, line, n))
            return true;
        text += m + (text[m] == '\n');
    }
    return false;
}

/* "\n  - line" for each line of `text` that `other` lacks; returns how many. */
static int add_missing(sft_string *out, const char *text, const char *other, const char *sign)
{
    int found = 0;
    while (*text) {
        const size_t n = strcspn(text, "\n");
        if (counts(text) && !has_line(other, text, n) && found++ < MOST_DIFFERENCES) {
            sft__string_addf(out, "\n  %s ", sign);
            sft__string_addn(out, text, n);
        }
        text += n + (text[n] == '\n');
    }
    return found;
}

sft_status sft__sweep_same_plan(sft_sweep *s, const char *before)
{
    sft_string out;
    sft__string_open(&out, s->ctx);
    sft__string_add(&out, "");
    const int gone = add_missing(&out, before, s->plan.text, "-"), come = add_missing(&out, s->plan.text, before, "+");
    const int hidden = (gone > MOST_DIFFERENCES ? gone - MOST_DIFFERENCES : 0) + (come > MOST_DIFFERENCES ? come - MOST_DIFFERENCES : 0);
    if ((gone || come) && !sft__failed(s->ctx))
        sft__fail(s->ctx, SFT_E343,
                  "%s holds a sweep of another plan — undo the change, leave the plan out to go on with what the folder has, or choose "
                  "another folder:%s%s", s->folder, out.text, hidden ? "\n  …" : "");
    sft__string_close(&out);
    return sft_code(s->ctx);
}
