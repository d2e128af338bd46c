/* SPDX-License-Identifier: MIT */
/* Sentences about an axis and about two, computed from the points; each number names the table and row it is from. */
#include "report/report.h"
#include "report/say.h"

#include <math.h>
#include <string.h>

/* ---- pieces ---------------------------------------------------------------------------------------------- */

const char *sft__cell(sft_report *r, int table, const char *row)
{
    return SFT_WORDS(&r->arena, "Table %d, row %s", table, row);
}

const char *sft__effect_words(sft_report *r, const sft_effect *e)
{
    return sft__key_words(&r->arena, r->study->plan.space.axis[e->axis].key);
}

/* "learning rate 0.1"; a label that begins with the words needs them no second time: "model B". */
const char *sft__say_value(sft_report *r, int axis, const char *label)
{
    const char *words = sft__key_words(&r->arena, r->study->plan.space.axis[axis].key);
    return strncmp(label, words, strlen(words)) ? SFT_WORDS(&r->arena, "%s %s", words, label) : label;
}

const char *sft__say_score(sft_report *r, const sft_spread *s)
{
    const char *text = sft__score_text(r, s);
    return r->accuracy ? SFT_WORDS(&r->arena, "%s %%", text) : text;
}

const char *sft__say_near(sft_report *r)
{
    char text[32];
    return r->accuracy ? "1 point" : SFT_WORDS(&r->arena, "%s (2 %%)", sft__brief(r->near, 2, text, sizeof text));
}

sft_side sft__side(const sft_effect *e, int from, int to)
{
    sft_side s = { .from = from, .to = to };
    for (int k = from; k <= to && k >= 0; k++) {
        s.trials += e->level[k].trials;
        for (int f = 0; f < SFT_FATES; f++) s.fates[f] += e->level[k].fates[f];
    }
    return s;
}

/* "row 3", "rows 1 to 10" */
const char *sft__say_rows(sft_report *r, const sft_effect *e, int from, int to)
{
    return from == to ? SFT_WORDS(&r->arena, "Table %d, row %s", e->table, e->level[from].label)
                      : SFT_WORDS(&r->arena, "Table %d, rows %s to %s", e->table, e->level[from].label, e->level[to].label);
}

static const struct {
    sft_fate    fate;
    const char *one, *many;
} verbs[] = {
    { SFT_FATE_DIVERGED, "diverges", "diverge" }, { SFT_FATE_CRASHED, "fails", "fail" },
    { SFT_FATE_IDLE, "does not learn", "do not learn" }, { SFT_FATE_OSCILLATES, "oscillates", "oscillate" },
    { SFT_FATE_SLOW, "is slow", "are slow" }, { SFT_FATE_OVERFITS, "overfits", "overfit" },
};

const char *sft__say_fates(sft_report *r, const sft_side *s, bool brief)
{
    sft_string out;
    int        told = 0, kinds = 0;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) kinds += s->fates[verbs[i].fate] > 0;
    if (!kinds) return "";
    sft__string_open(&out, r->ctx);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const int   n = s->fates[verbs[i].fate];
        const char *verb = n == 1 ? verbs[i].one : verbs[i].many, *trials = brief ? "" : " trials";
        if (!n) continue;
        if (told) sft__string_addf(&out, "%s%d %s", told == kinds - 1 && !brief ? " and " : ", ", n, verb);
        else if (n < s->trials) sft__string_addf(&out, "%d of %d%s %s", n, s->trials, trials, verb);
        else if (n == 1) sft__string_addf(&out, "%s%s", brief ? "" : "the only trial ", verb);
        else sft__string_addf(&out, "%s%s %s", n == 2 ? "both" : "all", trials, verb);
        told++;
    }
    return sft__words_of(&r->arena, &out);
}

