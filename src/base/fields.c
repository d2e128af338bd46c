/* SPDX-License-Identifier: MIT */
/* Binding: a spec's arguments go into a struct by the option rows; what does not fit is refused with a way out. */
#include "base/fields.h"
#include "base/text.h"
#include "base/value.h"

#include <math.h>
#include <string.h>

/* What a message needs to know about one argument. */
typedef struct binding {
    sft_arena       *arena;
    const sft_field *rows;
    const sft_spec  *spec;
    const sft_arg   *arg;
    const char      *what;
} binding;

static bool is_end(const sft_field *row)
{
    return !row || !row->name;
}

const sft_field *sft__field_find(const sft_field *rows, const char *name)
{
    for (const sft_field *r = rows; !is_end(r); r++)
        if (sft__named(name, r->name, r->aliases))
            return r;
    return NULL;
}

static const sft_field *main_row(const sft_field *rows)
{
    for (const sft_field *r = rows; !is_end(r); r++)
        if (r->flags & SFT_MAIN)
            return r;
    return NULL;
}

void sft__fields_defaults(const sft_field *rows, void *conf, sft_arena *a)
{
    (void)a; /* defaults are literals: nothing to copy */
    for (const sft_field *r = rows; !is_end(r); r++)
        sft__value_default(r, conf);
}

/* ---- messages ------------------------------------------------------------------------------ */

/* The row whose name or alias is nearest to the word. */
static const sft_field *nearest(const sft_field *rows, const char *word)
{
    sft_near n = sft__near(word);
    const sft_field *best = NULL;
    for (const sft_field *r = rows; !is_end(r); r++) {
        const char *before = n.best;
        int distance = n.distance;
        sft__near_try(&n, r->name);
        for (const char *at = r->aliases; at && *at;) {
            char alias[64];
            size_t length = strcspn(at, " ");
            if (length < sizeof alias) {
                memcpy(alias, at, length);
                alias[length] = '\0';
                sft__near_try(&n, alias);
            }
            at += length + strspn(at + length, " ");
        }
        if (n.best != before || n.distance != distance) {
            best = r;
            n.best = r->name; /* an alias's copy does not live on */
        }
    }
    return sft__near_best(&n) ? best : NULL;
}

static sft_status unknown_key(const binding *b)
{
    sft_ctx *c = b->arena->ctx;
    const sft_arg *a = b->arg;
    sft_ecode e = a->override ? SFT_E144 : SFT_E110;
    if (is_end(b->rows))
        return sft__fail_at(c, a->pos, e, "unknown key `%s` in `%s` — it takes no options", a->key, b->what);
    sft_string allowed;
    sft__string_open(&allowed, c);
    for (const sft_field *r = b->rows; !is_end(r); r++)
        sft__string_addf(&allowed, "%s%s", r == b->rows ? "" : ", ", r->name);
    const sft_field *near = nearest(b->rows, a->key);
    if (allowed.text)
        sft__fail_at(c, a->pos, e, "unknown key `%s` in `%s` — allowed: %s%s%s%s", a->key, b->what, allowed.text,
                     near ? " — did you mean `" : "", near ? near->name : "", near ? "`?" : "");
    sft__string_close(&allowed);
    return sft_code(c);
}

static sft_status unknown_word(const binding *b, const sft_field *row)
{
    sft_ctx *c = b->arena->ctx;
    const sft_arg *a = b->arg;
    sft_near n = sft__near(a->value);
    sft_string choices;
    char hint[SFT_NEAR_ROOM];
    sft__string_open(&choices, c);
    for (int i = 0; row->words && row->words[i]; i++) {
        sft__near_try(&n, row->words[i]);
        sft__string_addf(&choices, "%s%s", i ? ", " : "", row->words[i]);
    }
    if (choices.text)
        sft__fail_at(c, a->pos, a->override ? SFT_E145 : SFT_E132,
                     "unknown %s `%s` in `%s` — choose one of: %s%s%s", row->name, a->value, b->what, choices.text,
                     row->flags & SFT_AUTO ? ", auto" : "", sft__near_hint(&n, hint));
    sft__string_close(&choices);
    return sft_code(c);
}

static const char *noun(sft_kind k)
{
    static const char *const nouns[] = { "an integer", "a number", "true or false", "a word", "text",
                                         "sizes such as 3 or 3x5", "numbers such as [0.9, 0.999]" };
    return nouns[k];
}

