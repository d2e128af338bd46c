/* SPDX-License-Identifier: MIT */
/* Running mean and variance by Welford's recurrence, merged by Chan, Golub and LeVeque (1983). */
#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

void sft__stats_add(sft_stats *s, double x)
{
    if (!isfinite(x)) {
        s->bad++;
        return;
    }
    s->n++;
    if (s->n == 1 || x < s->min)
        s->min = x;
    if (s->n == 1 || x > s->max)
        s->max = x;
    double d = x - s->mean;
    s->mean += d / (double)s->n;
    s->m2 += d * (x - s->mean);
}

/* M2 = M2a + M2b + d^2 na nb / n, d = mean b - mean a */
void sft__stats_merge(sft_stats *s, const sft_stats *other)
{
    s->bad += other->bad;
    if (!other->n)
        return;
    if (!s->n) {
        int64_t bad = s->bad;
        *s = *other;
        s->bad = bad;
        return;
    }
    double na = (double)s->n, nb = (double)other->n, n = na + nb, d = other->mean - s->mean;
    s->mean += d * (nb / n);
    s->m2 += other->m2 + d * d * (na * (nb / n));
    s->min = fmin(s->min, other->min);
    s->max = fmax(s->max, other->max);
    s->n += other->n;
}

double sft__stats_variance(const sft_stats *s)
{
    return s->n > 1 ? s->m2 / (double)(s->n - 1) : 0.0;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sft__sort(double *x, int64_t n)
{
    qsort(x, (size_t)n, sizeof *x, rising);
}
