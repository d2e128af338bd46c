/* SPDX-License-Identifier: MIT */
/* Expressions over measures, from text to tree.
 *
 *   relation := sum [(< | <= | > | >=) sum]     sum := product {(+ | -) product}     product := sign {(* | /) sign}
 *   sign := [-] power        power := atom [^ sign]
 *   atom := number | ( relation ) | name [ axis = value, … ] | name ( [axis, [axis,]] relation [, relation] ) */
#include "lab/expr.h"

#include <ctype.h>
#include <string.h>

enum { MOST_DEPTH = 64, MOST_WORD = 96 };

typedef struct reader {
    sft_lab    *lab;
    const char *start, *at;
    sft_pos     pos;
    int         depth;
} reader;

static sft_expr *relation(reader *r);

static sft_pos here(const reader *r)
{
    sft_pos p = r->pos;
    for (const char *c = r->start; c < r->at && p.col > 0; c++) p.col += ((unsigned char)*c & 0xC0) != 0x80;
    return p;
}

static void *wrong(const reader *r, const char *what)
{
    sft__fail_at(r->lab->ctx, here(r), SFT_E115, "%s in `%.200s` — as in `max_loss[norm=none] - 2 * mean(lr, loss[norm=batch])`", what,
                 r->start);
    return NULL;
}

static void blanks(reader *r) { r->at += strspn(r->at, " \t\r\n"); }

static bool take(reader *r, const char *sign)
{
    const size_t n = strlen(sign);
    blanks(r);
    if (strncmp(r->at, sign, n)) return false;
    r->at += n;
    return true;
}

static sft_expr *node(const reader *r, sft_expr_kind kind)
{
    sft_expr *e = sft__arena_alloc(&r->lab->arena, sizeof *e);
    if (!e) return NULL;
    e->lab = r->lab;
    e->kind = kind;
    e->pos = here(r);
    return e;
}

static sft_expr *pair(const reader *r, char op, sft_expr *a, sft_expr *b)
{
    sft_expr *e = a && b ? node(r, SFT_EXPR_PAIR) : NULL;
    if (!e) return NULL;
    e->op = op;
    e->a = a;
    e->b = b;
    return e;
}

/* Letters, digits, _ and dots, from a letter on; false: none stands here. */
static bool word(reader *r, char buf[MOST_WORD])
{
    size_t n = 0;
    blanks(r);
    if (!isalpha((unsigned char)*r->at) && *r->at != '_') return false;
    while (isalnum((unsigned char)r->at[n]) || (r->at[n] && strchr("_.", r->at[n]))) n++;
    if (n >= MOST_WORD) return false;
    memcpy(buf, r->at, n);
    buf[n] = 0;
    r->at += n;
    return true;
}

/* ---- names ------------------------------------------------------------------------------------------------- */

