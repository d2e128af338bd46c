/* SPDX-License-Identifier: MIT */
/* One axis: a list, labelled values, or a range, in our words or W&B's. */
#include <math.h>
#include <string.h>

#include "sweep/plan.h"

/* ---- the rows of a range ----------------------------------------------------------------------- */

enum { BY_KEYS, UNIFORM, INT_UNIFORM, Q_UNIFORM, LOG_UNIFORM_VALUES, Q_LOG_UNIFORM_VALUES, CATEGORICAL, CONSTANT };
static const char *const distributions[] = { "auto", "uniform", "int_uniform", "q_uniform", "log_uniform_values", "q_log_uniform_values",
                                             "categorical", "constant", NULL };

typedef struct range {
    double min, max, step;      /* NaN: not given */
    bool   log, whole;
    int    distribution;
    char  *other;               /* of rows that are read elsewhere */
} range;

#define AT(member) offsetof(range, member)
static const sft_field range_rows[] = {
    { .name = "min", .kind = SFT_REAL, .offset = AT(min), .doc = "least value", .flags = SFT_AUTO },
    { .name = "max", .kind = SFT_REAL, .offset = AT(max), .doc = "greatest value", .flags = SFT_AUTO },
    { .name = "log", .kind = SFT_FLAG, .offset = AT(log), .doc = "equal factors are equally likely, not equal differences" },
    { .name = "step", .kind = SFT_REAL, .offset = AT(step), .doc = "only min + i step; with log min step^i", .aliases = "q", .flags = SFT_AUTO },
    { .name = "int", .kind = SFT_FLAG, .offset = AT(whole), .doc = "whole numbers only; by itself where the recipe wants them" },
    { .name = "values", .kind = SFT_TEXT, .offset = AT(other), .doc = "a list, or labels and what they stand for", .flags = SFT_AUTO },
    { .name = "value", .kind = SFT_TEXT, .offset = AT(other), .doc = "the only one", .flags = SFT_AUTO },
    { .name = "when", .kind = SFT_TEXT, .offset = AT(other), .doc = "{key: value} or {key: [values]} where this matters", .flags = SFT_AUTO },
    { .name = "distribution", .kind = SFT_WORD, .offset = AT(distribution), .text = "auto", .words = distributions, .doc = "as W&B has it" },
    { .name = "parameters", .kind = SFT_TEXT, .offset = AT(other), .doc = "keys below this one, as W&B has it", .flags = SFT_AUTO },
    SFT_FIELD_END
};

static bool apart(const char *key)
{
    return sft__text_is(key, "values") || sft__text_is(key, "value") || sft__text_is(key, "when") || sft__text_is(key, "parameters");
}

bool sft__axis_described(const sft_yaml_node *x)
{
    for (const sft_yaml_node *i = x->kind == SFT_YAML_MAP ? x->first : NULL; i; i = i->next)
        if (sft__field_find(range_rows, i->key)) return true;
    return false;
}

static bool was_given(const sft_yaml_node *x, const char *key)
{
    const sft_yaml_node *i = sft__node_child(x, key);
    return i && i->kind != SFT_YAML_NULL;
}

static sft_status read_range(sft_draft *d, const sft_axis *a, const sft_yaml_node *x, range *r)
{
    sft_spec s = { .name = "", .pos = x->pos };
    for (const sft_yaml_node *i = x->first; i; i = i->next) {
        if (apart(i->key) || i->kind == SFT_YAML_NULL) continue;
        if (i->kind != SFT_YAML_SCALAR && sft__field_find(range_rows, i->key)) return sft__node_wrong(d, i, i->key, "one value");
        if (sft__spec_put(d->arena, &s, i->key, i->text ? i->text : "", i->key_pos, false)) return sft_code(d->ctx);
    }
    return sft__fields_bind(d->arena, range_rows, r, &s, a->key);
}

/* ---- lists ------------------------------------------------------------------------------------- */

typedef struct table {
    const char **value, **label;
    double      *number;
    sft_pos     *pos;
} table;

