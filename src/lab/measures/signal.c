/* SPDX-License-Identifier: MIT */
/* signal: a layer's signal, one layer's over another's, or how it goes from layer to layer. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct conf {
    int         column, fold;
    const char *layer, *over, *at, *op;
} conf;

static const char *const columns[] = { "rms", "mean", "gain", "alike", "dead", "slope", "gradient", "weight", "update", NULL };
enum { VALUE, MEAN, HIGHEST, LOWEST, FACTOR };
static const char *const folds[] = { "value", "mean", "max", "min", "factor", NULL };

static const sft_field fields[] = {
    { .name = "column", .kind = SFT_WORD, .offset = offsetof(conf, column), .text = "rms", .words = columns, .flags = SFT_MAIN,
      .doc = "of signals.csv" },
    SFT_LAYER_ROW(conf, "those that have such a signal, the input left out"),
    { .name = "over", .kind = SFT_TEXT, .offset = offsetof(conf, over), .text = "none", .doc = "the layer it is divided by, or none" },
    { .name = "at", .kind = SFT_TEXT, .offset = offsetof(conf, at), .text = "end",
      .doc = "start, end, or a step: the look that is nearest to it" },
    { .name = "fold", .kind = SFT_WORD, .offset = offsetof(conf, fold), .text = "value", .words = folds,
      .doc = "value: of one layer; mean, max, min over layers; factor: growth a layer" },
    { .name = "op", .kind = SFT_TEXT, .offset = offsetof(conf, op), .text = "any", .doc = "only layers of this kind: linear, tanh …" },
    SFT_FIELD_END
};

typedef struct profile {        /* a signal over the layers, at one look */
    int          n;
    const char **path;
    double      *v;
} profile;

/* First row of the look nearest to the step; *n: its rows. */
static int look_at(const sft_signal_rows *all, int64_t step, int *n)
{
    int best = 0;
    for (int i = 0; i < all->n; i++)
        if (llabs(all->row[i].step - step) < llabs(all->row[best].step - step)) best = i;
    *n = 0;
    while (best + *n < all->n && all->row[best + *n].step == all->row[best].step) ++*n;
    return best;
}

/* Layers whose column has a number at some look: which they are must not hang on which look is asked for. */
static bool counts(const sft_signal_rows *all, const sft_signal_row *y, int column, const char *op)
{
    if (sft__text_is(y->op, "input") || (!sft__text_is(op, "any") && !sft__text_is(op, y->op))) return false;
    for (int i = 0; i < all->n; i++)
        if (sft__text_is(all->row[i].layer, y->layer) && !isnan(sft__signal_value(&all->row[i], column))) return true;
    return false;
}

static sft_status read_profile(sft_subject *s, const sft_signal_rows *all, const conf *k, int64_t step, profile *out)
{
    int       rows = 0;
    const int first = look_at(all, step, &rows), column = sft__signal_column(columns[k->column]);
    out->path = sft__arena_alloc(s->arena, (size_t)rows * sizeof *out->path);
    out->v = sft__arena_alloc(s->arena, (size_t)rows * sizeof *out->v);
    for (int i = first; i < first + rows && out->path && out->v; i++) {
        if (!counts(all, &all->row[i], column, k->op)) continue;
        out->path[out->n] = all->row[i].layer;
        out->v[out->n++] = sft__signal_value(&all->row[i], column);
    }
    return sft_code(s->ctx);
}

/* exp of the slope of log v against the number of the layer, by least squares. What is 0 (underflow) has no logarithm and is left
 * out. */
static double factor(const profile *p)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (int i = 0; i < p->n; i++) {
        if (!(p->v[i] > 0)) continue;
        const double v = log(p->v[i]);
        n++;
        x += i;
        y += v;
        xx += (double)i * i;
        xy += i * v;
    }
    const double spread = n * xx - x * x;
    return spread > 0 ? exp((n * xy - x * y) / spread) : NAN;
}

static double folded(const profile *p, int fold)
{
    double sum = 0, high = NAN, low = NAN;
    int    n = 0;
    if (fold == FACTOR) return factor(p);
    for (int i = 0; i < p->n; i++) {
        if (isnan(p->v[i])) continue;
        n++;
        sum += p->v[i];
        high = fmax(high, p->v[i]);
        low = fmin(low, p->v[i]);
    }
    return fold == MEAN ? (n ? sum / n : NAN) : fold == HIGHEST ? high : low;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    const sft_signal_rows *all = sft__subject_signals(s);
    profile p = { 0 };
    int64_t step = 0;
    int     at = -1, under = -1;
    if (!all && s->attempt->state == SFT_TRIAL_DONE)
        return sft__fail(s->ctx, SFT_E299,
                         "`signal` wants signals.csv, which %s does not have — write `probe: {every: 10}` in the recipe of the sweep",
                         s->folder);
    if (!all || sft__lab_step(s->ctx, "signal", k->at, &step) || read_profile(s, all, k, step, &p)) return sft_code(s->ctx);
    if (k->fold != VALUE) {
        *value = folded(&p, k->fold);
        return SFT_OK;
    }
    if (sft__lab_pick(s->ctx, "signal", k->layer, p.n, p.path, &at)) return sft_code(s->ctx);
    const bool divides = !sft__text_is(k->over, "none");
    if (divides && sft__lab_pick(s->ctx, "signal", k->over, p.n, p.path, &under)) return sft_code(s->ctx);
    if (at < 0 || (divides && under < 0)) return SFT_OK;
    *value = divides ? p.v[at] / p.v[under] : p.v[at];
    return SFT_OK;
}

const sft_gauge sft_gauge_signal = {
    .name = "signal",
    .doc = "what layers show on one batch: `signal gradient layer=first over=last at=start`; wants `probe` in the recipe, or `watch`",
    .math = "factor: exp of the slope of log value against the layer's number, by least squares",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
