/* SPDX-License-Identifier: MIT */
/* Labs: a claim, the experiments that measure it, and whether it holds. A lab is a folder of data: claim.yaml, sweeps, README.md
 * (docs/labs.md has the grammar). What a claim may measure is a list of records (measures/), what it may draw another (figures/). */
#ifndef SFT_LAB_LAB_H
#define SFT_LAB_LAB_H

#include "base/fields.h"
#include "base/text.h"
#include "recipe/yaml_tree.h"
#include "report/figures.h"
#include "sweep/notes.h"

enum { SFT_MOST_EXPERIMENTS = 8, SFT_MOST_TAKES = 48, SFT_MOST_CLAIMS = 32 };

typedef struct sft_gauge sft_gauge;
typedef struct sft_lab_figure sft_lab_figure;
typedef struct sft_expr sft_expr;

/* ---- a lab as read: claim.c ------------------------------------------------------------------------------------ */

typedef struct sft_experiment { /* a sweep of the lab */
    const char   *name;         /* "depth" */
    const char   *plan;         /* path of its sweep.yaml */
    const char   *folder;       /* OUT/depth */
    int           seeds;        /* of the plan; in a check those of claim.yaml, where it says */
    int           n_sets;       /* overrides of the base recipe, in a check */
    const char  **set;
    sft_space     space;        /* of the plan as read: known before anything has run */
    sft_study     study;        /* once it has run */
    bool          has_run;
    int          *level;        /* study.n x space.n: which value of the axis; -1: the axis does not matter there */
    sft_run_look *look;         /* of each attempt */
} sft_experiment;

typedef struct sft_take {       /* a measure of an experiment, by the name that claims use */
    const char        *name;
    sft_pos            pos;
    const sft_gauge *record;
    void              *conf;
    int                experiment;
    double            *value;   /* of each attempt of the experiment; NaN: not known */
} sft_take;

typedef enum sft_claim_bound { SFT_AT_LEAST, SFT_AT_MOST, SFT_BETWEEN, SFT_EQUALS } sft_claim_bound;

typedef enum sft_claim_verdict {
    SFT_CLAIM_HOLDS,            /* the whole interval keeps the bound */
    SFT_CLAIM_FAILS,            /* none of it does */
    SFT_CLAIM_OPEN,             /* the bound lies inside the interval */
    SFT_CLAIM_UNKNOWN,          /* some seed has no number */
    SFT_CLAIM_LEFT_OUT          /* `check: false`, and this is a check */
} sft_claim_verdict;

typedef struct sft_claim {
    const char       *name, *says, *because; /* because: where the bound comes from */
    const char       *unit;     /* "" for none */
    const char       *instead;  /* `too_strong`: the sentence does not hold, and this is true; NULL: it is expected to hold */
    sft_expr         *value;
    const char       *text;     /* of value */
    sft_claim_bound   bound;
    double            low, high; /* AT_LEAST: low; AT_MOST: high; EQUALS: both */
    bool              in_check;
    /* measured */
    int               n;        /* seeds */
    double            mean, from, to; /* over seeds; 95 % by Student's t; from = to = mean where n is 1 */
    sft_claim_verdict verdict;
} sft_claim;

typedef struct sft_drawing {    /* a figure that is asked for */
    const sft_lab_figure *record;
    void                 *conf;
    const char           *name, *title, *caption; /* name: of its files */
    sft_pos               pos;
} sft_drawing;

struct sft_lab {
    sft_ctx       *ctx;
    sft_arena      arena;
    const char    *folder;      /* labs/vanishing */
    const char    *out;         /* what is written */
    const char    *file;        /* FOLDER/claim.yaml */
    const char    *name;        /* "vanishing": the folder's last part */
    const char    *title, *slide, *sentence;
    bool           stopped, complete; /* progress had enough; it has run to the end */
    sft_lab_options o;
    int64_t        trials, planned;
    int            n_experiments, n_takes, n_claims, n_drawings;
    sft_experiment experiment[SFT_MOST_EXPERIMENTS];
    sft_take       take[SFT_MOST_TAKES];
    sft_claim      claim[SFT_MOST_CLAIMS];
    sft_drawing    drawing[SFT_MOST_FIGURES];
    sft_figure_list figures;    /* once drawn */
    double         seconds;     /* of running, all of it */
};

/* ---- a trial as measures see it: subject.c ------------------------------------------------------------------------ */

/* Weights of a run. Sweeps put those of the best epoch back when they end (model.safetensors); those of the last step are in the
 * newest checkpoint. */
typedef enum sft_moment { SFT_AT_START, SFT_AT_BEST, SFT_AT_END, SFT_MOMENTS } sft_moment;

enum { SFT_DATA_SHELF = 8 };

typedef struct sft_subject {
    sft_ctx            *ctx;
    sft_arena          *arena;  /* emptied behind each trial */
    const sft_attempt  *attempt;
    const sft_run_look *look;   /* metrics.csv, run.json, diagnosis.json as read */
    const char         *folder; /* a path that can be opened */
    sft_yardstick       yardstick; /* of its experiment, for `fate`; whoever opens the subject may set it */
    /* opened when asked for, by the calls below */
    sft_recipe         *recipe;
    sft_data           *data;   /* one of the shelf */
    sft_net            *net[SFT_MOMENTS];
    struct sft_signal_rows *signals;
    struct sft_replay  *replay; /* of the measures */
    /* its own */
    sft_arena           own, lasting;
    struct {
        const char *key;        /* what the data depend on, as text */
        sft_data   *data;
    } shelf[SFT_DATA_SHELF];    /* trials share data, at least those of one seed */
    int                 shelved; /* data sets put there so far */
} sft_subject;

