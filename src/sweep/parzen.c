/* SPDX-License-Identifier: MIT */
/* Parzen estimators of TPE: p(u) = 1 / (n + 1) (1 + sum_i prod_j k(u_j; u_ij)), the products joint over all axes (Falkner et al. 2018),
 * so that what goes together is drawn together.
 *
 * Along an ordered axis k is a normal curve cut off at the ends of the cube; along categories it is its own with the most weight and the
 * others with a little each. Where either point has nothing on an axis, k is even: what differs is the axis it hangs on. The width
 * follows Scott's rule, 0.15 n^(-1/(d + 4)), and for few points never falls below half of 1 / (n + 1). The two numbers, and the share of
 * good points of the sampler, were chosen on six functions that are not those of tests/test_samplers_search.c. */
#include "sweep/parzen.h"

#include <math.h>

/* Log of the share of the curve around `mean` that lies in the cube. */
static double log_inside(double mean, double width)
{
    return log(sft__normal_below((1 - mean) / width) - sft__normal_below(-mean / width));
}

sft_status sft__parzen_open(sft_arena *a, const sft_space *space, const double **u, int64_t n, sft_parzen *p)
{
    const int axes = space->n;
    *p = (sft_parzen){ .space = space, .n = n, .u = u, .even = 1.0 / (double)(n + 1) };
    p->width = fmax(0.15 * pow((double)(n > 0 ? n : 1), -1.0 / (axes + 4)), 0.5 / (double)(n + 1 < 100 ? n + 1 : 100));
    p->log_width = log(p->width * 2.50662827463100050242);
    p->mass = sft__arena_alloc(a, (size_t)(n * axes + 1) * sizeof *p->mass);
    if (!p->mass) return sft_code(a->ctx);
    for (int j = 0; j < axes; j++) p->ordered[j] = sft__axis_ordered(&space->axis[j]);
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < axes; j++) p->mass[i * axes + j] = log_inside(u[i][j], p->width);
    return SFT_OK;
}

static double draw_number(const sft_parzen *p, sft_stream *random, double mean)
{
    for (int i = 0; i < 1000; i++) {
        const double u = mean + p->width * sft__normal(random);
        if (u >= 0 && u < 1) return u;
    }
    return mean;
}

void sft__parzen_draw(const sft_parzen *p, sft_stream *random, double *u)
{
    const uint64_t kernel = sft__below(random, (uint64_t)p->n + 1);
    for (int j = 0; j < p->space->n; j++) {
        const sft_axis *axis = &p->space->axis[j];
        const double    centre = kernel < (uint64_t)p->n ? p->u[kernel][j] : NAN;
        if (isnan(centre))
            u[j] = sft__uniform(random);
        else if (p->ordered[j])
            u[j] = draw_number(p, random, centre);
        else
            u[j] = sft__uniform(random) * (1 + axis->n * p->even) < 1 ? centre : sft__uniform(random);
    }
}

/* Log of k(u; centre) against the even density 1. */
static double log_kernel(const sft_parzen *p, int64_t i, int j, double u)
{
    const sft_axis *axis = &p->space->axis[j];
    const double    centre = p->u[i][j];
    if (isnan(u) || isnan(centre)) return 0;
    if (p->ordered[j]) {
        const double z = (u - centre) / p->width;
        return -0.5 * z * z - p->log_width - p->mass[i * p->space->n + j];
    }
    const bool same = sft__axis_index(axis, u) == sft__axis_index(axis, centre);
    return log(axis->n * (same + p->even) / (1 + axis->n * p->even));
}

double sft__parzen_log(const sft_parzen *p, const double *u, double *room)
{
    double most = 0, sum = 0; /* the prior's log density */
    for (int64_t i = 0; i < p->n; i++) {
        room[i] = 0;
        for (int j = 0; j < p->space->n; j++) room[i] += log_kernel(p, i, j, u[j]);
        most = fmax(most, room[i]);
    }
    room[p->n] = 0;
    for (int64_t i = 0; i <= p->n; i++) sum += exp(room[i] - most);
    return most + log(sum / (double)(p->n + 1));
}
