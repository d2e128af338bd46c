/* SPDX-License-Identifier: MIT */
/* A sweep: its plan (sweep.yaml), its trials (sweep.db), and those who work on them. */
#ifndef SFT_SWEEP_SWEEP_H
#define SFT_SWEEP_SWEEP_H

#include "sweep/sampler.h"

typedef struct sft_sampler_bound {
    const sft_sampler *record;
    void              *conf;
} sft_sampler_bound;

typedef enum sft_watched { SFT_WATCH_FIRST, SFT_WATCH_ALL, SFT_WATCH_NONE } sft_watched;

/* sweep.yaml as read: plan.c
 *
 *   recipe: lr-momentum-base.yaml      # a path beside this file, or a recipe as a mapping
 *   vary:                              # W&B's `parameters`, with its value/values/min/max/distribution, mean the same
 *     optimizer.lr: {min: 1e-4, max: 1, log: true}
 *     optimizer.momentum: [0, 0.9]
 *     model: {small: "linear 32 | relu | linear", large: "linear 256 | relu | linear"}      # label: value
 *     optimizer.nesterov: {values: [true, false], when: {optimizer.momentum: 0.9}}
 *   constraints: ["train.batch * optimizer.lr <= 10"]
 *   seeds: 3                           # or a list [0, 1, 2]
 *   sampler: tpe startup=10            # W&B's `method: bayes|grid|random` too
 *   rank_by: val_accuracy              # val_loss, or a metric of the recipe; direction follows, `direction: min|max` overrides
 *   budget: {trials: 100, minutes: 30}
 *   halving: {eta: 3, min_epochs: 2, brackets: 1}
 *   watch: first                       # whose training the doctor watches: of every point the first seed, all, none
 *   name: lr-momentum
 */
typedef struct sft_plan {
    const char       *file, *name;
    const char       *recipe_text;      /* the base recipe, resolved */
    sft_space         space;
    int               seeds;            /* how often a point is trained */
    const int64_t    *seed;             /* train.seed of each */
    sft_sampler_bound sampler;
    uint64_t          sampler_seed;
    const char       *rank_by;          /* "loss", "accuracy", or a metric's name: of validation, at the best epoch by it */
    bool              maximize;
    int64_t           max_trials;       /* points x seeds; 0: by the grid, or 100 points */
    double            max_seconds;      /* 0: no end */
    sft_halving       halving;
    sft_watched       watch;
    const char       *text;             /* the plan resolved, canonical YAML: what sweep.db keeps and E343 compares */
} sft_plan;

#define SFT_TRIAL_FOLDER "trials/%05lld" /* in the sweep's, by number */

typedef enum sft_trial_state { SFT_TRIAL_WAITING, SFT_TRIAL_RUNNING, SFT_TRIAL_DONE, SFT_TRIAL_PRUNED, SFT_TRIAL_FAILED } sft_trial_state;
/* Words of the states in database, JSON and tables: waiting running done pruned failed */

typedef struct sft_attempt {    /* a trial of a sweep: a point with one seed. (The doctor's trials are sft_trial.) */
    int64_t         number;     /* from 0, in the order in which they were asked for; point = number / seeds */
    int64_t         point, seed;
    const double   *u;          /* the point in the cube */
    const char    **value;      /* text of each axis, NULL: does not matter */
    sft_trial_state state;
    const char     *folder;     /* of the run, relative to the sweep's: "trials/00017"; "": another program trains it */
    const char     *failure;    /* sentence, or NULL */
    int             exit_code;  /* of a failed one: as of `surefoot train`; 128 + signal */
    int64_t         epochs, steps, planned_steps, best_epoch;
    double          seconds;    /* of training, all attempts together */
    double          started;    /* Unix time */
    double          rank;       /* rank_by at the best epoch; NaN: none */
    double          val_loss, val_accuracy, test_loss, test_accuracy; /* at the best epoch by rank_by; NaN */
    const char     *note;       /* one line of the doctor and of the curve, see notes.c; "" for none */
    int             rung;       /* of halving: rungs that it has come to the end of */
    int             deaths;     /* how often its worker was killed from outside */
} sft_attempt;

typedef struct sft_study {      /* a sweep folder as read: what reports, rankings and samplers look at */
    sft_ctx     *ctx;
    sft_arena    arena;
    const char  *folder;
    sft_plan     plan;
    int64_t      n;
    sft_attempt *attempt;       /* by number */
    double       created, wall_seconds; /* of all runs of the manager together */
    int          workers;       /* of the last one */
    const char  *version;       /* of surefoot that made it */
} sft_study;

/* plan.c */
sft_status sft__plan_read(sft_ctx *c, sft_arena *a, const char *path, sft_plan *p);
sft_status sft__plan_parse(sft_ctx *c, sft_arena *a, const char *name, const char *text, size_t n, const char *folder, sft_plan *p);
/* The base recipe with the point's overrides and the seed, to be freed. */
sft_recipe *sft__plan_recipe(sft_ctx *c, const sft_plan *p, const double *u, int64_t seed);

/* study.c: read only, also while a manager writes. E299 where there is no sweep, E342 for a damaged or newer database. */
sft_status sft__study_open(sft_ctx *c, const char *folder, sft_study *s);
void       sft__study_close(sft_study *s);

#endif
