/* SPDX-License-Identifier: MIT */
/* The `augment` section: text to calls, calls to bound stages, and back. */
#include "recipe/augment.h"

#include <string.h>

static const sft_field no_rows[] = { SFT_FIELD_END };

static const sft_field *rows_of(const sft_augment *x) { return x->fields ? x->fields : no_rows; }

sft_status sft__augment_push(sft_recipe *r, const sft_spec *call)
{
    if (r->n_calls == SFT_STAGES_MOST)
        return sft__fail_at(r->ctx, call->pos, SFT_E115, "more than %d augmentations",
                            SFT_STAGES_MOST);
    sft_spec *calls = sft__arena_alloc(&r->arena, ((size_t)r->n_calls + 1) * sizeof *calls);
    if (!calls) return sft_code(r->ctx);
    if (r->n_calls) memcpy(calls, r->call, (size_t)r->n_calls * sizeof *calls);
    calls[r->n_calls++] = *call;
    r->call = calls;
    return SFT_OK;
}

/* ---- text to calls -------------------------------------------------------------------------- */

static void advance(sft_pos *pos, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n') {
            pos->line++;
            pos->col = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            pos->col++;
        }
    }
}

static sft_status add_one(sft_recipe *r, const char *text, size_t n, sft_pos pos, bool override,
                          bool last)
{
    sft_spec   spec;
    sft_status s = sft__spec_parse(&r->arena, text, n, pos, &spec);
    if (s != SFT_OK) return s;
    for (int i = 0; i < spec.n; i++) spec.arg[i].override = override;
    if (spec.name && *spec.name) return sft__augment_push(r, &spec);
    return sft__fail_at(r->ctx, spec.pos, SFT_E115,
                        "%s where an augmentation such as `flip` is expected",
                        spec.n ? "options"
                        : last ? "the list ends"
                               : "`|`");
}

/* The word `none` between blanks. No zero need stand behind the n characters. */
static bool is_none(const char *text, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", text[n - 1])) n--;
    while (n > 0 && strchr(" \t\r\n", *text)) text++, n--;
    return n == 4 && !memcmp(text, "none", 4);
}

sft_status sft__augment_add(sft_recipe *r, const char *text, size_t n, sft_pos pos, bool override)
{
    if (is_none(text, n)) return SFT_OK;
    for (;;) {
        const size_t length = sft__spec_length(text, n);
        sft_pos      end = pos;
        advance(&end, text, length);
        if (length < n && text[length] != '|')
            return sft__fail_at(r->ctx, end, SFT_E115,
                                "`%c` in a list of augmentations — write `crop padding=4 | flip`",
                                text[length]);
        sft_status s = add_one(r, text, length, pos, override, length == n);
        if (s != SFT_OK || length == n) return s;
        advance(&end, text + length, 1);
        pos = end;
        text += length + 1;
        n -= length + 1;
    }
}

/* ---- calls to stages ------------------------------------------------------------------------ */

static sft_status unknown(sft_recipe *r, const sft_spec *call)
{
    sft_near near = sft__near(call->name);
    for (int i = 0; sft__augment_at(i); i++) sft__near_try(&near, sft__augment_at(i)->name);
    const char *best = sft__near_best(&near);
    return sft__fail_at(r->ctx, call->pos, SFT_E132,
                        "unknown augmentation `%s` — %s%s%s`surefoot list augmentation` shows all",
                        call->name, best ? "did you mean `" : "", best ? best : "",
                        best ? "`? " : "");
}

sft_status sft__augment_bind(sft_recipe *r, sft_augments *out)
{
    sft_stage *stage = sft__arena_alloc(&r->arena, ((size_t)r->n_calls + 1) * sizeof *stage);
    if (!stage) return sft_code(r->ctx);
    for (int i = 0; i < r->n_calls; i++) {
        const sft_spec    *call = &r->call[i];
        const sft_augment *x = sft__augment_find(call->name);
        if (!x) return unknown(r, call);
        void       *conf = sft__arena_alloc(&r->arena, x->conf_size);
        const char *what = sft__arena_printf(&r->arena, "augment %s", x->name);
        if (!conf || !what || sft__fields_bind(&r->arena, rows_of(x), conf, call, what))
            return sft_code(r->ctx);
        stage[i] = (sft_stage){ x, conf, call->pos };
    }
    *out = (sft_augments){ r->n_calls, stage };
    return SFT_OK;
}

