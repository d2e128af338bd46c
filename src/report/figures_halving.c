/* SPDX-License-Identifier: MIT */
/* How far each trial was trained: rungs of halving, who came past them, and who stayed. */
#include "report/easel.h"

#include <math.h>

typedef struct state_style {
    sft_trial_state state;
    const char     *title, *colour;
    int             marker;
} state_style;

static const state_style styles[] = {
    { SFT_TRIAL_PRUNED, "stopped at a rung", "#E69F00", 5 },
    { SFT_TRIAL_DONE, "trained to the end", "#0072B2", 7 },
    { SFT_TRIAL_FAILED, "failed", "#000000", 2 },
    { SFT_TRIAL_RUNNING, "running", "#009E73", 6 },
};
enum { STYLES = sizeof styles / sizeof *styles };

static int brackets_of(const sft_easel *e)
{
    int most = 0;
    for (int64_t i = 0; i < e->study->n; i++) {
        const int b = sft__bracket(&e->study->plan.halving, e->study->attempt[i].number);
        most = b > most ? b : most;
    }
    return most + 1;
}

static bool begun(const sft_attempt *t)
{
    return t->state != SFT_TRIAL_WAITING && t->epochs > 0;
}

/* Place of every trial: bracket by bracket, a gap between; -1: not shown. first[b]..first[b+1]-1 are bracket b's. */
static void place_trials(const sft_easel *e, int brackets, int *place, int *first)
{
    int at = 0;
    for (int b = 0; b < brackets; b++) {
        first[b] = at;
        for (int64_t i = 0; i < e->study->n; i++) {
            const sft_attempt *t = &e->study->attempt[i];
            if (sft__bracket(&e->study->plan.halving, t->number) == b) place[i] = begun(t) ? at++ : -1;
        }
        first[b + 1] = at;
    }
}

static void put_trials(sft_draft *d, const int *place)
{
    const sft_study *s = d->easel->study;
    for (int k = 0; k < STYLES; k++) {
        int       n = 0;
        const int block = sft__draft_block(d, sft__arena_printf(d->easel->arena, "%s: place\tepochs\ttrial", styles[k].title));
        for (int64_t i = 0; i < s->n; i++) {
            if (s->attempt[i].state != styles[k].state || place[i] < 0) continue;
            sft__put(&d->table, "%i\t%n\t%i\n", place[i], (double)s->attempt[i].epochs, (int)s->attempt[i].number);
            n++;
        }
        if (n == 0) {
            sft__put(&d->table, "NaN\tNaN\tNaN\n");
            continue;
        }
        sft__put(sft__draft_curve(d, block), "using 1:2 with impulses linewidth 0.8 linecolor rgb '#c0c0c0' notitle");
        sft__put(sft__draft_curve(d, block), "using 1:2 with points pointtype %i pointsize 0.7 linewidth 1.5 linecolor rgb '%s' title "
                 "'%s'", styles[k].marker, styles[k].colour, styles[k].title);
    }
}

/* "9 of 27 past 4 epochs" over each rung of a bracket; how many of its trials were trained to the end. */
static int put_rungs(sft_draft *d, int bracket, const int *place, int from, int to)
{
    const sft_easel *e = d->easel;
    int64_t          rung[SFT_MOST_RUNGS];
    const int        n = sft__rungs(&e->study->plan.halving, bracket, rung);
    int              whole = 0;
    for (int r = 0; r < n; r++) {
        int past = 0;
        for (int64_t i = 0; i < e->study->n; i++)
            past += place[i] >= from && place[i] < to && (r + 1 < n ? e->study->attempt[i].epochs > rung[r]
                                                          : e->study->attempt[i].epochs >= rung[r]);
        if (r + 1 == n) whole = past;
        sft__put(&d->settings, "set arrow from %n, %i to %n, %i nohead back dashtype 2 linewidth 1 linecolor rgb '#555555'\n",
                 from - 0.5, (int)rung[r], to - 0.5, (int)rung[r]);
        sft__put(&d->settings, "set label '%i of %i %s' at %n, %i right offset 0,0.5 front font ',10' textcolor rgb '#222222' boxed\n",
                 past, to - from, r + 1 < n ? "went on" : "to the end", to - 0.6, (int)rung[r]);
    }
    return whole;
}

sft_status sft__figures_halving(sft_easel *e)
{
    sft_draft          d;
    const sft_halving *h = &e->study->plan.halving;
    int                first[SFT_MOST_RUNGS + 1], whole = 0;
    int64_t            rung[SFT_MOST_RUNGS];
    int               *place = sft__arena_alloc(e->arena, ((size_t)e->study->n + 1) * sizeof *place);
    if (!place || !(h->eta > 1) || e->trials < 3) return sft_code(e->ctx);
    const int brackets = brackets_of(e), rungs = sft__rungs(h, 0, rung);
    place_trials(e, brackets, place, first);
    const int n = first[brackets];
    if (n == 0) return SFT_OK;
    sft__draft_open(&d, e, "halving", "How far trials were trained", 1000, 480);
    sft__put(&d.settings, "set xlabel 'trials, in the order in which they began%s'\nset ylabel 'training (epochs)'\nset xrange [-1:%i]\n",
             brackets > 1 ? ", by bracket" : "", n);
    sft__put(&d.settings, "set logscale y\nset yrange [%n:%n]\nset ytics nomirror (", 0.6 * (double)rung[0], 1.5 * (double)h->max_epochs);
    for (int i = 0; i < rungs; i++) sft__put(&d.settings, "%s'%i' %i", i ? ", " : "", (int)rung[i], (int)rung[i]);
    sft__put(&d.settings, ")\nunset grid\nset key outside top center horizontal\nset style textbox opaque noborder fillcolor rgb "
             "'#ffffff' margins 0.3,0.2\n");
    if (brackets > 1) sft__put(&d.settings, "unset xtics\n");
    for (int b = 0; b < brackets; b++) {
        if (first[b + 1] == first[b]) continue;
        whole += put_rungs(&d, b, place, first[b], first[b + 1]);
        if (brackets == 1) continue;
        sft__put(&d.settings, "set label 'bracket %i' at %n, graph 0.02 center front font ',10' boxed\n", b + 1,
                 0.5 * (first[b] + first[b + 1] - 1));
        if (b > 0) sft__put(&d.settings, "set arrow from %n, graph 0 to %n, graph 1 nohead linewidth 1.5 linecolor rgb '#222222'\n",
                            first[b] - 0.5, first[b] - 0.5);
    }
    put_trials(&d, place);
    double spent = 0;
    for (int64_t i = 0; i < e->study->n; i++) spent += (double)e->study->attempt[i].epochs;
    return sft__draft_close(&d, sft__arena_printf(e->arena,
        "Epochs that each trial was trained, with the rungs at which the worse ones stop (dashed): %d of %d trials were trained to the "
        "end, at %.0f %% of what training all of them to the end costs.", whole, n, 100 * spent / ((double)n * (double)h->max_epochs)));
}
