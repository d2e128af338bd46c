/* SPDX-License-Identifier: MIT */
/* report.html of a report, by page.c: its tables, answers and figures on one page. */
#include "recipe/recipe.h"
#include "report/figures.h"
#include "report/page.h"
#include "report/report.h"

#include <stdio.h>

enum { PATH = 4096 };

static void take_rows(const sft_rows *from, sft_page_table *to)
{
    *to = (sft_page_table){ .caption = from->caption, .columns = from->columns, .n = from->n, .head = from->head, .right = from->right,
                            .cell = from->cell };
}

/* Of each key and each pair; the table of all points is the page's own, which can be sorted. */
static void take_tables(sft_report *r, sft_page_parts *p)
{
    sft_page_table *table = sft__arena_alloc(&r->arena, (size_t)(r->n_effects + r->n_pairs + 1) * sizeof *table);
    sft_rows        rows;
    for (int i = 0; table && i < r->n_effects; i++) {
        sft__effect_table(r, &r->effect[i], &rows);
        take_rows(&rows, &table[p->n_tables++]);
    }
    for (int i = 0; table && i < r->n_pairs; i++) {
        sft__pair_table(r, &r->pair[i], &rows);
        take_rows(&rows, &table[p->n_tables++]);
    }
    p->table = table;
}

static void take_answers(sft_report *r, sft_page_parts *p)
{
    sft_page_answer *answer = sft__arena_alloc(&r->arena, (size_t)(r->n_answers + 1) * sizeof *answer);
    for (int i = 0; answer && i < r->n_answers; i++) answer[p->n_answers++] = (sft_page_answer){ r->answer[i].question, r->answer[i].text };
    p->answer = answer;
}

static void take_figures(sft_report *r, sft_page_parts *p)
{
    const sft_figure_list *l = r->figures;
    sft_page_figure       *figure = l ? sft__arena_alloc(&r->arena, (size_t)(l->n + 1) * sizeof *figure) : NULL;
    for (int i = 0; figure && i < l->n; i++)
        if (l->figure[i].drawn)
            figure[p->n_figures++] = (sft_page_figure){ l->figure[i].title, l->figure[i].caption,
                                                        SFT_WORDS(&r->arena, "%s/%s.svg", r->folder, l->figure[i].stem) };
    p->figure = figure;
}

/* The resolved recipe in the folder of the best point's first run. */
static void take_recipe(sft_report *r, sft_page_parts *p)
{
    char      path[2 * PATH + 32], folder[2 * PATH];
    sft_bytes bytes = { 0 };
    if (!r->n_points || !sft__point_counts(&r->point[0])) return;
    sft__trial_path(r->study, &r->study->attempt[r->point[0].trial[0]], folder, sizeof folder);
    snprintf(path, sizeof path, "%s/recipe.yaml", folder);
    if (sft__read_file(r->ctx, path, (size_t)1 << 20, &bytes) == SFT_IO_OK)
        p->recipe = sft__arena_textn(&r->arena, (const char *)bytes.data, bytes.size);
    sft__bytes_free(r->ctx, &bytes);
}

/* The page shows the notes of the report, which were written with all trials in sight. */
static void take_notes(sft_report *r)
{
    for (int64_t i = 0; i < r->study->n; i++) r->study->attempt[i].note = r->remark[i].text;
}

static sft_status write(sft_report *r)
{
    char           path[PATH + 32];
    const char    *name = r->study->plan.name;
    sft_page_parts p = { .title = name && *name ? SFT_WORDS(&r->arena, "Report: %s", name) : NULL };
    take_tables(r, &p);
    take_answers(r, &p);
    take_figures(r, &p);
    take_recipe(r, &p);
    take_notes(r);
    snprintf(path, sizeof path, "%.4096s/report.html", r->folder);
    return sft__failed(r->ctx) ? sft_code(r->ctx) : sft__page_write(r->study, &p, path);
}

const sft_report_part sft__report_page = {
    .name = "page", .doc = "all of it as one page that opens in a browser", .files = "report.html", .write = write,
};
