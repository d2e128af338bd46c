/* SPDX-License-Identifier: MIT */
/* What the metric varies with: shares of the variance by functional ANOVA, single axes and pairs, with intervals. */
#include "report/easel.h"

#include <math.h>

enum { MOST_BARS = 12 };

/* Main effects, and pairs that are more than nothing; the largest first. */
static int choose(const sft_easel *e, int bar[MOST_BARS])
{
    int n = 0;
    for (int i = 0; i < e->anova.n_shares; i++) {
        const sft_share *q = &e->anova.share[i];
        if (q->b >= 0 && q->mean < 0.005) continue;
        int j = n < MOST_BARS ? n++ : MOST_BARS;
        if (j == MOST_BARS && e->anova.share[bar[j - 1]].mean >= q->mean) continue;
        j = j == MOST_BARS ? j - 1 : j;
        for (; j > 0 && e->anova.share[bar[j - 1]].mean < q->mean; j--) bar[j] = bar[j - 1];
        bar[j] = i;
    }
    return n;
}

static const char *name_of(sft_easel *e, const sft_share *q)
{
    const sft_axis *axis = e->study->plan.space.axis;
    if (q->b < 0) return sft__key_words(e->arena, axis[q->a].key);
    return sft__arena_printf(e->arena, "%s × %s", sft__key_words(e->arena, axis[q->a].key), sft__key_words(e->arena, axis[q->b].key));
}

static void put_bars(sft_draft *d, const int *bar, int n, bool pairs)
{
    sft_easel *e = d->easel;
    bool       any = false;
    const int  block = sft__draft_block(d, pairs ? "pairs: share %\tplace\tlow\thigh\tname" : "alone: share %\tplace\tlow\thigh\tname");
    for (int i = 0; i < n; i++) {
        const sft_share *q = &e->anova.share[bar[i]];
        if ((q->b >= 0) != pairs) continue;
        sft__put(&d->table, "%n\t%i\t%n\t%n\t%s\n", 100 * q->mean, n - 1 - i, 100 * q->low, 100 * q->high, name_of(e, q));
        any = true;
    }
    if (!any) return;
    sft__put(sft__draft_curve(d, block), "using 1:2:(0):1:($2-0.36):($2+0.36) with boxxyerror %s title '%s'",
             pairs ? "fillcolor rgb '#D55E00' fillstyle pattern 4 border rgb '#D55E00'"
                   : "fillcolor rgb '#0072B2' fillstyle solid 1 noborder",
             pairs ? "a pair, beyond both alone" : "alone");
    sft__put(sft__draft_curve(d, block), "using 1:2:3:4 with xerrorbars pointtype -1 linewidth 1.6 linecolor rgb '#000000' notitle");
}

sft_status sft__figures_importance(sft_easel *e)
{
    sft_draft d;
    int       bar[MOST_BARS] = { 0 };
    if (!e->known || e->study->plan.space.n < 2) return SFT_OK;
    const int        n = choose(e, bar);
    const sft_share *first = &e->anova.share[bar[0]];
    double           most = 0;
    for (int i = 0; i < n; i++) most = fmax(most, e->anova.share[bar[i]].high);
    sft__draft_open(&d, e, "importance", "Importance of each hyperparameter and pair", 800, 130 + 30 * n);
    sft__put(&d.settings, "set xlabel 'share of the variance (%%)'\nset yrange [-0.7:%n]\nset xrange [0:%n]\nunset grid\nset grid xtics\n"
                          "set key inside bottom right\nset ytics noenhanced scale 0 (", n - 0.3, 108 * most);
    for (int i = 0; i < n; i++) sft__put(&d.settings, "%s%t %i", i ? ", " : "", name_of(e, &e->anova.share[bar[i]]), n - 1 - i);
    sft__put(&d.settings, ")\n");
    put_bars(&d, bar, n, false);
    put_bars(&d, bar, n, true);
    return sft__draft_close(&d, sft__arena_printf(e->arena,
        "Shares of the metric's variance over the whole space (functional ANOVA on a random forest; lines: 5 %% to 95 %% of its trees): "
        "%s has the largest, %.0f %%%s%s.", name_of(e, first), 100 * first->mean,
        e->failed ? "; failed trials count as the worst value" : "",
        e->anova.error > 0.5 ? "; the forest explains less than half of what it has not seen, so little of this is certain" : ""));
}
