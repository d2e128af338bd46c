/* SPDX-License-Identifier: MIT */
/* sweep.yaml to a plan: which keys there are, in which order they are understood, and the recipe of a point. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/io.h"
#include "sweep/plan.h"

/* ---- keys ------------------------------------------------------------------------------------------ */

enum {
    RECIPE,
    VARY,
    CONSTRAINTS,
    SEEDS,
    SAMPLER,
    SAMPLER_SEED,
    RANK_BY,
    DIRECTION,
    BUDGET,
    RUN_CAP,
    HALVING,
    EARLY_TERMINATE,
    WATCH,
    NAME,
    FOREIGN,
    KEYS
};

static const struct {
    const char *name, *aliases;
} keys[KEYS] = {
    [RECIPE] = { "recipe", NULL },
    [VARY] = { "vary", "parameters space" },
    [CONSTRAINTS] = { "constraints", "constraint" },
    [SEEDS] = { "seeds", "repeats" },
    [SAMPLER] = { "sampler", "method" },
    [SAMPLER_SEED] = { "sampler_seed", NULL },
    [RANK_BY] = { "rank_by", "metric" },
    [DIRECTION] = { "direction", "goal" },
    [BUDGET] = { "budget", NULL },
    [RUN_CAP] = { "run_cap", NULL },
    [HALVING] = { "halving", NULL },
    [EARLY_TERMINATE] = { "early_terminate", NULL },
    [WATCH] = { "watch", NULL },
    [NAME] = { "name", NULL },
    [FOREIGN] = { "description", "program command project entity" }, /* of W&B; they say nothing about training */
};

typedef const sft_yaml_node *nodes[KEYS];

static sft_status unknown(sft_plan_draft *d, const sft_yaml_node *x)
{
    const int  section = sft__section_find(x->key);
    sft_near   near = sft__near(x->key);
    sft_string list;
    char       hint[SFT_NEAR_ROOM];
    if (section >= 0)
        return sft__fail_at(d->ctx, x->key_pos, SFT_E110,
                            "`%s` belongs to the recipe — indent it below `recipe:`, or below `vary:` to vary it", x->key);
    sft__string_open(&list, d->ctx);
    for (int k = 0; k < FOREIGN; k++) {
        sft__near_try(&near, keys[k].name);
        sft__string_addf(&list, "%s%s", k ? ", " : "", keys[k].name);
    }
    if (list.text)
        sft__fail_at(d->ctx, x->key_pos, SFT_E110, "unknown key `%.60s` of a sweep — there are %s%s", x->key, list.text,
                     sft__near_hint(&near, hint));
    sft__string_close(&list);
    return sft_code(d->ctx);
}

static sft_status sort_keys(sft_plan_draft *d, const sft_yaml_node *root, nodes all)
{
    for (const sft_yaml_node *x = root->first; x; x = x->next) {
        int k = 0;
        while (k < KEYS && !sft__named(x->key, keys[k].name, keys[k].aliases)) k++;
        if (k == KEYS) return unknown(d, x);
        if (k == FOREIGN) {
            sft__note(d->ctx, SFT_NOTE, NULL, "%s:%d:%d: `%s` means nothing here and is left out", x->key_pos.file, x->key_pos.line,
                      x->key_pos.col, x->key);
        } else if (all[k]) {
            return sft__fail_at(d->ctx, x->key_pos, SFT_E104, "`%s` given twice: %d:%d and %d:%d — leave one of the two out", keys[k].name,
                                all[k]->key_pos.line, all[k]->key_pos.col, x->key_pos.line, x->key_pos.col);
        }
        all[k] = x;
    }
    return SFT_OK;
}

/* ---- the recipe ------------------------------------------------------------------------------------ */

