/* SPDX-License-Identifier: MIT */
/* The inside of a running sweep: who asks for points, who trains them, who writes it down. */
#ifndef SFT_SWEEP_MANAGER_H
#define SFT_SWEEP_MANAGER_H

#include "sweep/store.h"

#include <sys/types.h>

/* ---- what goes between the manager and a worker: structs of a fixed size behind their length ---------- */

typedef struct sft_job {
    int64_t number, seed;
    int64_t until;              /* epochs: the end of a rung; 0: to the end */
    bool    fresh;              /* what the folder holds is not gone on with */
    bool    watch;              /* the doctor judges it */
    double  u[SFT_MOST_AXES];
} sft_job;

typedef enum sft_reply_kind { SFT_REPLY_SHARE, SFT_REPLY_RUNG, SFT_REPLY_DONE, SFT_REPLY_STOPPED, SFT_REPLY_FAILED } sft_reply_kind;

typedef struct sft_reply {
    int     kind;               /* an sft_reply_kind */
    int     code;               /* FAILED: its sft_status */
    int64_t epochs, steps, planned_steps, best_epoch;
    double  share;              /* of the job's work, so far */
    double  seconds, rank, val_loss, val_accuracy, test_loss, test_accuracy;
    char    text[1024];         /* FAILED: the sentence */
    char    note[256];          /* DONE, FAILED: what the doctor and the curve say */
} sft_reply;

/* False: the other side is gone. A message of another size is one too. */
bool sft__send(int fd, const void *message, uint32_t size);
bool sft__receive(int fd, void *message, uint32_t size);

/* ---- the manager ----------------------------------------------------------------------------------------- */

typedef struct sft_worker {
    pid_t   pid;
    int     fd;                 /* -1: none */
    int64_t trial;              /* in hand; -1: idle */
    int64_t until;
    double  share;
    bool    leaving;            /* it has said its last word */
} sft_worker;

typedef struct sft_standing {   /* a point in the ranking */
    int64_t point;
    int     class;              /* 0: all its seeds ended well; 1: some did, or were pruned; 2: none */
    double  rank, key;          /* mean; less is better */
} sft_standing;

struct sft_sweep {
    sft_ctx          *ctx;
    sft_arena         arena;
    sft_sweep_options o;
    char              folder[4000];
    int               lock;
    sft_sweep_store  *store;
    sft_plan          plan;
    int64_t           n, room;
    sft_attempt      *attempt;  /* by number */
    bool             *fresh;    /* of each: starts afresh */
    double          (*rungs)[SFT_MOST_RUNGS]; /* of each: its rank at the end of rungs, as it is; NaN: not there */
    int64_t           count[SFT_TRIAL_FAILED + 1];
    int64_t           waiting_from; /* none below this number waits */
    int64_t           most;     /* trials at most; INT64_MAX: by the space */
    bool              used_up;  /* the sampler has no more */
    sft_sample       *sample;   /* of each point, for the sampler */
    int64_t           sample_room;
    double            wall_before, started, trial_seconds; /* started: on the steady clock; 0: not running */
    int64_t           ended, failed; /* in this run */
    int               last_workers;
    const char      **key;      /* of the axes */
    /* running */
    int               n_workers;
    sft_worker       *worker;
    sft_data         *data;     /* shared; NULL: an axis changes it, workers read their own */
    bool              stopping;
    int               idle_deaths; /* of workers one after another that had nothing in hand */
    double            told;     /* when progress was called last */
    sft_failure       disk;     /* of a worker that could not write: ends the sweep */
    /* asked for by calls */
    bool              sorted;   /* order is up to date */
    sft_standing     *order;
    int64_t           n_order, order_room;
    sft_arena         answer;   /* texts of the last call */
};

/* room.c: the arrays grow together; E004 */
sft_status sft__sweep_room(sft_sweep *s, int64_t n);
void       sft__sweep_free_room(sft_sweep *s);
/* The trial's state from now on, counted and put into the store. */
sft_status sft__sweep_state(sft_sweep *s, sft_attempt *t, sft_trial_state state);

/* sweep_plan.c: the options' overrides into the plan's base recipe; E343 where the plan searches something else than the text says */
sft_status sft__sweep_override(sft_sweep *s);
sft_status sft__sweep_same_plan(sft_sweep *s, const char *before);

/* points.c: the trials of one more point, waiting, by the sampler. *done: there are no more. */
sft_status sft__sweep_extend(sft_sweep *s, bool *done);
/* The next trial to work on, and the epoch at which to report (0: the end); -1: nothing to do now. */
int64_t    sft__sweep_next(sft_sweep *s, int64_t *until);
bool       sft__sweep_may_extend(const sft_sweep *s);   /* neither used up nor over budget */
bool       sft__sweep_nothing_left(const sft_sweep *s); /* to begin or to go on with; trials may still run */
double     sft__sweep_wall(const sft_sweep *s);
double     sft__sweep_key(const sft_sweep *s, double rank); /* less is better; NaN stays */

/* rungs.c: of halving. The trial that may go on, and to which epoch; -1: none. */
int64_t    sft__rung_promotable(const sft_sweep *s, int64_t *until);
int64_t    sft__rung_end(const sft_sweep *s, int64_t number, int rung); /* in epochs; 0: there is no such rung, or it is the last */
/* A worker came to the end of a rung. */
sft_status sft__rung_reached(sft_sweep *s, sft_attempt *t, double rank);

/* workers.c */
sft_status sft__workers_start(sft_sweep *s, int n);
bool       sft__worker_give(sft_sweep *s, sft_worker *w, int64_t number, int64_t until); /* false: it is gone */
void       sft__worker_bury(sft_worker *w, int *status); /* waits for it */
sft_status sft__worker_fork(sft_sweep *s, sft_worker *w);
void       sft__workers_stop(sft_sweep *s);             /* no more jobs: what is in hand is stopped; they end by themselves */
void       sft__workers_kill(sft_sweep *s);             /* at once, after a failure */

/* replies.c: what a worker said, or its death, becomes rows of the store */
void       sft__reply_take(sft_sweep *s, sft_worker *w, const sft_reply *r);
void       sft__death_take(sft_sweep *s, sft_worker *w, int status);

/* worker.c: the child's life; does not come back */
void       sft__worker_live(sft_sweep *s, int fd);
bool       sft__axis_changes_data(const sft_axis *a);   /* the data of a trial depend on its value */
/* worker_fit.c: one job with the worker's own context */
typedef struct sft_bench {      /* what a worker keeps between jobs */
    sft_ctx   *ctx;
    sft_sweep *sweep;           /* the manager's, as it was at the fork: read only */
    int        fd;
    sft_data  *data;
    double     data_at[SFT_MOST_AXES]; /* the values that the data were read for; NaN where they do not matter */
} sft_bench;
void       sft__job_do(sft_bench *b, const sft_job *job, sft_reply *reply);

#endif
