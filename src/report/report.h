/* SPDX-License-Identifier: MIT */
/* Reports: what a sweep or a handful of runs says, as tables, sentences, pictures and a page. Runs are read and judged (sweep/notes.h),
 * brought into points and levels (points.c, effects.c), and then written by the report's parts, each a record of its own. */
#ifndef SFT_REPORT_REPORT_H
#define SFT_REPORT_REPORT_H

#include "base/stats.h"
#include "base/text.h"
#include "sweep/notes.h"

/* ---- points.c: trials that differ by the seed only -------------------------------------------------- */

typedef struct sft_spread {     /* over seeds */
    int    n;
    double mean, std;           /* NaN below one, below two */
} sft_spread;

sft_spread sft__spread_of(const sft_stats *s);

typedef struct sft_report_point {
    int64_t      number;        /* sft_attempt.point */
    int          n;
    int64_t     *trial;         /* indices into study->attempt, by seed */
    int          done, failed, pruned, open; /* open: waiting or running */
    int          fates[SFT_FATES];
    sft_spread   rank, test;    /* of validation at the best epoch; of test, by the same measure */
    sft_spread   val_accuracy, test_accuracy, best_epoch, steps_per_second;
    double       slow;          /* mean share still to come, where all are slow; NaN */
    const char **label;         /* of each axis for tables; "-": does not matter */
    double      *number_of;     /* of each axis; NaN: no number */
    const char  *note;
} sft_report_point;

/* ---- effects.c: one axis, and two -------------------------------------------------------------------- */

typedef struct sft_band {       /* a value of an axis, or a range of an endless one */
    const char *label;
    double      low, high;      /* NaN: no number; low == high: one value */
    int         points, trials, fates[SFT_FATES];
    int         best;           /* index of the best point here that counts (sft__point_counts); -1: none */
    sft_spread  mean;           /* of the points' rank means */
} sft_band;

typedef struct sft_effect {
    int         axis, table;    /* table: its number in the report */
    bool        numbers;        /* levels are numbers, rising */
    int         n, *of_point;   /* level of each point of the report; -1: the axis does not matter there */
    sft_band   *level;
    int         best;           /* level of the best point */
    int         from, to;       /* numbers: levels around the best, all within `near` of it */
    const char *sentence;       /* the analysis; names the cells its numbers are from */
} sft_effect;

typedef struct sft_pair {       /* the best mean of each pair of values */
    int         a, b, table;    /* effects: rows, columns */
    int        *best;           /* a's levels x b's, row-major: index of a point, -1: none */
    const char *sentence;       /* "" where nothing can be said */
} sft_pair;

typedef struct sft_answer {     /* plain text, no Markdown; an empty line begins a paragraph */
    const char *question, *text;
    bool        repeats;        /* it is the sentences of effects and pairs, no more */
} sft_answer;

typedef struct sft_report {
    sft_ctx    *ctx;
    sft_arena   arena;
    sft_study  *study;
    const char *folder;         /* that it is written into */
    sft_run_look *look;         /* of each attempt */
    sft_remark *remark;
    int         n_points;
    sft_report_point *point;    /* best first */
    bool        accuracy;       /* ranked by accuracy: Val Acc and Test Acc in per cent; else the metric as it is */
    bool        has_accuracy;   /* some trial has one */
    const char *metric, *test_metric; /* heads of columns: "Val Acc", "Test Acc"; "Val rmse" … */
    double      near;           /* what counts as equally good: 0.01 of accuracy, else 2 % of the best value */
    int         n_effects;
    sft_effect *effect;
    int         n_pairs;
    sft_pair   *pair;
    int         n_answers;
    sft_answer *answer;         /* room for three more than there are effects */
    int         test_elsewhere; /* trials whose test is not of the best epoch's weights */
    struct sft_figure_list *figures; /* once they are written; NULL: none */
} sft_report;

