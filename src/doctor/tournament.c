/* SPDX-License-Identifier: MIT */
/* The rounds: one seed for all, the other seeds for the best, one more seed and a second look for those that are accepted. */
#include "doctor/tournament.h"

#include <math.h>
#include <string.h>

/* ---- rounds ------------------------------------------------------------------------------------ */

static void want(sft_tournament *t, int seed, int column, const sft_edits *edits)
{
    sft_arm *a = sft__arm_of(t, seed, column);
    a->wanted = true;
    a->edits = edits;
    a->seed = seed;
    a->other_order = column == SFT_NOTHING_ELSE || column == SFT_WHOLE_ELSE;
    a->whole = column == SFT_WHOLE || column == SFT_WHOLE_ELSE;
}

static void want_entry(sft_tournament *t, int seed, int i)
{
    want(t, seed, SFT_FIRST_ENTRY + i, &t->entry[i].trial->edits);
    sft__arm_of(t, seed, SFT_FIRST_ENTRY + i)->whole = t->entry[i].whole;
    want(t, seed, t->entry[i].whole ? SFT_WHOLE : SFT_NOTHING, NULL);
}

static sft_status run_rows(sft_tournament *t, int from, int rows)
{
    sft__run_arms(&t->ward, sft__arm_of(t, from, 0), rows * t->columns);
    return t->ward.stopped ? SFT_USAGE : sft_code(t->ward.chart->ctx);
}

static sft_status play_seeds(sft_tournament *t, int from, int seeds)
{
    for (int s = from; s < from + seeds; s++)
        for (int i = 0; i < t->tried; i++) {
            if (t->entry[i].out) continue;
            want_entry(t, s, i);
            want(t, s, t->entry[i].whole ? SFT_WHOLE_ELSE : SFT_NOTHING_ELSE, NULL);
        }
    return run_rows(t, from, seeds);
}

/* ---- verdicts ---------------------------------------------------------------------------------- */

static void fill(const sft_tournament *t, sft_entry *x, const sft_contest *k)
{
    sft_trial *y = x->trial;
    y->measure = sft__measure_name(t, x);
    y->before = k->before;
    y->after = k->after;
    y->gain = k->gain;
    y->se = k->se;
    y->noise = k->noise;
    y->seeds = k->seeds;
    y->steps = sft__arm_of(t, 0, SFT_FIRST_ENTRY + (int)(x - t->entry))->steps;
}

static void drop(sft_entry *x, sft_verdict v, const char *reason)
{
    x->out = true;
    x->accepted = false;
    x->trial->verdict = v;
    x->trial->reason = reason;
}

/* "validation loss 0.31 instead of 0.92 after 100 steps" */
static const char *result(const sft_tournament *t, const sft_entry *x)
{
    const sft_trial *y = x->trial;
    return sft__say(t->ward.chart, "%s %.3g instead of %.3g after %lld steps, %d seed%s", y->measure, y->after, y->before,
                    (long long)y->steps, y->seeds, y->seeds == 1 ? "" : "s");
}

static bool drop_misfit(const sft_tournament *t, sft_entry *x)
{
    const sft_arm *a = sft__arm_of(t, 0, SFT_FIRST_ENTRY + (int)(x - t->entry));
    if (!a->misfit) return false;
    drop(x, SFT_NOT_TRIED, sft__say(t->ward.chart, "does not fit: %s", a->failure.message));
    return true;
}

static void drop_loser(const sft_tournament *t, sft_entry *x, const sft_contest *k)
{
    const bool worse = sft__is_worse(t, x, k);
    const char *why = sft__say(t->ward.chart, "%s: %s", result(t, x), worse ? "worse" : "within the noise");
    drop(x, worse ? SFT_WORSE : SFT_NO_BETTER, why);
}

/* ---- narrowing ----------------------------------------------------------------------------------- */

/* The order of a symptom's remedies is what is known of causes: the first that gives two thirds of what the best one gives is among
 * the finalists. */
#define NEARLY (2.0 / 3)

/* Two go on: that one, and the best of the others. */
static bool goes_on(const sft_tournament *t, const double *gain, int i)
{
    double best = 0;
    int    first = -1, second = -1;
    for (int j = 0; j < t->tried; j++)
        if (!t->entry[j].out) best = fmax(best, gain[j]);
    for (int j = t->tried - 1; j >= 0; j--)
        if (!t->entry[j].out && gain[j] >= NEARLY * best) first = j;
    for (int j = 0; j < t->tried; j++)
        if (!t->entry[j].out && j != first && (second < 0 || gain[j] > gain[second])) second = j;
    return i == first || i == second;
}

