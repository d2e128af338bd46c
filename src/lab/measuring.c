/* SPDX-License-Identifier: MIT */
/* Measures of all trials of an experiment, by forked processes: each takes every n-th trial and writes into memory that all share. */
#include "base/ctx.h"
#include "lab/run.h"
#include "report/report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_PROCESSES = 64 };

typedef struct board {          /* shared */
    char   failure[MOST_PROCESSES][1024];
    int    status[MOST_PROCESSES];
    double value[];             /* n x takes of the lab */
} board;

static sft_status take_all(sft_lab *lab, int experiment, sft_subject *s, double *value)
{
    for (int t = 0; t < lab->n_takes; t++) {
        const sft_take *k = &lab->take[t];
        if (k->experiment == experiment && k->record->take(s, k->conf, &value[t])) return sft_code(s->ctx);
    }
    return SFT_OK;
}

static sft_status measure_share(sft_lab *lab, sft_ctx *c, int experiment, int process, int processes, board *b)
{
    const sft_experiment *x = &lab->experiment[experiment];
    sft_subject           s;
    char                  path[8300];
    if (sft__subject_open(&s, c)) return sft_code(c);
    s.yardstick = sft__yardstick(&x->study, x->look);
    for (int64_t i = process; i < x->study.n; i += processes) {
        sft__trial_path(&x->study, &x->study.attempt[i], path, sizeof path);
        sft__subject_next(&s, &x->study.attempt[i], &x->look[i], path);
        if (take_all(lab, experiment, &s, b->value + i * lab->n_takes)) break;
    }
    sft__subject_close(&s);
    return sft_code(c);
}

/* A process of its own: its context, and no way back but the board. */
static void child(sft_lab *lab, int experiment, int process, int processes, board *b)
{
    sft_ctx *c = sft__ctx_beside(lab->ctx);
    b->status[process] = c ? (int)measure_share(lab, c, experiment, process, processes, b) : SFT_MEMORY;
    if (c) snprintf(b->failure[process], sizeof b->failure[process], "%.1000s", sft_message(c));
    _exit(0);
}

static sft_status gather(sft_lab *lab, int experiment, const board *b, int processes)
{
    sft_experiment *x = &lab->experiment[experiment];
    for (int p = 0; p < processes; p++) {
        if (b->status[p] == SFT_OK) continue;
        if (b->status[p] < 0) return sft__fail(lab->ctx, SFT_E003, "measuring %s ended without a word: the process was killed", x->name);
        const char *sentence = strstr(b->failure[p], "]: ");
        return sft__fail(lab->ctx, b->status[p] == SFT_MEMORY ? SFT_E004 : SFT_E346, "measuring %s: %s", x->name,
                         sentence ? sentence + 3 : b->failure[p]);
    }
    for (int t = 0; t < lab->n_takes; t++) {
        sft_take *k = &lab->take[t];
        if (k->experiment != experiment) continue;
        k->value = sft__arena_alloc(&lab->arena, (size_t)(x->study.n + 1) * sizeof *k->value);
        for (int64_t i = 0; k->value && i < x->study.n; i++) k->value[i] = b->value[i * lab->n_takes + t];
    }
    return sft_code(lab->ctx);
}

static sft_status fork_all(sft_lab *lab, int experiment, board *b, int processes)
{
    pid_t pid[MOST_PROCESSES];
    int   begun = 0;
    fflush(NULL);
    for (; begun < processes; begun++) {
        pid[begun] = fork();
        if (pid[begun] == 0) child(lab, experiment, begun, processes, b);
        if (pid[begun] < 0) break;
    }
    for (int p = 0; p < begun; p++)
        while (waitpid(pid[p], NULL, 0) < 0 && errno == EINTR)
            ;
    if (begun < processes) return sft__fail(lab->ctx, SFT_E004, "no process could be started to measure (%s)", strerror(errno));
    return gather(lab, experiment, b, processes);
}

sft_status sft__lab_measure(sft_lab *lab, int experiment)
{
    const sft_experiment *x = &lab->experiment[experiment];
    const int64_t         n = x->study.n * lab->n_takes;
    const size_t          size = sizeof(board) + (size_t)n * sizeof(double);
    int                   processes = lab->o.workers ? lab->o.workers : sft__cores();
    if (sft__failed(lab->ctx)) return sft_code(lab->ctx);
    if (processes > MOST_PROCESSES) processes = MOST_PROCESSES;
    if (processes > x->study.n) processes = x->study.n > 0 ? (int)x->study.n : 1;
    board *b = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED) return sft__fail(lab->ctx, SFT_E004, "no memory for %lld measures of %s", (long long)n, x->name);
    for (int p = 0; p < MOST_PROCESSES; p++) b->status[p] = -1;
    for (int64_t i = 0; i < n; i++) b->value[i] = NAN;
    fork_all(lab, experiment, b, processes);
    munmap(b, size);
    return sft_code(lab->ctx);
}
