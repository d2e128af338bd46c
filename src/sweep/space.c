/* SPDX-License-Identifier: MIT */
/* The space of a sweep: between numbers of the unit cube and the text of recipes.
 *
 * An axis of n values is cut into n cells of equal width. A range without a step is a line: u -> low + u (high - low), or with `log`
 * low (high / low)^u; whole numbers take the part of the line that rounds to them, with half a number added at both ends so that each
 * is as likely as the next. */
#include "sweep/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* To so many significant digits. Both directions go through the locale, so its decimal sign does not matter. */
static double round_digits(double x, int digits)
{
    char buf[64];
    if (!isfinite(x)) return x;
    snprintf(buf, sizeof buf, "%.*e", digits - 1, x);
    return strtod(buf, NULL);
}

/* Seven digits, more where the range is narrow beside its numbers: what is searched should be fit to be read and typed again. */
static double round_in_range(const sft_axis *a, double x)
{
    const double large = fmax(fabs(a->low), fabs(a->high)), width = a->high - a->low;
    const int    more = width > 0 ? (int)ceil(log10(large / width)) : 10;
    const double r = round_digits(x, more < 0 ? 7 : more > 7 ? 14 : 7 + more);
    return fmin(fmax(r, a->low), a->high);
}

static double on_line(double low, double high, bool logarithmic, double u)
{
    return logarithmic ? low * pow(high / low, u) : low + u * (high - low);
}

static double along_line(double low, double high, bool logarithmic, double x)
{
    if (!(high > low)) return 0.5;
    return logarithmic ? log(x / low) / log(high / low) : (x - low) / (high - low);
}

static double clamp_unit(double u)
{
    const double below_one = 1 - 0x1p-53;
    return u < 0 ? 0 : u > below_one ? below_one : u;
}

/* Value `index` of a range with a step. */
static double stepped(const sft_axis *a, int index)
{
    const double x = a->log ? a->low * pow(a->step, index) : a->low + index * a->step;
    return a->kind == SFT_AXIS_INT ? floor(x + 0.5) : round_digits(x, 12);
}

static double line_number(const sft_axis *a, double u)
{
    if (a->kind == SFT_AXIS_INT) {
        const double x = floor(on_line(a->low - 0.5, a->high + 0.5, a->log, u) + 0.5);
        return fmin(fmax(x, a->low), a->high);
    }
    if (u <= 0) return a->low;
    return u >= 1 - 0x1p-50 ? a->high : round_in_range(a, on_line(a->low, a->high, a->log, u));
}

int sft__axis_index(const sft_axis *a, double u)
{
    if (a->n <= 0 || isnan(u)) return -1;
    const int i = (int)(clamp_unit(u) * a->n);
    return i < a->n ? i : a->n - 1;
}

double sft__axis_at(const sft_axis *a, int index)
{
    return (index + 0.5) / a->n;
}

int64_t sft__axis_cells(const sft_axis *a)
{
    if (a->n > 0) return a->n;
    return a->kind == SFT_AXIS_INT ? (int64_t)fmin(a->high - a->low + 1, 0x1p62) : 0;
}

bool sft__axis_ordered(const sft_axis *a)
{
    if (a->kind != SFT_AXIS_VALUES) return true;
    if (!a->number) return false;
    for (int i = 2; i < a->n; i++)
        if ((a->number[i] - a->number[i - 1]) * (a->number[1] - a->number[0]) <= 0) return false;
    return true;
}

double sft__axis_number(const sft_axis *a, double u)
{
    if (isnan(u)) return NAN;
    const int i = sft__axis_index(a, u);
    if (a->kind == SFT_AXIS_VALUES) return a->number && i >= 0 ? a->number[i] : NAN;
    return i >= 0 ? stepped(a, i) : line_number(a, clamp_unit(u));
}

const char *sft__axis_text(const sft_axis *a, double u, char *buf, size_t size)
{
    if (isnan(u)) return "";
    if (a->kind == SFT_AXIS_VALUES) return a->value[sft__axis_index(a, u)];
    return sft__print_real(sft__axis_number(a, u), buf, size);
}

const char *sft__axis_label(const sft_axis *a, double u, char *buf, size_t size)
{
    if (a->kind == SFT_AXIS_REAL && !isnan(u)) return sft__print_real(round_digits(sft__axis_number(a, u), 4), buf, size);
    return a->label && !isnan(u) ? a->label[sft__axis_index(a, u)] : sft__axis_text(a, u, buf, size);
}

const char *sft__axis_override(const sft_axis *a, double u, sft_arena *arena)
{
    char buf[64];
    return sft__arena_printf(arena, "%s=%s", a->key, sft__axis_text(a, u, buf, sizeof buf));
}

