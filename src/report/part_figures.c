/* SPDX-License-Identifier: MIT */
/* The pictures of a report, by figures.c. */
#include "report/figures.h"

/* Without gnuplot, or where a picture fails, the report is complete all the same. */
static sft_status write(sft_report *r)
{
    if (r->study->n < 2 || r->n_points < 2) return SFT_OK;
    r->figures = sft__arena_alloc(&r->arena, sizeof *r->figures);
    if (!r->figures || sft__figures_write(r->study, r->look, r->folder, r->figures) != SFT_OK) return sft_code(r->ctx);
    if (r->figures->skipped) sft__note(r->ctx, SFT_NOTE, NULL, "%s", r->figures->skipped);
    return sft_code(r->ctx);
}

const sft_report_part sft__report_figures = {
    .name = "figures", .doc = "pictures: curves, each key, heat maps, importance; with scripts and numbers beside them", .files = "figures",
    .write = write,
};