const char *sft__axis_last(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

bool sft__axis_is(const sft_axis *a, const char *name) { return !strcmp(a->key, name) || !strcmp(sft__axis_last(a->key), name); }

int sft__experiment_axis(const sft_experiment *x, const char *name)
{
    for (int i = 0; i < x->space.n; i++)
        if (!strcmp(x->space.axis[i].key, name)) return i;
    for (int i = 0; i < x->space.n; i++)
        if (sft__axis_is(&x->space.axis[i], name)) return i;
    return -1;
}

int sft__axis_level(const sft_axis *a, const char *label)
{
    char buf[64];
    for (int i = 0; i < a->n; i++)
        if (!strcmp(sft__axis_label(a, sft__axis_at(a, i), buf, sizeof buf), label)) return i;
    return sft__axis_index(a, sft__axis_find(a, label));
}

/* The first axis of that name that a measure in `e` has. */
static const sft_axis *axis_in(const sft_expr *e, const char *name)
{
    if (!e) return NULL;
    if (e->kind == SFT_EXPR_MEASURE) {
        const sft_experiment *x = &e->lab->experiment[e->lab->take[e->take].experiment];
        const int             i = sft__experiment_axis(x, name);
        return i >= 0 ? &x->space.axis[i] : NULL;
    }
    const sft_axis *a = axis_in(e->a, name);
    return a ? a : axis_in(e->b, name);
}

static void *no_axis(const reader *r, const sft_expr *e, const char *name)
{
    const int experiment = sft__expr_experiment(e);
    sft_near  near = sft__near(name);
    char      hint[SFT_NEAR_ROOM];
    for (int i = 0; experiment >= 0 && i < r->lab->experiment[experiment].space.n; i++)
        sft__near_try(&near, sft__axis_last(r->lab->experiment[experiment].space.axis[i].key));
    sft__fail_at(r->lab->ctx, here(r), SFT_E132, "`%s` is no axis of the experiment `%s` in `%.200s`%s", name,
                 experiment >= 0 ? r->lab->experiment[experiment].name : "-", r->start, sft__near_hint(&near, hint));
    return NULL;
}

/* ---- measures: name[axis=value, …] ---------------------------------------------------------------------------- */

/* A value may hold anything but , and ]. */
static const char *value_text(reader *r)
{
    blanks(r);
    size_t n = strcspn(r->at, ",]");
    const size_t whole = n;
    while (n > 0 && strchr(" \t\r\n", r->at[n - 1])) n--;
    const char *text = sft__arena_textn(&r->lab->arena, r->at, n);
    r->at += whole;
    return text;
}

static bool brackets(reader *r, sft_expr *e)
{
    char name[MOST_WORD];
    do {
        sft_bind *b = sft__arena_alloc(&r->lab->arena, sizeof *b);
        if (!b) return false;
        if (!word(r, name)) return wrong(r, "an axis is missing"), false;
        const sft_axis *a = axis_in(e, name);
        if (!a) return no_axis(r, e, name), false;
        if (!take(r, "=")) return wrong(r, "`=` is missing"), false;
        b->axis = a->key;
        b->label = value_text(r);
        b->next = e->fixed;
        e->fixed = b;
        if (b->label && sft__axis_level(a, b->label) < 0) {
            sft__fail_at(r->lab->ctx, here(r), SFT_E132, "`%s` is none of the values of `%s` in `%.200s`", b->label, a->key, r->start);
            return false;
        }
    } while (take(r, ","));
    return take(r, "]") || (wrong(r, "`]` is missing"), false);
}

/* An axis by itself is the number of its value. */
static sft_expr *axis_number(reader *r, const char *name)
{
    for (int i = 0; i < r->lab->n_experiments; i++) {
        const sft_experiment *x = &r->lab->experiment[i];
        const int             at = sft__experiment_axis(x, name);
        if (at < 0 || !x->space.axis[at].number) continue;
        sft_expr *e = node(r, SFT_EXPR_AXIS);
        if (e) e->axis = &x->space.axis[at];
        return e;
    }
    return NULL;
}

static sft_expr *measure(reader *r, const char *name)
{
    sft_near near = sft__near(name);
    char     hint[SFT_NEAR_ROOM];
    for (int i = 0; i < r->lab->n_takes; i++) {
        sft__near_try(&near, r->lab->take[i].name);
        if (strcmp(r->lab->take[i].name, name)) continue;
        sft_expr *e = node(r, SFT_EXPR_MEASURE);
        if (e) e->take = i;
        if (e && take(r, "[") && !brackets(r, e)) return NULL;
        return e;
    }
    sft_expr *axis = axis_number(r, name);
    if (axis || sft__failed(r->lab->ctx)) return axis;
    sft__fail_at(r->lab->ctx, here(r), SFT_E132, "`%s` is no measure of this lab in `%.200s`%s", name, r->start,
                 sft__near_hint(&near, hint));
    return NULL;
}

/* ---- functions ------------------------------------------------------------------------------------------------ */

/* "lr" or "log10(lr)" before a comma. */
static bool axis_name(reader *r, char name[MOST_WORD], bool *log)
{
    if (!word(r, name)) return wrong(r, "an axis is missing"), false;
    *log = !strcmp(name, "log10") && take(r, "(");
    if (*log && (!word(r, name) || !take(r, ")"))) return wrong(r, "`log10(axis)` is not complete"), false;
    return take(r, ",") || (wrong(r, "a comma is missing behind an axis"), false);
}

/* Is a second axis next? A word with a comma behind it. */
static bool another_axis(reader *r)
{
    const char *before = r->at;
    char        name[MOST_WORD];
    const bool  yes = word(r, name) && take(r, ",");
    r->at = before;
    return yes;
}

static bool countable(const reader *r, const sft_axis *a)
{
    if (a->n > 0) return true;
    sft__fail_at(r->lab->ctx, here(r), SFT_E111, "`%s` is a range without steps: it has no values to go over", a->key);
    return false;
}

static sft_expr *over(reader *r, sft_expr *e)
{
    char first[MOST_WORD], second[MOST_WORD];
    bool no_log, two = false;
    if (!axis_name(r, first, &e->log)) return NULL;
    if (e->function->two_axes && another_axis(r) && (two = true) && !axis_name(r, second, &no_log)) return NULL;
    e->a = relation(r);
    if (!e->a) return NULL;
    e->axis = axis_in(e->a, first);
    e->second = two ? axis_in(e->a, second) : NULL;
    if (!e->axis) return no_axis(r, e->a, first);
    if (two && !e->second) return no_axis(r, e->a, second);
    return countable(r, e->axis) && (!two || countable(r, e->second)) ? e : NULL;
}

static sft_expr *call(reader *r, const char *name)
{
    sft_expr *e = node(r, SFT_EXPR_CALL);
    if (!e) return NULL;
    e->function = sft__function_find(name);
    if (!e->function) {
        sft_near near = sft__near(name);
        char     hint[SFT_NEAR_ROOM];
        for (int i = 0; sft__function_at(i); i++) sft__near_try(&near, sft__function_at(i)->name);
        sft__fail_at(r->lab->ctx, e->pos, SFT_E132, "`%s` is no function in `%.200s`%s", name, r->start, sft__near_hint(&near, hint));
        return NULL;
    }
    if (e->function->over) {
        e->kind = SFT_EXPR_OVER;
        if (!over(r, e)) return NULL;
    } else {
        e->a = relation(r);
        if (e->function->parts == 2 && e->a && !take(r, ",")) return wrong(r, "a second argument is missing");
        e->b = e->function->parts == 2 && e->a ? relation(r) : NULL;
        if (!e->a || (e->function->parts == 2 && !e->b)) return NULL;
    }
    return take(r, ")") ? e : wrong(r, "`)` is missing");
}

/* ---- grammar ---------------------------------------------------------------------------------------------------- */

static sft_expr *number(reader *r)
{
    sft_expr *e = node(r, SFT_EXPR_NUMBER);
    size_t    n = strspn(r->at, "0123456789.");
    if ((r->at[n] == 'e' || r->at[n] == 'E') && n > 0) {
        const size_t sign = strspn(r->at + n + 1, "+-") > 0;
        n += 1 + sign + strspn(r->at + n + 1 + sign, "0123456789");
    }
    if (!e || !sft__parse_real(r->at, n, &e->number)) return e ? wrong(r, "a number, a measure or a function is missing") : NULL;
    r->at += n;
    return e;
}

static sft_expr *atom(reader *r)
{
    char name[MOST_WORD];
    if (take(r, "(")) {
        sft_expr *e = relation(r);
        return !e || take(r, ")") ? e : wrong(r, "`)` is missing");
    }
    if (!word(r, name)) return number(r);
    return take(r, "(") ? call(r, name) : measure(r, name);
}

static sft_expr *sign(reader *r)
{
    if (take(r, "-")) {
        sft_expr *e = node(r, SFT_EXPR_SIGN);
        if (e) e->a = sign(r);
        return e && e->a ? e : NULL;
    }
    sft_expr *base = atom(r);
    return base && take(r, "^") ? pair(r, '^', base, sign(r)) : base;
}

static sft_expr *product(reader *r)
{
    sft_expr *e = sign(r);
    while (e) {
        if (take(r, "*")) e = pair(r, '*', e, sign(r));
        else if (take(r, "/")) e = pair(r, '/', e, sign(r));
        else break;
    }
    return e;
}

static sft_expr *sum(reader *r)
{
    sft_expr *e = product(r);
    while (e) {
        if (take(r, "+")) e = pair(r, '+', e, product(r));
        else if (take(r, "-")) e = pair(r, '-', e, product(r));
        else break;
    }
    return e;
}

static sft_expr *relation(reader *r)
{
    if (++r->depth > MOST_DEPTH) return wrong(r, "too deep");
    sft_expr *e = sum(r);
    if (e && take(r, "<=")) e = pair(r, 'l', e, sum(r));
    else if (e && take(r, ">=")) e = pair(r, 'g', e, sum(r));
    else if (e && take(r, "<")) e = pair(r, '<', e, sum(r));
    else if (e && take(r, ">")) e = pair(r, '>', e, sum(r));
    r->depth--;
    return e;
}

sft_expr *sft__expr_parse(sft_lab *lab, const char *text, sft_pos pos)
{
    reader r = { .lab = lab, .start = text, .at = text, .pos = pos };
    if (sft__failed(lab->ctx)) return NULL;
    sft_expr *e = relation(&r);
    blanks(&r);
    if (e && *r.at) return wrong(&r, "more than one expression");
    if (!e && !sft__failed(lab->ctx)) wrong(&r, "not an expression");
    return sft__failed(lab->ctx) ? NULL : e;
}