/* Behind the first seed: what gains nothing goes, and of the rest all but two. */
static void thin_out(sft_tournament *t)
{
    double gain[SFT_MOST_ENTRIES];
    for (int i = 0; i < t->tried; i++) {
        if (t->entry[i].out) continue;
        const sft_contest k = sft__compare(t, &t->entry[i], 0, 1);
        gain[i] = k.gain;
        if (drop_misfit(t, &t->entry[i])) continue;
        fill(t, &t->entry[i], &k);
        if (!(k.gain > 0)) drop_loser(t, &t->entry[i], &k);
    }
    for (int i = 0; i < t->tried; i++) {
        if (t->entry[i].out || goes_on(t, gain, i)) continue;
        const char *done = result(t, &t->entry[i]);
        t->entry[i].trial->reason = sft__say(t->ward.chart, "not tried further: %s, and others did better", done);
    }
    for (int i = 0; i < t->tried; i++) t->entry[i].out = t->entry[i].out || t->entry[i].trial->reason;
}

/* ---- two together ------------------------------------------------------------------------------------ */

static bool share_a_key(const sft_edits *a, const sft_edits *b)
{
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            if (sft__same_key(a->edit[i], b->edit[k])) return true;
    return false;
}

/* The two that are left, if there are two. */
static bool finalists(const sft_tournament *t, int two[2])
{
    int n = 0;
    for (int i = 0; i < t->tried; i++)
        if (!t->entry[i].out && n < 2) two[n++] = i;
    return n == 2;
}

static bool affords_pair(const sft_tournament *t, double ratio)
{
    const double arms = (double)t->seeds * ratio * (double)t->ward.horizon;
    return (double)t->ward.spent + sft__trial_cost(t, t->tried, t->ward.horizon) + arms <= (double)t->budget;
}

/* Neither, one, the other, both: what two remedies gain may add up, or be the same gain twice. */
static void enter_pair(sft_tournament *t)
{
    if (t->pair >= 0 || t->n >= t->room || t->n >= SFT_MOST_ENTRIES || !finalists(t, t->of)) return;
    const sft_entry a = t->entry[t->of[0]], b = t->entry[t->of[1]];
    const double    ratio = a.ratio * b.ratio;
    if ((t->ward.conf->without & SFT_WITHOUT_ROUNDS) || a.whole != b.whole || share_a_key(&a.trial->edits, &b.trial->edits)) return;
    if (!affords_pair(t, ratio)) return;
    sft_trial *x = &t->list[t->n];
    *x = *a.trial;
    sft__merge_edits(&x->edits, &b.trial->edits);
    memmove(&t->entry[t->tried + 1], &t->entry[t->tried], (size_t)(t->n - t->tried) * sizeof *t->entry);
    t->entry[t->tried] = (sft_entry){ .trial = x, .ratio = ratio, .by_skill = a.by_skill || b.by_skill, .whole = a.whole };
    t->pair = t->tried++;
    t->n++;
}

/* Main effects and interaction, in the units of the gain. */
static void explain_pair(const sft_tournament *t)
{
    if (t->pair < 0) return;
    sft_trial       *x = t->entry[t->pair].trial;
    const sft_trial *a = t->entry[t->of[0]].trial, *b = t->entry[t->of[1]].trial;
    if (!x->reason || isnan(x->gain)) return;
    x->reason = sft__say(t->ward.chart, "with %s: %s; gains %+.2g and %+.2g alone, %+.2g together (interaction %+.2g)", b->remedy->name,
                         x->reason, a->gain, b->gain, x->gain, x->gain - a->gain - b->gain);
}

static void accept(sft_tournament *t)
{
    for (int i = 0; i < t->tried; i++) {
        sft_entry *x = &t->entry[i];
        if (x->out) continue;
        const sft_contest k = sft__compare(t, x, 0, t->seeds);
        fill(t, x, &k);
        x->accepted = sft__is_better(t, x, &k);
        if (!x->accepted) drop_loser(t, x, &k);
    }
}

/* The first one within a standard error of the best (Breiman et al. 1984): what cannot be told apart goes by the order of the symptom's
 * remedies. NULL: none is left. */
static sft_entry *favourite(sft_tournament *t)
{
    const sft_trial *best = NULL;
    for (int i = 0; i < t->tried; i++)
        if (t->entry[i].accepted && (!best || t->entry[i].trial->gain > best->gain)) best = t->entry[i].trial;
    const double enough = best ? best->gain - best->se : 0;
    for (int i = 0; best && i < t->tried; i++)
        if (t->entry[i].accepted && t->entry[i].trial->gain >= enough) return &t->entry[i];
    return NULL;
}

/* ---- confirming ------------------------------------------------------------------------------------ */

static void judge_final(sft_tournament *t, sft_entry *x, const sft_arm *look)
{
    const sft_contest  k = sft__compare(t, x, t->seeds, 1), all = sft__compare(t, x, 0, t->seeds);
    const sft_chart   *c = t->ward.chart;
    const char        *done = result(t, x), *name = x->trial->symptom->name;
    const bool revealed = look->fresh && look->fresh->origin > x->trial->symptom->origin; /* the next round's to treat */
    x->barred = !look->gone || (look->fresh && !revealed);
    if (!(k.gain > all.floor))
        drop(x, SFT_UNCONFIRMED, sft__say(c, "%s, but on one more seed %.3g instead of %.3g", done, k.after, k.before));
    else if (!look->gone)
        drop(x, SFT_NO_BETTER, sft__say(c, "%s, but %s stays", done, name));
    else if (revealed)
        drop(x, SFT_WON, sft__say(c, "%s; on one more seed %.3g instead of %.3g; %s is gone, and %s comes to light", done, k.after,
                                  k.before, name, look->fresh->name));
    else if (look->fresh)
        drop(x, SFT_NO_BETTER, sft__say(c, "%s, and %s is gone, but then there is %s", done, name, look->fresh->name));
    else
        drop(x, SFT_WON, sft__say(c, "%s; on one more seed %.3g instead of %.3g; %s is gone", done, k.after, k.before, name));
}

