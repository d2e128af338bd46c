/* SPDX-License-Identifier: MIT */
/* Overrides: `optimizer.lr=0.1`, `optimizer=sgd lr=0.1`, and Hydra's `+key=value`, `++key=value`, `~key`. */
#include <string.h>

#include "base/text.h"
#include "recipe/augment.h"
#include "recipe/sections.h"

typedef struct assignment {
    const char *section; /* up to the dot */
    const char *key;     /* behind it; NULL: the whole section */
    const char *value;   /* NULL: take it out */
    sft_pos     value_pos;
} assignment;

static sft_status split(sft_recipe *r, const char *text, assignment *a)
{
    const char *start = text;
    const bool  remove = *text == '~';
    text += remove ? 1 : strspn(text, "+");
    const size_t n = strcspn(text, "=");
    if (!text[n] && !remove) {
        return sft__fail(r->ctx, SFT_E144,
                         "`%s` is no assignment — write section.key=value, as in optimizer.lr=0.1",
                         start);
    }
    char *key = sft__arena_textn(&r->arena, text, n);
    if (!key) return sft_code(r->ctx);
    *a = (assignment){ .section = key };
    a->value = remove ? NULL : text + n + 1;
    a->value_pos = (sft_pos){ "override", 1, (int)(text - start) + (int)n + 2 };
    char *dot = strchr(key, '.');
    if (dot) {
        *dot = 0;
        a->key = dot + 1;
    }
    return SFT_OK;
}

/* Which section has this key after all, for "did you mean"; NULL: none. */
static const sft_section *owner(sft_recipe *r, const char *key, const sft_field **row)
{
    for (int id = 0; id < SFT_SECTIONS; id++) {
        sft_choice c = { .fields = sft__section[id].rows };
        if (sft__section[id].patterns || sft__section[id].list) continue;
        if (sft__section[id].at) {
            const sft_spec *s = sft__section_spec(r, id);
            const char     *name = s->name && *s->name ? s->name : sft__section[id].usual;
            if (!sft__choice_find(&sft__section[id], name, &c)) continue;
        }
        const sft_field *rows = sft__section_rows(r, id, &c);
        *row = rows ? sft__field_find(rows, key) : NULL;
        if (*row) return &sft__section[id];
    }
    return NULL;
}

static sft_status unknown_key(sft_recipe *r, int id, const char *key, const sft_field *rows)
{
    const char        *section = sft__section[id].name;
    const sft_field   *row;
    const sft_section *other = owner(r, key, &row);
    if (other) {
        return sft__fail(r->ctx, SFT_E144, "unknown key `%s.%s` — did you mean `%s.%s`?", section,
                         key, other->name, row->name);
    }
    sft_near   near = sft__near(key);
    sft_string list;
    sft__string_open(&list, r->ctx);
    for (row = rows; row->name; row++) {
        sft__near_try(&near, row->name);
        sft__string_addf(&list, "%s%s", row == rows ? "" : ", ", row->name);
    }
    const char *best = sft__near_best(&near);
    if (best) {
        sft__fail(r->ctx, SFT_E144, "unknown key `%s.%s` — did you mean `%s.%s`?", section, key,
                  section, best);
    } else if (list.text) {
        sft__fail(r->ctx, SFT_E144, "unknown key `%s.%s` — allowed are: %s", section, key,
                  list.text);
    } else {
        sft__fail(r->ctx, SFT_E144, "unknown key `%s.%s` — it takes no options", section, key);
    }
    sft__string_close(&list);
    return sft_code(r->ctx);
}

static sft_status copy_args(sft_recipe *r, const sft_spec *from, const char *without,
                            const sft_field *rows, sft_spec *to)
{
    *to = (sft_spec){ .name = from->name, .pos = from->pos };
    for (int i = 0; i < from->n; i++) {
        const sft_arg   *a = &from->arg[i];
        const sft_field *row = a->key && rows ? sft__field_find(rows, a->key) : NULL;
        if (row && sft__text_is(row->name, without)) continue;
        if (!a->key && rows && without) { /* the main value goes by no name */
            const sft_field *named = sft__field_find(rows, without);
            if (named && (named->flags & SFT_MAIN) && !sft__field_find(rows, a->value)) continue;
        }
        sft_status s = sft__spec_put(&r->arena, to, a->key, a->value, a->pos, a->override);
        if (s != SFT_OK) return s;
    }
    return SFT_OK;
}

static sft_status set_name(sft_recipe *r, int id, const assignment *a)
{
    sft_spec *s = sft__section_spec(r, id);
    s->name = a->value ? sft__arena_text(&r->arena, a->value) : NULL;
    s->pos = a->value_pos;
    return a->value && !s->name ? sft_code(r->ctx) : SFT_OK;
}

/* Binds one value by itself, so that a wrong one is refused now and not when the recipe is resolved. */
static sft_status try_value(sft_recipe *r, const sft_section *section, const sft_field *row,
                            const sft_spec *s)
{
    union {
        int64_t   integer;
        sft_dims  dims;
        sft_reals reals;
    } value;
    sft_field rows[2] = { *row, SFT_FIELD_END };
    sft_spec  one = { .name = s->name, .n = 1, .arg = &s->arg[s->n - 1] };
    rows[0].offset = 0;
    sft_arena scratch;
    sft__arena_open(&scratch, r->ctx);
    sft_status status = sft__fields_bind(&scratch, rows, &value, &one, section->name);
    sft__arena_close(&scratch);
    return status;
}