static sft_status make_table(sft_draft *d, int n, table *t)
{
    t->value = sft__arena_alloc(d->arena, (size_t)n * sizeof *t->value);
    t->label = sft__arena_alloc(d->arena, (size_t)n * sizeof *t->label);
    t->number = sft__arena_alloc(d->arena, (size_t)n * sizeof *t->number);
    t->pos = sft__arena_alloc(d->arena, (size_t)n * sizeof *t->pos);
    return t->value && t->label && t->number && t->pos ? SFT_OK : sft_code(d->ctx);
}

/* Of an option that is a number, 1e-1 and 0.1 are one value. */
static const char *as_number(sft_draft *d, const char *text, const sft_field *row, double *x)
{
    char buf[32];
    if (!sft__parse_real(text, strlen(text), x) || !isfinite(*x)) {
        *x = NAN;
        return text;
    }
    if (!row || (row->kind != SFT_INT && row->kind != SFT_REAL)) return text;
    return sft__arena_text(d->arena, sft__print_real(*x, buf, sizeof buf));
}

/* `when` may name a value or its label: all of them must be different. */
static sft_status check_twice(sft_draft *d, const sft_axis *a, const table *t, int i)
{
    for (int k = 0; k < i; k++) {
        const bool value = sft__text_is(t->value[k], t->value[i]) || sft__text_is(t->label[k], t->value[i]);
        if (value || sft__text_is(t->label[k], t->label[i]) || sft__text_is(t->value[k], t->label[i]))
            return sft__fail_at(d->ctx, t->pos[i], SFT_E104, "`%.60s` of `%s` given twice — leave one of the two out",
                                value ? t->value[i] : t->label[i], a->key);
    }
    return SFT_OK;
}

/* A list, or {label: value}. */
static sft_status read_values(sft_draft *d, sft_axis *a, const sft_yaml_node *x, const sft_field *row, sft_axis_draft *draft)
{
    enum { LONGEST_LABEL = 200 };
    table t;
    int   i = 0;
    bool  numbers = true;
    if (x->kind != SFT_YAML_LIST && x->kind != SFT_YAML_MAP) return sft__node_wrong(d, x, a->key, "a list of values");
    if (x->n == 0) return sft__fail_at(d->ctx, x->pos, SFT_E111, "`%s` has no values — write [0.1, 0.01]", a->key);
    if (x->n > SFT_MOST_VALUES)
        return sft__fail_at(d->ctx, x->pos, SFT_E113, "`%s` has %d values, more than %d — give a range", a->key, x->n, SFT_MOST_VALUES);
    if (make_table(d, x->n, &t)) return sft_code(d->ctx);
    for (const sft_yaml_node *v = x->first; v; v = v->next, i++) {
        const char *text = sft__node_text(d, v, a->key);
        t.pos[i] = v->pos;
        t.value[i] = text ? as_number(d, text, row, &t.number[i]) : NULL;
        t.label[i] = x->kind == SFT_YAML_MAP ? v->key : t.value[i];
        if (!t.value[i]) return sft_code(d->ctx);
        if (x->kind == SFT_YAML_MAP && (!*v->key || strlen(v->key) > LONGEST_LABEL))
            return sft__fail_at(d->ctx, v->key_pos, SFT_E111, "a label of `%s` needs 1 to %d characters", a->key, LONGEST_LABEL);
        if (check_twice(d, a, &t, i)) return sft_code(d->ctx);
        numbers = numbers && !isnan(t.number[i]);
    }
    *a = (sft_axis){ .key = a->key, .pos = a->pos, .kind = SFT_AXIS_VALUES, .n = x->n, .value = t.value, .label = t.label,
                     .number = numbers ? t.number : NULL, .parent = -1 };
    draft->value_pos = t.pos;
    return SFT_OK;
}

static sft_status append_number(sft_draft *d, sft_yaml_node *list, sft_yaml_node **end, double x)
{
    char           buf[32];
    sft_yaml_node *v = sft__arena_alloc(d->arena, sizeof *v);
    const char    *text = v ? sft__arena_text(d->arena, sft__print_real(x, buf, sizeof buf)) : NULL;
    if (!text) return sft_code(d->ctx);
    *v = (sft_yaml_node){ .kind = SFT_YAML_SCALAR, .pos = list->pos, .text = text };
    if (*end) (*end)->next = v;
    else list->first = v;
    *end = v;
    list->n++;
    return SFT_OK;
}

/* W&B's q_log_uniform_values as a list of equally likely values: multiples of q that are as evenly spread on a logarithmic scale as
 * multiples can be. The least step is q, at the lower end. */
