/* SPDX-License-Identifier: MIT */
/* sweep.db: what a sweep knows, in SQLite. One process writes (it holds the folder's lock), any number read meanwhile. The schema is
 * described in docs/sweeps-database.md. Without SQLite every call fails and says so. */
#ifndef SFT_SWEEP_STORE_H
#define SFT_SWEEP_STORE_H

#include "sweep/sweep.h"

enum { SFT_STORE_SCHEMA = 1 };  /* user_version */

typedef struct sft_sweep_store sft_sweep_store;

typedef enum sft_store_mode {
    SFT_STORE_READ,
    SFT_STORE_WRITE,            /* makes it where there is none, or one without a plan */
} sft_store_mode;

typedef struct sft_store_head { /* the row of table plan */
    const char *name, *text, *version;
    double      created, wall_seconds;
    int         workers;
} sft_store_head;

/* NULL after a failure: E299 nothing to read, E342 damaged, newer or another program's, E344 held by another writer, E33x. */
sft_sweep_store *sft__store_open(sft_ctx *c, const char *folder, sft_store_mode mode);
void       sft__store_close(sft_sweep_store *s);              /* what is not committed is lost */

/* False with no failure: a sweep that was not begun. Texts into the arena. */
bool       sft__store_head(sft_sweep_store *s, sft_arena *a, sft_store_head *head);
sft_status sft__store_begin(sft_sweep_store *s, const sft_plan *p, const char *version, double created);
sft_status sft__store_clock(sft_sweep_store *s, double wall_seconds, int workers);

/* All trials by number, into the arena; E342 where one is missing or does not fit the plan. */
sft_status sft__store_load(sft_sweep_store *s, const sft_plan *p, sft_arena *a, int64_t *n, sft_attempt **list);
/* What an attempt's rank was at the ends of rungs: value[rung] for those it has come to; NaN: none. */
sft_status sft__store_load_rungs(sft_sweep_store *s, int64_t n, double (*value)[SFT_MOST_RUNGS]);

/* A trial as it stands now: a new row, or the row of its number. Rows of a commit appear together. */
sft_status sft__store_put(sft_sweep_store *s, const sft_plan *p, const sft_attempt *t);
sft_status sft__store_rung(sft_sweep_store *s, int64_t trial, int rung, int64_t epochs, double value);
sft_status sft__store_event(sft_sweep_store *s, int64_t trial, const char *kind, const char *text); /* trial -1: of the sweep */
sft_status sft__store_commit(sft_sweep_store *s);             /* nothing is done where nothing was put */

const char     *sft__state_name(sft_trial_state state);
sft_trial_state sft__state_find(const char *name);      /* WAITING for a word that is none */

/* values of the axes at t->u, into the arena */
sft_status sft__attempt_values(const sft_plan *p, sft_arena *a, sft_attempt *t);

#endif
