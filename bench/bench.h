/* SPDX-License-Identifier: MIT */
/* The benchmark: five training workloads against yardsticks of the same run. */
#ifndef SUREFOOT_BENCH_H
#define SUREFOOT_BENCH_H

#include "graph/graph.h"

typedef struct bench_workload {
    const char *name, *what, *stack;
    sft_shape   shape;
    int64_t     batch;
    const char *optimizer;      /* in the recipe's grammar */
    int64_t     plan;           /* steps of a usual run of it */
} bench_workload;

const bench_workload *bench_workload_at(int i); /* NULL past the end */
const bench_workload *bench_workload_find(const char *name);

typedef struct bench_time {
    double median, best;        /* seconds */
} bench_time;

/* Runs f(arg) for about `seconds`, at least 20 times after a warm-up. */
bench_time bench_measure(void (*f)(void *), void *arg, double seconds);

/* FMA peak of `threads` threads, FLOP/s of floats. */
double bench_peak(int threads);

/* Seconds that a word takes from one thread of a team to the other. */
double bench_handover(void);

/* The net's products by bare library calls: dnnl_sgemm for linear layers, convolution primitives for convolutions; each of `threads`
 * threads works on batch/threads samples. Seconds a step; 0 without oneDNN. */
bench_time bench_bare(const sft_net *n, int threads, double seconds);

/* FLOP of a training step's products: forward, gradient of the weights, gradient of the input where it is wanted. */
double bench_flops(const sft_net *n);

typedef struct bench_looks {
    int64_t plan;
    double  step, look;         /* seconds */
    double  looks;              /* of the plan, by the default cadence */
    double  modelled;           /* steps that the cadence takes a look for */
    double  share;              /* of the time of all steps that looks take */
} bench_looks;

/* judged: by symptoms, too, as train --watch does. */
bench_looks bench_look_share(const bench_workload *w, int threads, bool judged, double seconds);

#endif
