/* SPDX-License-Identifier: MIT */
/* Constraints: `train.batch * optimizer.lr <= 10`. Both sides are products and quotients of keys and numbers; the sentence is turned so
 * that the keys that vary stand on the left and one number on the right. */
#include <math.h>
#include <string.h>

#include "sweep/plan.h"

enum { MOST_FACTORS = 4, MOST_LIMITS = 64 };

typedef struct factor {
    int     axis;
    bool    right, divide; /* stands on the right side; divides there */
    sft_pos pos;
} factor;

typedef struct reader {
    sft_plan_draft *d;
    sft_limit      *limit;
    int             n;
    factor          factor[MOST_FACTORS];
    const char     *start, *at; /* the text, and what is left of it */
    sft_pos         pos;
    double          number[2]; /* of the left and the right side: all that does not vary */
} reader;

static sft_pos here(const reader *r)
{
    sft_pos p = r->pos;
    for (const char *c = r->start; c < r->at; c++) p.col += ((unsigned char)*c & 0xC0) != 0x80;
    return p;
}

static void skip_blanks(reader *r) { r->at += strspn(r->at, " \t\r\n"); }

static sft_status syntax(reader *r, const char *wanted)
{
    return sft__fail_at(r->d->ctx, here(r), SFT_E115, "%s in `%.80s` — as in `train.batch * optimizer.lr <= 10`", wanted, r->start);
}

static sft_status unknown(reader *r, const char *key)
{
    const sft_space *s = &r->d->plan->space;
    sft_near         near = sft__near(key);
    char             hint[SFT_NEAR_ROOM];
    for (int i = 0; i < s->n; i++) sft__near_try(&near, s->axis[i].key);
    return sft__fail_at(r->d->ctx, here(r), SFT_E140, "`%s` is neither varied nor a number of the recipe%s", key,
                        sft__near_hint(&near, hint));
}

static sft_status varied(reader *r, int axis, bool right, bool divide)
{
    const sft_axis *a = &r->d->plan->space.axis[axis];
    if (a->kind == SFT_AXIS_VALUES && !a->number)
        return sft__fail_at(r->d->ctx, here(r), SFT_E111, "`%s` has values that are no numbers", a->key);
    if (r->n == MOST_FACTORS) return syntax(r, "more than 4 keys");
    r->factor[r->n++] = (factor){ axis, right, divide, here(r) };
    return SFT_OK;
}

static sft_status word(reader *r, const char *text, bool right, bool divide)
{
    const sft_field *row;
    double           x;
    if (!sft__parse_real(text, strlen(text), &x)) {
        const char *key = sft__plan_key(r->d, text, &row);
        if (!key) return sft_code(r->d->ctx);
        const int axis = sft__plan_find(r->d->plan, key);
        if (axis >= 0) return varied(r, axis, right, divide);
        x = sft_recipe_number(r->d->base, key);
        if (sft__failed(r->d->ctx)) return sft_code(r->d->ctx);
        if (isnan(x)) return unknown(r, key);
    }
    if (!isfinite(x) || (divide && x == 0)) return syntax(r, "a number that is not finite, or a division by zero,");
    r->number[right] = divide ? r->number[right] / x : r->number[right] * x;
    return SFT_OK;
}

static sft_status product(reader *r, bool right)
{
    for (bool divide = false;; divide = *r->at++ == '/') {
        skip_blanks(r);
        const size_t n = strcspn(r->at, " \t\r\n*/<>=");
        char        *text = sft__arena_textn(r->d->arena, r->at, n);
        if (!text) return sft_code(r->d->ctx);
        if (n == 0) return syntax(r, "a key or a number is missing");
        if (word(r, text, right, divide)) return sft_code(r->d->ctx);
        r->at += n;
        skip_blanks(r);
        if (*r->at != '*' && *r->at != '/') return SFT_OK;
    }
}

static sft_status relation(reader *r)
{
    const char c = *r->at;
    if (c != '<' && c != '>') return syntax(r, "`<=`, `>=`, `<` or `>` is missing");
    r->at++;
    const bool equal = *r->at == '=';
    r->at += equal;
    r->limit->relation = !equal ? c : c == '<' ? 'l' : 'g';
    return SFT_OK;
}

