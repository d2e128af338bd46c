/* SPDX-License-Identifier: MIT */
/* What can be drawn of a lab, and what the drawings share: their choice of trials, their axes, their styles. */
#ifndef SFT_LAB_FIGURES_FIGURES_H
#define SFT_LAB_FIGURES_FIGURES_H

#include "lab/lab.h"
#include "report/easel.h"

/* The list: one word each; the record sft__lab_figure_WORD stands at the bottom of figures/WORD.c. */
#define SFT_LAB_FIGURES(X) X(lines) X(curves) X(layers) X(heat) X(shares) X(contours) X(fit) X(regions)
#define X(word) extern const sft_lab_figure sft__lab_figure_##word;
SFT_LAB_FIGURES(X)
#undef X

/* ---- choice.c: which trials, by axes. Failures are E115 at the drawing's place. ---------------------------------- */

/* By its name; NULL: the lab has one only. -1 after a failure. */
int         sft__choice_experiment(const sft_lab *lab, const sft_drawing *d, const char *name);
/* An axis with a list of values, by key or last part of it; *a NULL where `name` is NULL. option: which of the figure's names it. */
sft_status  sft__choice_axis(const sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const char *option, const char *name,
                             const sft_axis **a);
/* "lr=0.1, norm=batch" as bound axes, in the lab's arena. text NULL: none. */
sft_status  sft__choice_where(sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const char *text, const sft_bind **out);
/* Every axis of more than one value is among `bound` (their labels do not matter): what is left differs by its seed only. */
sft_status  sft__choice_whole(const sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const sft_bind *bound);

/* What most figures of trials say: an experiment, a series each value of the axis `per` (*a NULL: one), all other axes fixed by `where`. */
sft_status  sft__choice_series(sft_lab *lab, const sft_drawing *d, const char *experiment, const char *per, const char *where,
                               const sft_experiment **x, const sft_axis **a, const sft_bind **bound);

int         sft__values_of(const sft_axis *a);                  /* 1 for NULL */
const char *sft__value_label(const sft_axis *a, int i);
/* bound + (a, its value i); a NULL: bound as it is. *room is what it is kept in. */
const sft_bind *sft__bind(sft_bind *room, const sft_axis *a, int i, const sft_bind *bound);
/* Does attempt `trial` lie where `bound` says? An axis that does not matter for it lies everywhere. */
bool        sft__choice_has(const sft_experiment *x, int64_t trial, const sft_bind *bound);
/* The first trial there that has a folder, which is that of the first seed; NULL: none. */
const sft_attempt *sft__choice_first(const sft_experiment *x, const sft_bind *bound);
/* Folder of a trial as a path that can be opened; in the lab's arena, NULL after a failure. */
const char *sft__choice_folder(sft_lab *lab, const sft_experiment *x, const sft_attempt *t);

/* ---- paint.c: how it looks ------------------------------------------------------------------------------------- */

sft_easel   sft__paint_easel(sft_lab *lab);                     /* for drafts into OUT/figures and lab->figures */

enum { SFT_PLAIN_SCALE, SFT_LOG_X, SFT_LOG_Y, SFT_LOG_XY };
extern const char *const sft__log_words[];                      /* none x y xy */

/* Behind a curve's "using": line, marker, dashes and colour of series i, and its name. */
void        sft__paint_series(sft_string *curve, int i, const char *title);
/* A band in that colour from column 3 to column 4. */
void        sft__paint_band(sft_string *curve, int i);
/* The legend, headed by the axis whose values the series are; NULL: no legend. */
void        sft__paint_key(sft_draft *d, const sft_axis *per);
/* Label of 'x' or 'y'. */
void        sft__paint_label(sft_draft *d, char which, const char *label);
/* An axis of the picture for the values of `a`: numbers on a line or a logarithmic scale with ticks at the values, or categories. */
void        sft__paint_axis(sft_draft *d, char which, const sft_axis *a, bool log, const char *label);
/* Where value i lies on it; of a category its number. */
double      sft__paint_place(const sft_axis *a, int i);
bool        sft__is_category(const sft_axis *a);

typedef struct sft_extent {     /* of what is drawn; low > high: nothing yet */
    double low, high;
} sft_extent;

sft_extent  sft__extent(void);
void        sft__extent_add(sft_extent *s, double v, bool log);     /* finite, and above 0 where the scale is logarithmic */
/* The range of 'x' or 'y' for s with room at both ends, which *s then is. Below a factor of 3 a logarithmic scale looks like a plain one,
 * and is one. */
void        sft__paint_range(sft_draft *d, char which, sft_extent *s, bool log);

/* ---- table.c: columns of a run's CSV files --------------------------------------------------------------------- */

typedef struct sft_spread_row { /* over the trials of a point */
    int    n;
    double x, mean, low, high;
} sft_spread_row;

typedef struct sft_track {     /* rising in x */
    int             n;
    sft_spread_row *row;
} sft_track;

/* Column `column` of metrics.csv over epochs or steps, of the trials where `bound` says. split: "train", "validation". */
sft_status  sft__course_of_curve(sft_lab *lab, const sft_experiment *x, const sft_bind *bound, const char *column, const char *split,
                                 bool by_step, sft_track *out);
enum { SFT_LAST_LOOK = -1 };
/* Column `column` of signals.csv over layers, counted from 1 among those that have a number, at the look nearest to step `at`. op: "" for
 * all. */
sft_status  sft__course_of_layers(sft_lab *lab, const sft_experiment *x, const sft_bind *bound, const char *column, const char *op,
                                  int64_t at, sft_track *out);

/* ---- revived.c: a run opened again ------------------------------------------------------------------------------ */

typedef struct sft_revived {
    sft_ctx     *ctx;           /* its own: a run that ends in NaN is no failure of the lab */
    sft_subject  subject;
    sft_data    *data;
    sft_net     *net;
    sft_trainer *trainer;       /* NULL until sft__revive_training */
} sft_revived;

/* The first trial where `bound` says. trained: with the weights that it left; where it left none, those of the start. Fails in the lab's
 * context. Close it in any case. */
sft_status  sft__revive(sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const sft_bind *bound, bool trained, sft_revived *r);
sft_status  sft__revive_training(sft_lab *lab, sft_revived *r);
void        sft__revived_close(sft_revived *r);
/* Training sample i as the network sees it (x), and in the data's own units (own); y: its target. Rooms for one sample. */
bool        sft__revived_sample(const sft_revived *r, int64_t i, float *x, float *own, float *y);

/* ---- grid.c: a function on a grid -------------------------------------------------------------------------------- */

typedef struct sft_plane {      /* n x n places over x0..x1, y0..y1; row by row upwards */
    int     n;
    double  x0, x1, y0, y1;
    double *z;
} sft_plane;

double      sft__plane_x(const sft_plane *p, int i);
double      sft__plane_y(const sft_plane *p, int j);
/* Segments of the line z = level, by linear interpolation, as rows "x\ty" in pairs parted by an empty line; how many segments. */
int         sft__plane_contour(const sft_plane *p, double level, sft_string *table);

#endif
