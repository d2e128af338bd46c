/* SPDX-License-Identifier: MIT */
/* Between runs.c and runs_axes.c: run folders on their way to a study. */
#ifndef SFT_REPORT_RUNS_H
#define SFT_REPORT_RUNS_H

#include "report/report.h"

typedef struct sft_run_keys {
    int          n;
    const char **key, **value;  /* of the resolved recipe */
    int64_t      seed;
    double      *u;             /* by axis */
    const char **at;            /* by axis: its value; NULL: the run has no such key */
} sft_run_keys;

typedef struct sft_runs {
    sft_study    *study;
    int           n;
    sft_run_keys *run;
    const char   *data_differ;  /* a folder that was trained on other data than the first */
} sft_runs;

/* Fills study->plan.space, and u and at of each run. E002 where more keys differ than a space holds. */
sft_status sft__runs_axes(sft_runs *x);
bool       sft__run_counts(const char *key);            /* does the key decide what is trained? */
const char *sft__run_value(const sft_run_keys *r, const char *key); /* NULL: no such key */
/* report.c: of one sweep folder, or of run folders. Closed by sft__study_close, also after a failure, where s->ctx is set. */
sft_status sft__study_of(sft_ctx *c, int n, const char *const *paths, const char *rank_by, sft_study *s);
bool       sft__rank_rises(const char *rank_by);        /* more is better */

#endif
