/* SPDX-License-Identifier: MIT */
/* A recipe's life: made, read from a file or text, its sections given text, freed. */
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "base/text.h"
#include "graph/presets/presets.h"
#include "recipe/augment.h"
#include "recipe/sections.h"

static sft_recipe *make(sft_ctx *c, const char *name)
{
    sft_recipe *r = sft__alloc(c, sizeof *r);
    if (!r) return NULL;
    r->ctx = c;
    sft__arena_open(&r->arena, c);
    r->file = sft__arena_text(&r->arena, name ? name : "recipe");
    if (r->file) return r;
    sft_recipe_free(r);
    return NULL;
}

void sft_recipe_free(sft_recipe *r)
{
    if (!r) return;
    sft__arena_close(&r->arena);
    sft__free(r->ctx, r, sizeof *r);
}

sft_recipe *sft_recipe_parse(sft_ctx *c, const char *name, const char *text, size_t size)
{
    if (!c || sft__failed(c)) return NULL;
    sft_recipe *r = make(c, name);
    if (!r) return NULL;
    if (text && sft__yaml_read(r, text, size) != SFT_OK) {
        sft_recipe_free(r);
        return NULL;
    }
    return r;
}

static sft_status unreadable(sft_ctx *c, const char *path, sft_io_fault fault, int error)
{
    const sft_pos at = { path, 0, 0 };
    switch (fault) {
    case SFT_IO_OK: return SFT_OK;
    case SFT_IO_MEMORY: return sft_code(c);
    case SFT_IO_FOLDER:
        return sft__fail_at(c, at, SFT_E150, "this is a folder — give the recipe file inside it");
    case SFT_IO_MISSING:
        return sft__fail_at(
            c, at, SFT_E152,
            "no such recipe (%s) — is the path right, seen from the current folder?",
            strerror(ENOENT));
    case SFT_IO_TOO_LARGE:
        return sft__fail_at(c, at, SFT_E107,
                            "larger than %d bytes — recipes are small; is this the right file?",
                            SFT_RECIPE_LIMIT);
    case SFT_IO_DENIED:
    case SFT_IO_ERROR: break;
    }
    return sft__fail_at(c, at, SFT_E151, "cannot be read (%s) — look at its permissions",
                        strerror(error ? error : EACCES));
}

sft_recipe *sft_recipe_read(sft_ctx *c, const char *path)
{
    if (!c || sft__failed(c)) return NULL;
    if (!path) {
        sft__fail(c, SFT_E002, "sft_recipe_read needs a path");
        return NULL;
    }
    sft_bytes bytes = { 0 };
    errno = 0;
    const sft_io_fault fault = sft__read_file(c, path, SFT_RECIPE_LIMIT, &bytes);
    if (fault != SFT_IO_OK) {
        unreadable(c, path, fault, errno);
        return NULL;
    }
    sft_recipe *r = sft_recipe_parse(c, path, (const char *)bytes.data, bytes.size);
    sft__bytes_free(c, &bytes);
    return r;
}

/* ---- sections ------------------------------------------------------------------------------ */

void sft__section_clear(sft_recipe *r, int id)
{
    if (sft__section[id].patterns) {
        *sft__section_rules(r, id) = (sft_rules){ 0 };
        return;
    }
    *sft__section_spec(r, id) = (sft_spec){ 0 };
    if (id == SFT_MODEL_SECTION) r->stack = NULL;
    if (sft__section[id].list) r->n_calls = 0;
}

/* "mlp depth=3" names a preset and stays a call, so that overrides reach its options; anything else is stack text. */
static bool is_preset(const char *text, size_t n)
{
    char   word[64];
    size_t at = 0, k = 0;
    if (memchr(text, '|', n) || memchr(text, '(', n)) return false;
    while (at < n && strchr(" \t\r\n", text[at])) at++;
    for (; at < n && !strchr(" \t\r\n", text[at]) && k < sizeof word - 1; at++)
        word[k++] = text[at];
    word[k] = 0;
    return sft__preset_find(word) != NULL;
}

