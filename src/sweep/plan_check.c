/* SPDX-License-Identifier: MIT */
/* Every axis tried on the base recipe before anything is trained, and whether the space holds a point at all. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "sweep/plan.h"

typedef struct trial { /* one axis under one value of those that it stands under */
    sft_plan_draft *d;
    int             axis;
    int             host, host_value; /* the axis whose values are gone through; -1: none */
    sft_recipe     *recipe;
} trial;

static sft_status set(sft_plan_draft *d, sft_recipe *r, const sft_axis *a, double u)
{
    const char *text = sft__axis_override(a, u, &r->arena);
    return text ? sft_recipe_set(r, text) : sft_code(d->ctx);
}

static sft_pos place_of(const sft_plan_draft *d, int axis, int value)
{
    return d->axis[axis].value_pos && value >= 0 ? d->axis[axis].value_pos[value] : d->axis[axis].pos;
}

/* The failure at hand, at the key where that is unknown, else at the value. */
static sft_status blame(const trial *t, int value)
{
    sft_plan_draft *d = t->d;
    const sft_axis *a = &d->plan->space.axis[t->axis];
    const sft_axis *h = t->host >= 0 ? &d->plan->space.axis[t->host] : NULL;
    const bool      key = sft__text_is(sft_error_id(d->ctx), "E144");
    const char     *behind = NULL;
    sft_failure     f;
    if (sft_code(d->ctx) == SFT_MEMORY) return sft_code(d->ctx);
    sft__set_aside(d->ctx, &f);
    if (h)
        behind = sft__arena_printf(d->arena, "that is so where `%s` is `%.60s`; write `when: {%s: …}` if `%s` matters for others only",
                                   h->key, h->label[t->host_value], h->key, a->key);
    sft__put_back(d->ctx, &f);
    return sft__plan_blame(d->ctx, key ? a->pos : place_of(d, t->axis, value), behind);
}

static int first_allowed(const sft_axis *a)
{
    for (int v = 0; v < SFT_MOST_VALUES; v++)
        if (sft__axis_under(a, v)) return v;
    return 0;
}

/* Sets the axes that this one depends on so that it matters, outermost first. */
static sft_status set_parents(const trial *t, int axis)
{
    const sft_space *s = &t->d->plan->space;
    const sft_axis  *a = &s->axis[axis];
    if (a->parent < 0) return SFT_OK;
    if (set_parents(t, a->parent)) return sft_code(t->d->ctx);
    const sft_axis *p = &s->axis[a->parent];
    const int       v = a->parent == t->host ? t->host_value : first_allowed(a);
    return set(t->d, t->recipe, p, sft__axis_at(p, v));
}

static sft_status try_at(const trial *t, double u, bool resolve)
{
    const sft_axis *a = &t->d->plan->space.axis[t->axis];
    const int       value = a->kind == SFT_AXIS_VALUES ? sft__axis_index(a, u) : -1;
    if (set(t->d, t->recipe, a, u) || (resolve && sft_recipe_resolve(t->recipe))) return blame(t, value);
    return SFT_OK;
}

/* Every value of a list, the ends and the middle of a range; and whether a recipe with the first, middle and last makes sense. */
static sft_status try_axis(const trial *t)
{
    const sft_axis *a = &t->d->plan->space.axis[t->axis];
    const double    near_one = 1 - 0x1p-53;
    if (t->host >= 0 && (set_parents(t, t->host) || set(t->d, t->recipe, &t->d->plan->space.axis[t->host],
                                                        sft__axis_at(&t->d->plan->space.axis[t->host], t->host_value))))
        return blame(t, -1);
    if (set_parents(t, t->axis)) return blame(t, -1);
    if (a->kind != SFT_AXIS_VALUES)
        return try_at(t, 0, true) || try_at(t, 0.5, true) || try_at(t, near_one, true) ? sft_code(t->d->ctx) : SFT_OK;
    for (int i = 0; i < a->n; i++)
        if (try_at(t, sft__axis_at(a, i), i == 0 || i == a->n / 2 || i == a->n - 1)) return sft_code(t->d->ctx);
    return SFT_OK;
}

