/* SPDX-License-Identifier: MIT */
/* Functional ANOVA of a random forest: which axes, and which pairs of them, the value varies with. */
/* Hutter, Hoos, Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014. A tree is a sum over its leaves
 * of value times box, so its mean over all axes but a and b is one too: of value times the measure of the box along the other axes, times
 * the rectangle that the box is in a and b. On the grid of a tree's own cuts that is exact:
 *     f_0 = mean, V_a = E f_a^2 - f_0^2, V_ab = E f_ab^2 - f_0^2 - V_a - V_b, share = V_. / V.
 * Rectangles are added by their corners, and summed up along both axes at the end. */
#include "base/stats.h"
#include "sweep/forest.h"

#include <math.h>
#include <string.h>

enum { TREES = 64, COARSEST = 16 };

typedef struct ruler {          /* an axis by the cuts that the tree has */
    int       n;                /* stretches */
    uint16_t *at;               /* elements + 1: the stretch that begins at or spans element i */
    double   *width;            /* n */
    double   *below;            /* n + 1: together, of those in front */
} ruler;

typedef struct anova {
    sft_forest f;
    ruler     *axis;            /* axes */
    double    *part;            /* leaves x axes: measure of the leaf's box along the axis */
    double    *measure;         /* leaves: of the whole box */
    sft_span  *runs[2];
    double    *grid;
    size_t     grid_size;       /* numbers */
} anova;

/* ---- a tree and its cuts ---------------------------------------------------------------------- */

static void rule_axis(anova *x, int axis)
{
    const sft_forest_axis *a = &x->f.axis[axis];
    ruler                 *r = &x->axis[axis];
    memset(r->at, 0, ((size_t)a->n + 1) * sizeof *r->at);
    for (int i = 0; !a->number && i < a->n; i++) r->at[i] = 1;
    for (int l = 0; a->number && l < x->f.leaves; l++) r->at[x->f.span[l * (int64_t)x->f.axes + axis].low] = 1;
    r->n = 0;
    for (int i = 0; i < a->n; i++) {
        if (r->at[i]) r->width[r->n++] = 0;
        r->at[i] = (uint16_t)(r->n - 1);
        r->width[r->n - 1] += a->width[i];
    }
    r->at[a->n] = (uint16_t)r->n;
    for (int i = 0; i < r->n; i++) r->below[i + 1] = r->below[i] + r->width[i];
}

static void measure_leaves(anova *x)
{
    const sft_forest *f = &x->f;
    for (int l = 0; l < f->leaves; l++) {
        x->measure[l] = 1;
        for (int a = 0; a < f->axes; a++) {
            const int    n = sft__forest_runs(f, l, a, x->runs[0]);
            const ruler *k = &x->axis[a];
            double       part = 0;
            for (int r = 0; r < n; r++) part += k->below[k->at[x->runs[0][r].high]] - k->below[k->at[x->runs[0][r].low]];
            x->part[l * (int64_t)f->axes + a] = part;
            x->measure[l] *= part;
        }
    }
}

static void grow(anova *x, int tree)
{
    sft__forest_grow(&x->f, tree);
    for (int a = 0; a < x->f.axes; a++) rule_axis(x, a);
    measure_leaves(x);
}

/* ---- marginals -------------------------------------------------------------------------------- */

static int stretches(const anova *x, int axis)
{
    return axis < 0 ? 1 : x->axis[axis].n;
}

/* The leaf's runs along an axis, in stretches; no axis: the one stretch there is. */
static int runs_of(anova *x, int leaf, int axis, sft_span *runs)
{
    runs[0] = (sft_span){ 0, 1 };
    if (axis < 0) return 1;
    const int n = sft__forest_runs(&x->f, leaf, axis, runs);
    for (int i = 0; i < n; i++) runs[i] = (sft_span){ x->axis[axis].at[runs[i].low], x->axis[axis].at[runs[i].high] };
    return n;
}

static void add_leaf(anova *x, int leaf, int a, int b, double value)
{
    const int columns = stretches(x, b) + 1, n = runs_of(x, leaf, a, x->runs[0]), m = runs_of(x, leaf, b, x->runs[1]);
    for (int i = 0; i < n; i++) {
        double *top = x->grid + x->runs[0][i].low * (int64_t)columns, *bottom = x->grid + x->runs[0][i].high * (int64_t)columns;
        for (int j = 0; j < m; j++) {
            top[x->runs[1][j].low] += value;
            top[x->runs[1][j].high] -= value;
            bottom[x->runs[1][j].low] -= value;
            bottom[x->runs[1][j].high] += value;
        }
    }
}

