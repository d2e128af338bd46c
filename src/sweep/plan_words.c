/* SPDX-License-Identifier: MIT */
/* The short keys of a sweep: seeds, sampler, watch, name. */
#include <string.h>

#include "sweep/plan.h"

/* ---- one word ---------------------------------------------------------------------------------------- */

const char *const sft__watched[] = { [SFT_WATCH_FIRST] = "first", [SFT_WATCH_ALL] = "all", [SFT_WATCH_NONE] = "none", NULL };

typedef struct words {
    int         watch;
    int64_t     seed;
    const char *name;
} words;

static const sft_field watch_rows[] = { { .name = "watch",
                                          .kind = SFT_WORD,
                                          .offset = offsetof(words, watch),
                                          .text = "first",
                                          .words = sft__watched,
                                          .doc = "whose training the doctor watches: of every point the first seed, all, none",
                                          .flags = SFT_MAIN },
                                        SFT_FIELD_END };
static const sft_field seed_of_sampler_rows[] = { { .name = "sampler_seed",
                                                    .kind = SFT_INT,
                                                    .offset = offsetof(words, seed),
                                                    .low = 0,
                                                    .high = 4503599627370496.0,
                                                    .doc = "of the sampler: the same seed asks for the same points",
                                                    .flags = SFT_MAIN },
                                                  SFT_FIELD_END };

static sft_status bind_one(sft_plan_draft *d, const sft_yaml_node *x, const char *what, const sft_field *rows, words *out)
{
    sft_spec s = { .name = "" };
    if (x && x->kind != SFT_YAML_NULL && sft__node_spec(d, x, what, false, &s)) return sft_code(d->ctx);
    return sft__fields_bind(d->arena, rows, out, &s, what);
}

sft_status sft__plan_watch(sft_plan_draft *d, const sft_yaml_node *x)
{
    words w = { 0 };
    if (bind_one(d, x, "watch", watch_rows, &w)) return sft_code(d->ctx);
    d->plan->watch = (sft_watched)w.watch;
    return SFT_OK;
}

/* ---- seeds ------------------------------------------------------------------------------------------- */

enum { MOST_SEEDS = 1000 };

typedef struct seeds {
    int64_t n, one;
} seeds;

static const sft_field seed_rows[] = { { .name = "seeds",
                                         .kind = SFT_INT,
                                         .offset = offsetof(seeds, n),
                                         .low = 1,
                                         .high = MOST_SEEDS,
                                         .def = 1,
                                         .doc = "how often a point is trained",
                                         .flags = SFT_MAIN },
                                       SFT_FIELD_END };
static const sft_field one_seed_rows[] = { { .name = "seed",
                                             .kind = SFT_INT,
                                             .offset = offsetof(seeds, one),
                                             .low = 0,
                                             .high = 4503599627370496.0,
                                             .doc = "train.seed",
                                             .flags = SFT_MAIN },
                                           SFT_FIELD_END };

static sft_status list_of_seeds(sft_plan_draft *d, const sft_yaml_node *x, int64_t *out)
{
    for (const sft_yaml_node *i = x->first; i; i = i->next) {
        sft_spec s;
        seeds    k;
        if (sft__node_spec(d, i, "seeds", false, &s) || sft__fields_bind(d->arena, one_seed_rows, &k, &s, "seeds")) return sft_code(d->ctx);
        for (int j = 0; j < d->plan->seeds; j++)
            if (out[j] == k.one)
                return sft__fail_at(d->ctx, i->pos, SFT_E104, "seed %lld given twice — leave one of the two out", (long long)k.one);
        out[d->plan->seeds++] = k.one;
    }
    return SFT_OK;
}

sft_status sft__plan_seeds(sft_plan_draft *d, const sft_yaml_node *x)
{
    seeds      k = { .n = 1 };
    sft_spec   s;
    const bool list = x && x->kind == SFT_YAML_LIST;
    if (list && (x->n == 0 || x->n > MOST_SEEDS)) return sft__node_wrong(d, x, "seeds", "1 to 1000 of them");
    if (!list && x && x->kind != SFT_YAML_NULL &&
        (sft__node_spec(d, x, "seeds", false, &s) || sft__fields_bind(d->arena, seed_rows, &k, &s, "seeds")))
        return sft_code(d->ctx);
    int64_t *out = sft__arena_alloc(d->arena, (size_t)(list ? x->n : k.n) * sizeof *out);
    if (!out) return sft_code(d->ctx);
    d->plan->seed = out;
    if (list) return list_of_seeds(d, x, out);
    for (; d->plan->seeds < k.n; d->plan->seeds++) out[d->plan->seeds] = d->base->train_conf.seed + d->plan->seeds;
    return SFT_OK;
}

