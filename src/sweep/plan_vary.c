/* SPDX-License-Identifier: MIT */
/* `vary:`: its entries, W&B's nested `parameters` among them; what is fixed goes into the base recipe, the rest are axes. */
#include <string.h>

#include "sweep/plan.h"

enum { MOST_ENTRIES = 256, LONGEST_KEY = 200 };

typedef struct entry {
    const char          *key; /* with the sections around it: "optimizer.lr" */
    const sft_yaml_node *node;
    const sft_yaml_node *fixed; /* its only value; NULL: an axis */
} entry;

typedef struct entries {
    int   n;
    entry item[MOST_ENTRIES];
} entries;

int sft__plan_find(const sft_plan *p, const char *key)
{
    for (int i = 0; i < p->space.n; i++)
        if (sft__text_is(p->space.axis[i].key, key)) return i;
    return -1;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* The option under any record of the section: where `optimizer` is varied too, its options need not be those of the base recipe. */
static const sft_field *row_of_any(int id, const char *name)
{
    const sft_section *s = &sft__section[id];
    sft_choice         c;
    for (int i = 0; s->at && !s->patterns && !s->list && s->at(i, &c); i++) {
        const sft_field *row = c.fields ? sft__field_find(c.fields, name) : NULL;
        if (row) return row;
    }
    return NULL;
}

const char *sft__plan_key(sft_plan_draft *d, const char *key, const sft_field **row)
{
    const char *option;
    const int   id = strchr(key, '=') ? -1 : sft__section_of(key, &option);
    *row = NULL;
    if (id < 0) return key;
    const sft_section *s = &sft__section[id];
    if (!option) return s->name;
    const sft_field *rows = d->base->bound[id].rows;
    if (!s->patterns && !s->list) *row = rows ? sft__field_find(rows, option) : NULL;
    const char *name = *row ? (*row)->name : option;
    if (!*row && !sft__text_is(name, "name")) *row = row_of_any(id, name);
    return sft__arena_printf(d->arena, "%s.%s", s->name, name);
}

/* ---- entries --------------------------------------------------------------------------------- */

/* What an entry is fixed to, if it is: a scalar, `value:`, or the only one of a list. */
static const sft_yaml_node *fixed_to(const sft_yaml_node *x)
{
    if (x->kind == SFT_YAML_SCALAR) return x;
    if (x->kind == SFT_YAML_LIST) return x->n == 1 ? x->first : NULL;
    if (x->kind != SFT_YAML_MAP) return NULL;
    if (!sft__axis_described(x)) return x->n == 1 ? x->first : NULL;
    const sft_yaml_node *value = sft__node_child(x, "value"), *values = sft__node_child(x, "values");
    if (sft__node_child(x, "when") || sft__node_child(x, "min") || sft__node_child(x, "max") || (value && values)) return NULL;
    if (value) return value;
    return values && (values->kind == SFT_YAML_LIST || values->kind == SFT_YAML_MAP) && values->n == 1 ? values->first : NULL;
}

static sft_status collect(sft_plan_draft *d, const sft_yaml_node *map, const char *around, int depth, entries *all)
{
    for (const sft_yaml_node *x = map->first; x; x = x->next) {
        const sft_yaml_node *inner = sft__node_child(x, "parameters");
        if (x->kind == SFT_YAML_NULL)
            return sft__fail_at(d->ctx, x->key_pos, SFT_E111, "`%.60s` has no values — write [0.1, 0.01] or {min: 0.01, max: 1}", x->key);
        if (strlen(x->key) + strlen(around) > LONGEST_KEY)
            return sft__fail_at(d->ctx, x->key_pos, SFT_E140, "a key of more than %d characters is none of the recipe's", LONGEST_KEY);
        const char *key = sft__arena_printf(d->arena, "%s%s%s", around, *around ? "." : "", x->key);
        if (!key) return sft_code(d->ctx);
        if (inner && inner->kind == SFT_YAML_MAP && depth < 4) {
            if (collect(d, inner, key, depth + 1, all)) return sft_code(d->ctx);
            continue;
        }
        if (all->n == MOST_ENTRIES) return sft__fail_at(d->ctx, x->key_pos, SFT_E113, "more than %d keys to vary", MOST_ENTRIES);
        all->item[all->n++] = (entry){ key, x, fixed_to(x) };
    }
    return SFT_OK;
}

static sft_status fix(sft_plan_draft *d, const entry *e)
{
    const char *text = sft__node_text(d, e->fixed, e->key);
    const char *set = text ? sft__arena_printf(d->arena, "%s=%s", e->key, text) : NULL;
    if (!set) return sft_code(d->ctx);
    if (sft_recipe_set(d->base, set) == SFT_OK) return SFT_OK;
    return sft__plan_blame(d->ctx, sft__text_is(sft_error_id(d->ctx), "E144") ? e->node->key_pos : e->fixed->pos, NULL);
}

static sft_status fix_all(sft_plan_draft *d, const entries *all)
{
    for (int turn = 0; turn < SFT_KEY_TURNS; turn++)
        for (int i = 0; i < all->n; i++)
            if (all->item[i].fixed && sft__key_turn(all->item[i].key) == turn && fix(d, &all->item[i])) return sft_code(d->ctx);
    return sft_recipe_resolve(d->base);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static sft_status one(sft_plan_draft *d, const entry *e)
{
    if (d->plan->space.n == SFT_MOST_AXES)
        return sft__fail_at(d->ctx, e->node->key_pos, SFT_E113, "more than %d keys to vary — leave some out", SFT_MOST_AXES);
    return sft__plan_axis(d, e->key, e->node);
}

static sft_status nothing(sft_plan_draft *d, sft_pos pos)
{
    return sft__fail_at(d->ctx, pos, SFT_E146, "nothing to vary — give at least one key two values, as in `optimizer.lr: [0.01, 0.1]`");
}

sft_status sft__plan_vary(sft_plan_draft *d, const sft_yaml_node *vary)
{
    if (vary->kind == SFT_YAML_NULL) return nothing(d, vary->key_pos);
    if (vary->kind != SFT_YAML_MAP) return sft__node_wrong(d, vary, vary->key, "keys of the recipe, as in {optimizer.lr: [0.01, 0.1]}");
    entries *all = sft__arena_alloc(d->arena, sizeof *all);
    d->plan->space.axis = sft__arena_alloc(d->arena, SFT_MOST_AXES * sizeof *d->plan->space.axis);
    if (!all || !d->plan->space.axis || collect(d, vary, "", 0, all) || fix_all(d, all)) return sft_code(d->ctx);
    for (int i = 0; i < all->n; i++)
        if (!all->item[i].fixed && one(d, &all->item[i])) return sft_code(d->ctx);
    int free = 0;
    for (int i = 0; i < d->plan->space.n; i++) {
        if (sft__plan_when(d, i)) return sft_code(d->ctx);
        free += d->plan->space.axis[i].n != 1;
    }
    return free ? SFT_OK : nothing(d, vary->key_pos);
}