/* The best that levels from..to reach, as a point; NULL: none of them finished. */
const sft_report_point *sft__best_of(const sft_report *r, const sft_effect *e, int from, int to, int *level)
{
    int best = -1;
    for (int k = from; k <= to && k >= 0; k++)
        if (e->level[k].best >= 0 && (best < 0 || e->level[k].best < best)) {
            best = e->level[k].best;
            if (level) *level = k;
        }
    return best >= 0 ? &r->point[best] : NULL;
}

/* ---- one axis --------------------------------------------------------------------------------------------- */

static void say_side(sft_report *r, const sft_effect *e, sft_string *out, int from, int to, bool above)
{
    int                     level = from;
    const sft_side          s = sft__side(e, from, to);
    const sft_report_point *p = sft__best_of(r, e, from, to, &level);
    const char             *fates = sft__say_fates(r, &s, false);
    sft__string_addf(out, " %s %s (%s),", above ? "Above" : "Below", e->level[above ? e->to : e->from].label,
                     sft__say_rows(r, e, from, to));
    if (*fates) sft__string_addf(out, " %s", fates);
    if (p) sft__string_addf(out, "%s the best is %s", *fates ? ";" : "", sft__say_score(r, &p->rank));
    else sft__string_addf(out, "%s no configuration finishes on every seed", *fates ? ";" : "");
    if (p && from < to) sft__string_addf(out, ", at %s", e->level[level].label);
    sft__string_add(out, ".");
}

static void say_numbers(sft_report *r, const sft_effect *e, sft_string *out)
{
    if (e->from < e->to)
        sft__string_addf(out, " From %s to %s it stays within %s of that.", e->level[e->from].label, e->level[e->to].label,
                         sft__say_near(r));
    else
        sft__string_addf(out, " No value beside it comes within %s of that.", sft__say_near(r));
    if (e->best == 0 || e->best == e->n - 1)
        sft__string_addf(out, " It is the %s value tried, so a still %s one may be better.", e->best ? "largest" : "smallest",
                         e->best ? "larger" : "smaller");
    if (e->to < e->n - 1) say_side(r, e, out, e->to + 1, e->n - 1, true);
    if (e->from > 0) say_side(r, e, out, 0, e->from - 1, false);
}

static void say_words(sft_report *r, const sft_effect *e, sft_string *out)
{
    for (int k = 0, told = 0; k < e->n; k++) {
        const sft_band *l = &e->level[k];
        const sft_side   s = sft__side(e, k, k);
        const char      *fates = sft__say_fates(r, &s, false), *value = sft__say_value(r, e->axis, l->label);
        if (k == e->best) continue;
        sft__string_add(out, told++ ? "; " : " By comparison, ");
        if (l->best >= 0) sft__string_addf(out, "%s reaches %s", value, sft__say_score(r, &r->point[l->best].rank));
        else sft__string_addf(out, "%s never finishes on every seed", value);
        if (*fates) sft__string_addf(out, " (%s)", fates);
    }
    sft__string_add(out, ".");
}

static const char *say_effect(sft_report *r, const sft_effect *e)
{
    sft_string out;
    if (e->best < 0)
        return SFT_WORDS(&r->arena, "No %s finishes on every seed (Table %d).", sft__effect_words(r, e), e->table);
    const sft_band *l = &e->level[e->best];
    sft__string_open(&out, r->ctx);
    sft__string_addf(&out, "The best %s is %s: %s %s (%s).", sft__effect_words(r, e), l->label, r->metric,
                     sft__say_score(r, &r->point[l->best].rank), sft__cell(r, e->table, l->label));
    if (e->numbers) say_numbers(r, e, &out);
    else say_words(r, e, &out);
    return sft__words_of(&r->arena, &out);
}

void sft__effects_say(sft_report *r)
{
    for (int i = 0; i < r->n_effects; i++) r->effect[i].sentence = say_effect(r, &r->effect[i]);
    for (int i = 0; i < r->n_pairs; i++) r->pair[i].sentence = sft__say_pair(r, &r->pair[i]);
}
