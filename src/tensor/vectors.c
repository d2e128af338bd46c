/* SPDX-License-Identifier: MIT */
/* Vectors as long as the weights: linear combinations and sums. */
/* A sum is that of eight lanes over each block of a fixed size, then of the blocks in order; threads only
 * share out the blocks. */
#include "tensor/vectors.h"

#include "base/hot.h"

#include <math.h>

enum { BLOCK = 1024, ALONE = 32 * 1024 }; /* below ALONE elements a second thread does not pay */

typedef struct job {
    const sft_vectors *v;
    void             (*block)(const struct job *j, int64_t at, int64_t n, double *part);
    double             a, b;
    const real        *x, *y;
    real              *z;
} job;

static void share(void *arg, int thread, int threads)
{
    const job *j = arg;
    int64_t    blocks = sft__vectors_parts(j->v->n);
    for (int64_t i = blocks * thread / threads; i < blocks * (thread + 1) / threads; i++) {
        int64_t at = i * BLOCK, left = j->v->n - at;
        j->block(j, at, left < BLOCK ? left : BLOCK, &j->v->part[i]);
    }
}

static void run(job *j)
{
    if (j->v->team == NULL || j->v->n < ALONE || sft__team_size(j->v->team) == 1)
        share(j, 0, 1);
    else
        sft__team_run(j->v->team, share, j);
}

static double sum(const sft_vectors *v)
{
    double total = 0;
    for (int64_t i = 0; i < sft__vectors_parts(v->n); i++) total += v->part[i];
    return total;
}

int64_t sft__vectors_parts(int64_t n) { return (n + BLOCK - 1) / BLOCK; }

/* ---- linear combinations ------------------------------------------------------------------- */

SFT_HOT static void mix(const job *j, int64_t at, int64_t n, double *part)
{
    const real *x = j->x + at, *y = j->y + at;
    real       *z = j->z + at, a = (real)j->a, b = (real)j->b;
    (void)part;
    SFT_APART
    for (int64_t i = 0; i < n; i++) z[i] = a * x[i] + b * y[i];
}

void sft__vectors_mix(const sft_vectors *v, double a, const real *x, double b, const real *y, real *z)
{
    run(&(job){ .v = v, .block = mix, .a = a, .b = b, .x = x, .y = y, .z = z });
}

SFT_HOT static void square_step(const job *j, int64_t at, int64_t n, double *part)
{
    const real *w = j->x + at, *g = j->y + at;
    real       *z = j->z + at, a = (real)j->a;
    (void)part;
    SFT_APART
    for (int64_t i = 0; i < n; i++) z[i] += a * (w[i] * w[i] * g[i]);
}

void sft__vectors_square_step(const sft_vectors *v, double a, const real *w, const real *g, real *z)
{
    run(&(job){ .v = v, .block = square_step, .a = a, .x = w, .y = g, .z = z });
}

/* ---- sums ---------------------------------------------------------------------------------- */

#define LANES(term)                                                                                \
    const real *x = j->x + at, *y = j->y + at;                                                     \
    double      lane[8] = { 0 };                                                                   \
    int64_t     i = 0;                                                                             \
    (void)y;                                                                                       \
    for (; i + 8 <= n; i += 8)                                                                     \
        for (int64_t k = 0; k < 8; k++) lane[k] += term(i + k);                                    \
    for (; i < n; i++) lane[i & 7] += term(i);                                                     \
    *part = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]))

#define PRODUCT(i)   ((double)x[i] * (double)y[i])
#define MAGNITUDE(i) fabs((double)x[i])

SFT_HOT static void dot(const job *j, int64_t at, int64_t n, double *part) { LANES(PRODUCT); }

#define SQUARED(i) (PRODUCT(i) * PRODUCT(i))
SFT_HOT static void weighted(const job *j, int64_t at, int64_t n, double *part) { LANES(SQUARED); }

SFT_HOT static void magnitudes(const job *j, int64_t at, int64_t n, double *part)
{
    LANES(MAGNITUDE);
}

static void largest(const job *j, int64_t at, int64_t n, double *part)
{
    *part = 0;
    for (int64_t i = at; i < at + n; i++) *part = fmax(*part, fabs((double)j->x[i]));
}

double sft__vectors_dot(const sft_vectors *v, const real *x, const real *y)
{
    run(&(job){ .v = v, .block = dot, .x = x, .y = y });
    return sum(v);
}

double sft__vectors_weighted(const sft_vectors *v, const real *x, const real *y)
{
    run(&(job){ .v = v, .block = weighted, .x = x, .y = y });
    return sum(v);
}

double sft__vectors_abs_sum(const sft_vectors *v, const real *x)
{
    run(&(job){ .v = v, .block = magnitudes, .x = x, .y = x });
    return sum(v);
}

double sft__vectors_abs_max(const sft_vectors *v, const real *x)
{
    double most = 0;
    run(&(job){ .v = v, .block = largest, .x = x });
    for (int64_t i = 0; i < sft__vectors_parts(v->n); i++) most = fmax(most, v->part[i]);
    return most;
}