static sft_status quantised(sft_draft *d, sft_axis *a, const range *r, const sft_field *row, sft_axis_draft *draft)
{
    const double   q = isnan(r->step) ? 1 : r->step, first = ceil(r->min / q - 1e-9), last = floor(r->max / q + 1e-9);
    sft_yaml_node  list = { .kind = SFT_YAML_LIST, .pos = draft->pos }, *end = NULL;
    if (!(q > 0) || !(first >= 1) || !(last >= first))
        return sft__fail_at(d->ctx, draft->pos, SFT_E141, "`%s`: no multiple of q = %g in %g..%g", a->key, q, r->min, r->max);
    if (first > 1e6)
        return sft__fail_at(d->ctx, draft->pos, SFT_E113, "`%s`: q = %g is too fine beside %g — leave it out", a->key, q, r->min);
    for (double x = first; x <= last && list.n <= SFT_MOST_VALUES; x *= (first + 1) / first)
        if (append_number(d, &list, &end, floor(x + 0.5) * q)) return sft_code(d->ctx);
    return read_values(d, a, &list, row, draft);
}

/* ---- ranges ------------------------------------------------------------------------------------ */

static bool is_whole(double x) { return x == floor(x) && fabs(x) <= 0x1p53; }

/* Whole numbers where the recipe's option is one; where it has no option row, as W&B does it: where both ends are. */
static sft_status choose_kind(sft_draft *d, sft_axis *a, const sft_yaml_node *x, const range *r, const sft_field *row)
{
    const bool given = was_given(x, "int"), asked = given ? r->whole : r->distribution == INT_UNIFORM;
    const bool needed = row && row->kind == SFT_INT, open = !row || row->kind == SFT_DIMS || row->kind == SFT_TEXT;
    if (given && !r->whole && needed)
        return sft__fail_at(d->ctx, sft__node_child(x, "int")->pos, SFT_E111, "`%s` takes whole numbers only — leave `int: false` out", a->key);
    const bool by_ends = open && !given && r->distribution == BY_KEYS && is_whole(r->min) && is_whole(r->max) &&
                         (isnan(r->step) || is_whole(r->step));
    a->kind = asked || needed || by_ends ? SFT_AXIS_INT : SFT_AXIS_REAL;
    return SFT_OK;
}

static sft_status check_ends(sft_draft *d, const sft_axis *a, const sft_yaml_node *x)
{
    const sft_pos low = sft__node_child(x, "min")->pos, high = sft__node_child(x, "max")->pos;
    if (!(a->low < a->high))
        return sft__fail_at(d->ctx, low, SFT_E141, "`%s`: min %g is not below max %g", a->key, a->low, a->high);
    if (a->log && !(a->low > 0))
        return sft__fail_at(d->ctx, low, SFT_E141, "`%s`: a logarithmic range begins above 0, not at %g — raise min, or leave `log` out",
                            a->key, a->low);
    if (a->kind == SFT_AXIS_INT && (!is_whole(a->low) || !is_whole(a->high)))
        return sft__fail_at(d->ctx, is_whole(a->low) ? high : low, SFT_E111, "`%s` takes whole numbers, got %g..%g", a->key, a->low, a->high);
    return SFT_OK;
}

/* How many values a step makes, the first included. */
static sft_status count_steps(sft_draft *d, sft_axis *a, const sft_yaml_node *x)
{
    enum { MOST = 1000000 };
    const sft_yaml_node *step = sft__node_child(x, "step"), *q = sft__node_child(x, "q");
    const sft_pos        pos = step ? step->pos : q ? q->pos : x->pos;
    if (!(a->step > (a->log ? 1 : 0)))
        return sft__fail_at(d->ctx, pos, SFT_E113, "`step` of `%s` must be above %d, got %g", a->key, a->log, a->step);
    if (a->kind == SFT_AXIS_INT && !is_whole(a->step))
        return sft__fail_at(d->ctx, pos, SFT_E111, "`step` of `%s` must be whole as its values are, got %g", a->key, a->step);
    const double n = 1 + floor((a->log ? log(a->high / a->low) / log(a->step) : (a->high - a->low) / a->step) + 1e-9);
    if (n < 2 || n > MOST)
        return sft__fail_at(d->ctx, pos, SFT_E113, "`step` %g of `%s` makes %.0f values of %g..%g, not 2..%d", a->step, a->key, n, a->low,
                            a->high, MOST);
    a->n = (int)n;
    return SFT_OK;
}

