/* SPDX-License-Identifier: MIT */
/* The questions that a report on hyperparameters is asked, answered from its data. */
#include "report/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void heading(sft_string *out, const char *text)
{
    sft__string_addf(out, "### %s\n\n", text);
}

/* ---- too high, too low ------------------------------------------------------------------------------------- */

/* The largest sharpness over limit that the doctor measured at levels from..to. */
static double sharpest(const sft_report *r, const sft_effect *e, int from, int to, int *point)
{
    double most = NAN;
    for (int i = 0; i < r->n_points; i++)
        for (int k = 0; e->of_point[i] >= from && e->of_point[i] <= to && k < r->point[i].n; k++) {
            const sft_run_look *look = &r->look[r->point[i].trial[k]];
            const double    ratio = look->sharpness / look->limit;
            if (!(ratio <= most) && isfinite(ratio)) {
                most = ratio;
                *point = i;
            }
        }
    return most;
}

/* The first trial to go: what it is called in the notes. */
static void earliest(sft_report *r, const sft_effect *e, sft_string *out)
{
    int64_t best = -1;
    int     place = 0;
    for (int i = 0; i < r->n_points; i++)
        for (int k = 0; e->of_point[i] > e->to && k < r->point[i].n; k++) {
            const sft_remark *m = &r->remark[r->point[i].trial[k]];
            if (m->fate != SFT_FATE_DIVERGED || isnan(m->number)) continue;
            if (best >= 0 && !(m->number < r->remark[best].number)) continue;
            best = r->point[i].trial[k];
            place = i + 1;
        }
    if (best >= 0)
        sft__string_addf(out, " The first to go does so at step %.0f, of %s %s (Table 1, row %d).", r->remark[best].number, sft__effect_words(r, e),
                         r->point[place - 1].label[e->axis], place);
}

static void too_high(sft_report *r, const sft_effect *e, sft_string *out)
{
    char text[32];
    int  level = 0, at = -1;
    heading(out, "What happens when the learning rate is too high?");
    sft__string_add(out, "A step of rate η along a direction of curvature λ multiplies the distance to the bottom by |1 − ηλ|: beyond ηλ = 2 every "
                         "step leads further up, and the loss oscillates, stalls or leaves all bounds. ");
    if (e->best < 0 || e->to == e->n - 1) {
        sft__string_addf(out, "Here no rate tried is too high for every setting of the other keys: the largest, %s, is still %s (%s).\n\n",
                         e->level[e->n - 1].label, e->best == e->n - 1 ? "the best" : "within reach of the best", sft__say_rows(r, e, e->n - 1, e->n - 1));
        return;
    }
    const sft_side   s = sft__side(e, e->to + 1, e->n - 1);
    const char      *fates = sft__say_fates(r, &s);
    const sft_report_point *p = sft__best_of(r, e, e->to + 1, e->n - 1, &level);
    sft__string_addf(out, "Here rates above %s are too high: %s (%s).", e->level[e->to].label, *fates ? fates : "they train, but reach less",
                     sft__say_rows(r, e, e->to + 1, e->n - 1));
    earliest(r, e, out);
    if (p)
        sft__string_addf(out, " The best that any of them reaches is %s, at %s, against %s at %s (%s).", sft__say_score(r, &p->rank),
                         e->level[level].label, sft__say_score(r, &r->point[e->level[e->best].best].rank), e->level[e->best].label,
                         sft__say_rows(r, e, level, level));
    const double ratio = sharpest(r, e, e->to + 1, e->n - 1, &at);
    if (at >= 0)
        sft__string_addf(out, " The doctor measured it: at the start the curvature there is up to %s times what the optimiser is stable at "
                              "(Table 1, row %d).", sft__brief(ratio, 2, text, sizeof text), at + 1);
    sft__string_add(out, "\n\n");
}

static void too_low(sft_report *r, const sft_effect *e, sft_string *out)
{
    char text[32];
    heading(out, "What happens when the learning rate is too low?");
    sft__string_add(out, "Nothing breaks, but the plan ends before the loss has come down. ");
    if (e->best < 0 || e->from == 0) {
        sft__string_addf(out, "Here no rate tried is too low for every setting of the other keys: the smallest, %s, is still %s (%s).\n\n",
                         e->level[0].label, e->best == 0 ? "the best" : "within reach of the best", sft__say_rows(r, e, 0, 0));
        return;
    }
    const sft_side s = sft__side(e, 0, e->from - 1);
    const char    *fates = sft__say_fates(r, &s);
    sft__string_addf(out, "Here rates below %s are too low: %s (%s).", e->level[e->from].label, *fates ? fates : "they train, but reach less",
                     sft__say_rows(r, e, 0, e->from - 1));
    for (int i = 0, told = 0; i < r->n_points && told < 2; i++) {
        /* At its best, with the smallest rate, and with the one just below the good range. */
        const int level = told ? e->from - 1 : 0;
        if (told && e->from == 1) break;
        const int best = e->level[level].best;
        if (best >= 0 && isfinite(r->point[best].slow))
            sft__string_addf(out, " At %s even the best point reaches only %s, with %s %% of the loss drop still to come after its %lld epochs "
                                  "(Table 1, row %d).", e->level[level].label, sft__say_score(r, &r->point[best].rank),
                             sft__fixed(100 * fmin(r->point[best].slow, 1), 0, text, sizeof text),
                             (long long)r->study->attempt[r->point[best].trial[0]].epochs, best + 1);
        else if (best >= 0)
            sft__string_addf(out, " At %s the best point reaches %s (Table 1, row %d).", e->level[level].label,
                             sft__say_score(r, &r->point[best].rank), best + 1);
        told++;
    }
    sft__string_add(out, "\n\n");
}

