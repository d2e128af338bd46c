/* SPDX-License-Identifier: MIT */
/* sft_compare: runs side by side, and whether seeds tell their difference from chance. */
#include "report/comparison.h"
#include "report/say.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values and tests ---------------------------------------------------------------------------------------- */

static sft_status hold(sft_comparison *k, bool test, sft_held *out)
{
    const size_t room = (size_t)k->study.n + 1;
    sft_arena   *a = &k->report.arena;
    double      *x = sft__arena_alloc(a, room * sizeof *x), *y = sft__arena_alloc(a, room * sizeof *y);
    double      *p = sft__arena_alloc(a, room * sizeof *p);
    long long   *sx = sft__arena_alloc(a, room * sizeof *sx), *sy = sft__arena_alloc(a, room * sizeof *sy);
    if (!x || !y || !p || !sx || !sy) return sft_code(k->ctx);
    const int n = sft__point_scores(&k->report, k->group[0], test, x, sx);
    for (int i = 1; i < k->n; i++) {
        const int m = sft__point_scores(&k->report, k->group[i], test, y, sy);
        out[i].test = sft__compare_seeds(x, sx, n, y, sy, m);
        p[i - 1] = out[i].test.p;
    }
    sft__holm(p, k->n - 1);
    for (int i = 1; i < k->n; i++) out[i].holm = p[i - 1];
    return sft_code(k->ctx);
}

