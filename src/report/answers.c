/* SPDX-License-Identifier: MIT */
/* The questions that a report on hyperparameters is asked, answered from its data. */
#include "report/say.h"
#include "report/significance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What was said so far becomes the answer to `question`. */
static void answer(sft_report *r, const char *question, bool repeats, sft_string *out)
{
    const char *text = sft__words_of(&r->arena, out);
    if (r->answer) r->answer[r->n_answers++] = (sft_answer){ question, text, repeats };
    sft__string_open(out, r->ctx);
}

/* ---- too high, too low ------------------------------------------------------------------------------------- */

/* The largest sharpness over limit that the doctor measured at levels from..to. */
static double sharpest(const sft_report *r, const sft_effect *e, int from, int to, int64_t *trial)
{
    double most = NAN;
    for (int i = 0; i < r->n_points; i++)
        for (int k = 0; e->of_point[i] >= from && e->of_point[i] <= to && k < r->point[i].n; k++) {
            const sft_run_look *look = &r->look[r->point[i].trial[k]];
            const double    ratio = look->sharpness / look->limit;
            if (!(ratio <= most) && isfinite(ratio)) {
                most = ratio;
                *trial = r->point[i].trial[k];
            }
        }
    return most;
}

/* The first trial to diverge, as the notes have it. */
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
        sft__string_addf(out, " The first to diverge does so at step %.0f, with %s (Table 1, row %d).", r->remark[best].number,
                         sft__say_value(r, e->axis, r->point[place - 1].label[e->axis]), place);
}

/* Levels from..to with what a wrong rate does to them, of all that befell them. */
static const char *say_harm(sft_report *r, const sft_effect *e, int from, int to, bool high)
{
    static const bool harm[2][SFT_FATES] = {
        { [SFT_FATE_SLOW] = true, [SFT_FATE_IDLE] = true },
        { [SFT_FATE_OSCILLATES] = true, [SFT_FATE_IDLE] = true, [SFT_FATE_DIVERGED] = true, [SFT_FATE_CRASHED] = true },
    };
    sft_side s = sft__side(e, from, to);
    for (int f = 0; f < SFT_FATES; f++)
        if (!harm[high][f]) s.fates[f] = 0;
    const char *fates = sft__say_fates(r, &s, false);
    return *fates ? fates : "they train, but reach less";
}

static void too_high(sft_report *r, const sft_effect *e, sft_string *out)
{
    char    text[32];
    int     level = 0;
    int64_t at = -1;
    sft__string_add(out, "A step of rate η along a direction of curvature λ multiplies the distance to the bottom by |1 − ηλ|: beyond "
                         "ηλ = 2 every step leads further up, and the loss oscillates, stalls or leaves all bounds. ");
    if (e->best < 0 || e->to == e->n - 1) {
        sft__string_addf(out, "Here no rate tried is too high for every setting of the other keys: the largest, %s, is still %s (%s).",
                         e->level[e->n - 1].label, e->best == e->n - 1 ? "the best" : "within reach of the best",
                         sft__say_rows(r, e, e->n - 1, e->n - 1));
        return;
    }
    const sft_report_point *p = sft__best_of(r, e, e->to + 1, e->n - 1, &level);
    sft__string_addf(out, "Here rates above %s are too high: %s (%s).", e->level[e->to].label, say_harm(r, e, e->to + 1, e->n - 1, true),
                     sft__say_rows(r, e, e->to + 1, e->n - 1));
    earliest(r, e, out);
    if (p)
        sft__string_addf(out, " The best that any of them reaches is %s, at %s, against %s at %s (%s).", sft__say_score(r, &p->rank),
                         e->level[level].label, sft__say_score(r, &r->point[e->level[e->best].best].rank), e->level[e->best].label,
                         sft__say_rows(r, e, level, level));
    const double ratio = sharpest(r, e, e->to + 1, e->n - 1, &at);
    if (ratio >= 1)
        sft__string_addf(out, " The doctor measured it: at the start the curvature there is up to %s times what the optimiser is stable at "
                              "(diagnosis.json of %s).", sft__brief(ratio, 2, text, sizeof text), r->study->attempt[at].folder);
}

/* How far a rate comes at its best. */
static void say_level(sft_report *r, const sft_effect *e, int level, sft_string *out)
{
    const int best = e->level[level].best;
    char      text[32];
    if (best < 0) return;
    const sft_report_point *p = &r->point[best];
    if (isfinite(p->slow))
        sft__string_addf(out, " At %s even the best configuration reaches only %s, with %s %% of the loss drop still to come after its "
                              "%lld epochs (Table 1, row %d).", e->level[level].label, sft__say_score(r, &p->rank),
                         sft__fixed(100 * fmin(p->slow, 1), 0, text, sizeof text),
                         (long long)r->study->attempt[p->trial[0]].epochs, best + 1);
    else
        sft__string_addf(out, " At %s the best configuration reaches %s (Table 1, row %d).", e->level[level].label,
                         sft__say_score(r, &p->rank), best + 1);
}

