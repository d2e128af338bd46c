/* SPDX-License-Identifier: MIT */
/* Functions to be minimised by samplers, and races between samplers on them. */
#ifndef SFT_TESTS_SWEEP_RACE_H
#define SFT_TESTS_SWEEP_RACE_H

#include "check.h"

#include <math.h>

#include "sweep/sampling.h"

enum { RACE_MOST = 128 };       /* trials */

typedef struct race_function {
    const char *name;
    int         axes;
    double      low, high;      /* of all axes; low[1] and high[1] differ for Branin alone, which shifts itself */
    double    (*at)(const double *x);
} race_function;

/* A space of `axes` real axes. */
static inline void race_space(const race_function *f, sft_axis *axis, sft_space *space)
{
    static const char *const keys[SFT_MOST_AXES] = { "x.a", "x.b", "x.c", "x.d", "x.e", "x.f", "x.g", "x.h" };
    *space = (sft_space){ .n = f->axes, .axis = axis };
    for (int i = 0; i < f->axes; i++)
        axis[i] = (sft_axis){ .key = keys[i], .kind = SFT_AXIS_REAL, .low = f->low, .high = f->high, .parent = -1 };
}

/* Asks and tells `trials` times; best[i]: the least value of the first i + 1. `workers` points are always running. */
static inline void race_run(sft_ctx *c, const sft_space *space, double (*value)(const sft_space *, const double *), const sft_sampler *m,
                            const void *conf, uint64_t seed, int trials, int workers, double *best)
{
    static double u[RACE_MOST][SFT_MOST_AXES];
    sft_sample    sample[RACE_MOST];
    sft_search    s = { .space = space, .conf = conf, .seed = seed, .sample = sample };
    double        least = INFINITY;
    bool          done = false;
    for (int i = 0; i < trials; i++) {
        if (i >= workers) sample[i - workers].known = SFT_KNOWN_VALUE;
        s.n = i;
        assert_int_equal(sft__sampler_next(c, m, &s, u[i], &done), SFT_OK);
        assert_false(done);
        sample[i] = (sft_sample){ u[i], SFT_KNOWN_RUNNING, value(space, u[i]), 1 };
        least = fmin(least, sample[i].value);
        best[i] = least;
    }
}

/* Trials until `target` is reached; `trials` + 1: it is not. */
static inline int race_until(const double *best, int trials, double target)
{
    int n = 1;
    while (n <= trials && !(best[n - 1] <= target)) n++;
    return n;
}

static inline int race_by_size(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static inline double race_median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, race_by_size);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

#endif
