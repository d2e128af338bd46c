/* SPDX-License-Identifier: MIT */
/* The tables of a report: all points, what one key does, what two do. */
#include "report/report.h"
#include "report/say.h"

#include <math.h>
#include <string.h>

enum { MOST_CELLS = SFT_MOST_AXES + 12, TEX_ROWS = 45 };

/* ---- table 1 ---------------------------------------------------------------------------------------------- */

static const char *seeds_of(sft_report *r, const sft_report_point *p)
{
    return p->done == p->n ? SFT_WORDS(&r->arena, "%d", p->n) : SFT_WORDS(&r->arena, "%d of %d", p->done, p->n);
}

/* With accuracy as the rank there are two columns of scores; else the metric's come first, and the accuracies where there are any. */
static int scores(sft_report *r, const sft_report_point *p, const char **cell)
{
    int n = 0;
    if (!r->accuracy) {
        cell[n++] = p ? sft__score_text(r, &p->rank) : r->metric;
        cell[n++] = p ? sft__score_text(r, &p->test) : r->test_metric;
    }
    if (r->has_accuracy) {
        cell[n++] = p ? sft__spread_text(&r->arena, &p->val_accuracy, 100, 2) : "Val Acc";
        cell[n++] = p ? sft__spread_text(&r->arena, &p->test_accuracy, 100, 2) : "Test Acc";
    }
    return n;
}

/* p NULL: the heads */
static int main_row(sft_report *r, const sft_report_point *p, int place, const char **cell)
{
    const sft_space *space = &r->study->plan.space;
    int              n = 0;
    cell[n++] = p ? SFT_WORDS(&r->arena, "%d", place) : "#";
    for (int k = 0; k < space->n; k++) cell[n++] = p ? p->label[k] : sft__key_words(&r->arena, space->axis[k].key);
    n += scores(r, p, cell + n);
    cell[n++] = p ? sft__spread_text(&r->arena, &p->best_epoch, 1, 0) : "Best epoch";
    cell[n++] = p ? SFT_WORDS(&r->arena, "%s", sft__brief(p->steps_per_second.mean, 3, (char[32]){ 0 }, 32)) : "Steps/s";
    if (r->study->plan.seeds > 1) cell[n++] = p ? seeds_of(r, p) : "Seeds";
    cell[n++] = p ? p->note : "Notes";
    return n;
}

static bool numbers_only(const sft_report *r, int axis)
{
    for (int i = 0; i < r->n_points; i++)
        if (isnan(r->point[i].number_of[axis]) && strcmp(r->point[i].label[axis], "-") != 0) return false;
    return true;
}

static const char *main_caption(sft_report *r)
{
    const char *over = r->study->plan.seeds > 1 ? ", mean ± standard deviation over the seeds" : "";
    const char *percent = r->has_accuracy ? "; Acc in %" : "";
    const char *all = r->n_points == 1 ? "The only configuration"
                                       : SFT_WORDS(&r->arena, "All %d configurations, the best first", r->n_points);
    return SFT_WORDS(&r->arena, "Table 1: %s, by %s at the best epoch%s%s", all, r->metric, over, percent);
}

void sft__main_table(sft_report *r, sft_rows *t)
{
    const char *cell[MOST_CELLS];
    const int   columns = main_row(r, NULL, 0, cell), axes = r->study->plan.space.n;
    sft__rows_open(t, &r->arena, main_caption(r), "all", columns);
    for (int k = 0; k < columns; k++)
        sft__rows_head(t, k, cell[k], k == 0 || (k <= axes && numbers_only(r, k - 1)) || (k > axes && k < columns - 1));
    for (int i = 0; i < r->n_points; i++) {
        main_row(r, &r->point[i], i + 1, cell);
        sft__rows_add(t, cell);
    }
}

/* ---- one key, two keys ----------------------------------------------------------------------------------------- */

void sft__effect_table(sft_report *r, const sft_effect *e, sft_rows *t)
{
    const char *words = sft__effect_words(r, e), *head[] = { words, "Points", SFT_WORDS(&r->arena, "Best %s", r->metric),
                                                             SFT_WORDS(&r->arena, "its %s", r->test_metric),
                                                             SFT_WORDS(&r->arena, "Mean %s", r->metric), "Best is #", "Notes" };
    const int   columns = (int)(sizeof head / sizeof *head);
    sft__rows_open(t, &r->arena, SFT_WORDS(&r->arena, "Table %d: Effect of %s on performance", e->table, words),
                   r->study->plan.space.axis[e->axis].key, columns);
    for (int k = 0; k < columns; k++) sft__rows_head(t, k, head[k], k < columns - 1 && (k || e->numbers));
    for (int k = 0; k < e->n; k++) {
        const sft_band         *l = &e->level[k];
        const sft_report_point *p = l->best >= 0 ? &r->point[l->best] : NULL;
        const sft_side          s = sft__side(e, k, k);
        const char             *cell[] = { l->label, SFT_WORDS(&r->arena, "%d", l->points), p ? sft__score_text(r, &p->rank) : "-",
                                    p ? sft__score_text(r, &p->test) : "-", sft__score_text(r, &l->mean),
                                    p ? SFT_WORDS(&r->arena, "%d", l->best + 1) : "-", sft__say_fates(r, &s, true) };
        sft__rows_add(t, cell);
    }
}