static void too_low(sft_report *r, const sft_effect *e, sft_string *out)
{
    sft__string_add(out, "Nothing breaks, but the plan ends before the loss has come down. ");
    if (e->best < 0 || e->from == 0) {
        sft__string_addf(out, "Here no rate tried is too low for every setting of the other keys: the smallest, %s, is still %s (%s).",
                         e->level[0].label, e->best == 0 ? "the best" : "within reach of the best", sft__say_rows(r, e, 0, 0));
        return;
    }
    sft__string_addf(out, "Here rates below %s are too low: %s (%s).", e->level[e->from].label, say_harm(r, e, 0, e->from - 1, false),
                     sft__say_rows(r, e, 0, e->from - 1));
    say_level(r, e, 0, out);
    if (e->from > 1) say_level(r, e, e->from - 1, out);
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
    const bool        momentum = lr >= 0 && !strcmp(key, "optimizer.momentum");
    if (momentum)
        sft__string_add(out, "With momentum β each gradient goes on to act for about 1/(1−β) steps, so a rate η moves the weights as far "
                             "as η/(1−β) would without. ");
    if (p && *p->sentence) sft__string_addf(out, "%s\n\n", p->sentence);
    sft__string_add(out, e->sentence);
    for (int i = 0; i < r->n_pairs; i++)
        if (&r->pair[i] != p && r->pair[i].a == k && k != lr && *r->pair[i].sentence)
            sft__string_addf(out, "\n\n%s", r->pair[i].sentence);
    answer(r, momentum ? "How does momentum interact with the learning rate?" : SFT_WORDS(&r->arena, "What does the %s do?", words),
           !momentum, out);
}

/* The first row against the second, by the house's test. */
static void runner_up(sft_report *r, sft_string *out)
{
    double    *score[2];
    long long *seed[2];
    int        n[2];
    char       text[32];
    for (int k = 0; k < 2; k++) {
        score[k] = sft__arena_alloc(&r->arena, (size_t)r->point[k].n * sizeof **score);
        seed[k] = sft__arena_alloc(&r->arena, (size_t)r->point[k].n * sizeof **seed);
        if (!score[k] || !seed[k]) return;
        n[k] = sft__point_scores(r, &r->point[k], false, score[k], seed[k]);
    }
    const sft_test t = sft__compare_seeds(score[1], seed[1], n[1], score[0], seed[0], n[0]);
    if (t.kind == SFT_TEST_NONE) return;
    sft__string_addf(out, " If it were no better than row 2, seeds alone would set the two at least as far apart with probability %s "
                          "(%s)%s.", sft__brief(t.p, 2, text, sizeof text),
                     t.kind == SFT_TEST_WELCH ? "Welch's t-test" : "exact permutation test over pairs of seeds",
                     t.p < 0.05 ? "" : ": the seeds do not tell the two apart");
}

/* ---- which one? ------------------------------------------------------------------------------------------------- */

static void choice(sft_report *r, sft_string *out)
{
    const sft_report_point *p = &r->point[0];
    if (!r->n_points || !sft__point_counts(p)) {
        sft__string_add(out, "None: no configuration has finished on all its seeds.");
        return;
    }
    sft__string_addf(out, "The one with the best %s, %s", r->metric, sft__say_score(r, &p->rank));
    for (int k = 0; k < r->n_effects; k++)
        sft__string_addf(out, "%s%s", k ? ", " : ": ", sft__say_value(r, r->effect[k].axis, p->label[r->effect[k].axis]));
    sft__string_addf(out, " (Table 1, row 1). Validation alone chose it, and its best epoch; on test it then reaches %s.",
                     p->test.n ? sft__say_score(r, &p->test) : "no score, for there is no test split");
    if (p->rank.n < 2)
        sft__string_addf(out, " One seed says nothing about chance: repeat %s with more seeds before trusting %s.",
                         r->n_points > 1 ? "the first few rows" : "it", r->n_points > 1 ? "their order" : "the number");
    if (r->n_points > 1 && sft__point_counts(&r->point[1])) runner_up(r, out);
    int close = 0;
    for (int i = 1; i < r->n_points; i++) close += sft__point_counts(&r->point[i]) && fabs(r->point[i].rank.mean - p->rank.mean) <= r->near;
    if (close)
        sft__string_addf(out, " %d other configuration%s within %s of it.", close, close > 1 ? "s are" : " is", sft__say_near(r));
}

void sft__answers_make(sft_report *r)
{
    const int  lr = sft__axis_of(r, "optimizer.lr"), momentum = sft__axis_of(r, "optimizer.momentum");
    const bool rates = lr >= 0 && r->effect[lr].numbers;
    sft_string s;
    r->answer = sft__arena_alloc(&r->arena, (size_t)(r->n_effects + 3) * sizeof *r->answer);
    sft__string_open(&s, r->ctx);
    choice(r, &s);
    answer(r, "Which configuration is chosen?", false, &s);
    if (rates) {
        too_high(r, &r->effect[lr], &s);
        answer(r, "What happens when the learning rate is too high?", false, &s);
        too_low(r, &r->effect[lr], &s);
        answer(r, "What happens when the learning rate is too low?", false, &s);
    }
    if (momentum >= 0) other_key(r, momentum, lr, &s);
    for (int k = 0; k < r->n_effects; k++)
        if (k != momentum && (k != lr || !rates)) other_key(r, k, lr, &s);
    sft__string_close(&s);
}

void sft__answers_md(const sft_report *r, bool repeats, sft_string *out)
{
    sft__string_add(out, "## Answers\n\n");
    for (int i = 0; i < r->n_answers; i++)
        if (repeats || !r->answer[i].repeats) sft__string_addf(out, "### %s\n\n%s\n\n", r->answer[i].question, r->answer[i].text);
}

static sft_status write(sft_report *r)
{
    sft_string s;
    sft__string_open(&s, r->ctx);
    sft__answers_md(r, true, &s);
    return sft__report_file(r, "answers.md", &s);
}

const sft_report_part sft__report_answers = {
    .name = "answers", .doc = "what rates too high and too low do, how keys interact, which configuration is chosen", .files = "answers.md",
    .write = write,
};
