/* SPDX-License-Identifier: MIT */
/* bench-surefoot: step times of the five workloads as shares of the machine's FMA peak and as multiples of the bare library kernels, all of
 * the same run. Every workload runs in a process of its own, so that its peak memory is its own. */
#include "bench.h"

#include "base/io.h"
#include "optim/optim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLES = 100000 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

bench_time bench_measure(void (*f)(void *), void *arg, double seconds)
{
    static double times[SAMPLES];
    double end = sft__now() + seconds / 4;
    for (int i = 0; i < 3 || sft__now() < end; i++)
        f(arg);
    int n = 0;
    for (end = sft__now() + seconds; n < SAMPLES && (n < 20 || sft__now() < end); n++) {
        double start = sft__now();
        f(arg);
        times[n] = sft__now() - start;
    }
    qsort(times, (size_t)n, sizeof *times, by_value);
    return (bench_time){ times[n / 2], times[0] };
}

/* ---- one training step ------------------------------------------------------------------------ */

typedef struct stepper {
    sft_ctx   *c;
    sft_arena  arena;
    sft_net   *net;
    sft_update update;
    sft_batch  batch;
    double     lr;
    int64_t    step;
} stepper;

static void must(const sft_ctx *c)
{
    if (!sft_code(c))
        return;
    fprintf(stderr, "bench-surefoot: %s\n", sft_message(c));
    exit(1);
}

static void open_update(stepper *s, const char *text)
{
    sft_spec spec;
    sft__spec_parse(&s->arena, text, strlen(text), (sft_pos){ "bench", 1, 1 }, &spec);
    const sft_optimizer *o = sft__optimizer_find(spec.name);
    void *conf = sft__arena_alloc(&s->arena, o->conf_size);
    sft__fields_bind(&s->arena, o->fields, conf, &spec, "optimizer");
    memcpy(&s->lr, (char *)conf + o->fields[0].offset, sizeof s->lr);
    sft_group *all = sft__arena_alloc(&s->arena, sizeof *all);
    *all = (sft_group){ 0, s->net->n_params, 1, true };
    sft__update_open(s->c, &s->arena, &s->update, o, conf, s->net->w.base, s->net->g.base, s->net->n_params, all, 1);
    must(s->c);
}

static void open_step(stepper *s, const bench_workload *w, int threads)
{
    *s = (stepper){ .c = sft_open(&(sft_config){ .threads = threads }) };
    sft__arena_open(&s->arena, s->c);
    sft_layer *layers = NULL;
    sft__stack_parse(&s->arena, w->stack, strlen(w->stack), (sft_pos){ "bench", 1, 1 }, &layers);
    must(s->c);
    sft_net_config k = { .model = layers, .batch = w->batch, .facts = { .shape = w->shape, .outputs = 10 } };
    s->net = sft__net_make(s->c, &k);
    must(s->c);
    open_update(s, w->optimizer);
    int64_t n = w->batch * sft__count(w->shape);
    real *x = sft__arena_alloc(&s->arena, (size_t)n * sizeof *x);
    int32_t *y = sft__arena_alloc(&s->arena, (size_t)w->batch * sizeof *y);
    must(s->c);
    sft_stream r = sft__stream(sft__key(1, SFT_FOR_DATA), 0, 0, 0);
    for (int64_t i = 0; i < n; i++)
        x[i] = (real)sft__normal(&r);
    for (int64_t i = 0; i < w->batch; i++)
        y[i] = (int32_t)sft__below(&r, 10);
    s->batch = (sft_batch){ .rows = w->batch, .x = x, .label = y };
}

static void one_step(void *arg)
{
    stepper *s = arg;
    sft_outcome o;
    sft__net_train(s->net, &s->batch, (uint64_t)s->step, &o);
    must(s->c);
    s->step++;
    sft__update_step(&s->update, sft__ctx_team(s->c), s->step, s->lr, 1);
}

static double peak_mib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

