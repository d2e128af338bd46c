/* SPDX-License-Identifier: MIT */
/* Which trials of an experiment a figure shows: by its axes. */
#include "lab/figures/figures.h"
#include "lab/expr.h"

#include <math.h>
#include <string.h>

#include "report/report.h"

/* ---- experiments and axes ------------------------------------------------------------------------ */

int sft__choice_experiment(const sft_lab *lab, const sft_drawing *d, const char *name)
{
    sft_near near = sft__near(name ? name : "");
    char     hint[SFT_NEAR_ROOM];
    if (!name && lab->n_experiments == 1) return 0;
    for (int i = 0; i < lab->n_experiments; i++) {
        if (name && sft__text_is(lab->experiment[i].name, name)) return i;
        sft__near_try(&near, lab->experiment[i].name);
    }
    if (!name) sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s` does not say of which experiment it is — write `experiment: %s`",
                            d->name, lab->n_experiments ? lab->experiment[0].name : "NAME");
    else sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: there is no experiment `%s`%s", d->name, name,
                      sft__near_hint(&near, hint));
    return -1;
}

static sft_status no_axis(const sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const char *option, const char *name)
{
    sft_near near = sft__near(name);
    char     hint[SFT_NEAR_ROOM];
    for (int i = 0; i < x->space.n; i++) sft__near_try(&near, sft__axis_short(&x->space.axis[i]));
    return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `%s` names `%s`, which experiment `%s` does not vary%s", d->name, option,
                        name, x->name, sft__near_hint(&near, hint));
}

sft_status sft__choice_axis(const sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const char *option, const char *name,
                            const sft_axis **a)
{
    *a = NULL;
    if (!name) return SFT_OK;
    const int at = sft__experiment_axis(x, name);
    if (at < 0) return no_axis(lab, d, x, option, name);
    *a = &x->space.axis[at];
    if ((*a)->kind == SFT_AXIS_VALUES && (*a)->n > 0) return SFT_OK;
    return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `%s` of experiment `%s` is a range, which has no values to draw — "
                        "give `vary` a list", d->name, name, x->name);
}

/* ---- values -------------------------------------------------------------------------------------- */

int sft__values_of(const sft_axis *a)
{
    return a ? a->n : 1;
}

const char *sft__value_label(const sft_axis *a, int i)
{
    return a->label && a->label[i] ? a->label[i] : a->value[i];
}

const sft_bind *sft__bind(sft_bind *room, const sft_axis *a, int i, const sft_bind *bound)
{
    if (!a) return bound;
    *room = (sft_bind){ a->key, sft__value_label(a, i), bound };
    return room;
}

/* ---- where: "lr=0.1, norm=batch" ------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static const char *trimmed(sft_arena *a, const char *from, const char *end)
{
    while (from < end && is_blank(*from)) from++;
    while (end > from && is_blank(end[-1])) end--;
    return sft__not_null(sft__arena_textn(a, from, (size_t)(end - from)));
}

static sft_status no_value(const sft_lab *lab, const sft_drawing *d, const sft_axis *a, const char *text)
{
    sft_near near = sft__near(text);
    char     hint[SFT_NEAR_ROOM];
    for (int i = 0; i < a->n; i++) sft__near_try(&near, sft__value_label(a, i));
    return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `where` says %s=%s, which is none of its values%s", d->name,
                        sft__axis_short(a), text, sft__near_hint(&near, hint));
}

static sft_status bind_one(sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const char *from, const char *end,
                           const sft_bind **out)
{
    const char     *equals = memchr(from, '=', (size_t)(end - from));
    const sft_axis *a;
    if (!equals)
        return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `where` has `%s` in place of AXIS=VALUE", d->name,
                            trimmed(&lab->arena, from, end));
    const char *value = trimmed(&lab->arena, equals + 1, end);
    if (sft__choice_axis(lab, d, x, "where", trimmed(&lab->arena, from, equals), &a)) return sft_code(lab->ctx);
    const int at = sft__axis_level(a, value);
    if (at < 0) return no_value(lab, d, a, value);
    sft_bind *b = sft__arena_alloc(&lab->arena, sizeof *b);
    if (b) *out = sft__bind(b, a, at, *out);
    return sft_code(lab->ctx);
}

sft_status sft__choice_where(sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const char *text, const sft_bind **out)
{
    *out = NULL;
    for (const char *at = text; at && *at && !sft__failed(lab->ctx);) {
        const char *comma = strchr(at, ','), *end = comma ? comma : at + strlen(at);
        bind_one(lab, d, x, at, end, out);
        at = comma ? comma + 1 : end;
    }
    return sft_code(lab->ctx);
}

/* ---- trials -------------------------------------------------------------------------------------- */

static const sft_bind *bound_to(const sft_experiment *x, int axis, const sft_bind *bound)
{
    for (; bound; bound = bound->next)
        if (sft__experiment_axis(x, bound->axis) == axis) return bound;
    return NULL;
}

sft_status sft__choice_whole(const sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const sft_bind *bound)
{
    for (int i = 0; i < x->space.n; i++) {
        const sft_axis *a = &x->space.axis[i];
        if (a->n != 1 && !bound_to(x, i, bound))
            return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: trials of experiment `%s` differ in `%s` too — fix it by "
                                "`where:` or draw a line a value by `per:`", d->name, x->name, sft__axis_short(a));
    }
    return SFT_OK;
}

sft_status sft__choice_series(sft_lab *lab, const sft_drawing *d, const char *experiment, const char *per, const char *where,
                              const sft_experiment **x, const sft_axis **a, const sft_bind **bound)
{
    sft_bind  room;
    const int at = sft__choice_experiment(lab, d, experiment);
    if (at < 0) return sft_code(lab->ctx);
    *x = &lab->experiment[at];
    if (sft__choice_axis(lab, d, *x, "per", per, a) || sft__choice_where(lab, d, *x, where, bound)) return sft_code(lab->ctx);
    return sft__choice_whole(lab, d, *x, sft__bind(&room, *a, 0, *bound));
}

bool sft__choice_has(const sft_experiment *x, int64_t trial, const sft_bind *bound)
{
    for (; bound; bound = bound->next) {
        const int axis = sft__experiment_axis(x, bound->axis);
        if (axis < 0) return false;
        const int level = x->level[trial * x->space.n + axis];
        if (level >= 0 && level != sft__axis_level(&x->space.axis[axis], bound->label)) return false;
    }
    return true;
}

const sft_attempt *sft__choice_first(const sft_experiment *x, const sft_bind *bound)
{
    for (int64_t i = 0; i < x->study.n; i++) {
        const sft_attempt *t = &x->study.attempt[i];
        if (t->folder && *t->folder && sft__choice_has(x, i, bound)) return t;
    }
    return NULL;
}

const char *sft__choice_folder(sft_lab *lab, const sft_experiment *x, const sft_attempt *t)
{
    char path[4096];
    return sft__arena_text(&lab->arena, sft__trial_path(&x->study, t, path, sizeof path));
}
