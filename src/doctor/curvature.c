/* SPDX-License-Identifier: MIT */
/* Sharpness at the start: the largest eigenvalue of the Hessian of the mean loss on the probe batch. A product with the
 * Hessian is a difference of two gradients. Lanczos' method makes more of a dozen of them than the power iteration, and is not
 * lost where the steepest ridge is as steep as the steepest valley. All of it happens in the twin, dropout's mask the same
 * throughout; the network that will be trained is not touched. */
/* Of an optimiser that divides by sqrt(v) + eps, sharpness is that of P^-1/2 H P^-1/2, P = diag(sqrt(v) + eps) (Cohen et al.
 * 2022). After one step v would be g^2, tiny wherever a gradient happens to pass through zero, and the sharpness would be of
 * that accident. What is assumed instead: v is the mean square that batches of the recipe's size have here, what it would
 * become if the weights stood still. Weight decay and clipping are left out. */
#include "doctor/pace.h"

#include "base/random.h"
#include "data/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 12, VECTORS = 6, RUNGS = 40 };

typedef struct hill {
    sft_chart       *chart;
    sft_net         *net;
    const sft_batch *batch;
    int64_t          n;
    sft_slab         room;
    real            *w, *root;  /* weights at the start; P^-1/2 */
    real            *v, *old, *hv, *plus; /* scratch */
    real            *mean;      /* gradient of the whole batch; later `old` */
    double           reach;     /* length of the step whose ends' gradients are compared */
} hill;

static double length(const real *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

static double dot(const real *x, const real *y, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)y[i];
    return sum;
}

static void scale(real *x, double a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) x[i] = (real)((double)x[i] * a);
}

/* ---- products ----------------------------------------------------------------------------------- */

/* Gradient at w + a P^-1/2 v, into the network's. */
static bool gradient_at(hill *h, double a)
{
    real *w = h->net->w.base;
    for (int64_t i = 0; i < h->n; i++) w[i] = (real)((double)h->w[i] + a * (double)h->root[i] * (double)h->v[i]);
    return isfinite(sft__loss_here(h->chart, h->net, h->batch));
}

/* hv = P^-1/2 H P^-1/2 v, by a central difference: its error is of third order, and quadratics have none. */
static bool product(hill *h)
{
    double step = 0;
    for (int64_t i = 0; i < h->n; i++) step += (double)h->root[i] * (double)h->v[i] * (double)h->root[i] * (double)h->v[i];
    const double a = h->reach / fmax(sqrt(step), 1e-30);
    const real  *g = h->net->g.base;
    if (!gradient_at(h, a)) return false;
    memcpy(h->plus, g, (size_t)h->n * sizeof(real));
    if (!gradient_at(h, -a)) return false;
    for (int64_t i = 0; i < h->n; i++)
        h->hv[i] = (real)(((double)h->plus[i] - (double)g[i]) / (2 * a) * (double)h->root[i]);
    return true;
}

/* The gradient has a share in steep directions; chance makes sure that none is missed. */
static bool begin(hill *h)
{
    sft_stream random = sft__stream(sft__key(2, SFT_FOR_TEST), 0, 0, 0);
    if (!gradient_at(h, 0)) return false;
    const real  *g = h->net->g.base;
    const double size = length(g, h->n), part = size > 0 ? 1 / size : 0, each = 0.5 / sqrt((double)h->n);
    for (int64_t i = 0; i < h->n; i++)
        h->v[i] = h->root[i] > 0 ? (real)((double)g[i] * part + each * sft__normal(&random)) : 0;
    scale(h->v, 1 / fmax(length(h->v, h->n), 1e-30), h->n);
    return true;
}

/* ---- Lanczos -------------------------------------------------------------------------------------- */

typedef struct band {           /* what is left of H in the space of the products: a symmetric matrix of three diagonals */
    int    n;
    double on[ITERATIONS], off[ITERATIONS]; /* off[i]: between i and i + 1; the last one leads out of the space */
} band;

/* Are all eigenvalues below x? The pivots of T - x are all negative then. */
static bool all_below(const band *t, double x)
{
    double d = 1;
    for (int i = 0; i < t->n; i++) {
        d = t->on[i] - x - (i > 0 ? t->off[i - 1] * t->off[i - 1] / d : 0);
        if (!(d < 0)) return false;
    }
    return true;
}

/* By halving what Gershgorin's circles enclose. */
static double largest(const band *t)
{
    double high = -INFINITY, low = INFINITY;
    for (int i = 0; i < t->n; i++) {
        const double r = (i > 0 ? t->off[i - 1] : 0) + (i + 1 < t->n ? t->off[i] : 0);
        high = fmax(high, t->on[i] + r);
        low = fmin(low, t->on[i] - r);
    }
    for (int k = 0; k < 100; k++) {
        const double mid = low + (high - low) / 2;
        if (all_below(t, mid)) high = mid; else low = mid;
    }
    return high;
}

/* |H v - x v| of the vector v that belongs to eigenvalue x: how much of it leads out of the space. */
static double residual(const band *t, double x)
{
    double s = 1, before = 0, all = 1;
    for (int i = 0; i + 1 < t->n; i++) {
        const double next = ((x - t->on[i]) * s - (i > 0 ? t->off[i - 1] : 0) * before) / t->off[i];
        before = s;
        s = next;
        all += s * s;
    }
    return t->off[t->n - 1] * fabs(s) / sqrt(all);
}