/* The tree's mean over all axes but a and b (b = -1: but a) in x->grid, rows of stretches of b and one number more. */
static bool marginal(anova *x, int a, int b)
{
    const int    rows = stretches(x, a), columns = stretches(x, b) + 1;
    const size_t need = (size_t)(rows + 1) * (size_t)columns;
    if (need > x->grid_size) {
        double *grid = sft__realloc(x->f.ctx, x->grid, x->grid_size * sizeof *grid, need * sizeof *grid);
        if (!grid) return false;
        x->grid = grid;
        x->grid_size = need;
    }
    memset(x->grid, 0, need * sizeof *x->grid);
    for (int l = 0; l < x->f.leaves; l++) {
        const double *part = x->part + l * (int64_t)x->f.axes, here = part[a] * (b < 0 ? 1 : part[b]);
        if (here > 0) add_leaf(x, l, a, b, x->f.value[l] * x->measure[l] / here);
    }
    for (int i = 0; i < rows; i++) {
        double *row = x->grid + i * (int64_t)columns, sum = 0;
        for (int j = 0; j < columns; j++) {
            sum += row[j];
            row[j] = sum + (i > 0 ? row[j - columns] : 0);
        }
    }
    return true;
}

static double mean_square(const anova *x, int a, int b)
{
    const int columns = stretches(x, b) + 1;
    double    sum = 0;
    for (int i = 0; i < x->axis[a].n; i++) {
        const double *row = x->grid + i * (int64_t)columns;
        double        of_row = 0;
        for (int j = 0; j + 1 < columns; j++) of_row += row[j] * row[j] * (b < 0 ? 1 : x->axis[b].width[j]);
        sum += of_row * x->axis[a].width[i];
    }
    return sum;
}

/* ---- the forest ------------------------------------------------------------------------------- */

static void anova_close(anova *x)
{
    sft__free(x->f.ctx, x->grid, x->grid_size * sizeof *x->grid);
}

/* Leaves that are too small learn the noise of seeds by heart, which looks like interactions of everything with everything; too large ones
 * smooth the function away. Samples out of bag tell: the size doubles as long as that helps. */
static void choose_leaf(sft_forest *f, int trees)
{
    double best = INFINITY;
    int    size = 1;
    for (int k = 1; k <= COARSEST && 2 * k <= f->n; k *= 2) {
        sft__forest_restart(f, k);
        for (int t = 0; t < trees; t++) sft__forest_grow(f, t);
        const double error = sft__forest_error(f);
        if (!(error < best)) break;
        best = error;
        size = k;
    }
    sft__forest_restart(f, size);
}

static sft_status anova_open(sft_ctx *c, const sft_fanova_data *d, int trees, uint64_t seed, sft_arena *a, anova *x)
{
    *x = (anova){ 0 };
    if (sft__forest_open(c, d, seed, a, &x->f)) return sft_code(c);
    const size_t leaves = (size_t)d->n, axes = (size_t)d->axes;
    x->axis = sft__arena_alloc(a, axes * sizeof *x->axis);
    x->part = sft__arena_alloc(a, leaves * axes * sizeof *x->part);
    x->measure = sft__arena_alloc(a, leaves * sizeof *x->measure);
    for (int i = 0; i < 2; i++) x->runs[i] = sft__arena_alloc(a, (SFT_MOST_ELEMENTS / 2 + 1) * sizeof *x->runs[i]);
    for (size_t i = 0; x->axis && i < axes; i++) {
        x->axis[i].at = sft__arena_alloc(a, ((size_t)x->f.axis[i].n + 1) * sizeof *x->axis[i].at);
        x->axis[i].width = sft__arena_alloc(a, (size_t)x->f.axis[i].n * sizeof *x->axis[i].width);
        x->axis[i].below = sft__arena_alloc(a, ((size_t)x->f.axis[i].n + 1) * sizeof *x->axis[i].below);
    }
    if (sft__failed(c)) return sft_code(c);
    if (d->min_leaf > 0) sft__forest_restart(&x->f, d->min_leaf);
    else choose_leaf(&x->f, trees);
    return SFT_OK;
}

/* ---- shares ----------------------------------------------------------------------------------- */

/* Shares of one tree; its variance in units of y. A tree of one leaf shares nothing out. */
static bool share_tree(anova *x, double *share, double *variance)
{
    double mean = 0, all = 0;
    double *pair = share + x->f.axes;
    for (int l = 0; l < x->f.leaves; l++) mean += x->f.value[l] * x->measure[l];
    for (int l = 0; l < x->f.leaves; l++) all += (x->f.value[l] - mean) * (x->f.value[l] - mean) * x->measure[l];
    for (int l = 0; l < x->f.leaves; l++) x->f.value[l] -= mean;
    *variance = all * x->f.deviation * x->f.deviation;
    for (int a = 0; a < x->f.axes; a++) {
        if (!marginal(x, a, -1)) return false;
        share[a] = all > 0 ? mean_square(x, a, -1) / all : 0;
    }
    for (int a = 0; a < x->f.axes; a++)
        for (int b = a + 1; b < x->f.axes; b++, pair++) {
            if (!marginal(x, a, b)) return false;
            *pair = all > 0 ? fmax(0, mean_square(x, a, b) / all - share[a] - share[b]) : 0;
        }
    return true;
}

