/* SPDX-License-Identifier: MIT */
/* What the pictures share: the study as points, how axes and the metric are called and scaled, and a script in the making. */
#ifndef SFT_REPORT_EASEL_H
#define SFT_REPORT_EASEL_H

#include "base/text.h"
#include "report/figures.h"
#include "sweep/importance.h"

typedef struct sft_dot {        /* a point of the space: the trials that differ by their seed only */
    const double *u;
    int           trials, values, failed, pruned; /* values: trials that have one; failed: over without one */
    double        mean;         /* of the metric as it is drawn, over trials with a value; NaN without */
    double        epochs;       /* of all its trials */
    int64_t       point;        /* of sft_attempt */
} sft_dot;

typedef struct sft_easel {
    sft_ctx         *ctx;
    const sft_study *study;
    const sft_run_look *look;   /* of each attempt */
    sft_arena       *arena;     /* of the list: texts that outlive the easel; and the rest */
    const char      *folder;    /* OUT/figures */
    sft_figure_list *list;
    bool             maximize, percent, log; /* log: the metric spans so much that only a logarithmic scale shows it */
    const char      *metric;    /* "validation accuracy (%)" */
    int              dots;
    sft_dot         *dot;       /* by number; those that were never begun are left out */
    int              best;      /* of the dots; -1: none has a value */
    int              trials, failed; /* that are over; of these without a value */
    double           low, high; /* of all values */
    bool             known;     /* the forest says something */
    sft_fanova_data  data;      /* what it was grown on: trials that are over */
    sft_fanova       anova;
    int              order[SFT_MOST_AXES]; /* axes, the most important first */
} sft_easel;

/* For pictures that are of no study: drafts, styles and log scales only. */
sft_easel   sft__easel_bare(sft_ctx *c, const char *folder, sft_figure_list *list);
/* What gnuplot makes of the scripts of all figures of the list; list->skipped where it does not. Older pictures go first. */
void        sft__easel_draw(sft_easel *e);
sft_status  sft__easel_open(const sft_study *s, const sft_run_look *look, const char *folder, sft_figure_list *list, sft_easel *e);
/* Is value a better than b? A number is better than NaN. */
bool        sft__easel_better(const sft_easel *e, double a, double b);
bool        sft__easel_over(const sft_attempt *t);      /* done, pruned or failed */
/* The metric of a trial as it is drawn (per cent); NaN: none. */
double      sft__easel_value(const sft_easel *e, const sft_attempt *t);
/* Value of the forest back in the metric's units. */
double      sft__easel_from_forest(const sft_easel *e, double y);
/* "93.4 %", "0.213": of the metric; brief: without a unit. */
const char *sft__easel_brief(const sft_easel *e, double v);
const char *sft__easel_number(const sft_easel *e, double v);

/* ---- axes: easel_axes.c ------------------------------------------------------------------------- */

typedef enum sft_scale { SFT_SCALE_CELLS, SFT_SCALE_LINE, SFT_SCALE_LOG } sft_scale;

sft_scale   sft__axis_scale(const sft_axis *a);
/* Where u lies on that scale: a number, or 0, 1, … of a category. */
double      sft__axis_place(const sft_axis *a, double u);
const char *sft__axis_title(sft_arena *a, const sft_axis *x);   /* "learning rate (optimizer.lr)" */
const char *sft__axis_short(const sft_axis *a);         /* "lr": the key's last part */
const char *sft__axis_stem(sft_arena *a, const char *before, const sft_axis *x); /* "metric-optimizer-lr": fit for a file's name */
/* A number of the axis, or a category's label, at a place as of sft__axis_place. */
const char *sft__axis_said(sft_arena *a, const sft_axis *x, double place);
/* An axis of that name ("lr") or -1. */
int         sft__axis_named(const sft_space *s, const char *last);

typedef struct sft_tick {
    double u;
    char   label[24];
} sft_tick;

enum { SFT_MOST_TICKS = 16 };
int         sft__axis_ticks(const sft_axis *a, sft_tick ticks[SFT_MOST_TICKS]); /* along u */

/* ---- a picture in the making: easel_draft.c ----------------------------------------------------- */

typedef struct sft_draft {
    sft_easel  *easel;
    const char *name, *title;
    int         width, height;
    sft_string  settings, plot, table;
    int         blocks, curves;
    int         panels, columns; /* plots of their own, side by side; 0: one picture */
} sft_draft;

/* Okabe and Ito's colours, in an order whose neighbours differ in grey too; with them go dashes and markers. */
enum { SFT_STYLES = 7 };
const char *sft__style_colour(int i);
int         sft__style_marker(int i);   /* filled ones */

void        sft__draft_open(sft_draft *d, sft_easel *e, const char *name, const char *title, int width, int height);
/* Text for a script or table: %s as it is, %q in quotes for gnuplot, %t the same for a tick, whose text is a format, %n a double (NaN is
 * "NaN"), %i an int, %c a character, %% a per cent sign. The locale does not matter. */
void        sft__put(sft_string *s, const char *format, ...);
/* Begins a block of the table, under a line that names its columns; its index. */
int         sft__draft_block(sft_draft *d, const char *columns);
/* What is to be plotted of block `block`: the text behind "NAME.tsv index N", which sft__put makes. */
sft_string *sft__draft_curve(sft_draft *d, int block);
/* Begins a plot of its own under a title of its own; `columns` of them side by side. All curves behind it are its. */
void        sft__draft_panel(sft_draft *d, const char *title, int columns);
/* Labels, scale, ticks of an axis of the picture ('x' or 'y') for an axis of the space; with `unit` it is u that is drawn. */
void        sft__draft_axis(sft_draft *d, char which, const sft_axis *a, bool unit);
/* A logarithmic scale of 'x' or 'y' from low to high. */
void        sft__put_log_scale(sft_string *s, char which, double low, double high);
/* The metric on 'x' or 'y', its range with room for failed ones beyond the worst; returns where those are marked. */
double      sft__draft_metric(sft_draft *d, char which);
/* Colours for the metric: the darker, the better; cividis, which rises evenly in grey. */
void        sft__draft_palette(sft_draft *d);
/* Writes script and table, and puts the picture into the list. Frees d. */
sft_status  sft__draft_close(sft_draft *d, const char *caption);

/* ---- the pictures: figures_NAME.c --------------------------------------------------------------- */

/* Each draws what it has something to show for, and nothing otherwise. */
#define SFT_FIGURES(X) X(curves) X(metric) X(heat) X(effective) X(importance) X(parallel) X(halving) X(best)
#define X(word) sft_status sft__figures_##word(sft_easel *e);
SFT_FIGURES(X)
#undef X

#endif
