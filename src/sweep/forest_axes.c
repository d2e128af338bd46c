/* SPDX-License-Identifier: MIT */
/* What a forest stands on: axes cut into elements, samples sorted along each, y standardised. */
#include "sweep/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct place {
    double  x;
    int32_t sample;
} place;

/* NaN first, then by x, then by number. */
static int by_x(const void *a, const void *b)
{
    const place *p = a, *q = b;
    if (isnan(p->x) != isnan(q->x)) return isnan(p->x) ? -1 : 1;
    if (p->x < q->x || p->x > q->x) return p->x < q->x ? -1 : 1;
    return (p->sample > q->sample) - (p->sample < q->sample);
}

static bool arrays(sft_arena *a, sft_forest_axis *x, int n, int elements)
{
    x->width = sft__arena_alloc(a, (size_t)elements * sizeof *x->width);
    x->edge = sft__arena_alloc(a, ((size_t)elements + 1) * sizeof *x->edge);
    x->code = sft__arena_alloc(a, (size_t)n * sizeof *x->code);
    x->sorted = sft__arena_alloc(a, (size_t)n * sizeof *x->sorted);
    return x->width && x->edge && x->code && x->sorted;
}

/* Edges halfway between neighbours that differ; of many values, as many neighbours as there is room for, evenly spread over their ranks. */
static void cut_numbers(sft_forest_axis *x, const place *p, int n, int missing)
{
    int          distinct = n > missing, element = missing > 0;
    const double free = 1 - (double)missing / n;
    for (int i = missing + 1; i < n; i++) distinct += p[i].x > p[i - 1].x;
    const int most = SFT_MOST_STRETCHES < distinct ? SFT_MOST_STRETCHES : distinct;
    x->edge[0] = missing ? -1 : 0;
    x->edge[element] = 0;
    for (int i = missing, rank = 0; i < n; i++) {
        if (i > missing && p[i].x > p[i - 1].x) {
            rank++;
            if ((int64_t)rank * most / distinct > (int64_t)(rank - 1) * most / distinct)
                x->edge[++element] = fmin(fmax(0.5 * (p[i].x + p[i - 1].x), 0), 1);
        }
        x->code[p[i].sample] = (uint16_t)element;
    }
    x->n = distinct ? element + 1 : element;
    x->edge[x->n] = distinct ? 1 : 0;
    for (int i = 0; i < x->n; i++) x->width[i] = free * (x->edge[i + 1] - x->edge[i]);
    if (missing) x->width[0] = distinct ? 1 - free : 1;
}

static void cut_cells(sft_forest_axis *x, const place *p, int n, int missing, int cells)
{
    x->n = cells + (missing > 0);
    for (int i = 0; i < n; i++) {
        const int at = isnan(p[i].x) ? cells : (int)fmin(fmax(p[i].x, 0), cells - 1);
        x->code[p[i].sample] = (uint16_t)at;
    }
    for (int i = 0; i < x->n; i++) x->width[i] = i < cells ? (1 - (double)missing / n) / cells : (double)missing / n;
}

static bool open_axis(const sft_fanova_data *d, int axis, place *p, sft_arena *a, sft_forest *f)
{
    sft_forest_axis *x = &f->axis[axis];
    int              missing = 0;
    const int        cells = d->cells ? d->cells[axis] : 0;
    for (int i = 0; i < d->n; i++) {
        p[i] = (place){ d->x[(int64_t)i * d->axes + axis], i };
        missing += isnan(p[i].x);
    }
    if (!arrays(a, x, d->n, cells ? cells + 1 : SFT_MOST_STRETCHES + 1)) return false;
    x->number = cells == 0;
    qsort(p, (size_t)d->n, sizeof *p, by_x);
    if (x->number) cut_numbers(x, p, d->n, missing);
    else cut_cells(x, p, d->n, missing, cells);
    x->words = x->number ? 0 : (x->n + 63) / 64;
    x->word = f->words;
    f->words += x->words;
    /* Categories with NaN have it last: rotate it behind the others. */
    const int first = x->number ? 0 : missing;
    for (int i = 0; i < d->n; i++) x->sorted[i] = p[(i + first) % d->n].sample;
    return true;
}

/* Divided by the largest first, so that squares of anything finite are. */
static void standardise(const sft_fanova_data *d, sft_forest *f)
{
    double square = 0, largest = 0;
    for (int i = 0; i < d->n; i++) largest = fmax(largest, fabs(d->y[i]));
    for (int i = 0; i < d->n; i++) f->y[i] = largest > 0 ? d->y[i] / largest : 0;
    for (int i = 0; i < d->n; i++) f->mean += f->y[i] / d->n;
    for (int i = 0; i < d->n; i++) square += (f->y[i] - f->mean) * (f->y[i] - f->mean) / d->n;
    f->deviation = square > 1e-28 ? sqrt(square) : 0; /* below, all differences are rounding */
    for (int i = 0; i < d->n; i++) f->y[i] = f->deviation > 0 ? (f->y[i] - f->mean) / f->deviation : 0;
    f->mean *= largest;
    f->deviation *= largest;
}

static sft_status check(sft_ctx *c, const sft_fanova_data *d)
{
    enum { MOST = SFT_MOST_ELEMENTS - 2 };
    if (d->n < 2 || d->axes < 1)
        return sft__fail(c, SFT_E002, "importance: %d samples of %d axes — it takes 2 samples and an axis at least", d->n, d->axes);
    for (int i = 0; i < d->n; i++)
        if (!isfinite(d->y[i])) return sft__fail(c, SFT_E002, "importance: y[%d] is not finite — leave that sample out", i);
    for (int i = 0; d->cells && i < d->axes; i++)
        if (d->cells[i] < 0 || d->cells[i] > MOST)
            return sft__fail(c, SFT_E002, "importance: axis %d has %d cells — 0 to %d may be", i, d->cells[i], (int)MOST);
    return SFT_OK;
}

sft_status sft__forest_open(sft_ctx *c, const sft_fanova_data *d, uint64_t seed, sft_arena *a, sft_forest *f)
{
    if (check(c, d)) return sft_code(c);
    *f = (sft_forest){ .ctx = c, .n = d->n, .axes = d->axes, .min_leaf = 1, .seed = seed };
    f->axis = sft__arena_alloc(a, (size_t)d->axes * sizeof *f->axis);
    f->y = sft__arena_alloc(a, (size_t)d->n * sizeof *f->y);
    place *p = sft__arena_alloc(a, (size_t)d->n * sizeof *p);
    if (!f->axis || !f->y || !p) return sft_code(c);
    standardise(d, f);
    for (int i = 0; i < d->axes; i++)
        if (!open_axis(d, i, p, a, f)) return sft_code(c);
    return sft__forest_room(f, a);
}
