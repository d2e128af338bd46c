/* SPDX-License-Identifier: MIT */
/* Files of data beside a sweep: `data: csv:valley.csv` of a sweep in labs/ is labs/valley.csv where there is such a file. */
#include <string.h>

#include "base/io.h"
#include "sweep/plan.h"

/* `text`, a call that begins with SOURCE:PLACE, `word` bytes, with the place as seen from the current folder; text itself where nothing
 * is beside the sweep. NULL after a failure. */
static const char *seen_from_here(sft_plan_draft *d, const char *text, size_t word)
{
    const char  *colon = memchr(text, ':', word);
    if (!colon || colon[1] == '/') return text;
    const size_t before = (size_t)(colon + 1 - text);
    const char  *place = sft__arena_textn(d->arena, colon + 1, word - before);
    const char  *path = place ? sft__arena_printf(d->arena, "%s/%s", d->folder, place) : NULL;
    if (!path || !*place || !sft__exists(path)) return path ? text : NULL;
    return sft__arena_printf(d->arena, "%.*s%s%s", (int)before, text, path, text + word);
}

static sft_status base_data(sft_plan_draft *d)
{
    sft_spec   *s = &d->base->data;
    const char *name = s->name ? seen_from_here(d, s->name, strlen(s->name)) : NULL;
    if (!s->name || name == s->name) return SFT_OK;
    s->name = name ? sft__arena_text(&d->base->arena, name) : NULL;
    if (!s->name) return sft_code(d->ctx);
    d->base->resolved = false;
    return sft_recipe_resolve(d->base);
}

static sft_status axis_data(sft_plan_draft *d, sft_axis *a)
{
    const char **value = sft__arena_alloc(d->arena, (size_t)a->n * sizeof *value);
    if (!value) return sft_code(d->ctx);
    for (int i = 0; i < a->n; i++)
        if (!(value[i] = seen_from_here(d, a->value[i], strcspn(a->value[i], " \t")))) return sft_code(d->ctx);
    a->value = value;
    return SFT_OK;
}

sft_status sft__plan_places(sft_plan_draft *d)
{
    if (!d->folder || !*d->folder) return SFT_OK;
    if (base_data(d)) return sft_code(d->ctx);
    for (int i = 0; i < d->plan->space.n; i++) {
        sft_axis *a = &d->plan->space.axis[i];
        if (a->kind == SFT_AXIS_VALUES && sft__text_is(a->key, "data") && axis_data(d, a)) return sft_code(d->ctx);
    }
    return SFT_OK;
}
