/* SPDX-License-Identifier: MIT */
/* How two choices interact: where the best value of one stands for each value of the other. */
#include "report/say.h"

#include <math.h>
#include <string.h>

enum { MOST_TOLD = 6 };

/* Row of the best point of column j; -1: none. Points are in order, the best first. */
static int best_row(const sft_report *r, const sft_pair *p, int j)
{
    const int columns = r->effect[p->b].n;
    int       best = -1;
    for (int i = 0; i < r->effect[p->a].n; i++) {
        const int here = p->best[i * columns + j];
        if (here >= 0 && (best < 0 || here < p->best[best * columns + j])) best = i;
    }
    return best;
}

/* Largest value of a at which every trial of column j trained without diverging, and none at a smaller one diverged; -1: none. */
static int highest_stable(const sft_report *r, const sft_pair *p, int j)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < r->n_points; k++)
            if (a->of_point[k] == i && b->of_point[k] == j && r->point[k].fates[SFT_FATE_DIVERGED]) return i - 1;
    return a->n - 1;
}

static void list_rows(sft_report *r, const sft_pair *p, const int *row, sft_string *out)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const char       *words = sft__effect_words(r, b);
    for (int j = 0, told = 0; j < b->n; j++) {
        if (row[j] < 0) continue;
        sft__string_addf(out, "%s%s at %s %s", told ? ", " : "", a->level[row[j]].label, told ? "" : words, b->level[j].label);
        told++;
    }
}

/* Of the values that rows give, what they are multiplied by (NULL: 1): largest over smallest. */
static double ratio(const sft_effect *a, const int *row, int n, const double *factor)
{
    double low = INFINITY, high = 0;
    for (int j = 0; j < n; j++) {
        if (row[j] < 0) continue;
        const double v = a->level[row[j]].low * (factor ? factor[j] : 1);
        low = fmin(low, v);
        high = fmax(high, v);
    }
    return high / low;
}

/* A grid tells where the best rate is only to a step of its own. */
static double step_of(const sft_effect *a)
{
    double most = 1;
    for (int i = 0; i + 1 < a->n; i++) most = fmax(most, a->level[i + 1].low / a->level[i].low);
    return most;
}

/* Momentum β makes steps 1/(1-β) times as long once the velocity has built up: does that explain where the best rates are? */
static void effective(sft_report *r, const sft_pair *p, const int *row, sft_string *out)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    double           *factor = sft__arena_alloc(&r->arena, (size_t)b->n * sizeof *factor);
    char              text[32], other[32];
    int               told = 0;
    if (!factor || !b->numbers) return;
    for (int j = 0; j < b->n; j++) factor[j] = 1 / (1 - b->level[j].low);
    sft__string_add(out, " As effective rates η/(1−β) these are ");
    for (int j = 0; j < b->n; j++)
        if (row[j] >= 0)
            sft__string_addf(out, "%s%s", told++ ? " and " : "", sft__brief(a->level[row[j]].low * factor[j], 3, text, sizeof text));
    const double plain = ratio(a, row, b->n, NULL), scaled = ratio(a, row, b->n, factor), step = step_of(a);
    sft__string_addf(out, ": the rates differ by a factor of %s, the effective rates by %s", sft__brief(plain, 3, text, sizeof text),
                     sft__brief(scaled, 3, other, sizeof other));
    if (scaled < plain && scaled <= step * 1.0001)
        sft__string_add(out, ", no more than one step of the rates tried. So momentum acts here as a rate 1/(1−β) times as large.");
    else if (scaled < plain)
        sft__string_add(out, ". So momentum acts here like a larger rate, though not by 1/(1−β) alone.");
    else
        sft__string_add(out, ". So 1/(1−β) does not explain where the best rates are here.");
}

/* What each choice of b is worth at its own best a: is it the interaction or the choice itself that counts? */
static void say_gain(sft_report *r, const sft_pair *p, const int *row, sft_string *out)
{
    const sft_effect *b = &r->effect[p->b];
    int               best = -1, worst = -1, n = 0;
    for (int j = 0; j < b->n; j++) {
        if (row[j] < 0) continue;
        const int here = p->best[row[j] * b->n + j];
        n++;
        if (best < 0 || here < p->best[row[best] * b->n + best]) best = j;
        if (worst < 0 || here > p->best[row[worst] * b->n + worst]) worst = j;
    }
    if (n < 2) return;
    const sft_report_point *x = &r->point[p->best[row[best] * b->n + best]], *y = &r->point[p->best[row[worst] * b->n + worst]];
    sft__string_addf(out, " Each at its best %s, %s %s reaches %s and %s %s: %s", sft__effect_words(r, &r->effect[p->a]), sft__effect_words(r, b),
                     b->level[best].label, sft__say_score(r, &x->rank), b->level[worst].label, sft__say_score(r, &y->rank),
                     fabs(x->rank.mean - y->rank.mean) <= r->near ? "no more than " : "more than ");
    sft__string_addf(out, "%s apart.", sft__say_near(r));
}

static void say_stable(sft_report *r, const sft_pair *p, sft_string *out)
{
    const sft_effect *b = &r->effect[p->b];
    int              *row = sft__arena_alloc(&r->arena, (size_t)b->n * sizeof *row);
    bool              any = false, all = true;
    for (int j = 0; row && j < b->n; j++) {
        row[j] = highest_stable(r, p, j);
        any = any || row[j] < r->effect[p->a].n - 1;
        all = all && row[j] >= 0;
    }
    if (!row || !any || !all) return;
    sft__string_add(out, " The largest at which, and below which, nothing diverges is ");
    list_rows(r, p, row, out);
    sft__string_add(out, " (Table 1, Notes).");
}

const char *sft__say_pair(sft_report *r, const sft_pair *p)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const char       *text = NULL, *ka = r->study->plan.space.axis[a->axis].key, *kb = r->study->plan.space.axis[b->axis].key;
    int              *row = sft__arena_alloc(&r->arena, (size_t)b->n * sizeof *row), columns = 0, first = -1;
    bool              same = true;
    sft_string        out;
    if (!row || b->n > MOST_TOLD * 2) return "";
    for (int j = 0; j < b->n; j++) {
        row[j] = best_row(r, p, j);
        columns += row[j] >= 0;
        if (first < 0) first = row[j];
        for (int k = 0; k < j; k++) same = same && (row[j] < 0 || row[k] < 0 || row[j] == row[k]);
    }
    if (columns < 2) return "";
    sft__string_open(&out, r->ctx);
    if (same)
        sft__string_addf(&out, "The best %s is %s whatever the %s (Table %d, the best of each column).", sft__effect_words(r, a),
                         a->level[first].label, sft__effect_words(r, b), p->table);
    else {
        sft__string_addf(&out, "The best %s shifts with the %s: ", sft__effect_words(r, a), sft__effect_words(r, b));
        list_rows(r, p, row, &out);
        sft__string_addf(&out, " (Table %d, the best of each column).", p->table);
    }
    const bool rate = !strcmp(ka, "optimizer.lr") && a->numbers;
    if (rate && !strcmp(kb, "optimizer.momentum")) effective(r, p, row, &out);
    say_gain(r, p, row, &out);
    if (rate) say_stable(r, p, &out);
    text = out.text ? sft__arena_text(&r->arena, out.text) : NULL;
    sft__string_close(&out);
    return text ? text : "";
}
