/* SPDX-License-Identifier: MIT */
/* The functions that expressions may call: of numbers, over an axis, and the analysis of variance. */
#include "lab/expr.h"

#include <math.h>
#include <string.h>

/* ---- of numbers ----------------------------------------------------------------------------------------------- */

static double call_log10(double a, double b) { return (void)b, log10(a); }
static double call_log(double a, double b) { return (void)b, log(a); }
static double call_exp(double a, double b) { return (void)b, exp(a); }
static double call_sqrt(double a, double b) { return (void)b, sqrt(a); }
static double call_abs(double a, double b) { return (void)b, fabs(a); }
static double call_min(double a, double b) { return isnan(a) || isnan(b) ? NAN : a < b ? a : b; }
static double call_max(double a, double b) { return isnan(a) || isnan(b) ? NAN : a > b ? a : b; }
static double call_or(double a, double b) { return isfinite(a) ? a : b; }

/* ---- over an axis ----------------------------------------------------------------------------------------------- */

static double at_level(const sft_expr *e, const sft_axis *axis, int i, int seed, const sft_bind *bound)
{
    char           buf[64];
    const sft_bind b = { axis->key, sft__axis_label(axis, sft__axis_at(axis, i), buf, sizeof buf), bound };
    return sft__expr_value(e->a, seed, &b);
}

double sft__place_number(const sft_expr *e, int i)
{
    const double x = sft__axis_number(e->axis, sft__axis_at(e->axis, i));
    return e->log ? log10(x) : x;
}

static double over_mean(const sft_expr *e, int seed, const sft_bind *bound)
{
    double sum = 0;
    for (int i = 0; i < e->axis->n; i++) sum += at_level(e, e->axis, i, seed, bound);
    return sum / e->axis->n;
}

static double over_sum(const sft_expr *e, int seed, const sft_bind *bound) { return over_mean(e, seed, bound) * e->axis->n; }

static double over_count(const sft_expr *e, int seed, const sft_bind *bound)
{
    double n = 0;
    for (int i = 0; i < e->axis->n; i++) n += at_level(e, e->axis, i, seed, bound) > 0;
    return n;
}

/* The value with the largest (sign 1) or smallest (sign -1) number; -1: none is known. */
static int extreme(const sft_expr *e, int sign, int seed, const sft_bind *bound, double *best)
{
    int at = -1;
    *best = NAN;
    for (int i = 0; i < e->axis->n; i++) {
        const double v = at_level(e, e->axis, i, seed, bound);
        if (!isfinite(v) || (at >= 0 && sign * (v - *best) <= 0)) continue;
        *best = v;
        at = i;
    }
    return at;
}

static double over_highest(const sft_expr *e, int seed, const sft_bind *bound)
{
    double best;
    return extreme(e, 1, seed, bound, &best) < 0 ? NAN : best;
}

static double over_lowest(const sft_expr *e, int seed, const sft_bind *bound)
{
    double best;
    return extreme(e, -1, seed, bound, &best) < 0 ? NAN : best;
}

static double where(const sft_expr *e, int sign, int seed, const sft_bind *bound)
{
    double    best;
    const int at = extreme(e, sign, seed, bound, &best);
    return at < 0 ? NAN : sft__place_number(e, at);
}

static double over_where_highest(const sft_expr *e, int seed, const sft_bind *bound) { return where(e, 1, seed, bound); }
static double over_where_lowest(const sft_expr *e, int seed, const sft_bind *bound) { return where(e, -1, seed, bound); }

static double over_first(const sft_expr *e, int seed, const sft_bind *bound)
{
    for (int i = 0; i < e->axis->n; i++)
        if (at_level(e, e->axis, i, seed, bound) > 0) return sft__place_number(e, i);
    return NAN;
}

static double over_last(const sft_expr *e, int seed, const sft_bind *bound)
{
    for (int i = e->axis->n - 1; i >= 0; i--)
        if (at_level(e, e->axis, i, seed, bound) > 0) return sft__place_number(e, i);
    return NAN;
}

/* ---- straight lines ------------------------------------------------------------------------------------------------ */

typedef struct line {           /* sums about the means; of pairs in which both are known */
    int    n;
    double mx, my, xx, xy, yy;
} line;

static line line_of(const sft_expr *e, int seed, const sft_bind *bound)
{
    line k = { 0 };
    for (int i = 0; i < e->axis->n; i++) {
        const double x = sft__place_number(e, i), y = at_level(e, e->axis, i, seed, bound);
        if (!isfinite(x) || !isfinite(y)) continue;
        const double dx = x - k.mx, dy = y - k.my;
        k.n++;
        k.mx += dx / k.n;
        k.my += dy / k.n;
        k.xx += dx * (x - k.mx);
        k.xy += dx * (y - k.my);
        k.yy += dy * (y - k.my);
    }
    return k;
}

static double over_slope(const sft_expr *e, int seed, const sft_bind *bound)
{
    const line k = line_of(e, seed, bound);
    return k.n < 2 ? NAN : k.xy / k.xx;
}

static double over_fit(const sft_expr *e, int seed, const sft_bind *bound)
{
    const line k = line_of(e, seed, bound);
    return k.n < 3 ? NAN : k.xy * k.xy / (k.xx * k.yy);
}

/* ---- analysis of variance --------------------------------------------------------------------------------------------
 * Over the full factorial of all axes of the experiment: SS_A = sum over cells of (mean of A's value - mean)^2; an interaction's is
 * of the means of both values less what both explain alone. Balanced, so the sums of squares add up to the whole. */

enum { MOST_CELLS = 1 << 16 };