/* ---- sampler ----------------------------------------------------------------------------------------- */

static sft_status unknown_sampler(sft_plan_draft *d, const char *name, sft_pos pos)
{
    sft_near   near = sft__near(name);
    sft_string list;
    char       hint[SFT_NEAR_ROOM];
    sft__string_open(&list, d->ctx);
    for (int i = 0; sft__sampler_at(i); i++) {
        sft__near_try(&near, sft__sampler_at(i)->name);
        sft__string_addf(&list, "%s%s", i ? ", " : "", sft__sampler_at(i)->name);
    }
    if (list.text)
        sft__fail_at(d->ctx, pos, SFT_E132, "unknown sampler `%.60s` — there are %s%s", name, list.text, sft__near_hint(&near, hint));
    sft__string_close(&list);
    return sft_code(d->ctx);
}

/* All points where they can be counted and the budget holds them, otherwise a search. */
static const char *usual_sampler(const sft_plan *p)
{
    const int64_t size = sft__space_size(&p->space);
    int64_t       trials;
    for (int i = 0; i < p->space.n; i++)
        if (p->space.axis[i].n == 0) return "tpe";
    return size > 0 && sft__mul(size, p->seeds, &trials) && (p->max_trials == 0 || trials <= p->max_trials) ? "grid" : "tpe";
}

sft_status sft__plan_sampler(sft_plan_draft *d, const sft_yaml_node *x, const sft_yaml_node *seed)
{
    sft_plan *p = d->plan;
    sft_spec  s = { .name = "" };
    if (x && x->kind != SFT_YAML_NULL && sft__node_spec(d, x, "sampler", true, &s)) return sft_code(d->ctx);
    if (!s.name || !*s.name) s.name = usual_sampler(p);
    if (sft__text_is(s.name, "bayes")) s.name = "gp"; /* as W&B's `method: bayes` */
    p->sampler.record = sft__sampler_find(s.name);
    if (!p->sampler.record) return unknown_sampler(d, s.name, s.pos);
    const char *what = sft__arena_printf(d->arena, "sampler %s", p->sampler.record->name);
    p->sampler.conf = sft__arena_alloc(d->arena, p->sampler.record->conf_size + 1);
    if (!what || !p->sampler.conf) return sft_code(d->ctx);
    if (sft__fields_bind(d->arena, p->sampler.record->fields, p->sampler.conf, &s, what)) return sft_code(d->ctx);
    words w = { 0 };
    if (bind_one(d, seed, "sampler_seed", seed_of_sampler_rows, &w)) return sft_code(d->ctx);
    p->sampler_seed = (uint64_t)w.seed;
    return SFT_OK;
}

/* ---- name -------------------------------------------------------------------------------------------- */

/* "sweeps/lr.yaml" is called lr where it gives itself no name. */
static const char *stem(sft_plan_draft *d)
{
    const char *slash = strrchr(d->plan->file, '/'), *base = slash ? slash + 1 : d->plan->file, *dot = strrchr(base, '.');
    return sft__arena_textn(d->arena, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

sft_status sft__plan_name(sft_plan_draft *d, const sft_yaml_node *x)
{
    enum { LONGEST = 100 };
    const bool given = x && x->kind != SFT_YAML_NULL;
    if (given && x->kind != SFT_YAML_SCALAR) return sft__node_wrong(d, x, "name", "text");
    d->plan->name = given ? x->text : stem(d);
    if (!d->plan->name) return sft_code(d->ctx);
    if (!given) return SFT_OK;
    for (const char *c = x->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) return sft__node_wrong(d, x, "name", "letters");
    return *x->text && strlen(x->text) <= LONGEST ? SFT_OK
                                                  : sft__fail_at(d->ctx, x->pos, SFT_E111, "`name` wants 1 to %d characters", LONGEST);
}