/* look: of each attempt, NULL: they are read here. The study and the looks must live as long as the report. */
sft_status  sft__report_open(sft_ctx *c, sft_study *s, sft_run_look *look, const char *folder, sft_report *r);
void        sft__report_close(sft_report *r);
bool        sft__better(const sft_report *r, double a, double b);      /* a is better than b; a number is better than NaN */
bool        sft__point_counts(const sft_report_point *p);              /* all its seeds are done: it may be the best */
/* The finite scores of a point's trials, of validation or of test by the same measure, and their seeds; p->n each. Returns how many. */
int         sft__point_scores(const sft_report *r, const sft_report_point *p, bool test, double *score, long long *seed);
sft_status  sft__points_make(sft_report *r);
sft_status  sft__effects_make(sft_report *r);
const char *sft__point_note(sft_report *r, const sft_report_point *p, bool best); /* notes_point.c */
void        sft__effects_say(sft_report *r);                           /* sentences.c */
void        sft__answers_make(sft_report *r);                          /* answers.c */

/* The run folder of a trial as a path that can be opened; returns buf. Trials lie in the sweep's folder, other runs anywhere. */
const char *sft__trial_path(const sft_study *s, const sft_attempt *t, char *buf, size_t size);
/* Words for keys: "learning rate" of optimizer.lr, "batch size" of train.batch. */
const char *sft__key_words(sft_arena *a, const char *key);
int         sft__axis_of(const sft_report *r, const char *key);        /* index of an effect by its key, -1: not varied */
/* "Table 3, row 0.1": where a number is from. */
const char *sft__cell(sft_report *r, int table, const char *row);

/* ---- runs.c ------------------------------------------------------------------------------------------ */

/* A study of plain run folders: keys in which their recipes differ are its axes. rank_by NULL: accuracy, or loss where there is none.
 * *look: of each attempt, in the study's arena. Closed by sft__study_close, also after a failure. E299: a path is no run folder; E132: no
 * such rank. */
sft_status  sft__study_of_runs(sft_ctx *c, int n, const char *const *paths, const char *rank_by, sft_study *s, sft_run_look **look);
/* All keys of a resolved recipe with their values, in order: *n of each, in the arena. */
sft_status  sft__recipe_keys(sft_recipe *r, sft_arena *a, int *n, const char ***key, const char ***value);

/* ---- numbers and tables: print.c ------------------------------------------------------------------------ */

/* "72.40 ± 0.51"; decimals below 0: so many significant digits. "-" of none. */
const char *sft__spread_text(sft_arena *a, const sft_spread *s, double scale, int decimals);
const char *sft__score_text(sft_report *r, const sft_spread *s);        /* of the rank's measure: accuracy in per cent, without the sign */

typedef struct sft_rows {       /* a table of text */
    const char  *caption, *label;
    int          columns, n, room;
    const char **head;
    bool        *right;
    const char **cell;          /* n x columns */
    sft_arena   *arena;
} sft_rows;

void sft__rows_open(sft_rows *t, sft_arena *a, const char *caption, const char *label, int columns);
void sft__rows_head(sft_rows *t, int column, const char *text, bool right);
void sft__rows_add(sft_rows *t, const char *const *cells);
void sft__rows_md(const sft_rows *t, sft_string *out, int most);        /* most 0: all rows */
void sft__rows_tex(const sft_rows *t, sft_string *out, int most);
void sft__csv_field(sft_string *out, const char *text, bool first);

/* tables.c */
void sft__main_table(sft_report *r, sft_rows *t);
void sft__effect_table(sft_report *r, const sft_effect *e, sft_rows *t);
void sft__pair_table(sft_report *r, const sft_pair *p, sft_rows *t);
void sft__answers_md(const sft_report *r, bool repeats, sft_string *out); /* answers.c; those that repeat, too? */

/* ---- parts ------------------------------------------------------------------------------------------------ */

typedef struct sft_report_part {    /* something that a report writes */
    const char  *name, *doc;
    const char  *files;             /* in the report's folder, space separated */
    /* Into r->folder, which is there. A thing that is missing on this machine is a note, no failure. */
    sft_status (*write)(sft_report *r);
} sft_report_part;

/* The list: one word each; the record sft__report_WORD stands at the bottom of its file. Those that show others come last. */
#define SFT_REPORT_PARTS(X) X(tables) X(effects) X(answers) X(figures) X(document) X(page) X(summary)
#define X(word) extern const sft_report_part sft__report_##word;
SFT_REPORT_PARTS(X)
#undef X
const sft_report_part *sft__report_part_at(int i);      /* NULL past the end */
/* text into FOLDER/name, atomically; frees it. */
sft_status sft__report_file(sft_report *r, const char *name, sft_string *text);

#endif
