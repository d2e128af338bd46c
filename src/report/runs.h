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
    int           n;            /* folders; run has one of each, look one of each trial */
    sft_run_keys *run;
    sft_run_look *look;
    const char   *data_differ;  /* a folder that was trained on other data than the first */
} sft_runs;

/* Fills study->plan.space, and u and at of each run. E002 where more keys differ than a space holds. */
sft_status sft__runs_axes(sft_runs *x);
bool       sft__run_counts(const char *key);            /* does the key decide what is trained? */
const char *sft__run_value(const sft_run_keys *r, const char *key); /* NULL: no such key */
bool       sft__rank_rises(const char *rank_by);        /* more is better */

#endif