static int by_number(const void *a, const void *b)
{
    const sft_report_point *const *x = a, *const *y = b;
    return (*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number;
}

static sft_status make_groups(sft_comparison *k)
{
    sft_report  *r = &k->report;
    const size_t n = (size_t)r->n_points;
    k->n = r->n_points;
    k->group = sft__arena_alloc(&r->arena, (n + 1) * sizeof *k->group);
    k->validation = sft__arena_alloc(&r->arena, (n + 1) * sizeof *k->validation);
    k->test = sft__arena_alloc(&r->arena, (n + 1) * sizeof *k->test);
    if (!k->group || !k->validation || !k->test) return sft_code(k->ctx);
    for (int i = 0; i < k->n; i++) k->group[i] = &r->point[i];
    qsort(k->group, n, sizeof *k->group, by_number);
    if (hold(k, false, k->validation) != SFT_OK) return sft_code(k->ctx);
    return hold(k, true, k->test);
}

const char *sft__group_name(sft_comparison *k, int i)
{
    return i < 26 ? SFT_WORDS(&k->report.arena, "%c", 'A' + i) : SFT_WORDS(&k->report.arena, "G%d", i + 1);
}

/* ---- side by side ------------------------------------------------------------------------------------------------ */

typedef const char *row_fn(sft_comparison *k, const sft_report_point *p);

static const char *seeds_row(sft_comparison *k, const sft_report_point *p)
{
    sft_string s;
    sft__string_open(&s, k->ctx);
    for (int i = 0; i < p->n; i++) sft__string_addf(&s, "%s%lld", i ? " " : "", (long long)k->study.attempt[p->trial[i]].seed);
    return sft__words_of(&k->report.arena, &s);
}

static const char *rank_row(sft_comparison *k, const sft_report_point *p)
{
    return sft__score_text(&k->report, &p->rank);
}

static const char *test_row(sft_comparison *k, const sft_report_point *p)
{
    return sft__score_text(&k->report, &p->test);
}

static const char *val_accuracy_row(sft_comparison *k, const sft_report_point *p)
{
    return sft__spread_text(&k->report.arena, &p->val_accuracy, 100, 2);
}

static const char *test_accuracy_row(sft_comparison *k, const sft_report_point *p)
{
    return sft__spread_text(&k->report.arena, &p->test_accuracy, 100, 2);
}

static const char *epoch_row(sft_comparison *k, const sft_report_point *p)
{
    return sft__spread_text(&k->report.arena, &p->best_epoch, 1, 0);
}

static const char *speed_row(sft_comparison *k, const sft_report_point *p)
{
    return sft__spread_text(&k->report.arena, &p->steps_per_second, 1, -3);
}

static const char *note_row(sft_comparison *k, const sft_report_point *p)
{
    const char *text = sft__point_note(&k->report, p, false);
    return *text ? text : "-";
}

static void add_row(sft_comparison *k, sft_rows *t, const char *head, row_fn *of, const char **cell)
{
    cell[0] = head;
    for (int i = 0; i < k->n; i++) cell[i + 1] = of(k, k->group[i]);
    sft__rows_add(t, cell);
}

static void print_side_by_side(sft_comparison *k, sft_string *out)
{
    const sft_report *r = &k->report;
    const char      **cell = sft__arena_alloc(&k->report.arena, (size_t)(k->n + 1) * sizeof *cell);
    sft_rows          t;
    if (!cell) return;
    sft__rows_open(&t, &k->report.arena, "What differs:", "compare", k->n + 1);
    sft__rows_head(&t, 0, "", false);
    for (int i = 0; i < k->n; i++) sft__rows_head(&t, i + 1, sft__group_name(k, i), true);
    for (int a = 0; a < k->study.plan.space.n; a++) {
        cell[0] = k->study.plan.space.axis[a].key;
        for (int i = 0; i < k->n; i++) cell[i + 1] = k->group[i]->label[a];
        sft__rows_add(&t, cell);
    }
    add_row(k, &t, "seeds", seeds_row, cell);
    add_row(k, &t, r->metric, rank_row, cell);
    add_row(k, &t, r->test_metric, test_row, cell);
    if (r->has_accuracy && !r->accuracy) {
        add_row(k, &t, "Val Acc", val_accuracy_row, cell);
        add_row(k, &t, "Test Acc", test_accuracy_row, cell);
    }
    add_row(k, &t, "best epoch", epoch_row, cell);
    add_row(k, &t, "steps/s", speed_row, cell);
    add_row(k, &t, "notes", note_row, cell);
    sft__rows_md(&t, out, 0);
    for (int a = 0; a < k->study.plan.space.n; a++) {
        const sft_axis *axis = &k->study.plan.space.axis[a];
        for (int i = 0; i < axis->n; i++)
            if (strcmp(axis->label[i], axis->value[i]) != 0) sft__string_addf(out, "%s: %s\n", axis->label[i], axis->value[i]);
    }
}

static void print_groups(sft_comparison *k, sft_string *out)
{
    for (int i = 0; i < k->n; i++) {
        sft__string_addf(out, "%s:", sft__group_name(k, i));
        for (int j = 0; j < k->group[i]->n; j++) sft__string_addf(out, " %s", k->study.attempt[k->group[i]->trial[j]].folder);
        sft__string_add(out, "\n");
    }
    sft__string_add(out, "\n");
}

/* ---- statements ------------------------------------------------------------------------------------------------------ */

/* "+1.25 points", "-0.031" */
static const char *effect_text(sft_comparison *k, double v, bool unit)
{
    char        text[40];
    const bool  points = k->report.accuracy;
    const char *number = points ? sft__fixed(100 * v, 2, text, sizeof text) : sft__brief(v, 3, text, sizeof text);
    return SFT_WORDS(&k->report.arena, "%s%s%s", v > 0 ? "+" : "", number, unit && points ? " points" : "");
}

static const char *p_text(sft_comparison *k, double p)
{
    char text[40];
    return p < 0.001 ? "p < 0.001" : SFT_WORDS(&k->report.arena, "p = %s", sft__brief(p, 2, text, sizeof text));
}

static void say_test(sft_comparison *k, int i, const char *metric, const sft_held *h, sft_string *out)
{
    const sft_test *t = &h->test;
    char            a[40], b[40];
    const char     *name = sft__group_name(k, i);
    if (isnan(t->effect)) {
        sft__string_addf(out, "- %s against A, %s: one of them has no score.\n", name, metric);
        return;
    }
    sft__string_addf(out, "- %s against A, %s: %s", name, metric, effect_text(k, t->effect, true));
    if (t->kind == SFT_TEST_NONE) {
        sft__string_add(out, ". Too few seeds: with a single run on a side, an effect cannot be told from the luck of the seed.\n");
        return;
    }
    sft__string_addf(out, " (95 %% interval %s to %s), ", effect_text(k, t->low, false), effect_text(k, t->high, false));
    if (t->kind == SFT_TEST_WELCH)
        sft__string_addf(out, "Welch's t = %s with %s degrees of freedom, ", sft__brief(t->t, 3, a, sizeof a),
                         sft__brief(t->df, 3, b, sizeof b));
    else
        sft__string_addf(out, "exact permutation test over %d pairs of seeds, ", t->pairs);
    sft__string_add(out, p_text(k, t->p));
    if (k->n > 2) sft__string_addf(out, ", %s after Holm for %d comparisons", p_text(k, h->holm), k->n - 1);
    if (t->p < 0.05 && !(h->holm < 0.05)) {
        sft__string_add(out, ": the seeds do not tell them apart, for of so many comparisons one may come out like this by chance.\n");
        return;
    }
    if (!(h->holm < 0.05)) {
        const char *least = effect_text(k, (t->high - t->low) / 2, true);
        sft__string_addf(out, ": the seeds do not tell them apart; so few would show only differences above %s.\n",
                         least + (*least == '+'));
        return;
    }
    const bool better = k->study.plan.maximize ? t->effect > 0 : t->effect < 0;
    sft__string_addf(out, ": %s is %s.\n", name, better ? "better" : "worse");
}

static bool any_too_few(const sft_comparison *k)
{
    for (int i = 1; i < k->n; i++)
        if (k->validation[i].test.kind == SFT_TEST_NONE) return true;
    return false;
}

/* Two networks that are equally good still differ on the samples that happen to be in the split. */
static void say_samples(sft_comparison *k, sft_string *out)
{
    const double p = k->group[0]->test_accuracy.mean, n = k->report.look[k->group[0]->trial[0]].test_samples;
    char         text[40];
    if (!(n > 0) || !(p > 0 && p < 1)) return;
    sft__string_addf(out, "The test split has %s samples: on other samples like them, accuracies move by ±%s points (95 %%) for "
                          "that reason alone.\n",
                     sft__brief(n, 6, text, sizeof text), sft__fixed(196 * sqrt(p * (1 - p) / n), 2, (char[40]){ 0 }, 40));
}

static void say_all(sft_comparison *k, sft_string *out)
{
    const sft_report *r = &k->report;
    if (k->n == 1) {
        const sft_report_point *p = k->group[0];
        sft__string_addf(out, "These are runs of one recipe; over %d seed%s %s is %s.\n", p->n, p->n > 1 ? "s" : "", r->metric,
                         sft__say_score(&k->report, &p->rank));
        return;
    }
    sft__string_add(out, "\n");
    for (int i = 1; i < k->n; i++) {
        say_test(k, i, r->metric, &k->validation[i], out);
        if (k->group[i]->test.n && k->group[0]->test.n) say_test(k, i, r->test_metric, &k->test[i], out);
    }
    sft__string_add(out, "\n");
    if (any_too_few(k))
        sft__string_addf(out, "Train each with other seeds, such as train.seed=1 and train.seed=2, and compare all of them: two a side "
                              "are the least, %d that pair allow an exact test.\n", SFT_FEWEST_PAIRS);
    say_samples(k, out);
}

/* ---- public ---------------------------------------------------------------------------------------------------------------- */

static sft_status write(sft_comparison *k)
{
    sft_string text, json;
    if (make_groups(k) != SFT_OK) return sft_code(k->ctx);
    sft__string_open(&text, k->ctx);
    print_groups(k, &text);
    print_side_by_side(k, &text);
    say_all(k, &text);
    sft__string_open(&json, k->ctx);
    sft__comparison_json(k, &json);
    k->text = sft__words_of(&k->report.arena, &text);
    k->json = sft__words_of(&k->report.arena, &json);
    return sft_code(k->ctx);
}

sft_comparison *sft_compare(sft_ctx *c, int n, const char *const *paths, const sft_report_options *o)
{
    if (!c || sft__failed(c)) return NULL;
    if (n < 2 || !paths) {
        sft__fail(c, SFT_E002, "a comparison needs at least two run folders");
        return NULL;
    }
    sft_run_look   *look = NULL;
    sft_comparison *k = sft__alloc(c, sizeof *k);
    if (!k) return NULL;
    k->ctx = c;
    if (sft__study_of_runs(c, n, paths, o ? o->rank_by : NULL, &k->study, &look) == SFT_OK &&
        sft__report_open(c, &k->study, look, "", &k->report) == SFT_OK && write(k) == SFT_OK)
        return k;
    sft_comparison_free(k);
    return NULL;
}

const char *sft_comparison_text(const sft_comparison *k)
{
    return k ? k->text : "";
}

const char *sft_comparison_json(const sft_comparison *k)
{
    return k ? k->json : "";
}

void sft_comparison_free(sft_comparison *k)
{
    if (!k) return;
    if (k->report.ctx) sft__report_close(&k->report);
    if (k->study.ctx) sft__study_close(&k->study);
    sft__free(k->ctx, k, sizeof *k);
}
