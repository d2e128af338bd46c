/* SPDX-License-Identifier: MIT */
/* What looking at a run costs: whole runs by the trainer, plain and looked at, in turns; the share of step time that all looks of a
 * plan take. */
#include "bench.h"

#include "doctor/cadence.h"
#include "doctor/observe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Steps of a block: the watcher asks how the gradient turns in cycles of 64. Where a step takes long, a part of it must do. */
enum { BLOCK = 64, SHORT_BLOCK = 16, BATCHES = 64, ROUNDS = 100 };

typedef struct runner {
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
    *k = (runner){ .c = sft_open(&(sft_config){ .threads = threads }) };
    snprintf(text, sizeof text, "data: digits\nmodel: %s\noptimizer: %s\ntrain: {batch: %lld, steps: %lld}\nprobe: {every: %s}\n", w->stack,
             w->optimizer, (long long)w->batch, (long long)w->plan, every ? every : "auto");
    k->r = sft_recipe_parse(k->c, "bench", text, strlen(text));
    k->d = random_data(k->c, w);
    k->n = sft_net_new(k->c, k->r, k->d);
    k->t = sft_trainer_new(k->c, k->r, k->d, k->n);
    must(k->c);
    if (every) k->w = sft_watch_open(k->t, NULL, &(sft_watch_options){ .judge = judged });
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

static double block(runner *k, int steps)
{
    const double start = sft__now();
    for (int i = 0; i < steps; i++) {
        sft_step_facts at;
        sft_step(k->t, &at);
        sft_watch_step(k->w, &at);
    }
    must(k->c);
    return sft__now() - start;
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

static double looks_of(const runner *k, bool judged, double *modelled)
{
    sft_recipe_set(k->r, "probe.every=auto");
    sft_recipe_resolve(k->r);
    const int64_t     rows = sft__probe_rows(k->d, k->n, k->r->probe_conf.samples);
    const sft_cadence c = sft__cadence(k->t, rows, judged);
    double            n = 1;
    for (int64_t step = 1; step <= c.plan; step++) n += sft__cadence_due(&c, step);
    *modelled = sft__look_cost(k->n, k->t->recipe->train_conf.batch, rows) * (judged ? 2 : 1);
    return n;
}

/* Steps of a block for this workload: by the time of a few. */
static int block_of(runner *a)
{
    block(a, 2);
    return block(a, 2) > 0.04 ? SHORT_BLOCK : BLOCK;
}

bench_looks bench_look_share(const bench_workload *w, int threads, bool judged, double seconds)
{
    static double plain[ROUNDS], idle[ROUNDS], looked[ROUNDS];
    runner        a, b, c;
    bench_looks   out = { .plan = w->plan };
    char          every[24];
    int           n = 0;
    open_runner(&a, w, threads, NULL, false);
    const int steps = block_of(&a), warm = steps == BLOCK ? 5 : 1; /* of the first 256 every one is asked for its turn */
    snprintf(every, sizeof every, "%d", steps);
    open_runner(&b, w, threads, "1e15", judged);
    open_runner(&c, w, threads, every, judged);
    for (int i = 0; i < warm; i++) {
        block(&a, steps);
        block(&b, steps);
        block(&c, steps);
    }
    for (const double end = sft__now() + seconds; n < ROUNDS && (n < 3 || sft__now() < end); n++) {
        plain[n] = block(&a, steps);
        idle[n] = block(&b, steps) - plain[n];
        looked[n] = block(&c, steps) - plain[n];
    }
    const double step = median(plain, n) / steps, rest = fmax(0, median(idle, n)), look = fmax(0, median(looked, n) - rest);
    out.step = step;
    out.look = look;
    out.looks = looks_of(&a, judged, &out.modelled);
    out.share = (out.looks * look / (double)w->plan + rest / steps) / step;
    close_runner(&a);
    close_runner(&b);
    close_runner(&c);
    return out;
}