static sft_status try_fresh(trial *t)
{
    const sft_plan *p = t->d->plan;
    t->recipe = sft_recipe_parse(t->d->ctx, p->file, p->recipe_text, strlen(p->recipe_text));
    if (!t->recipe) return sft_code(t->d->ctx);
    const sft_status s = try_axis(t);
    sft_recipe_free(t->recipe);
    return s;
}

/* The axis that names the section's record, where this one is an option of it. */
static int host_of(const sft_space *s, int axis)
{
    const char *option;
    const int   id = sft__section_of(s->axis[axis].key, &option);
    if (id < 0 || !option || sft__text_is(option, "name")) return -1;
    for (int i = 0; i < s->n; i++)
        if (s->axis[i].kind == SFT_AXIS_VALUES && sft__section_of(s->axis[i].key, &option) == id &&
            (!option || sft__text_is(option, "name")))
            return i;
    return -1;
}

/* Does the axis, or one that it depends on, rule this value of the host out? */
static bool ruled_out(const sft_space *s, int axis, int host, int value)
{
    for (const sft_axis *a = &s->axis[axis]; a->parent >= 0; a = &s->axis[a->parent])
        if (a->parent == host && !sft__axis_under(a, value)) return true;
    return false;
}

static sft_status check_axis(sft_plan_draft *d, int axis)
{
    const sft_space *s = &d->plan->space;
    const int        host = host_of(s, axis);
    trial            t = { .d = d, .axis = axis, .host = -1 };
    if (host < 0) return try_fresh(&t);
    t.host = host;
    for (; t.host_value < s->axis[host].n; t.host_value++) {
        if (!ruled_out(s, axis, host, t.host_value) && try_fresh(&t)) return sft_code(d->ctx);
    }
    return SFT_OK;
}

sft_status sft__plan_check_axes(sft_plan_draft *d)
{
    for (int i = 0; i < d->plan->space.n; i++)
        if (check_axis(d, i)) return sft_code(d->ctx);
    return SFT_OK;
}

/* ---- the space ----------------------------------------------------------------------------------- */

static sft_status no_steps(sft_plan_draft *d, const sft_axis *a)
{
    return sft__fail_at(d->ctx, a->pos, SFT_E142,
                        "grid needs steps: `%s` is %g..%g without any — give `step: …` or a list, or another sampler", a->key, a->low,
                        a->high);
}

/* Points at random: what 10,000 of them do not find, a sampler would not either. Small spaces are gone through whole. */
static bool has_point(const sft_space *s)
{
    enum { DRAWS = 10000 };
    const int64_t size = sft__space_size(s);
    double        u[SFT_MOST_AXES];
    sft_stream    random = sft__stream(sft__key(0, SFT_FOR_SWEEP), 0, 0, 0);
    bool          cells = size > 0 && size <= DRAWS;
    int64_t       product = 1;
    for (int i = 0; i < s->n && cells; i++) cells = s->axis[i].n > 0 && sft__mul(product, s->axis[i].n, &product) && product <= 10 * DRAWS;
    for (int64_t k = 0; k < (cells ? product : DRAWS); k++) {
        int64_t rest = k;
        for (int i = 0; i < s->n; i++) {
            u[i] = cells ? sft__axis_at(&s->axis[i], (int)(rest % s->axis[i].n)) : sft__uniform(&random);
            if (cells) rest /= s->axis[i].n;
        }
        sft__space_snap(s, u);
        if (sft__space_allows(s, u)) return true;
    }
    return false;
}

sft_status sft__plan_check_space(sft_plan_draft *d, sft_pos constraints)
{
    const sft_plan *p = d->plan;
    for (int i = 0; i < p->space.n && sft__text_is(p->sampler.record->name, "grid"); i++)
        if (sft__axis_cells(&p->space.axis[i]) == 0) return no_steps(d, &p->space.axis[i]);
    if (p->space.n_limits == 0 || has_point(&p->space)) return SFT_OK;
    return sft__fail_at(d->ctx, constraints, SFT_E143, "the constraints leave no point of the space — `%s`%s", p->space.limit[0].text,
                        p->space.n_limits > 1 ? " and the others cannot hold together" : " holds nowhere");
}