/* ---- momentum, and every other key ---------------------------------------------------------------------------- */

static const sft_pair *pair_of(const sft_report *r, int a, int b)
{
    for (int i = 0; i < r->n_pairs; i++)
        if ((r->pair[i].a == a && r->pair[i].b == b) || (r->pair[i].a == b && r->pair[i].b == a)) return &r->pair[i];
    return NULL;
}

static void other_key(sft_report *r, int k, int lr, sft_string *out)
{
    const sft_effect *e = &r->effect[k];
    const char       *key = r->study->plan.space.axis[e->axis].key, *words = sft__effect_words(r, e);
    const sft_pair   *p = lr >= 0 && lr != k ? pair_of(r, k, lr) : NULL;
    char              title[160];
    const bool        momentum = lr >= 0 && !strcmp(key, "optimizer.momentum");
    if (momentum) snprintf(title, sizeof title, "How does momentum interact with the learning rate?");
    else snprintf(title, sizeof title, "What does the %.100s do?", words);
    heading(out, title);
    if (momentum)
        sft__string_add(out, "With momentum β each gradient goes on to act for about 1/(1−β) steps, so a rate η moves the weights as far as "
                             "η/(1−β) would without. ");
    if (p && *p->sentence) sft__string_addf(out, "%s ", p->sentence);
    sft__string_addf(out, "%s\n\n", e->sentence);
    for (int i = 0; i < r->n_pairs; i++)
        if (&r->pair[i] != p && (r->pair[i].a == k || r->pair[i].b == k) && r->pair[i].a != lr && *r->pair[i].sentence)
            sft__string_addf(out, "%s\n\n", r->pair[i].sentence);
}

/* ---- which one? ------------------------------------------------------------------------------------------------- */

static void choice(sft_report *r, sft_string *out)
{
    const sft_report_point *p = &r->point[0];
    heading(out, "Which configuration is chosen?");
    if (!r->n_points || !sft__point_counts(p)) {
        sft__string_add(out, "None: no point has finished on all its seeds.\n\n");
        return;
    }
    sft__string_addf(out, "The one with the best %s, %s", r->metric, sft__say_score(r, &p->rank));
    for (int k = 0; k < r->n_effects; k++)
        sft__string_addf(out, "%s%s %s", k ? ", " : ": ", sft__effect_words(r, &r->effect[k]), p->label[r->effect[k].axis]);
    sft__string_addf(out, " (Table 1, row 1). Validation alone chose it, and its best epoch; on test it then reaches %s.",
                     p->test.n ? sft__say_score(r, &p->test) : "no score, for there is no test split");
    if (p->rank.n < 2) sft__string_add(out, " One seed says nothing about chance: repeat the first few rows with more seeds before trusting their order.");
    int close = 0;
    for (int i = 1; i < r->n_points; i++) close += sft__point_counts(&r->point[i]) && fabs(r->point[i].rank.mean - p->rank.mean) <= r->near;
    if (close)
        sft__string_addf(out, " %d other configuration%s within %s of it.", close, close > 1 ? "s are" : " is", sft__say_near(r));
    sft__string_add(out, "\n\n");
}

void sft__answers_text(sft_report *r, sft_string *out)
{
    const int lr = sft__axis_of(r, "optimizer.lr");
    choice(r, out);
    if (lr >= 0 && r->effect[lr].numbers) {
        too_high(r, &r->effect[lr], out);
        too_low(r, &r->effect[lr], out);
    }
    const int momentum = sft__axis_of(r, "optimizer.momentum");
    if (momentum >= 0) other_key(r, momentum, lr, out);
    for (int k = 0; k < r->n_effects; k++)
        if (k != momentum && (k != lr || !r->effect[lr].numbers)) other_key(r, k, lr, out);
}

static sft_status write(sft_report *r)
{
    sft_string s;
    sft__string_open(&s, r->ctx);
    sft__string_add(&s, "## Answers\n\n");
    sft__answers_text(r, &s);
    return sft__report_file(r, "answers.md", &s);
}

const sft_report_part sft__report_answers = {
    .name = "answers", .doc = "what rates too high and too low do, how keys interact, which configuration is chosen", .files = "answers.md",
    .write = write,
};
