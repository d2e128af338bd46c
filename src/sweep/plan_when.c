/* SPDX-License-Identifier: MIT */
/* Conditions: `when: {optimizer: sgd}`, `when: {optimizer.momentum: [0.9, 0.99]}`. */
#include <math.h>
#include <string.h>

#include "sweep/plan.h"

static sft_status no_parent(sft_plan_draft *d, int axis, const sft_yaml_node *x, const char *key)
{
    sft_near near = sft__near(key);
    char     hint[SFT_NEAR_ROOM];
    for (int i = 0; i < axis; i++) sft__near_try(&near, d->plan->space.axis[i].key);
    const int later = sft__plan_find(d->plan, key);
    if (later == axis) return sft__fail_at(d->ctx, x->key_pos, SFT_E140, "`%s` cannot depend on itself", key);
    if (later > axis)
        return sft__fail_at(d->ctx, x->key_pos, SFT_E140, "`%s` stands below `%s` in `vary` — put it above", key,
                            d->plan->space.axis[axis].key);
    return sft__fail_at(d->ctx, x->key_pos, SFT_E140, "`when` names `%s`, which is not varied%s", key, sft__near_hint(&near, hint));
}

static sft_status add_value(sft_plan_draft *d, sft_axis *a, const sft_axis *parent, const sft_yaml_node *v)
{
    const char *text = sft__node_text(d, v, "when");
    if (!text) return sft_code(d->ctx);
    const int i = sft__axis_index(parent, sft__axis_find(parent, text));
    if (i < 0) return sft__fail_at(d->ctx, v->pos, SFT_E111, "`%.60s` is no value of `%s` in `vary`", text, parent->key);
    a->when[i / 64] |= (uint64_t)1 << (i % 64);
    return SFT_OK;
}

sft_status sft__plan_when(sft_plan_draft *d, int axis)
{
    sft_axis            *a = &d->plan->space.axis[axis];
    const sft_yaml_node *when = d->axis[axis].when, *x = when ? when->first : NULL;
    const sft_field     *row;
    if (!when || when->kind == SFT_YAML_NULL) return SFT_OK;
    if (when->kind != SFT_YAML_MAP || when->n != 1)
        return sft__node_wrong(d, when, "when", "one key and its values, as in {optimizer: sgd}");
    const char *key = sft__plan_key(d, x->key, &row);
    if (!key) return sft_code(d->ctx);
    a->parent = sft__plan_find(d->plan, key);
    if (a->parent < 0 || a->parent >= axis) return no_parent(d, axis, x, key);
    const sft_axis *parent = &d->plan->space.axis[a->parent];
    if (parent->n == 0 || parent->n > SFT_MOST_VALUES)
        return sft__fail_at(d->ctx, x->key_pos, SFT_E111, "`%s` is a range%s — `when` needs a list, or a step that makes at most %d values",
                            key, parent->n ? " of many values" : "", SFT_MOST_VALUES);
    if (x->kind != SFT_YAML_LIST) return add_value(d, a, parent, x);
    for (const sft_yaml_node *v = x->first; v; v = v->next)
        if (add_value(d, a, parent, v)) return sft_code(d->ctx);
    return x->n ? SFT_OK : sft__node_wrong(d, x, key, "at least one value");
}
