/* SPDX-License-Identifier: MIT */
/* What looking at a run costs: the time inside the watcher, of runs by the trainer, and the share of step time that all looks of a plan
 * take. */
#include "bench.h"

#include "doctor/cadence.h"
#include "doctor/observe.h"
#include "doctor/watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Steps of a block; where a step takes long fewer must do. */
enum { BLOCK = 128, SHORT_BLOCK = 16, BATCHES = 64, ROUNDS = 100 };

typedef struct runner {
    int          threads;
    sft_ctx     *c;
    sft_recipe  *r;
    sft_data    *d;
    sft_net     *n;
    sft_trainer *t;
    sft_watcher *w;
} runner;

static sft_data *random_data(sft_ctx *c, const bench_workload *w)
{
    const int64_t count = w->batch * BATCHES, each = sft__count(w->shape);
    float        *x = malloc((size_t)(count * each) * sizeof *x), *y = malloc((size_t)count * sizeof *y);
    sft_data     *d = NULL;
    sft_stream    s = sft__stream(sft__key(1, SFT_FOR_DATA), 0, 0, 0);
    for (int64_t i = 0; x && i < count * each; i++) x[i] = (float)sft__normal(&s);
    for (int64_t i = 0; y && i < count; i++) y[i] = (float)sft__below(&s, 10);
    if (x && y) d = sft_data_from(c, x, w->shape, y, SFT_CLASSES, 10, count, NULL);
    free(x);
    free(y);
    return d;
}

static void must(const sft_ctx *c)
{
    if (!sft_code(c)) return;
    fprintf(stderr, "bench-surefoot: %s\n", sft_message(c));
    exit(1);
}

static void open_runner(runner *k, const bench_workload *w, int threads, const char *every, bool judged)
{
    char text[1200];
    *k = (runner){ .threads = threads, .c = sft_open(&(sft_config){ .threads = threads }) };
    snprintf(text, sizeof text, "data: digits\nmodel: %s\noptimizer: %s\ntrain: {batch: %lld, steps: %lld}\nprobe: {every: %s}\n", w->stack,
             w->optimizer, (long long)w->batch, (long long)w->plan, every);
    k->r = sft_recipe_parse(k->c, "bench", text, strlen(text));
    k->d = random_data(k->c, w);
    k->n = sft_net_new(k->c, k->r, k->d);
    k->t = sft_trainer_new(k->c, k->r, k->d, k->n);
    must(k->c);
    k->w = sft_watch_open(k->t, NULL, &(sft_watch_options){ .judge = judged });
    must(k->c);
}

static void close_runner(runner *k)
{
    sft_watch_close(k->w);
    sft_trainer_free(k->t);
    sft_net_free(k->n);
    sft_data_free(k->d);
    sft_recipe_free(k->r);
    sft_close(k->c);
}

/* On one thread its own processor time counts: what else the machine does has no part in the shares. */
static double now(const runner *k)
{
    struct timespec t;
    clock_gettime(k->threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct spell {          /* seconds in the steps of a block, and in the watcher; steps at which it asked how the gradient turns */
    double steps, watch;
    int    asked;
} spell;

/* Of reading the clock: a processor's clock is a system call. */
static double clock_cost(const runner *k)
{
    enum { TIMES = 2000 };
    const double begin = now(k);
    for (int i = 0; i < TIMES; i++) now(k);
    return (now(k) - begin) / TIMES;
}

static spell block(runner *k, int steps)
{
    spell t = { 0 };
    for (int i = 0; i < steps; i++) {
        sft_step_facts at;
        const double   begin = now(k);
        sft_step(k->t, &at);
        const double middle = now(k);
        sft_watch_step(k->w, &at);
        t.steps += middle - begin;
        t.watch += now(k) - middle;
        t.asked += sft__watch_asks(at.step);
    }
    must(k->c);
    return t;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_value);
    return x[n / 2];
}

static double turns_of(int64_t plan)
{
    double n = 0;
    for (int64_t step = 1; step <= plan; step++) n += sft__watch_asks(step);
    return n;
}

static double looks_of(const runner *k, bool judged, double *modelled)
{
    sft_recipe_set(k->r, "probe.every=auto");
    sft_recipe_resolve(k->r);
    const int64_t     rows = sft__probe_rows(k->d, k->n, k->r->probe_conf.samples);
    const sft_cadence c = sft__cadence(k->t, rows, judged);
    double            n = 1;
    for (int64_t step = 1; step <= c.plan; step++) n += sft__cadence_due(&c, step);
    *modelled = sft__look_cost(k->n, k->t->recipe->train_conf.batch, rows, judged);
    return n;
}

/* Steps of a block for this workload: by the time of a few. */
static int block_of(runner *k)
{
    block(k, 2);
    return block(k, 2).steps > 0.04 ? SHORT_BLOCK : BLOCK;
}

bench_looks bench_look_share(const bench_workload *w, int threads, bool judged, double seconds)
{
    static double step[ROUNDS], turn[ROUNDS], look[ROUNDS];
    runner        a, b;
    bench_looks   out = { .plan = w->plan };
    char          every[24];
    int           n = 0, asked = 0;
    open_runner(&a, w, threads, "1e15", judged);
    const int    steps = block_of(&a);
    const double clock = steps * clock_cost(&a);
    snprintf(every, sizeof every, "%d", steps);
    open_runner(&b, w, threads, every, judged);
    block(&a, steps);
    block(&b, steps);
    for (const double end = sft__now() + seconds; n < ROUNDS && (n < 3 || sft__now() < end); n++) {
        const spell x = block(&a, steps), y = block(&b, steps);
        step[n] = x.steps / steps;
        if (x.asked) turn[asked++] = fmax(0, x.watch - clock) / x.asked;
        look[n] = y.watch - x.watch;
    }
    out.step = median(step, n);
    out.look = median(look, n);
    out.looks = looks_of(&a, judged, &out.modelled);
    const double turns = judged && asked ? turns_of(w->plan) * median(turn, asked) : 0; /* who is not to judge only looks */
    out.share = (out.looks * out.look + turns) / (double)w->plan / out.step;
    close_runner(&a);
    close_runner(&b);
    return out;
}