/* Takes what `v` and the one before know already off hv, which becomes the next v. */
static void turn_on(hill *h, band *t)
{
    const double back = t->n > 0 ? t->off[t->n - 1] : 0, on = dot(h->v, h->hv, h->n);
    for (int64_t i = 0; i < h->n; i++)
        h->hv[i] = (real)((double)h->hv[i] - on * (double)h->v[i] - (t->n > 0 ? back * (double)h->old[i] : 0));
    real *old = h->old;
    t->on[t->n] = on;
    t->off[t->n++] = length(h->hv, h->n);
    h->old = h->v;
    h->v = h->hv;
    h->hv = old;
}

static bool find_sharpness(hill *h, sft_curvature *y)
{
    band t = { .n = 0 };
    if (!begin(h)) return false;
    while (t.n < ITERATIONS) {
        if (!product(h)) return false;
        turn_on(h, &t);
        y->sharpness = largest(&t);
        y->residual = residual(&t, y->sharpness) / fabs(y->sharpness);
        if (!(y->residual > 0.01) || !(t.off[t.n - 1] > 0)) break;
        scale(h->v, 1 / t.off[t.n - 1], h->n);
    }
    return isfinite(y->sharpness) && isfinite(y->residual);
}

/* ---- the critical rate (Kalra and Barkeshli 2024) ------------------------------------------------ */

/* Loss behind one step of the optimiser without momentum: w - rate P^-1 g. */
static double loss_behind(hill *h, double rate)
{
    real *w = h->net->w.base;
    for (int64_t i = 0; i < h->n; i++)
        w[i] = (real)((double)h->w[i] - rate * (double)h->root[i] * (double)h->root[i] * (double)h->mean[i]);
    return sft__loss_here(h->chart, h->net, h->batch);
}

/* Up from the recipe's rate, or down from it, by factors of 2, until the loss changes sides. */
static double critical_rate(hill *h, double rate)
{
    double start = loss_behind(h, 0);
    memcpy(h->mean, h->net->g.base, (size_t)h->n * sizeof(real));
    if (!(length(h->mean, h->n) > 0)) return NAN;
    bool   falls = loss_behind(h, rate) < start;
    double step = falls ? 2 : 0.5;
    for (int k = 0; k < RUNGS; k++) {
        rate *= step;
        if ((loss_behind(h, rate) < start) != falls) return falls ? rate : 2 * rate;
    }
    return NAN;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static sft_status make_room(hill *h)
{
    const size_t each = (size_t)h->n;
    if (sft__slab_open(h->chart->ctx, &h->room, VECTORS * each * sizeof(real) + 1)) return sft_code(h->chart->ctx);
    h->w = h->room.base;
    h->root = h->w + each;
    h->v = h->root + each;
    h->hv = h->v + each;
    h->plus = h->hv + each;
    h->mean = h->old = h->plus + each;
    memcpy(h->w, h->net->w.base, each * sizeof(real));
    /* a thousandth of the weights; of weights that are all zero, of ones of a usual size */
    h->reach = 1e-3 * fmax(length(h->w, h->n), 0.01 * sqrt((double)h->n));
    return SFT_OK;
}

/* Where v is 0 nothing has a gradient, and eps alone must not make a mountain of it. */
static void precondition(hill *h, const sft_pace *p, const real *square)
{
    for (int64_t i = 0; i < h->n; i++) {
        const double root = sqrt((double)square[i]);
        h->root[i] = p->adaptive ? (real)(root > 0 ? 1 / sqrt(root + p->eps) : 0) : 1;
    }
}

static int by_size(const void *a, const void *b)
{
    const real x = *(const real *)a, y = *(const real *)b;
    return (x > y) - (x < y);
}

/* Median of sqrt(v) over the weights that have a gradient. */
static double typical_root(const real *square, int64_t n, real *sorted)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++)
        if (square[i] > 0) sorted[k++] = square[i];
    if (!k) return NAN;
    qsort(sorted, (size_t)k, sizeof *sorted, by_size);
    return sqrt((double)sorted[k / 2]);
}

static void climb(hill *h)
{
    sft_curvature *y = &h->chart->curvature;
    const sft_pace p = sft__pace_of(h->chart->recipe);
    if (sft__measure_noise(h->chart, h->net, h->batch, h->mean, h->plus, &y->noise) || !y->noise.known) return;
    y->root = typical_root(h->plus, h->n, h->v);
    if (!p.known) return;
    precondition(h, &p, h->plus);
    y->critical = critical_rate(h, p.lr);
    y->known = find_sharpness(h, y) && !sft__failed(h->chart->ctx);
    y->limit = p.factor / p.lr;
    y->rate_limit = y->sharpness > 0 ? p.factor / y->sharpness : INFINITY;
}

sft_status sft__measure_curvature(sft_chart *c, sft_net *n, const sft_batch *b)
{
    hill h = { .chart = c, .net = c->net, .batch = b, .n = c->net->n_params };
    c->curvature = (sft_curvature){ .critical = NAN, .root = NAN };
    if (sft__net_copy(c->net, n) || make_room(&h)) return sft_code(c->ctx);
    climb(&h);
    memcpy(h.net->w.base, h.w, (size_t)h.n * sizeof(real));
    sft__slab_close(c->ctx, &h.room);
    return sft_code(c->ctx);
}