/* A child's whole life: one workload on some threads; prints one line of JSON. */
static int child(const char *name, int threads, double seconds)
{
    const bench_workload *w = bench_workload_find(name);
    stepper s;
    double start = sft__now();
    open_step(&s, w, threads);
    one_step(&s);
    double first = sft__now() - start;
    bench_time step = bench_measure(one_step, &s, seconds);
    double memory = peak_mib();
    bench_time bare = bench_bare(s.net, threads, seconds / 2), again = bench_measure(one_step, &s, seconds / 2);
    if (again.median < step.median)
        step = again;           /* the machine was quieter */
    double peak = bench_peak(threads), flops = bench_flops(s.net);
    printf("{\"workload\": \"%s\", \"threads\": %d, \"shards\": %d, \"step_us\": %.1f, \"min_us\": %.1f, \"gflops\": %.1f, "
           "\"peak_gflops\": %.1f, \"of_peak\": %.3f, \"bare_us\": %.1f, \"of_bare\": %.3f, \"first_step_ms\": %.1f, \"peak_rss_mb\": %.1f, "
           "\"handover_ns\": %.0f}\n",
           name, threads, s.net->shards, 1e6 * step.median, 1e6 * step.best, flops / step.median * 1e-9, peak * 1e-9,
           peak > 0 ? flops / step.median / peak : 0, 1e6 * bare.median, bare.median > 0 ? step.median / bare.median : 0, 1e3 * first, memory,
           threads > 1 ? 1e9 * bench_handover() : 0);
    sft__update_close(&s.update);
    sft_net_free(s.net);
    sft__arena_close(&s.arena);
    sft_close(s.c);
    return 0;
}

/* ---- the table --------------------------------------------------------------------------------- */

static double field(const char *line, const char *name)
{
    char key[40];
    snprintf(key, sizeof key, "\"%s\": ", name);
    const char *at = strstr(line, key);
    return at ? strtod(at + strlen(key), NULL) : 0;
}

static bool run_child(const char *self, const char *name, int threads, const char *seconds, char *line, size_t size)
{
    char command[4300];
    snprintf(command, sizeof command, "'%s' --child %s %d %s", self, name, threads, seconds);
    FILE *in = popen(command, "r");
    bool got = in && fgets(line, (int)size, in);
    return in && pclose(in) == 0 && got;
}

typedef struct row {            /* one workload on some threads: the quietest of its rounds, each figure for itself */
    double shards, step, bare, flops, peak, memory, first;
    double handover;            /* of the round with the quietest step */
} row;

static double least(double a, double b) { return a <= 0 || b < a ? b : a; }

static void take_round(row *r, const char *line)
{
    r->shards = field(line, "shards");
    if (r->step <= 0 || field(line, "step_us") < r->step)
        r->handover = field(line, "handover_ns");
    r->step = least(r->step, field(line, "step_us"));
    r->bare = least(r->bare, field(line, "bare_us"));
    r->first = least(r->first, field(line, "first_step_ms"));
    r->flops = field(line, "gflops") * field(line, "step_us"); /* of a step, in thousands */
    r->peak = fmax(r->peak, field(line, "peak_gflops"));
    r->memory = fmax(r->memory, field(line, "peak_rss_mb"));
}

/* Rounds take turns between the thread counts: what disturbs the machine for some seconds disturbs both. */
static bool measure(const char *self, const char *name, const char *seconds, int rounds, row at[3])
{
    char line[1024];
    for (int i = 0; i < rounds; i++)
        for (int threads = 1; threads <= 2; threads++) {
            if (!run_child(self, name, threads, seconds, line, sizeof line))
                return false;
            take_round(&at[threads], line);
        }
    return true;
}

static void print_row(const char *name, int threads, const row at[3])
{
    const row *r = &at[threads];
    double     gflops = r->flops / r->step;
    char handover[24] = "-";
    if (threads > 1)
        snprintf(handover, sizeof handover, "%.0f", r->handover);
    printf("%-4s %7d %6.0f %11.1f %9.1f %8.0f%% %11.1f %8.2f %9.2f %9.2f %9.0f %9s\n", name, threads, r->shards, r->step, gflops,
           100 * gflops / r->peak, r->bare, r->bare > 0 ? r->step / r->bare : 0, at[1].step / r->step,
           r->bare > 0 ? at[1].bare / r->bare : 0, r->memory, handover);
    fflush(stdout);
}

static void print_json(const char *name, int threads, const row at[3])
{
    const row *r = &at[threads];
    printf("{\"workload\": \"%s\", \"threads\": %d, \"shards\": %.0f, \"step_us\": %.1f, \"gflops\": %.1f, \"peak_gflops\": %.1f, "
           "\"bare_us\": %.1f, \"of_bare\": %.3f, \"scaling\": %.3f, \"bare_scaling\": %.3f, \"first_step_ms\": %.1f, \"peak_rss_mb\": %.1f, "
           "\"handover_ns\": %.0f}\n",
           name, threads, r->shards, r->step, r->flops / r->step, r->peak, r->bare, r->bare > 0 ? r->step / r->bare : 0,
           at[1].step / r->step, r->bare > 0 ? at[1].bare / r->bare : 0, r->first, r->memory, r->handover);
}