static bool near_enough(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static double find_value(const sft_axis *a, const char *text)
{
    double x;
    for (int i = 0; i < a->n; i++) {
        if (sft__text_is(a->value[i], text) || (a->label && sft__text_is(a->label[i], text))) return sft__axis_at(a, i);
    }
    for (int i = 0; a->number && i < a->n && sft__parse_real(text, strlen(text), &x); i++)
        if (near_enough(a->number[i], x)) return sft__axis_at(a, i);
    return NAN;
}

static double find_stepped(const sft_axis *a, double x)
{
    const double steps = a->log ? log(x / a->low) / log(a->step) : (x - a->low) / a->step;
    const double i = floor(steps + 0.5);
    if (!(i >= 0 && i < a->n)) return NAN;
    return near_enough(stepped(a, (int)i), x) ? sft__axis_at(a, (int)i) : NAN;
}

/* The middle of what rounds to the whole number x. */
static double middle_of(const sft_axis *a, double x)
{
    const double low = a->low - 0.5, high = a->high + 0.5;
    return clamp_unit((along_line(low, high, a->log, x - 0.5) + along_line(low, high, a->log, x + 0.5)) / 2);
}

double sft__axis_find(const sft_axis *a, const char *text)
{
    double x;
    if (!text) return NAN;
    if (a->kind == SFT_AXIS_VALUES) return find_value(a, text);
    if (!sft__parse_real(text, strlen(text), &x) || !isfinite(x)) return NAN;
    if (a->n > 0) return find_stepped(a, x);
    if (x < a->low && near_enough(x, a->low)) x = a->low;
    if (x > a->high && near_enough(x, a->high)) x = a->high;
    if (!(x >= a->low && x <= a->high)) return NAN;
    if (a->kind == SFT_AXIS_INT) return x == floor(x) ? middle_of(a, x) : NAN;
    return clamp_unit(along_line(a->low, a->high, a->log, x));
}

bool sft__axis_under(const sft_axis *a, int index)
{
    return index >= 0 && index < SFT_MOST_VALUES && (a->when[index / 64] >> (index % 64) & 1);
}

/* u, whose earlier axes are snapped: is axis i one that matters? */
static bool matters(const sft_space *s, const double *u, int i)
{
    const sft_axis *a = &s->axis[i];
    if (a->parent < 0) return true;
    const int v = sft__axis_index(&s->axis[a->parent], u[a->parent]);
    return sft__axis_under(a, v);
}

void sft__space_snap(const sft_space *s, double *u)
{
    for (int i = 0; i < s->n; i++) {
        const sft_axis *a = &s->axis[i];
        if (!matters(s, u, i)) u[i] = NAN;
        if (isnan(u[i])) continue;
        const double x = sft__axis_number(a, u[i]);
        if (a->n > 0)
            u[i] = sft__axis_at(a, sft__axis_index(a, u[i]));
        else /* of the number as written: whoever reads it back gets the same bits */
            u[i] = a->kind == SFT_AXIS_INT ? middle_of(a, x) : clamp_unit(along_line(a->low, a->high, a->log, x));
    }
}

bool sft__space_same(const sft_space *s, const double *u, const double *v)
{
    for (int i = 0; i < s->n; i++)
        if (!(u[i] == v[i] || (isnan(u[i]) && isnan(v[i])))) return false;
    return true;
}

/* A limit on something that does not matter, or is no number, holds. */
static bool holds(const sft_space *s, const sft_limit *l, const double *u)
{
    double left = 1;
    for (int k = 0; k < l->n; k++) {
        const double x = sft__axis_number(&s->axis[l->axis[k]], u[l->axis[k]]);
        left = l->divide[k] ? left / x : left * x;
    }
    if (isnan(left)) return true;
    switch (l->relation) {
    case '<': return left < l->right;
    case '>': return left > l->right;
    case 'l': return left <= l->right || near_enough(left, l->right); /* 0.1 x 100 <= 10 must hold */
    default: return left >= l->right || near_enough(left, l->right);
    }
}

bool sft__space_allows(const sft_space *s, const double *u)
{
    for (int i = 0; i < s->n_limits; i++)
        if (!holds(s, &s->limit[i], u)) return false;
    return true;
}

static int64_t times(int64_t a, int64_t b)
{
    int64_t product;
    return sft__mul(a, b, &product) ? product : INT64_MAX;
}

/* Settings of the axes that hang on axis i where that has value v; `ways` of the later axes is known. */
static int64_t below(const sft_space *s, const int64_t *ways, int i, int v)
{
    int64_t product = 1;
    for (int c = i + 1; c < s->n; c++) {
        const sft_axis *child = &s->axis[c];
        if (child->parent == i && sft__axis_under(child, v)) product = times(product, ways[c]);
    }
    return product;
}

int64_t sft__space_size(const sft_space *s)
{
    int64_t ways[SFT_MOST_AXES], size = 1, sum;
    for (int i = s->n - 1; i >= 0; i--) {
        ways[i] = s->axis[i].n > 0 ? 0 : sft__axis_cells(&s->axis[i]);
        for (int v = 0; v < s->axis[i].n; v++) ways[i] = sft__add(ways[i], below(s, ways, i, v), &sum) ? sum : INT64_MAX;
        if (sft__axis_cells(&s->axis[i]) == 0) return 0;
        if (s->axis[i].parent < 0) size = times(size, ways[i]);
    }
    return size;
}

int sft__key_turn(const char *key)
{
    const char *dot = strchr(key, '.');
    return !dot ? 0 : sft__text_is(dot, ".name") ? 1 : 2;
}

int sft__space_overrides(const sft_space *s, const double *u, sft_arena *arena, const char **out)
{
    int n = 0;
    for (int turn = 0; turn < SFT_KEY_TURNS; turn++)
        for (int i = 0; i < s->n; i++)
            if (!isnan(u[i]) && sft__key_turn(s->axis[i].key) == turn) out[n++] = sft__axis_override(&s->axis[i], u[i], arena);
    return n;
}