static sft_status refuse(const binding *b, const sft_field *row, sft_reading o)
{
    char range[128], must[160];
    sft_ctx *c = b->arena->ctx;
    sft_ecode e = b->arg->override ? SFT_E145 : SFT_E111;
    if (o == SFT_NO_MEMORY)
        return sft_code(c);
    if (o == SFT_UNKNOWN_WORD)
        return unknown_word(b, row);
    sft__field_range(row, range, sizeof range);
    bool listed = row->kind == SFT_FLAG || !range[0], closed = strstr(range, "..") != NULL;
    sft_string s;
    sft__string_open(&s, c);
    sft__string_addf(&s, "%s%s%s", o == SFT_NOT_FINITE ? "finite" : "", o == SFT_NOT_FINITE && !listed ? " and " : "",
                     listed ? "" : closed ? "in " : "");
    if (!listed)
        sft__string_add(&s, range);
    if (!s.text)
        return sft_code(c);
    size_t n = s.n < sizeof must - 1 ? s.n : sizeof must - 1;
    memcpy(must, s.text, n);
    must[n] = '\0';
    sft__string_close(&s);
    if (o == SFT_WRONG_TYPE)
        return sft__fail_at(c, b->arg->pos, e, "`%s` in `%s` wants %s%s%s, got `%s`", row->name, b->what,
                            noun(row->kind), *must ? " " : "", must, b->arg->value);
    if (!b->arg->override)
        e = o == SFT_NOT_FINITE ? SFT_E112 : SFT_E113;
    return sft__fail_at(c, b->arg->pos, e, "`%s` in `%s` must be %s, got `%s`", row->name, b->what,
                        *must ? must : "within 64 bits", b->arg->value);
}

/* ---- binding ------------------------------------------------------------------------------- */

/* The row an argument is for; *as_flag: it is a flag's bare name (`nesterov`). NULL: none. */
static const sft_field *row_of(const sft_field *rows, const sft_arg *a, bool *as_flag)
{
    *as_flag = false;
    if (a->key)
        return sft__field_find(rows, a->key);
    const sft_field *named = sft__field_find(rows, a->value);
    *as_flag = named && named->kind == SFT_FLAG;
    return *as_flag ? named : main_row(rows);
}

static sft_status no_main(const binding *b)
{
    return sft__fail_at(b->arena->ctx, b->arg->pos, b->arg->override ? SFT_E145 : SFT_E115,
                        "`%s` takes no bare value, got `%s` — write key=value", b->what, b->arg->value);
}

/* A row may be named once; the command line may name it again. */
static sft_status named_before(const binding *b, const sft_field *row)
{
    bool flag;
    for (const sft_arg *a = b->spec->arg; a < b->arg; a++) {
        if (b->arg->override || a->override || row_of(b->rows, a, &flag) != row)
            continue;
        if (!a->key && !b->arg->key)
            return sft__fail_at(b->arena->ctx, b->arg->pos, SFT_E115,
                                "`%s` takes one bare value, got `%s` and `%s` — write key=value", b->what, a->value,
                                b->arg->value);
        return sft__fail_at(b->arena->ctx, b->arg->pos, SFT_E104, "`%s` of `%s` given twice — leave one of the two out",
                            row->name, b->what);
    }
    return SFT_OK;
}

/* An override beats what the recipe says, wherever it stands. */
static bool beaten(const binding *b, const sft_field *row)
{
    bool flag;
    for (int i = 0; i < b->spec->n && !b->arg->override; i++)
        if (b->spec->arg[i].override && row_of(b->rows, &b->spec->arg[i], &flag) == row)
            return true;
    return false;
}

static sft_status bind_one(const binding *b, void *conf)
{
    bool as_flag;
    const sft_field *row = row_of(b->rows, b->arg, &as_flag);
    if (!row)
        return b->arg->key ? unknown_key(b) : no_main(b);
    sft_status s = named_before(b, row);
    if (s || beaten(b, row))
        return s;
    sft_reading o = sft__value_set(b->arena, row, conf, as_flag ? "true" : b->arg->value);
    return o == SFT_SET ? SFT_OK : refuse(b, row, o);
}

static sft_status check_required(const binding *b)
{
    bool flag;
    for (const sft_field *r = b->rows; !is_end(r); r++) {
        bool given = !(r->flags & SFT_REQUIRED);
        for (int i = 0; i < b->spec->n && !given; i++)
            given = row_of(b->rows, &b->spec->arg[i], &flag) == r;
        if (!given)
            return sft__fail_at(b->arena->ctx, b->spec->pos, SFT_E114, "`%s` is required in `%s` — %s: add %s=…",
                                r->name, b->what, r->doc ? r->doc : "it has no default", r->name);
    }
    return SFT_OK;
}

sft_status sft__fields_bind(sft_arena *a, const sft_field *rows, void *conf, const sft_spec *s, const char *what)
{
    binding b = { .arena = a, .rows = rows, .spec = s, .what = what ? what : s->name ? s->name : "" };
    sft__fields_defaults(rows, conf, a);
    for (int i = 0; i < s->n; i++) {
        b.arg = &s->arg[i];
        sft_status failed = bind_one(&b, conf);
        if (failed)
            return failed;
    }
    return check_required(&b);
}
