/* SPDX-License-Identifier: MIT */
/* A team of threads that run one function together: spin first, then sleep. */
#ifndef SFT_BASE_TEAM_H
#define SFT_BASE_TEAM_H

#include "base/error.h"

typedef struct sft_team sft_team;
typedef void sft_team_fn(void *arg, int thread, int threads);

/* threads >= 1; the caller is thread 0, so threads-1 are started. Fewer are used when the system gives fewer. NULL: out of memory. */
sft_team *sft__team_new(sft_ctx *c, int threads);
int       sft__team_size(const sft_team *t);
/* Runs fn(arg, i, size) on every thread and returns when all are done. */
void      sft__team_run(sft_team *t, sft_team_fn *fn, void *arg);
/* Inside fn: nobody goes on before all have come. */
void      sft__team_barrier(sft_team *t, int thread);
void      sft__team_free(sft_team *t);

#endif