static void heading(void)
{
    puts(sft_version());
    for (int i = 0; bench_workload_at(i); i++)
        printf("%s  %s\n", bench_workload_at(i)->name, bench_workload_at(i)->what);
    puts("step: whole training step, median of the quietest round; bare: the same products by the library's kernels alone;\n"
         "scaling: over one thread, of the step and of the bare kernels; handover: of a word between the two threads, about 30 ns where\n"
         "their cores share the last-level cache, 100 to 300 where they do not\n");
    printf("%-4s %7s %6s %11s %9s %9s %11s %8s %9s %9s %9s %9s\n", "", "threads", "shards", "step us", "GFLOP/s", "of peak", "bare us",
           "of bare", "scaling", "bare's", "peak MiB", "hand ns");
}

/* ---- what looks cost --------------------------------------------------------------------------- */

static void print_looks(const char *name, int threads, bool judged, double seconds, bool json)
{
    const bench_looks k = bench_look_share(bench_workload_find(name), threads, judged, seconds);
    if (json)
        printf("{\"workload\": \"%s\", \"threads\": %d, \"judged\": %s, \"plan\": %lld, \"looks\": %.0f, \"step_us\": %.1f, "
               "\"look_us\": %.1f, \"look_steps\": %.2f, \"modelled_steps\": %.2f, \"share\": %.4f}\n",
               name, threads, judged ? "true" : "false", (long long)k.plan, k.looks, 1e6 * k.step, 1e6 * k.look, k.look / k.step, k.modelled,
               k.share);
    else
        printf("%-4s %7d %8s %8lld %6.0f %11.1f %11.1f %9.2f %9.2f %8.2f%%\n", name, threads, judged ? "watch" : "looks", (long long)k.plan,
               k.looks, 1e6 * k.step, 1e6 * k.look, k.look / k.step, k.modelled, 100 * k.share);
    fflush(stdout);
}

static void looks(const char *only, double seconds, bool json)
{
    if (!json)
        printf("%s\nlooks at the layers of a run, by the default cadence: what they take of the time of all steps\n\n%-4s %7s %8s %8s %6s %11s "
               "%11s %9s %9s %9s\n", sft_version(), "", "threads", "", "steps", "looks", "step us", "look us", "in steps", "modelled", "share");
    for (int i = 0; bench_workload_at(i); i++)
        for (int threads = 1; threads <= 2; threads++)
            for (int judged = 0; judged < 2; judged++)
                if (!only || !strcmp(only, bench_workload_at(i)->name))
                    print_looks(bench_workload_at(i)->name, threads, judged, seconds, json);
}

int main(int argc, char **argv)
{
    if (argc == 5 && !strcmp(argv[1], "--child"))
        return child(argv[2], atoi(argv[3]), atof(argv[4]));
    const char *seconds = "1", *only = NULL;
    int rounds = 3;
    bool json = false, look = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json"))
            json = true;
        else if (!strcmp(argv[i], "--looks"))
            look = true;
        else if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
            seconds = argv[++i];
        else if (!strcmp(argv[i], "--rounds") && i + 1 < argc && atoi(argv[i + 1]) > 0)
            rounds = atoi(argv[++i]);
        else if (bench_workload_find(argv[i]))
            only = argv[i];
        else {
            fprintf(stderr, "usage: bench-surefoot [--json] [--looks] [--seconds S] [--rounds N] [W1|W2|W3|W4|W5]\n");
            return 2;
        }
    }
    if (look) {
        looks(only, atof(seconds), json);
        return 0;
    }
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    if (!json)
        heading();
    for (int i = 0; bench_workload_at(i); i++) {
        const char *name = bench_workload_at(i)->name;
        row at[3] = { { 0 } };
        if (only && strcmp(only, name))
            continue;
        if (!measure(n > 0 ? self : argv[0], name, seconds, rounds, at))
            return 1;
        for (int threads = 1; threads <= 2; threads++)
            (json ? print_json : print_row)(name, threads, at);
    }
    return 0;
}