static sft_status make_range(sft_draft *d, sft_axis *a, const sft_yaml_node *x, const range *r, const sft_field *row)
{
    a->log = r->log || r->distribution == LOG_UNIFORM_VALUES || r->distribution == Q_LOG_UNIFORM_VALUES;
    a->low = r->min;
    a->high = r->max;
    if (choose_kind(d, a, x, r, row) || check_ends(d, a, x)) return sft_code(d->ctx);
    if (r->distribution == Q_LOG_UNIFORM_VALUES) return SFT_OK; /* q is no factor */
    a->step = !isnan(r->step) ? r->step : r->distribution == Q_UNIFORM ? 1 : 0;
    return a->step != 0 || !isnan(r->step) ? count_steps(d, a, x) : SFT_OK;
}

/* ---- one entry --------------------------------------------------------------------------------- */

static sft_status incomplete(sft_draft *d, const sft_axis *a, const sft_yaml_node *x, const char *what)
{
    return sft__fail_at(d->ctx, x->pos, SFT_E111, "`%s` has %s — write {min: 0.01, max: 1}, or {values: [0.01, 0.1]}", a->key, what);
}

static sft_status read_described(sft_draft *d, sft_axis *a, const sft_yaml_node *x, const sft_field *row, sft_axis_draft *draft)
{
    range                r = { 0 };
    const sft_yaml_node *values = sft__node_child(x, "values"), *value = sft__node_child(x, "value");
    if (read_range(d, a, x, &r)) return sft_code(d->ctx);
    const bool low = !isnan(r.min), high = !isnan(r.max);
    draft->when = sft__node_child(x, "when");
    if (sft__node_child(x, "parameters")) return sft__node_wrong(d, sft__node_child(x, "parameters"), "parameters", "a mapping of keys, four deep at most");
    if ((values != NULL) + (value != NULL) + (low || high) > 1) return incomplete(d, a, x, "values and a range, or two of both");
    if (values || value) {
        sft_yaml_node one = { .kind = SFT_YAML_LIST, .pos = x->pos, .n = 1 }, copy;
        if (value) {
            copy = *value;
            copy.next = NULL;
            one.first = &copy;
        }
        return read_values(d, a, value ? &one : values, row, draft);
    }
    if (!low || !high || r.distribution == CATEGORICAL || r.distribution == CONSTANT)
        return incomplete(d, a, x, low && high ? "no values" : low ? "no max" : high ? "no min" : "neither values nor a range");
    if (make_range(d, a, x, &r, row)) return sft_code(d->ctx);
    return r.distribution == Q_LOG_UNIFORM_VALUES ? quantised(d, a, &r, row, draft) : SFT_OK;
}

sft_status sft__plan_axis(sft_draft *d, const char *key, const sft_yaml_node *x)
{
    const int        i = d->plan->space.n;
    sft_axis        *a = &d->plan->space.axis[i];
    sft_axis_draft  *draft = &d->axis[i];
    const sft_field *row;
    *draft = (sft_axis_draft){ .pos = x->pos };
    *a = (sft_axis){ .key = sft__plan_key(d, key, &row), .pos = x->key_pos, .parent = -1 };
    if (!a->key) return sft_code(d->ctx);
    const int before = sft__plan_find(d->plan, a->key);
    if (before >= 0)
        return sft__fail_at(d->ctx, a->pos, SFT_E104, "`%s` given twice: %d:%d and %d:%d — leave one of the two out", a->key,
                            d->plan->space.axis[before].pos.line, d->plan->space.axis[before].pos.col, a->pos.line, a->pos.col);
    if (sft__text_is(a->key, "train.seed"))
        return sft__fail_at(d->ctx, a->pos, SFT_E140, "`train.seed` is no choice — write `seeds: [0, 1, 2]` beside `vary`: tables give means over them");
    const sft_status s = sft__axis_described(x) ? read_described(d, a, x, row, draft) : read_values(d, a, x, row, draft);
    if (s == SFT_OK) d->plan->space.n++;
    return s;
}
