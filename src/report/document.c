/* SPDX-License-Identifier: MIT */
/* report.md: tables, sentences and answers as one text to read; effects.md: the tables of one key and of two. */
#include "report/figures.h"
#include "report/say.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 40 };

static void say_states(const sft_report *r, sft_string *out)
{
    int64_t by[SFT_TRIAL_FAILED + 1] = { 0 };
    for (int64_t i = 0; i < r->study->n; i++) by[r->study->attempt[i].state]++;
    sft__string_addf(out, "%lld trial%s of %d configuration%s: %lld done", (long long)r->study->n, r->study->n == 1 ? "" : "s", r->n_points,
                     r->n_points == 1 ? "" : "s", (long long)by[SFT_TRIAL_DONE]);
    if (by[SFT_TRIAL_PRUNED]) sft__string_addf(out, ", %lld stopped early by halving", (long long)by[SFT_TRIAL_PRUNED]);
    if (by[SFT_TRIAL_FAILED]) sft__string_addf(out, ", %lld failed", (long long)by[SFT_TRIAL_FAILED]);
    if (by[SFT_TRIAL_RUNNING] + by[SFT_TRIAL_WAITING])
        sft__string_addf(out, ", %lld not finished", (long long)(by[SFT_TRIAL_RUNNING] + by[SFT_TRIAL_WAITING]));
    sft__string_add(out, ". ");
}

/* What the numbers are and are not. */
static void say_method(const sft_report *r, sft_string *out)
{
    sft__string_addf(out, "Scores are of validation at the epoch at which %s is best; configurations are ranked by their mean over "
                          "seeds.", r->metric);
    if (r->n_points && !sft__point_counts(&r->point[r->n_points - 1]))
        sft__string_add(out, " One whose seeds did not all finish comes after those whose did: the mean of the lucky ones would flatter "
                             "it.");
    if (r->test_elsewhere)
        sft__string_addf(out, " Test is scored once, with the weights a run ends with: in %d trial%s these are not of the best epoch "
                              "(early_stop.patience with restore_best makes them so).", r->test_elsewhere,
                         r->test_elsewhere > 1 ? "s" : "");
    else
        sft__string_add(out, " Test is scored once, for that epoch, and chooses nothing.");
    sft__string_add(out, "\n\n");
}

/* What the labels of long values stand for. */
static void legend(sft_report *r, sft_string *out)
{
    for (int k = 0; k < r->study->plan.space.n; k++) {
        const sft_axis *axis = &r->study->plan.space.axis[k];
        for (int i = 0; axis->kind == SFT_AXIS_VALUES && axis->label && i < axis->n; i++) {
            if (!strcmp(axis->label[i], axis->value[i])) continue;
            sft__string_addf(out, "- %s: `", sft__say_value(r, k, axis->label[i]));
            for (const char *p = axis->value[i]; *p; p++) sft__string_addn(out, *p == '\n' ? " " : p, 1);
            sft__string_add(out, "`\n");
        }
    }
    if (out->text && out->n && out->text[out->n - 2] == '`') sft__string_add(out, "\n");
}

static void effects(sft_report *r, sft_string *out)
{
    sft_rows t;
    for (int i = 0; i < r->n_effects; i++) {
        sft__effect_table(r, &r->effect[i], &t);
        sft__rows_md(&t, out, 0);
        sft__string_addf(out, "%s\n\n", r->effect[i].sentence);
    }
    for (int i = 0; i < r->n_pairs; i++) {
        sft__pair_table(r, &r->pair[i], &t);
        sft__rows_md(&t, out, 0);
        if (*r->pair[i].sentence) sft__string_addf(out, "%s\n\n", r->pair[i].sentence);
    }
}

static void best_recipe(const sft_report *r, sft_string *out)
{
    if (!r->n_points || !sft__point_counts(&r->point[0])) return;
    const sft_attempt *t = &r->study->attempt[r->point[0].trial[0]];
    char               path[8192];
    sft__string_addf(out, "Run the best one again: `surefoot train %s/recipe.yaml`\n", sft__trial_path(r->study, t, path, sizeof path));
}

static void figures(const sft_report *r, sft_string *out)
{
    const sft_figure_list *l = r->figures;
    bool                   any = false;
    for (int i = 0; l && i < l->n; i++) {
        if (!l->figure[i].drawn) continue;
        if (!any) sft__string_add(out, "## Figures\n\n");
        any = true;
        sft__string_addf(out, "![%s](%s.svg)\n\n%s\n\n", l->figure[i].title, l->figure[i].stem,
                         l->figure[i].caption ? l->figure[i].caption : "");
    }
    if (l && l->skipped) sft__string_addf(out, "%s\n\n", l->skipped);
}

static sft_status write_effects(sft_report *r)
{
    sft_string s;
    sft__string_open(&s, r->ctx);
    effects(r, &s);
    return sft__report_file(r, "effects.md", &s);
}

static sft_status write_document(sft_report *r)
{
    sft_string s;
    sft_rows   t;
    sft__string_open(&s, r->ctx);
    sft__string_addf(&s, "# Report: %s\n\n", r->study->plan.name && *r->study->plan.name ? r->study->plan.name : "a sweep");
    say_states(r, &s);
    say_method(r, &s);
    sft__main_table(r, &t);
    sft__rows_md(&t, &s, MOST_ROWS);
    legend(r, &s);
    effects(r, &s);
    sft__answers_md(r, false, &s); /* what keys do stands under their tables */
    figures(r, &s);
    best_recipe(r, &s);
    return sft__report_file(r, "report.md", &s);
}

const sft_report_part sft__report_effects = {
    .name = "effects", .doc = "a table and a sentence for each key, and for pairs of keys", .files = "effects.md", .write = write_effects,
};

const sft_report_part sft__report_document = {
    .name = "document", .doc = "all of it as one text", .files = "report.md", .write = write_document,
};