static int turned(int relation) { return relation == '<' ? '>' : relation == '>' ? '<' : relation == 'l' ? 'g' : 'l'; }

static bool is_positive(const sft_axis *a)
{
    if (a->kind != SFT_AXIS_VALUES) return a->low > 0;
    for (int i = 0; i < a->n; i++)
        if (!(a->number[i] > 0)) return false;
    return true;
}

/* What moves to the other side divides there, which keeps the relation only where it is above zero. */
static sft_status move_left(reader *r)
{
    sft_limit *l = r->limit;
    for (int i = 0; i < r->n; i++) {
        const factor   *f = &r->factor[i];
        const sft_axis *a = &r->d->plan->space.axis[f->axis];
        if (f->right && !is_positive(a))
            return sft__fail_at(r->d->ctx, f->pos, SFT_E111, "`%s` may be zero or less — put it on the other side", a->key);
        l->axis[i] = f->axis;
        l->divide[i] = f->right != f->divide;
    }
    l->n = r->n;
    return SFT_OK;
}

/* `10 >= a * b` is `a * b <= 10`. */
static void face_left(reader *r)
{
    const double left = r->number[0];
    for (int i = 0; i < r->n; i++)
        if (!r->factor[i].right) return;
    for (int i = 0; i < r->n; i++) r->factor[i].right = false;
    r->number[0] = r->number[1];
    r->number[1] = left;
    r->limit->relation = turned(r->limit->relation);
}

static sft_status settle(reader *r)
{
    sft_limit *l = r->limit;
    if (r->n == 0) return syntax(r, "no key that is varied");
    face_left(r);
    if (r->number[0] == 0) return syntax(r, "a factor of zero");
    if (r->number[0] < 0) l->relation = turned(l->relation);
    l->right = r->number[1] / r->number[0];
    if (!isfinite(l->right)) return syntax(r, "numbers too large");
    return move_left(r);
}

static const char *write_limit(sft_plan_draft *d, const sft_limit *l)
{
    char        buf[32];
    const char *text = l->divide[0] ? "1" : "";
    for (int i = 0; i < l->n && text; i++)
        text = sft__arena_printf(d->arena, "%s%s%s", text, l->divide[i] ? " / " : i ? " * " : "", d->plan->space.axis[l->axis[i]].key);
    if (!text) return NULL;
    return sft__arena_printf(d->arena, "%s %s %s", text,
                             l->relation == 'l'   ? "<="
                             : l->relation == 'g' ? ">="
                             : l->relation == '<' ? "<"
                                                  : ">",
                             sft__print_real(l->right, buf, sizeof buf));
}

static sft_status one(sft_plan_draft *d, const sft_yaml_node *x, sft_limit *l)
{
    if (x->kind != SFT_YAML_SCALAR) return sft__node_wrong(d, x, "constraints", "a sentence such as `train.batch * optimizer.lr <= 10`");
    reader r = { .d = d, .limit = l, .start = x->text, .at = x->text, .pos = x->pos, .number = { 1, 1 } };
    *l = (sft_limit){ .pos = x->pos };
    if (product(&r, false) || relation(&r) || product(&r, true)) return sft_code(d->ctx);
    if (*r.at) return syntax(&r, "too much");
    if (settle(&r)) return sft_code(d->ctx);
    l->text = write_limit(d, l);
    return l->text ? SFT_OK : sft_code(d->ctx);
}

sft_status sft__plan_limits(sft_plan_draft *d, const sft_yaml_node *x)
{
    if (!x || x->kind == SFT_YAML_NULL) return SFT_OK;
    const bool list = x->kind == SFT_YAML_LIST;
    const int  n = list ? x->n : 1;
    if (n > MOST_LIMITS) return sft__fail_at(d->ctx, x->pos, SFT_E113, "more than %d constraints", MOST_LIMITS);
    d->plan->space.limit = sft__arena_alloc(d->arena, (size_t)(n + 1) * sizeof(sft_limit));
    if (!d->plan->space.limit) return sft_code(d->ctx);
    for (const sft_yaml_node *i = list ? x->first : x; i; i = list ? i->next : NULL)
        if (one(d, i, &d->plan->space.limit[d->plan->space.n_limits++])) return sft_code(d->ctx);
    return SFT_OK;
}
