/* SPDX-License-Identifier: MIT */
/* Pictures of a study, by gnuplot: OUT/figures/NAME.gp (the script, to be changed and run again), NAME.tsv (its numbers), and NAME.svg,
 * NAME.png and NAME.pdf where gnuplot is installed. */
#ifndef SFT_REPORT_FIGURES_H
#define SFT_REPORT_FIGURES_H

#include "report/report.h"

enum { SFT_MOST_FIGURES = 24 };

typedef struct sft_figure {
    const char *name;           /* "metric-lr": files are called so */
    const char *title;          /* one line, for a heading */
    const char *caption;        /* a sentence or two: what is drawn and what there is to see, with its numbers */
    const char *stem;           /* "figures/metric-lr": path from the report's folder, without ".svg" */
    bool        drawn;          /* the three pictures are there */
    int         width, height;  /* of the SVG, pixels */
} sft_figure;

typedef struct sft_figure_list {
    sft_arena   arena;          /* of all texts */
    int         n;
    sft_figure  figure[SFT_MOST_FIGURES];
    const char *skipped;        /* why some are not drawn, a sentence; NULL: all are */
} sft_figure_list;

/* All pictures that the study has something to show for, in the order in which a report shows them: none of a single trial's axes, none of
 * halving without halving. look: of each attempt. out_folder must be there. Pictures of a report before are taken away first, so that they
 * do not pass for this one's. gnuplot absent: SFT_OK, scripts and numbers stand there and `skipped` says so. Fails with E330..E333 where the
 * folder cannot be written. The list is to be closed in any case; the study is not changed. */
sft_status sft__figures_write(const sft_study *s, const sft_run_look *look, const char *out_folder, sft_figure_list *out);
void       sft__figures_close(sft_figure_list *l);

/* gnuplot.c: scripts in a folder, one after another in one process, silent: gnuplot's exit code; 127: not installed; 126: it could not be
 * started. A script that fails ends the process. */
int        sft__gnuplot(const char *folder, int n, const char *const *script);

#endif