sft_status sft__spec_unname(sft_arena *a, const char *what, sft_spec *s)
{
    if (!s->name || !*s->name) return SFT_OK;
    const char *value = s->name;
    sft_spec    all = { .name = "", .pos = s->pos };
    sft_status  status = sft__spec_put(a, &all, NULL, value, s->pos, false);
    for (int i = 0; i < s->n && status == SFT_OK; i++) {
        if (!s->arg[i].key) {
            return sft__fail_at(a->ctx, s->arg[i].pos, SFT_E115,
                                "`%s` where key=value is expected in `%s`", s->arg[i].value, what);
        }
        status = sft__spec_put(a, &all, s->arg[i].key, s->arg[i].value, s->arg[i].pos, false);
    }
    *s = all;
    return status;
}

sft_status sft__section_assign(sft_recipe *r, int id, const char *text, size_t n, sft_pos pos,
                               bool override)
{
    sft_spec spec = { 0 };
    if (sft__section[id].patterns) return sft__rules_wanted(r, id, pos, override);
    if (id == SFT_MODEL_SECTION && !is_preset(text, n)) {
        const char *stack = sft__arena_textn(&r->arena, text, n);
        if (!stack) return sft_code(r->ctx);
        sft__section_clear(r, id);
        r->stack = stack;
        r->stack_pos = pos;
        r->model.pos = pos;
        return SFT_OK;
    }
    if (sft__section[id].list) {
        sft__section_clear(r, id);
        return sft__augment_add(r, text, n, pos, override);
    }
    sft_status s = sft__spec_parse(&r->arena, text, n, pos, &spec);
    if (s == SFT_OK && !sft__section[id].at) s = sft__spec_unname(&r->arena, sft__section[id].name, &spec);
    if (s != SFT_OK) return s;
    for (int i = 0; i < spec.n; i++) spec.arg[i].override = override;
    sft__section_clear(r, id);
    *sft__section_spec(r, id) = spec;
    return SFT_OK;
}

sft_status sft__version_check(sft_recipe *r, const char *text, sft_pos pos, bool override)
{
    int64_t version;
    if (!sft__parse_int(text, strlen(text), &version) || version < 1) {
        return sft__fail_at(r->ctx, pos, override ? SFT_E145 : SFT_E111,
                            "`version` wants a whole number, got `%s` — write version: %d", text,
                            SFT_RECIPE_VERSION);
    }
    if (version > SFT_RECIPE_VERSION) {
        return sft__fail_at(r->ctx, pos, SFT_E153,
                            "recipe of version %lld, this build reads <= %d — update surefoot",
                            (long long)version, SFT_RECIPE_VERSION);
    }
    return SFT_OK;
}

/* The section that has an option of this name, those without records first; *row is the option. NULL: none. */
static const char *owner_of(const char *key, const sft_field **row)
{
    for (int id = 0; id < SFT_SECTIONS; id++) {
        if (sft__section[id].patterns) continue;
        *row = sft__section[id].rows ? sft__field_find(sft__section[id].rows, key) : NULL;
        if (*row) return sft__section[id].name;
    }
    for (int id = 0; id < SFT_SECTIONS; id++) {
        const sft_section *s = &sft__section[id];
        sft_choice         c;
        for (int i = 0; s->at && !s->patterns && !s->list && s->at(i, &c); i++) {
            *row = c.fields ? sft__field_find(c.fields, key) : NULL;
            if (*row) return s->name;
        }
    }
    *row = sft__field_find(sft__warmup_fields, key);
    return *row ? sft__section[SFT_SCHEDULE_SECTION].name : NULL;
}

sft_status sft__section_unknown(sft_recipe *r, const char *name, sft_pos pos, sft_ecode e)
{
    const sft_field *row;
    const char      *owner = owner_of(name, &row);
    if (owner && e == SFT_E144) {
        return sft__fail_at(r->ctx, pos, e, "unknown section `%s` — did you mean `%s.%s`?", name,
                            owner, row->name);
    }
    if (owner) {
        return sft__fail_at(r->ctx, pos, e, "unknown section `%s` — did you mean `%s: {%s: …}`?",
                            name, owner, row->name);
    }
    sft_near near = sft__near(name);
    sft_string list;
    char hint[SFT_NEAR_ROOM];
    sft__string_open(&list, r->ctx);
    for (int i = 0; i < SFT_SECTIONS; i++) {
        sft__near_try(&near, sft__section[i].name);
        sft__string_addf(&list, "%s%s", i ? ", " : "", sft__section[i].name);
    }
    if (list.text)
        sft__fail_at(r->ctx, pos, e, "unknown section `%s` — there are %s%s", name, list.text, sft__near_hint(&near, hint));
    sft__string_close(&list);
    return sft_code(r->ctx);
}
