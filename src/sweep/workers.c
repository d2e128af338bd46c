/* SPDX-License-Identifier: MIT */
/* Worker processes as the manager sees them: forked, pinned, given jobs, buried. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sched_setaffinity */
#endif
#include "sweep/manager.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there SIGPIPE is ignored by whoever runs a sweep */
#endif

/* ---- messages ----------------------------------------------------------------------------------- */

static bool put_bytes(int fd, const void *data, size_t n)
{
    for (const char *p = data; n;) {
        ssize_t wrote = send(fd, p, n, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        p += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool get_bytes(int fd, void *data, size_t n)
{
    for (char *p = data; n;) {
        ssize_t got = read(fd, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

bool sft__send(int fd, const void *message, uint32_t size)
{
    char whole[sizeof size + sizeof(sft_reply) + sizeof(sft_job)]; /* in one piece, so that a killed worker leaves no half */
    memcpy(whole, &size, sizeof size);
    memcpy(whole + sizeof size, message, size);
    return put_bytes(fd, whole, sizeof size + size);
}

bool sft__receive(int fd, void *message, uint32_t size)
{
    uint32_t n = 0;
    return get_bytes(fd, &n, sizeof n) && n == size && get_bytes(fd, message, size);
}

/* ---- life and death ------------------------------------------------------------------------------- */

/* Worker i has the i-th core that this process may use; with more workers than cores they share as the system likes. */
static void pin(int i, int workers)
{
#if defined(__linux__) && defined(CPU_COUNT)
    cpu_set_t may, one;
    if (sched_getaffinity(0, sizeof may, &may) || workers > CPU_COUNT(&may))
        return;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &may) || i-- > 0)
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        sched_setaffinity(0, sizeof one, &one);
        return;
    }
#else
    (void)i, (void)workers;
#endif
}

/* Where memory runs out the system should take a worker, whose trial is one of many, and not the manager. */
static void offer_to_oom(void)
{
    FILE *out = fopen("/proc/self/oom_score_adj", "w");
    if (!out)
        return;
    fputs("500", out);
    fclose(out);
}

static void limit_memory(int64_t bytes)
{
    struct rlimit limit;
    if (bytes <= 0 || getrlimit(RLIMIT_AS, &limit))
        return;
    if (limit.rlim_max == RLIM_INFINITY || (rlim_t)bytes < limit.rlim_max)
        limit.rlim_cur = (rlim_t)bytes;
    setrlimit(RLIMIT_AS, &limit);
}

/* SIGINT of a terminal reaches all processes: the manager alone answers it. SIGTERM is blocked and looked for between steps. */
static void child(sft_sweep *s, sft_worker *w, int fd)
{
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < s->n_workers; i++) /* else a worker would not see that the manager is gone */
        if (s->worker[i].fd >= 0)
            close(s->worker[i].fd);
    offer_to_oom();
    limit_memory(s->o.memory);
    pin((int)(w - s->worker), s->n_workers);
    sft__worker_live(s, fd);
    _exit(0);
}

sft_status sft__worker_fork(sft_sweep *s, sft_worker *w)
{
    int pair[2];
    *w = (sft_worker){ .fd = -1, .trial = -1 };
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        return sft__fail(s->ctx, SFT_E333, "cannot talk to a worker: %s — use fewer --workers", strerror(errno));
    w->fd = pair[0];
    pid_t pid = fork();
    if (pid == 0)
        child(s, w, pair[1]);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        w->fd = -1;
        return sft__fail(s->ctx, SFT_E004, "cannot start a worker: %s — use fewer --workers", strerror(errno));
    }
    w->pid = pid;
    return SFT_OK;
}

sft_status sft__workers_start(sft_sweep *s, int n)
{
    s->worker = sft__alloc(s->ctx, (size_t)n * sizeof *s->worker);
    if (!s->worker)
        return sft_code(s->ctx);
    s->n_workers = n;
    for (int i = 0; i < n; i++)
        s->worker[i] = (sft_worker){ .fd = -1, .trial = -1 };
    for (int i = 0; i < n && !sft__failed(s->ctx); i++)
        sft__worker_fork(s, &s->worker[i]);
    return sft_code(s->ctx);
}

bool sft__worker_give(sft_sweep *s, sft_worker *w, int64_t number, int64_t until)
{
    const sft_attempt *t = &s->attempt[number];
    sft_job job = { .number = number, .seed = t->seed, .until = until, .fresh = s->fresh[number] };
    job.watch = s->plan.watch == SFT_WATCH_ALL || (s->plan.watch == SFT_WATCH_FIRST && number % s->plan.seeds == 0);
    memcpy(job.u, t->u, sizeof *t->u * (size_t)s->plan.space.n);
    w->trial = number;
    w->until = until;
    w->share = 0;
    return sft__send(w->fd, &job, sizeof job);
}

void sft__worker_bury(sft_worker *w, int *status)
{
    *status = 0;
    close(w->fd);
    while (waitpid(w->pid, status, 0) < 0 && errno == EINTR)
        ;
    w->fd = -1;
}

void sft__workers_stop(sft_sweep *s)
{
    for (int i = 0; i < s->n_workers; i++)
        if (s->worker[i].fd >= 0)
            shutdown(s->worker[i].fd, SHUT_WR);
}

void sft__workers_kill(sft_sweep *s)
{
    for (int i = 0; i < s->n_workers; i++) {
        int status;
        if (s->worker[i].fd < 0)
            continue;
        kill(s->worker[i].pid, SIGKILL);
        sft__worker_bury(&s->worker[i], &status);
    }
    sft__free(s->ctx, s->worker, (size_t)s->n_workers * sizeof *s->worker);
    s->worker = NULL;
    s->n_workers = 0;
}