void sft__pair_table(sft_report *r, const sft_pair *p, sft_rows *t)
{
    const sft_effect *a = &r->effect[p->a], *b = &r->effect[p->b];
    const char       *wa = sft__effect_words(r, a), *wb = sft__effect_words(r, b);
    const char      **cell = sft__arena_alloc(&r->arena, (size_t)(b->n + 1) * sizeof *cell);
    sft__rows_open(t, &r->arena, SFT_WORDS(&r->arena, "Table %d: %s by %s (rows) and %s (columns), the best over all else", p->table,
                                                   r->metric, wa, wb),
                   SFT_WORDS(&r->arena, "%s-%s", r->study->plan.space.axis[a->axis].key, r->study->plan.space.axis[b->axis].key), b->n + 1);
    if (!cell) return;
    sft__rows_head(t, 0, wa, a->numbers);
    for (int j = 0; j < b->n; j++) sft__rows_head(t, j + 1, SFT_WORDS(&r->arena, "%s", b->level[j].label), true);
    for (int i = 0; i < a->n; i++) {
        cell[0] = a->level[i].label;
        for (int j = 0; j < b->n; j++) {
            const int best = p->best[i * b->n + j];
            cell[j + 1] = best < 0 ? "-" : sft__score_text(r, &r->point[best].rank);
        }
        sft__rows_add(t, cell);
    }
}

/* ---- table.csv: numbers as they are -------------------------------------------------------------------------------- */

static void csv_number(sft_string *out, double v)
{
    char text[64];
    sft__csv_field(out, isfinite(v) ? sft__print_real(v, text, sizeof text) : NULL, false);
}

static void csv_spread(sft_string *out, const sft_spread *s)
{
    csv_number(out, s->mean);
    csv_number(out, s->std);
}

static const char *raw_value(const sft_report *r, const sft_report_point *p, int axis)
{
    return r->study->attempt[p->trial[0]].value[axis];
}

static void csv_folders(const sft_report *r, const sft_report_point *p, sft_string *out)
{
    sft_string all;
    sft__string_open(&all, r->ctx);
    for (int i = 0; i < p->n; i++) sft__string_addf(&all, "%s%s", i ? " " : "", r->study->attempt[p->trial[i]].folder);
    sft__csv_field(out, all.text, false);
    sft__string_close(&all);
}

static void csv_row(sft_report *r, int i, sft_string *out)
{
    const sft_report_point *p = &r->point[i];
    sft__string_addf(out, "%d", i + 1);
    for (int k = 0; k < r->study->plan.space.n; k++) sft__csv_field(out, raw_value(r, p, k), false);
    sft__string_addf(out, ",%d,%d,%d,%d", p->n, p->done, p->failed, p->pruned);
    csv_spread(out, &p->rank);
    csv_spread(out, &p->test);
    if (!r->accuracy) csv_spread(out, &p->val_accuracy), csv_spread(out, &p->test_accuracy);
    csv_number(out, p->best_epoch.mean);
    csv_number(out, p->steps_per_second.mean);
    sft__csv_field(out, p->note, false);
    csv_folders(r, p, out);
    sft__string_add(out, "\n");
}

static sft_status write_csv(sft_report *r)
{
    sft_string  s;
    const char *by = r->study->plan.rank_by;
    sft__string_open(&s, r->ctx);
    sft__string_add(&s, "place");
    for (int k = 0; k < r->study->plan.space.n; k++) sft__csv_field(&s, r->study->plan.space.axis[k].key, false);
    sft__string_addf(&s, ",seeds,done,failed,pruned,val_%s_mean,val_%s_std,test_%s_mean,test_%s_std", by, by, by, by);
    if (!r->accuracy) sft__string_add(&s, ",val_accuracy_mean,val_accuracy_std,test_accuracy_mean,test_accuracy_std");
    sft__string_add(&s, ",best_epoch,steps_per_second,note,folders\n");
    for (int i = 0; i < r->n_points; i++) csv_row(r, i, &s);
    return sft__report_file(r, "table.csv", &s);
}

/* ---- the part ------------------------------------------------------------------------------------------------------- */

static sft_status write(sft_report *r)
{
    sft_rows   t;
    sft_string md, tex;
    sft__main_table(r, &t);
    sft__string_open(&md, r->ctx);
    sft__rows_md(&t, &md, 0);
    sft__string_open(&tex, r->ctx);
    sft__string_add(&tex, "% \\input this file; no package is needed\n");
    sft__rows_tex(&t, &tex, TEX_ROWS);
    for (int i = 0; i < r->n_effects; i++) {
        sft__effect_table(r, &r->effect[i], &t);
        sft__rows_tex(&t, &tex, 0);
    }
    for (int i = 0; i < r->n_pairs; i++) {
        sft__pair_table(r, &r->pair[i], &t);
        sft__rows_tex(&t, &tex, 0);
    }
    sft__report_file(r, "table.md", &md);
    sft__report_file(r, "table.tex", &tex);
    return write_csv(r);
}

const sft_report_part sft__report_tables = {
    .name = "tables", .doc = "all points with scores and notes, the best first", .files = "table.md table.csv table.tex", .write = write,
};