static sft_recipe *recipe_of_file(sft_plan_draft *d, const sft_yaml_node *x)
{
    if (!d->folder) {
        sft__fail_at(d->ctx, x->pos, SFT_E111, "`recipe` must be a mapping here, as there is no folder to look for `%.60s`", x->text);
        return NULL;
    }
    const bool  as_is = *x->text == '/' || !*d->folder;
    const char *path = sft__arena_printf(d->arena, "%s%s%s", as_is ? "" : d->folder, as_is ? "" : "/", x->text);
    return path ? sft_recipe_read(d->ctx, path) : NULL;
}

static sft_status take_recipe(sft_plan_draft *d, sft_yaml_node *x)
{
    const sft_pos whole = { d->plan->file, 0, 0 };
    if (!x || x->kind == SFT_YAML_NULL)
        return sft__fail_at(d->ctx, x ? x->key_pos : whole, SFT_E114,
                            "`recipe` is required — the path of a recipe beside this file, or a recipe as a mapping");
    if (x->kind == SFT_YAML_RECIPE) {
        d->base = x->recipe;
        x->recipe = NULL;
    } else if (x->kind == SFT_YAML_SCALAR) {
        d->base = recipe_of_file(d, x);
    } else {
        return sft__node_wrong(d, x, "recipe", "a path or a mapping");
    }
    return d->base ? sft_recipe_resolve(d->base) : sft_code(d->ctx);
}

sft_status sft__plan_base(sft_arena *a, sft_plan *p, sft_recipe *base)
{
    bool sparse[SFT_SECTIONS] = { false };
    for (int i = 0; i < p->space.n; i++) {
        const char *option;
        const int   id = sft__section_of(p->space.axis[i].key, &option);
        if (id >= 0 && sft__text_is(option, "name")) sparse[id] = true;
    }
    p->recipe_text = sft__recipe_sparse(base, sparse, a);
    return p->recipe_text ? SFT_OK : sft_code(a->ctx);
}

/* ---- all of it --------------------------------------------------------------------------------------- */

/* What is fixed in `vary` and what is ranked by change the base recipe, so its text comes behind them. */
static sft_status read_plan(sft_plan_draft *d, nodes k)
{
    const sft_pos whole = { d->plan->file, 0, 0 };
    if (!k[VARY]) return sft__fail_at(d->ctx, whole, SFT_E146, "nothing to vary — write `vary: {optimizer.lr: [0.01, 0.1]}`");
    if (sft__plan_vary(d, k[VARY]) || sft__plan_places(d) || sft__plan_goal(d, k[RANK_BY], k[DIRECTION]) ||
        sft__plan_base(d->arena, d->plan, d->base) || sft__plan_check_axes(d))
        return sft_code(d->ctx);
    if (sft__plan_limits(d, k[CONSTRAINTS]) || sft__plan_seeds(d, k[SEEDS]) || sft__plan_budget(d, k[BUDGET], k[RUN_CAP]))
        return sft_code(d->ctx);
    if (sft__plan_halving(d, k[HALVING], k[EARLY_TERMINATE]) || sft__plan_sampler(d, k[SAMPLER], k[SAMPLER_SEED]) ||
        sft__plan_watch(d, k[WATCH]) || sft__plan_name(d, k[NAME]))
        return sft_code(d->ctx);
    if (sft__plan_check_space(d, k[CONSTRAINTS] ? k[CONSTRAINTS]->key_pos : whole)) return sft_code(d->ctx);
    return sft__plan_text(d->arena, d->plan);
}

static sft_status read_tree(sft_plan_draft *d, const sft_yaml_node *root)
{
    const sft_pos whole = { d->plan->file, 0, 0 };
    nodes         k = { 0 };
    if (root->kind == SFT_YAML_NULL)
        return sft__fail_at(d->ctx, whole, SFT_E100,
                            "sweep is empty — a smallest one is:\n  recipe: recipe.yaml\n  vary: {optimizer.lr: [0.01, 0.1]}");
    if (root->kind != SFT_YAML_MAP)
        return sft__fail_at(d->ctx, root->pos, SFT_E111, "a sweep is a mapping — it begins like `recipe: recipe.yaml`");
    if (sort_keys(d, root, k) || take_recipe(d, sft__node_child(root, "recipe"))) return sft_code(d->ctx);
    return read_plan(d, k);
}