static double quantile(const double *sorted, int n, double q)
{
    const double at = q * (n - 1);
    const int    i = (int)at;
    return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

/* trees x shares to mean and interval of each. */
static void sum_up(const double *all, int trees, double *column, sft_fanova *out)
{
    for (int s = 0; s < out->n_shares; s++) {
        for (int t = 0; t < trees; t++) column[t] = all[t * (int64_t)out->n_shares + s];
        for (int t = 0; t < trees; t++) out->share[s].mean += column[t] / trees;
        sft__sort(column, trees);
        out->share[s].low = quantile(column, trees, 0.05);
        out->share[s].high = quantile(column, trees, 0.95);
    }
}

static void name_shares(int axes, sft_share *s)
{
    for (int a = 0; a < axes; a++, s++) s->a = a, s->b = -1;
    for (int a = 0; a < axes; a++)
        for (int b = a + 1; b < axes; b++, s++) s->a = a, s->b = b;
}

static sft_status analyse(anova *x, int trees, sft_arena *scratch, sft_fanova *out)
{
    double *all = sft__arena_alloc(scratch, (size_t)trees * (size_t)out->n_shares * sizeof *all);
    double *column = sft__arena_alloc(scratch, (size_t)trees * sizeof *column), variance;
    if (!all || !column) return sft_code(x->f.ctx);
    for (int t = 0; t < trees; t++) {
        grow(x, t);
        if (!share_tree(x, all + t * (int64_t)out->n_shares, &variance)) return sft_code(x->f.ctx);
        out->variance += variance / trees;
    }
    out->error = sft__forest_error(&x->f);
    out->min_leaf = x->f.min_leaf;
    sum_up(all, trees, column, out);
    return SFT_OK;
}

sft_status sft__fanova(sft_ctx *c, const sft_fanova_data *d, int trees, uint64_t seed, sft_arena *a, sft_fanova *out)
{
    sft_arena scratch;
    anova     x;
    if (sft__failed(c)) return sft_code(c);
    *out = (sft_fanova){ 0 };
    trees = trees > 0 ? trees : TREES;
    sft__arena_open(&scratch, c);
    if (anova_open(c, d, trees, seed, &scratch, &x) == SFT_OK) {
        out->n_shares = d->axes + d->axes * (d->axes - 1) / 2;
        out->share = sft__arena_alloc(a, (size_t)out->n_shares * sizeof *out->share);
        if (out->share) {
            name_shares(d->axes, out->share);
            analyse(&x, trees, &scratch, out);
        }
        anova_close(&x);
    }
    sft__arena_close(&scratch);
    return sft_code(c);
}

/* ---- marginals of the forest ------------------------------------------------------------------ */

/* The element that point i of a picture lies in. */
static int element_at(const anova *x, int axis, int cells, int points, int i)
{
    const sft_forest_axis *a = &x->f.axis[axis];
    const double           u = (i + 0.5) / points;
    int                    k = 0;
    if (cells) return i;
    while (k + 1 < a->n && a->edge[k + 1] <= u) k++;
    return k;
}

static void add_points(const anova *x, const sft_fanova_data *d, int a, int b, int points, double weight, double *out)
{
    const int cells_a = d->cells ? d->cells[a] : 0, cells_b = d->cells && b >= 0 ? d->cells[b] : 0;
    const int n = cells_a ? cells_a : points, m = b < 0 ? 1 : cells_b ? cells_b : points, columns = stretches(x, b) + 1;
    for (int i = 0; i < n; i++) {
        const double *row = x->grid + x->axis[a].at[element_at(x, a, cells_a, points, i)] * (int64_t)columns;
        for (int j = 0; j < m; j++)
            out[i * (int64_t)m + j] += weight * (x->f.mean + x->f.deviation * row[b < 0 ? 0 : x->axis[b].at[element_at(x, b, cells_b,
                points, j)]]);
    }
}

static void clear_points(const sft_fanova_data *d, int a, int b, int points, double *out)
{
    const int64_t n = d->cells && d->cells[a] ? d->cells[a] : points, m = b < 0 ? 1 : d->cells && d->cells[b] ? d->cells[b] : points;
    memset(out, 0, (size_t)(n * m) * sizeof *out);
}

sft_status sft__fanova_marginal(sft_ctx *c, const sft_fanova_data *d, int trees, uint64_t seed, int a, int b, int points, double *out)
{
    sft_arena scratch;
    anova     x;
    if (sft__failed(c)) return sft_code(c);
    if (a < 0 || a >= d->axes || b >= d->axes || a == b || points < 1)
        return sft__fail(c, SFT_E002, "importance: a marginal over axes %d and %d of %d, %d points", a, b, d->axes, points);
    trees = trees > 0 ? trees : TREES;
    sft__arena_open(&scratch, c);
    if (anova_open(c, d, trees, seed, &scratch, &x) == SFT_OK) {
        clear_points(d, a, b, points, out);
        for (int t = 0; t < trees; t++) {
            grow(&x, t);
            if (!marginal(&x, a, b)) break;
            add_points(&x, d, a, b, points, 1.0 / trees, out);
        }
        anova_close(&x);
    }
    sft__arena_close(&scratch);
    return sft_code(c);
}