sft_status sft__subject_open(sft_subject *s, sft_ctx *c);
/* The next trial; what belongs to the one before is gone, but for data. Its texts must live until then. */
void       sft__subject_next(sft_subject *s, const sft_attempt *t, const sft_run_look *look, const char *folder);
void       sft__subject_close(sft_subject *s);

/* Each returns NULL after a failure. They live until the next trial; who changes a net's weights puts them back. */
sft_recipe *sft__subject_recipe(sft_subject *s);
sft_data   *sft__subject_data(sft_subject *s);
/* Of the recipe and its seed; trained: with model.safetensors (the start where there is none, as after NaN). */
sft_net    *sft__subject_net(sft_subject *s, bool trained);
/* The same at any moment. NULL without a failure where the run has left no such weights: it failed. */
sft_net    *sft__subject_net_at(sft_subject *s, sft_moment at);

typedef struct sft_signal_row { /* a line of signals.csv; NaN: an empty field */
    int64_t     step;
    const char *layer, *op;
    double      rms, mean, gain, alike, dead, slope, gradient, weight, update;
} sft_signal_row;

typedef struct sft_signal_rows {
    int             n;
    sft_signal_row *row;        /* in the order of the file: look after look, layer after layer */
} sft_signal_rows;

/* NULL where the run has no signals.csv (no failure), or after a failure. */
const sft_signal_rows *sft__subject_signals(sft_subject *s);
/* The same of any run folder, into an arena. signals.c */
sft_status sft__signal_rows(sft_ctx *c, sft_arena *a, const char *folder, sft_signal_rows *out);
/* A column of it by name ("rms", …; -1: none), and its number. */
int        sft__signal_column(const char *name);
double     sft__signal_value(const sft_signal_row *y, int column);

/* ---- measures ----------------------------------------------------------------------------------------------------- */

/* What can be measured of a trial: measures/NAME.c. `value` stays NaN where there is nothing to measure, which is no failure. */
struct sft_gauge {
    const char      *name, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;    /* option rows, in the one grammar: `signal gradient layer=first over=last` */
    sft_status     (*take)(sft_subject *s, const void *conf, double *value);
};

const sft_gauge *sft__gauge_at(int i);  /* NULL past the end; list.c */

/* ---- expressions over measures: expr.c, expr_value.c --------------------------------------------------------------- */

/* An axis bound to one of its values while an expression is worked out. */
typedef struct sft_bind {
    const char            *axis;    /* short name, "lr", or whole key */
    const char            *label;   /* of the value */
    const struct sft_bind *next;
} sft_bind;

/* NULL after a failure, E115 at its place. `pos`: of the text's first character. */
sft_expr *sft__expr_parse(sft_lab *lab, const char *text, sft_pos pos);
/* For seed number `seed` (0, 1, …), with axes bound; NaN: not known. */
double    sft__expr_value(const sft_expr *e, int seed, const sft_bind *bound);
/* Every axis that a measure of it needs is bound: by brackets, by a function over the axis, or by one of `bound` (their labels do not
 * matter). E115 otherwise. */
sft_status sft__expr_check(const sft_expr *e, const sft_bind *bound);
int       sft__expr_seeds(const sft_expr *e);           /* the fewest of its experiments; 1 where it has no measure */
int       sft__expr_experiment(const sft_expr *e);      /* of its first measure; -1: none */
/* Mean over seeds and its 95 % interval by Student's t; n: seeds with a finite number. from = to = mean where n < 2. */
typedef struct sft_estimate { int n; double mean, from, to; } sft_estimate;
sft_estimate sft__expr_estimate(const sft_expr *e, const sft_bind *bound);

/* An axis of an experiment by key or last part of it; -1: none. */
int       sft__experiment_axis(const sft_experiment *x, const char *name);

/* ---- figures ------------------------------------------------------------------------------------------------------ */

/* What can be drawn: figures/NAME.c. A record draws into lab->figures by a sft_draft (report/easel.h). */
struct sft_lab_figure {
    const char      *name, *doc;
    size_t           conf_size;
    const sft_field *fields;
    sft_status     (*check)(sft_lab *lab, const sft_drawing *d); /* before anything is trained: names of axes, expressions; may be NULL */
    sft_status     (*draw)(sft_lab *lab, const sft_drawing *d);
};

const sft_lab_figure *sft__lab_figure_at(int i);    /* NULL past the end; figures/list.c */
/* All drawings of the lab, into OUT/figures and lab->figures. figures/draw.c */
sft_status sft__lab_draw(sft_lab *lab);

/* ---- the whole: run.c, page.c ------------------------------------------------------------------------------------- */

/* One page of n labs that have run: index.html in `folder`, with all their pictures in it. page.c */
sft_status sft__labs_page(sft_ctx *c, int n, sft_lab *const *lab, const char *folder);
/* "at least 0.98", "within 0.9 to 1.1": for tables; and "0.993 (0.991 to 0.995)". In the arena. */
const char *sft__claim_bound(sft_lab *lab, const sft_claim *k);
const char *sft__claim_measured(sft_lab *lab, const sft_claim *k);
const char *sft__claim_verdict_name(sft_claim_verdict v); /* "holds", "does not hold", "not decided", "not measured", "left out" */
/* As it should be: it holds, or was said not to; left out counts too. */
bool        sft__claim_as_said(const sft_claim *k);

#endif