sft_status sft__plan_parse(sft_ctx *c, sft_arena *a, const char *name, const char *text, size_t n, const char *folder, sft_plan *p)
{
    sft_plan_draft d = { .ctx = c, .arena = a, .folder = folder, .plan = p };
    sft_yaml_node *root;
    if (sft__failed(c)) return sft_code(c);
    *p = (sft_plan){ .file = sft__arena_text(a, name ? name : "sweep.yaml") };
    if (!p->file || sft__yaml_tree(a, p->file, "sweep", text, n, &root)) return sft_code(c);
    const sft_status s = read_tree(&d, root);
    if (d.base) sft_recipe_free(d.base);
    sft__yaml_tree_free(root);
    return s;
}

static sft_status unreadable(sft_ctx *c, const char *path, sft_io_fault fault, int error)
{
    const sft_pos at = { path, 0, 0 };
    if (fault == SFT_IO_MEMORY) return sft_code(c);
    if (fault == SFT_IO_FOLDER) return sft__fail_at(c, at, SFT_E150, "this is a folder — give the sweep file inside it");
    if (fault == SFT_IO_MISSING)
        return sft__fail_at(c, at, SFT_E152, "no such sweep file (%s) — is the path right, seen from the current folder?",
                            strerror(ENOENT));
    if (fault == SFT_IO_TOO_LARGE)
        return sft__fail_at(c, at, SFT_E107, "larger than %d bytes — sweep files are small; is this the right one?", SFT_RECIPE_LIMIT);
    return sft__fail_at(c, at, SFT_E151, "cannot be read (%s) — look at its permissions", strerror(error ? error : EACCES));
}

sft_status sft__plan_read(sft_ctx *c, sft_arena *a, const char *path, sft_plan *p)
{
    if (sft__failed(c)) return sft_code(c);
    sft_bytes bytes = { 0 };
    errno = 0;
    const sft_io_fault fault = sft__read_file(c, path, SFT_RECIPE_LIMIT, &bytes);
    if (fault != SFT_IO_OK) return unreadable(c, path, fault, errno);
    const char *slash = strrchr(path, '/');
    const char *folder = sft__arena_textn(a, path, slash ? (size_t)(slash - path) + (slash == path) : 0);
    if (folder) sft__plan_parse(c, a, path, (const char *)bytes.data, bytes.size, folder, p);
    sft__bytes_free(c, &bytes);
    return sft_code(c);
}

/* ---- the recipe of a point ------------------------------------------------------------------------------ */

static sft_status apply(sft_recipe *r, const char *const *set, int n)
{
    for (int i = 0; i < n; i++)
        if (!set[i] || sft_recipe_set(r, set[i])) return sft_code(r->ctx);
    return SFT_OK;
}

/* The best epoch is that by rank_by, unless early stopping looks at something else. */
static sft_status finish(sft_recipe *r, const sft_plan *p, int64_t seed)
{
    const char *set = sft__arena_printf(&r->arena, "train.seed=%lld", (long long)seed);
    if (!set || sft_recipe_set(r, set) || sft_recipe_resolve(r)) return sft_code(r->ctx);
    if (r->stop_conf.patience > 0) return SFT_OK;
    set = sft__arena_printf(&r->arena, "early_stop.monitor=%s", p->rank_by);
    return set && sft_recipe_set(r, set) == SFT_OK ? sft_recipe_resolve(r) : sft_code(r->ctx);
}

sft_recipe *sft__plan_recipe(sft_ctx *c, const sft_plan *p, const double *u, int64_t seed)
{
    const char *set[SFT_MOST_AXES];
    sft_recipe *r = sft_recipe_parse(c, "recipe", p->recipe_text, strlen(p->recipe_text));
    if (!r) return NULL;
    const int n = sft__space_overrides(&p->space, u, &r->arena, set);
    if (apply(r, set, n) == SFT_OK && finish(r, p, seed) == SFT_OK) return r;
    sft_recipe_free(r);
    return NULL;
}