static sft_status confirm(sft_tournament *t, sft_entry *x)
{
    sft_arm *look = sft__arm_of(t, t->seeds, t->columns - 1);
    *look = (sft_arm){ .wanted = true, .edits = &x->trial->edits, .symptom = x->trial->symptom };
    want_entry(t, t->seeds, (int)(x - t->entry));
    const sft_status s = run_rows(t, t->seeds, 1);
    if (s == SFT_OK) judge_final(t, x, look);
    return s;
}

/* The first confirmation is part of the plan; further ones go as far as steps are left. */
static bool affords(const sft_tournament *t, const sft_entry *x)
{
    const bool nothing = sft__arm_of(t, t->seeds, x->whole ? SFT_WHOLE : SFT_NOTHING)->done;
    return t->ward.spent + x->trial->steps + (nothing ? 0 : t->ward.horizon) + sft__look_steps(&t->ward) <= t->budget;
}

static void confirm_best(sft_tournament *t)
{
    bool won = false;
    for (sft_entry *x = favourite(t); x && !won && affords(t, x); x = favourite(t)) {
        if (confirm(t, x)) return;
        won = x->trial->verdict == SFT_WON;
    }
    for (int i = 0; i < t->tried; i++) {
        sft_entry *x = &t->entry[i];
        if (!x->accepted) continue;
        const char *why = won ? "another one won" : "no steps are left to confirm it";
        drop(x, SFT_NOT_TRIED, sft__say(t->ward.chart, "not tried further: %s, but %s", result(t, x), why));
    }
}

/* ---- longer ------------------------------------------------------------------------------------------ */

enum { LONGER = 3, LONGEST_LIST = 2 * SFT_FINALISTS };

static bool is_for_fault(const sft_tournament *t, const sft_trial *x)
{
    for (int i = 0; i < t->ward.n_found; i++)
        if (t->ward.found[i].symptom == x->symptom && t->ward.found[i].severity >= SFT_FAULT) return true;
    return false;
}

/* What is wrong for certain may take longer to show its gain; an advisory has to show some. */
static bool undecided(const sft_tournament *t, int i)
{
    const sft_trial *x = t->entry[i].trial;
    const bool       lost = x->verdict == SFT_WORSE || x->verdict == SFT_WON || t->entry[i].barred || isnan(x->gain);
    return !lost && (x->gain > 0 || is_for_fault(t, x));
}

/* Nobody has won, and some gain something that may be noise: the best of them once more, in arms that are longer, as far as the
 * steps go (successive halving, Jamieson and Talwalkar 2016). */
static bool try_longer(sft_tournament *t)
{
    const int64_t planned = t->ward.planned, longer = t->ward.horizon * LONGER, horizon = longer < planned ? longer : planned;
    int           n = 0;
    if (t->ward.stopped || horizon <= t->ward.horizon || (t->ward.conf->without & SFT_WITHOUT_ROUNDS)) return false;
    for (int i = 0; i < t->tried; i++) {
        int better = 0;
        if (t->entry[i].trial->verdict == SFT_WON) return false;
        for (int j = 0; j < t->tried; j++)
            better += j != i && undecided(t, j) && t->entry[j].trial->gain > t->entry[i].trial->gain;
        t->entry[i].out = !undecided(t, i) || better >= LONGEST_LIST;
        n += !t->entry[i].out;
    }
    if (n == 0 || (double)t->ward.spent + sft__trial_cost(t, t->tried, horizon) > (double)t->budget) return false;
    t->ward.horizon = horizon;
    t->ward.total = t->ward.spent + (int64_t)sft__trial_cost(t, t->tried, horizon);
    if (t->pair >= 0 && (t->entry[t->of[0]].out || t->entry[t->of[1]].out)) t->pair = -1; /* no longer told apart */
    memset(t->table, 0, t->table_size);
    for (int i = 0; i < t->tried; i++)
        if (!t->entry[i].out) t->entry[i].trial->reason = NULL;
    return true;
}

static sft_status play(sft_tournament *t)
{
    if (play_seeds(t, 0, 1)) return SFT_USAGE;
    thin_out(t);
    enter_pair(t);
    if (play_seeds(t, 0, t->seeds)) return SFT_USAGE;
    accept(t);
    confirm_best(t);
    return SFT_OK;
}

void sft__play(sft_tournament *t)
{
    while (play(t) == SFT_OK && try_longer(t)) {}
    explain_pair(t);
}