/* ---- one option of one call ----------------------------------------------------------------- */

/* "cutout.size" to the call and "size"; a number counts calls from 1. -1: none. */
static int find_call(const sft_recipe *r, const char *key, const char **option)
{
    char         word[64];
    const size_t n = strcspn(key, ".");
    int64_t      number;
    *option = key[n] ? key + n + 1 : NULL;
    if (n == 0 || n >= sizeof word) return -1;
    memcpy(word, key, n);
    word[n] = 0;
    if (sft__parse_int(word, n, &number))
        return number >= 1 && number <= r->n_calls ? (int)number - 1 : -1;
    const sft_augment *x = sft__augment_find(word);
    for (int i = 0; x && i < r->n_calls; i++)
        if (sft__augment_find(r->call[i].name) == x) return i;
    return -1;
}

/* The arguments but for that of `row`, the main value included. */
static sft_status without(sft_recipe *r, const sft_spec *from, const sft_field *rows,
                          const sft_field *row, sft_spec *to)
{
    *to = (sft_spec){ .name = from->name, .pos = from->pos };
    for (int i = 0; i < from->n; i++) {
        const sft_arg *a = &from->arg[i];
        bool           same = a->key ? sft__field_find(rows, a->key) == row
                                     : (row->flags & SFT_MAIN) && !sft__field_find(rows, a->value);
        if (!same && sft__spec_put(&r->arena, to, a->key, a->value, a->pos, a->override))
            return sft_code(r->ctx);
    }
    return SFT_OK;
}

sft_status sft__augment_set(sft_recipe *r, const char *key, const char *value)
{
    const char *option;
    const int   i = find_call(r, key, &option);
    if (i < 0 || !option)
        return sft__fail(
            r->ctx, SFT_E144,
            "unknown key `augment.%s` — write augment.NAME.OPTION=… of an augmentation in the list, as in "
            "augment.cutout.size=8, or the whole list",
            key);
    const sft_augment *x = sft__augment_find(r->call[i].name);
    const sft_field   *row = x ? sft__field_find(rows_of(x), option) : NULL;
    if (!row)
        return sft__fail(r->ctx, SFT_E144,
                         "unknown key `augment.%s` — `surefoot list %s` shows its options", key,
                         r->call[i].name);
    sft_spec changed;
    if (without(r, &r->call[i], rows_of(x), row, &changed)) return sft_code(r->ctx);
    if (value && sft__spec_put(&r->arena, &changed, row->name, value, (sft_pos){ 0 }, true))
        return sft_code(r->ctx);
    const sft_spec before = r->call[i];
    sft_augments     scratch;
    r->call[i] = changed;
    if (sft__augment_bind(r, &scratch)) r->call[i] = before;
    return sft_code(r->ctx);
}

/* ---- back to text --------------------------------------------------------------------------- */

void sft__augment_text(sft_arena *a, sft_string *out, const sft_augments *s, const char *between)
{
    if (s->n == 0) sft__string_add(out, "none");
    for (int i = 0; i < s->n; i++) {
        const sft_augment *x = s->stage[i].record;
        const char        *options = sft__fields_text(a, rows_of(x), s->stage[i].conf);
        sft__string_addf(out, "%s%s%s%s", i ? between : "", x->name, options && *options ? " " : "",
                         options ? options : "");
    }
}

const char *sft__augment_get(sft_recipe *r, const char *key)
{
    char        buf[512];
    const char *option;
    if (!key) {
        sft_string out;
        sft__string_open(&out, r->ctx);
        sft__augment_text(&r->arena, &out, &r->stages, " | ");
        const char *text = out.text ? sft__arena_text(&r->arena, out.text) : NULL;
        sft__string_close(&out);
        return text;
    }
    const int i = find_call(r, key, &option);
    if (i < 0 || !option) return NULL;
    const sft_field *row = sft__field_find(rows_of(r->stages.stage[i].record), option);
    return row ? sft__arena_text(&r->arena,
                                 sft__field_print(row, r->stages.stage[i].conf, buf, sizeof buf))
               : NULL;
}
