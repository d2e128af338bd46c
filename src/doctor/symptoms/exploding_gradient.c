/* SPDX-License-Identifier: MIT */
/* The gradient grows on its way to the first layers, or its norm leaps while it trains. */
#include "base/stats.h"
#include "doctor/flow.h"

#include <math.h>

enum { WINDOW = 32, SETTLED = 16 };

/* Two decades of growth with depth. Of the pull ResNet-20 has 1.5 at its start, 20 layers of tanh 0.9, others that learn less;
 * with weights 2.5 times Glorot's the 20 layers have 2.1 and do not learn. Growth of the gradient alone counts only where values
 * grow forward, too: widths and pools change its rms. */
static const double most_back = 2;
/* A leap: six robust deviations of log norm above the steps before, three times the largest norm so far, and a batch loss twice
 * that of an output that knows nothing. A net that has learned leaps, too, at a sample that it gets wrong, but to no such height;
 * one that was thrown far by its first steps leaps on its way back, and they are to blame. */
static const double most_z = 6, least_leap = 3, least_loss = 2;

static double median(double *x, int n)
{
    sft__sort(x, n);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* (log norm - median) / deviation, against the WINDOW steps before; the deviation is at least 0.2, a fifth of the norm. */
static double leap_of(const sft_course *k, int64_t at, double *usual)
{
    double    x[WINDOW], off[WINDOW];
    const int n = at < WINDOW ? (int)at : WINDOW;
    for (int i = 0; i < n; i++) x[i] = log(k->norm[at - n + i]);
    const double middle = median(x, n);
    for (int i = 0; i < n; i++) off[i] = fabs(x[i] - middle);
    *usual = exp(middle);
    return (log(k->norm[at]) - middle) / fmax(0.2, 1.4826 * median(off, n));
}

static bool leaps(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const double      know = sft__ignorance(c), high = least_loss * (isnan(know) ? c->start.loss : know);
    double            largest = 0, usual;
    for (int64_t i = 0; i < k->steps; largest = fmax(largest, k->norm[i++])) {
        if (i < SETTLED || !(k->norm[i] > least_leap * largest) || !(k->loss[i] > high)) continue; /* cheap, and rare */
        const double z = leap_of(k, i, &usual);
        if (!(z > most_z) || !isfinite(z)) continue;
        f->value = z;
        f->limit = most_z;
        f->evidence = sft__say(c, "at step %lld the norm of the gradient leaps to %.3g from about %.3g in the steps before, with "
                                  "a batch loss of %.3g", (long long)i + 1, k->norm[i], usual, k->loss[i]);
        if (sft__learned(c)) f->severity = SFT_ADVISORY;
        return true;
    }
    return false;
}

/* It ended with a number that is not finite, and the norm had grown a hundredfold before. */
static bool runs_away(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    if (!k->failed || k->steps < 2) return false;
    const double growth = k->norm[k->steps - 1] / k->norm[0];
    if (!(growth > 100)) return false;
    f->value = growth;
    f->limit = 100;
    f->evidence = sft__say(c, "the norm of the gradient grows from %.3g at step 1 to %.3g at step %lld, the last finite one",
                           k->norm[0], k->norm[k->steps - 1], (long long)k->steps);
    return true;
}

static bool grows(const sft_chart *c, const sft_look *k, sft_finding *f)
{
    const sft_flow w = sft__flow(k);
    const bool     pulls = isfinite(w.pull) && w.pull > SFT_MOST_PULL;
    const bool     grows = isfinite(w.back) && w.back > most_back && w.forward > 1;
    if (!pulls && !grows) return false;
    f->node = w.first->node;
    f->value = grows ? w.back : w.pull;
    f->limit = grows ? most_back : SFT_MOST_PULL;
    f->evidence = sft__say(c, "from %s back to %s the gradient goes from rms %.2g to %.2g, by a factor of %.2g a layer; measured by "
                              "the values there, it grows %.3g-fold; its norm is %.3g at step %lld", w.features->node->label,
                           w.first->node->label, w.features->grad, w.first->grad, sft__by_layer(w.back, w.depth - 1),
                           pow(10, w.pull), k->grad_norm, (long long)k->step);
    return true;
}

/* It began so and settled: deep stacks of BatchNorm do (Yang et al. 2019). */
static bool settled(const sft_chart *c)
{
    const sft_look *now = sft__chart_now(c);
    const sft_flow  w = sft__flow(now);
    return !c->course.failed && now->loss < c->start.loss
           && w.pull > SFT_LEAST_PULL && w.pull < SFT_MOST_PULL && w.back < most_back;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const bool settles = sft__learned(c) || (c->course.looks > 0 && settled(c));
    if (!settles && (grows(c, &c->start, f) || (!c->course.failed && grows(c, sft__chart_now(c), f)))) return true;
    return runs_away(c, f) || leaps(c, f);
}

const sft_symptom sft_symptom_exploding_gradient = {
    .name = "exploding_gradient", .aliases = "exploding exploding_gradients",
    .doc = "the gradient grows on its way back, or its norm leaps in training",
    .math = "|h_1| |dL/dh_1| > 100 |h_L| |dL/dh_L|, or (log |g| - median) / (1.48 MAD) > 6",
    .source = "Bengio et al. 1994; Pascanu et al. 2013",
    .origin = SFT_FROM_SIGNAL, .explains = "dead_units saturated_units vanishing_gradient frozen_layer not_finite",
    .judge = judge,
    .remedies = "default_init lower_rate add_clipping warm_up add_batchnorm",
    .sick = "data: digits\nmodel: flatten | repeat 20 ( linear 64 | tanh ) | linear\ninit: xavier_normal gain=3\n"
            "optimizer: sgd lr=0.05\ntrain: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | repeat 20 ( linear 64 | tanh ) | linear\ninit: xavier_normal gain=1\n"
            "optimizer: sgd lr=0.05\ntrain: {epochs: 8, batch: 64}\n",
};
