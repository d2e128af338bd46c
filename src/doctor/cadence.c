/* SPDX-License-Identifier: MIT */
#include "doctor/cadence.h"

#include <math.h>

enum { LEAST_LOOKS = 8, MOST_AN_EPOCH = 20 };

/* ---- what a look costs ------------------------------------------------------------------------- */

typedef struct size {           /* of a network */
    double flops;               /* of a sample, forward */
    double values;              /* of a sample, all layers' outputs */
    double params;
} size;

static size size_of(const sft_net *n)
{
    size k = { .params = (double)n->n_params };
    for (int i = 0; i < n->n_nodes; i++) {
        k.flops += n->node[i]->flops;
        k.values += (double)sft__count(n->node[i]->out);
    }
    return k;
}

/* Nanoseconds, fitted to the workloads of the benchmark on an AVX-512 server: a step on two threads, a look on one. What counts is
 * the ratio of the two, and looks are taken for a quarter dearer than they are. */
static double step_time(const size *k, double rows)
{
    return 15e3 + rows * (k->flops * 3 / 560 + k->values * 0.3) + k->params * 0.3;
}

static double look_time(const size *k, double rows)
{
    return 25e3 + rows * (k->flops * 3 / 160 + k->values * 4) + k->params * 17;
}

/* A look that is judged takes so many times as long. */
enum { JUDGED = 2 };

double sft__look_cost(const sft_net *n, int64_t batch, int64_t rows, bool judged)
{
    const size k = size_of(n);
    return look_time(&k, (double)rows) / step_time(&k, (double)batch) * (judged ? JUDGED : 1);
}

/* ---- when --------------------------------------------------------------------------------------- */

/* Looks at the start: 1, base, base^2 … below the stride. */
static int64_t starts(int64_t base, double stride)
{
    int64_t n = 0;
    for (double at = 1; at < stride; at *= (double)base) n++;
    return n;
}

/* All looks together take the share of the plan; at most a quarter of them come at the start. */
static void spread(sft_cadence *c, double looks)
{
    const double stride = (double)c->plan / looks;
    c->base = 2;
    while (c->base < 64 && (double)starts(c->base, stride) > fmax(2, looks / 4)) c->base *= 2;
    const double left = fmax(1, looks - 1 - (double)starts(c->base, stride)); /* one is of step 0 */
    c->stride = (int64_t)fmax(1, ceil((double)c->plan / left));
    const int64_t least = (c->epoch + MOST_AN_EPOCH - 1) / MOST_AN_EPOCH;
    c->stride = c->stride > least ? c->stride : least;
}

sft_cadence sft__cadence(const sft_trainer *t, int64_t rows, bool judged)
{
    const sft_probe_conf *k = &t->recipe->probe_conf;
    const int64_t         batch = t->recipe->train_conf.batch * t->recipe->train_conf.accumulate;
    sft_cadence           c = { .plan = t->steps, .epoch = t->steps_per_epoch, .every = k->every > 0 ? k->every : 0 };
    const double          cost = sft__look_cost(t->net, batch, rows, judged);
    if (!c.every) spread(&c, fmax(LEAST_LOOKS, k->share * (double)c.plan / cost));
    return c;
}

/* Of an epoch's steps, or of every so many epochs: the ends of epochs are among them. */
static bool steady(const sft_cadence *c, int64_t step)
{
    if (c->stride >= c->epoch) return step % ((c->stride + c->epoch - 1) / c->epoch * c->epoch) == 0;
    const int64_t looks = c->epoch / c->stride, within = (step - 1) % c->epoch;
    return (within + 1) * looks / c->epoch != within * looks / c->epoch;
}

bool sft__cadence_due(const sft_cadence *c, int64_t step)
{
    if (step == c->plan) return true;
    if (c->every) return step % c->every == 0;
    int64_t at = 1;
    while (at < step) at *= c->base;
    return step > 0 && ((step < c->stride && at == step) || steady(c, step));
}