typedef struct factorial {
    const sft_space *space;
    int              first, second; /* axes; second -1: none */
    double           sum, square, *a, *b, *ab; /* sums by value of the first, the second, both */
    int64_t          cells;
} factorial;

static void add_cells(const sft_expr *e, factorial *f, int axis, int i, int j, int seed, const sft_bind *bound)
{
    char buf[64];
    if (axis == f->space->n) {
        const double y = sft__expr_value(e->a, seed, bound);
        f->sum += y;
        f->square += y * y;
        f->cells++;
        f->a[i] += y;
        if (f->second < 0) return;
        f->b[j] += y;
        f->ab[i * f->space->axis[f->second].n + j] += y;
        return;
    }
    const sft_axis *a = &f->space->axis[axis];
    for (int v = 0; v < a->n; v++) {
        const sft_bind b = { a->key, sft__axis_label(a, sft__axis_at(a, v), buf, sizeof buf), bound };
        add_cells(e, f, axis + 1, axis == f->first ? v : i, axis == f->second ? v : j, seed, &b);
    }
}

static double squares(const double *sum, int n, const factorial *f)
{
    const double mean = f->sum / (double)f->cells, each = (double)f->cells / n;
    double       s = 0;
    for (int i = 0; i < n; i++) s += each * (sum[i] / each - mean) * (sum[i] / each - mean);
    return s;
}

static double share_of(const sft_expr *e, factorial *f, int seed, const sft_bind *bound)
{
    const int na = f->space->axis[f->first].n, nb = f->second >= 0 ? f->space->axis[f->second].n : 0;
    add_cells(e, f, 0, 0, 0, seed, bound);
    const double total = f->square - f->sum * f->sum / (double)f->cells, one = squares(f->a, na, f);
    if (!(total > 0)) return NAN;
    return (f->second < 0 ? one : squares(f->ab, na * nb, f) - one - squares(f->b, nb, f)) / total;
}

static double over_share(const sft_expr *e, int seed, const sft_bind *bound)
{
    const sft_experiment *x = &e->lab->experiment[sft__expr_experiment(e->a)];
    factorial             f = { .space = &x->space, .first = -1, .second = -1 };
    int64_t               cells = 1;
    sft_arena             scratch;
    for (int k = 0; k < x->space.n; k++) {
        if (x->space.axis[k].n < 1 || (cells *= x->space.axis[k].n) > MOST_CELLS) return NAN;
        if (e->axis == &x->space.axis[k]) f.first = k;
        if (e->second == &x->space.axis[k]) f.second = k;
    }
    if (f.first < 0 || f.first == f.second || (e->second && f.second < 0)) return NAN;
    sft__arena_open(&scratch, e->lab->ctx);
    const size_t na = (size_t)x->space.axis[f.first].n, nb = f.second >= 0 ? (size_t)x->space.axis[f.second].n : 0;
    f.a = sft__arena_alloc(&scratch, na * sizeof *f.a);
    f.b = sft__arena_alloc(&scratch, (nb + 1) * sizeof *f.b);
    f.ab = sft__arena_alloc(&scratch, (na * nb + 1) * sizeof *f.ab);
    const double share = f.a && f.b && f.ab ? share_of(e, &f, seed, bound) : NAN;
    sft__arena_close(&scratch);
    return share;
}

/* ---- the list ------------------------------------------------------------------------------------------------------- */

static const sft_function functions[] = {
    { .name = "log10", .doc = "decimal logarithm", .parts = 1, .call = call_log10 },
    { .name = "log", .doc = "natural logarithm", .parts = 1, .call = call_log },
    { .name = "exp", .doc = "e to the power of", .parts = 1, .call = call_exp },
    { .name = "sqrt", .doc = "square root", .parts = 1, .call = call_sqrt },
    { .name = "abs", .doc = "without its sign", .parts = 1, .call = call_abs },
    { .name = "min", .doc = "the smaller of two", .parts = 2, .call = call_min },
    { .name = "max", .doc = "the larger of two", .parts = 2, .call = call_max },
    { .name = "or", .doc = "the first where it is known, else the second", .parts = 2, .call = call_or },
    { .name = "mean", .doc = "mean over an axis", .over = over_mean },
    { .name = "sum", .doc = "sum over an axis", .over = over_sum },
    { .name = "count", .doc = "at how many values of the axis the condition is true", .over = over_count },
    { .name = "highest", .doc = "largest over an axis", .over = over_highest },
    { .name = "lowest", .doc = "smallest over an axis", .over = over_lowest },
    { .name = "where_highest", .doc = "the axis's number where it is largest", .over = over_where_highest },
    { .name = "where_lowest", .doc = "the axis's number where it is smallest", .over = over_where_lowest },
    { .name = "first", .doc = "the axis's first number where the condition is true", .over = over_first },
    { .name = "last", .doc = "the axis's last number where the condition is true", .over = over_last },
    { .name = "slope", .doc = "of the straight line of least squares against the axis's number", .over = over_slope },
    { .name = "fit", .doc = "share of the variance that this line explains", .over = over_fit },
    { .name = "share", .doc = "share of the variance that an axis, or the interaction of two, explains",
      .over = over_share, .two_axes = true },
};

const sft_function *sft__function_at(int i) { return i >= 0 && i < (int)(sizeof functions / sizeof *functions) ? &functions[i] : NULL; }

const sft_function *sft__function_find(const char *name)
{
    for (int i = 0; sft__function_at(i); i++)
        if (!strcmp(functions[i].name, name)) return &functions[i];
    return NULL;
}