/* The options that the section takes as things stand. */
static const sft_field *rows_now(sft_recipe *r, int id, const char *key)
{
    const sft_section *section = &sft__section[id];
    const sft_spec    *s = sft__section_spec(r, id);
    const char        *name = s->name && *s->name ? s->name : section->usual;
    sft_choice         c = { .fields = section->rows };
    if (id == SFT_MODEL_SECTION && r->stack) {
        sft__fail(r->ctx, SFT_E144,
                  "unknown key `model.%s` — the model is stack text, give model=… as a whole", key);
        return NULL;
    }
    if (section->at && !sft__choice_find(section, name, &c) && !sft__text_is(name, "auto")) {
        sft__fail(r->ctx, SFT_E144, "`%s.%s` before `%s` is known — give %s=NAME first",
                  section->name, key, section->name, section->name);
        return NULL;
    }
    return sft__section_rows(r, id, &c);
}

/* `init_layers.*.bias=constant 0.1`: what stands behind the section's dot is the pattern. */
static sft_status set_rule(sft_recipe *r, int id, const assignment *a)
{
    const sft_pos at = { 0 };
    if (a->value) return sft__rule_assign(r, id, a->key, at, a->value, a->value_pos, true);
    if (sft__rules_remove(sft__section_rules(r, id), a->key)) return SFT_OK;
    return sft__fail(r->ctx, SFT_E144, "`%s` has no pattern `%s` to take out", sft__section[id].name, a->key);
}

static sft_status set_key(sft_recipe *r, int id, const assignment *a)
{
    if (sft__section[id].patterns) return set_rule(r, id, a);
    const sft_section *section = &sft__section[id];
    sft_spec          *s = sft__section_spec(r, id), changed;
    if (section->list) return sft__augment_set(r, a->key, a->value);
    if (section->at && sft__text_is(a->key, "name") && (id != SFT_MODEL_SECTION || !r->stack)) return set_name(r, id, a);
    const sft_field *rows = rows_now(r, id, a->key);
    if (!rows) return sft_code(r->ctx);
    const sft_field *row = sft__field_find(rows, a->key);
    if (!row) return unknown_key(r, id, a->key, rows);
    sft_status status = copy_args(r, s, row->name, rows, &changed);
    if (status == SFT_OK && a->value) {
        status = sft__spec_put(&r->arena, &changed, row->name, a->value, (sft_pos){ 0 }, true);
        if (status == SFT_OK) status = try_value(r, section, row, &changed);
    }
    if (status == SFT_OK) *s = changed;
    return status;
}

static sft_status try_section(sft_recipe *r, int id)
{
    sft_bound  b;
    sft_layer *l;
    sft_augments stages;
    if (sft__section[id].list) return sft__augment_bind(r, &stages);
    if (id == SFT_MODEL_SECTION && r->stack) {
        return sft__stack_parse(&r->arena, r->stack, strlen(r->stack), r->stack_pos, &l);
    }
    return sft__section_bind(r, id, sft__section_spec(r, id), &b);
}

static sft_status set_section(sft_recipe *r, int id, const assignment *a)
{
    if (!a->value) {
        sft__section_clear(r, id);
        return SFT_OK;
    }
    if (sft__section[id].patterns) return sft__rules_wanted(r, id, a->value_pos, true);
    const sft_spec before = *sft__section_spec(r, id);
    const char    *stack = r->stack;
    sft_spec      *call = r->call;
    const int      n_calls = r->n_calls;
    sft_status s = sft__section_assign(r, id, a->value, strlen(a->value), a->value_pos, true);
    if (s == SFT_OK) s = try_section(r, id);
    if (s == SFT_OK) return SFT_OK;
    *sft__section_spec(r, id) = before; /* after sft_clear the recipe is as it was */
    r->stack = stack;
    r->call = call;
    r->n_calls = n_calls;
    return s;
}

sft_status sft_recipe_set(sft_recipe *r, const char *text)
{
    assignment a = { 0 };
    if (!r) return SFT_USAGE;
    if (sft__failed(r->ctx)) return sft_code(r->ctx);
    if (!text)
        return sft__fail(r->ctx, SFT_E002,
                         "sft_recipe_set needs an assignment such as optimizer.lr=0.1");
    if (sft__utf8_fault(text, strlen(text)) >= 0)
        return sft__fail(r->ctx, SFT_E144, "the override is not UTF-8");
    sft_status s = split(r, text, &a);
    if (s != SFT_OK) return s;
    r->resolved = false;
    r->text = NULL;
    const int id = sft__section_find(a.section);
    if (id >= 0) return a.key ? set_key(r, id, &a) : set_section(r, id, &a);
    if (!a.key && a.value && sft__text_is(a.section, "version"))
        return sft__version_check(r, a.value, a.value_pos, true);
    return sft__section_unknown(r, a.section, (sft_pos){ 0 }, SFT_E144);
}
