/* SPDX-License-Identifier: MIT */
/* A team of threads: every wait spins for a while, then sleeps.
 *
 * All waiting is "until this word changes". Who changes a word looks for sleepers afterwards; who sleeps counts itself
 * before looking at the word once more. Both are sequentially consistent, so one of the two always sees the other. */
#include "base/team.h"
#include "base/ctx.h"
#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

/* A team mate inside a run is expected any moment, and waking a sleeper may take 50 us; between runs the caller may be long. */
#define SPIN_IN_RUN 300000
#define SPIN_BETWEEN 20000
#define STACK_BYTES ((size_t)4 << 20)

typedef struct worker {
    sft_team *team;
    int       index;
    pthread_t thread;
} worker;

struct sft_team {
    sft_ctx        *ctx;
    int             size, room; /* threads in use; workers allocated */
    bool            crowded;    /* more threads than cores: spinning only keeps the others from working */
    sft_team_fn    *fn;         /* written by the caller of run before `go` changes */
    void           *arg;
    bool            stop;
    pthread_mutex_t mutex;
    pthread_cond_t  woken;
    worker         *workers;
    /* each on a cache line of its own: they are what the threads hammer on */
    _Alignas(64) atomic_int  sleepers;
    _Alignas(64) atomic_uint go;      /* a new run, or stop */
    _Alignas(64) atomic_int  left;    /* workers that have not finished this run */
    _Alignas(64) atomic_uint done;    /* changed by the last of them */
    _Alignas(64) atomic_int  arrived; /* at the barrier */
    _Alignas(64) atomic_uint phase;   /* barriers passed */
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool spin(const sft_team *t, atomic_uint *word, unsigned old, int64_t limit)
{
    if (t->crowded) {
        for (int i = 0; i < 4; i++) {
            if (atomic_load(word) != old)
                return true;
            sched_yield();
        }
        return false;
    }
    int64_t end = 0;
    for (;;) {
        for (int i = 0; i < 64; i++) {
            if (atomic_load(word) != old)
                return true;
            relax();
        }
        int64_t now = nanoseconds();
        if (!end)
            end = now + limit;
        if (now >= end)
            return false;
    }
}

/* limit: nanoseconds to spin before sleeping */
static void wait_change(sft_team *t, atomic_uint *word, unsigned old, int64_t limit)
{
    if (spin(t, word, old, limit))
        return;
    pthread_mutex_lock(&t->mutex);
    atomic_fetch_add(&t->sleepers, 1);
    while (atomic_load(word) == old)
        pthread_cond_wait(&t->woken, &t->mutex);
    atomic_fetch_sub(&t->sleepers, 1);
    pthread_mutex_unlock(&t->mutex);
}

static void change(sft_team *t, atomic_uint *word)
{
    atomic_fetch_add(word, 1);
    if (atomic_load(&t->sleepers) == 0)
        return;
    pthread_mutex_lock(&t->mutex);
    pthread_cond_broadcast(&t->woken);
    pthread_mutex_unlock(&t->mutex);
}

static void *work(void *arg)
{
    worker *w = arg;
    sft_team *t = w->team;
    for (unsigned seen = 0;; seen++) {
        wait_change(t, &t->go, seen, SPIN_BETWEEN);
        if (t->stop)
            return NULL;
        t->fn(t->arg, w->index, t->size);
        if (atomic_fetch_sub(&t->left, 1) == 1)
            change(t, &t->done);
    }
}

/* Signals belong to the program's own threads: ours block all of them. */
static void start_workers(sft_team *t, int threads)
{
    sigset_t all, before;
    pthread_attr_t attr;
    sigfillset(&all);
    if (pthread_attr_init(&attr))
        return;
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; t->size < threads; t->size++) {
        worker *w = &t->workers[t->size - 1];
        *w = (worker){ .team = t, .index = t->size };
        if (pthread_create(&w->thread, &attr, work, w))
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
}

/* The block is over-aligned, so it lives in a slab whose record is kept in front of the workers. */
typedef struct team_block {
    sft_slab slab;
} team_block;

sft_team *sft__team_new(sft_ctx *c, int threads)
{
    sft_slab slab;
    size_t workers = (size_t)(threads > 1 ? threads - 1 : 0) * sizeof(worker);
    if (sft__slab_open(c, &slab, sizeof(sft_team) + sizeof(team_block) + workers))
        return NULL;
    sft_team *t = slab.base;
    team_block *b = (team_block *)(t + 1);
    b->slab = slab;
    t->workers = (worker *)(b + 1);
    t->ctx = c;
    t->size = 1;
    t->crowded = threads > sft__cores();
    atomic_init(&t->sleepers, 0);
    atomic_init(&t->go, 0);
    atomic_init(&t->left, 0);
    atomic_init(&t->done, 0);
    atomic_init(&t->arrived, 0);
    atomic_init(&t->phase, 0);
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->woken, NULL);
    start_workers(t, threads);
    return t;
}

int sft__team_size(const sft_team *t)
{
    return t->size;
}

void sft__team_run(sft_team *t, sft_team_fn *fn, void *arg)
{
    if (t->size == 1) {
        fn(arg, 0, 1);
        return;
    }
    unsigned done = atomic_load(&t->done);
    t->fn = fn;
    t->arg = arg;
    atomic_store(&t->left, t->size - 1);
    change(t, &t->go);
    fn(arg, 0, t->size);
    wait_change(t, &t->done, done, SPIN_IN_RUN);
}

void sft__team_barrier(sft_team *t, int thread)
{
    (void)thread;
    if (t->size == 1)
        return;
    unsigned phase = atomic_load(&t->phase);
    if (atomic_fetch_add(&t->arrived, 1) < t->size - 1) {
        wait_change(t, &t->phase, phase, SPIN_IN_RUN);
        return;
    }
    atomic_store(&t->arrived, 0);
    change(t, &t->phase);
}

void sft__team_free(sft_team *t)
{
    if (!t)
        return;
    t->stop = true;
    change(t, &t->go);
    for (int i = 0; i < t->size - 1; i++)
        pthread_join(t->workers[i].thread, NULL);
    pthread_cond_destroy(&t->woken);
    pthread_mutex_destroy(&t->mutex);
    sft_slab slab = ((team_block *)(t + 1))->slab;
    sft__slab_close(t->ctx, &slab);
}
