/* SPDX-License-Identifier: MIT */
/* Units whose slope is 0 at every sample of the probe: they pass nothing on and learn nothing. Zeros are no death: a unit that
 * fires at one sample in a hundred is alive. */
#include "doctor/flow.h"

#include <math.h>

/* A fifth of a layer is worth knowing. It is a fault where too few units are left for the classes, or most of the layer is gone.
 * In a deep stack of healthy ReLUs samples grow alike, so that as many units never fire as always do (0.53 and 0.4 at 50 layers):
 * such pairs are taken off. */
static const double advice = 0.2, fault = 0.7, excess = 0.3;

static double off_balance(const sft_layer_look *y)
{
    return y->dead - y->linear;
}

static double live(const sft_layer_look *y)
{
    return round((1 - y->dead) * (double)y->units);
}

/* As many as there are outputs, two at least, and never more than half of a layer that was made narrow. */
static double needed(const sft_chart *c, const sft_layer_look *y)
{
    const double half = fmax(2, ceil((double)y->units / 2)), want = fmax(2, (double)c->samples.classes);
    return fmin((double)y->units, fmin(half, want));
}

static sft_severity severity_of(const sft_chart *c, const sft_layer_look *y, bool *stands)
{
    const bool few = live(y) < needed(c, y), many = y->dead > fault && off_balance(y) > excess;
    *stands = few || many || (y->dead > advice && off_balance(y) > advice);
    if ((!few && !many) || sft__learned(c)) return SFT_ADVISORY;
    const sft_flow w = sft__flow(sft__chart_now(c));
    return live(y) < 1 && w.head && !(w.head->between > 1e-12) ? SFT_FATAL : SFT_FAULT;
}

/* When did the layer's share come to half of what it is now? */
static const char *history(const sft_chart *c, int layer)
{
    const sft_course *k = &c->course;
    const int         i = sft__half_dead(c, layer);
    if (i < 0) return "they were so before the first step";
    if (i >= k->looks) return "";
    return sft__say(c, "they died between steps %lld and %lld, at a rate of %.2g", (long long)(i ? k->look[i - 1].step : 0),
                    (long long)k->look[i].step, k->lr[k->look[i].step - 1]);
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_look *k = sft__chart_now(c);
    int             worst = -1;
    for (int i = 0; i < k->n; i++) {
        const sft_layer_look *y = &k->layer[i];
        bool                  stands = false;
        if (isnan(y->dead) || sft__squashes(y->node)) continue; /* those saturate */
        const sft_severity s = severity_of(c, y, &stands);
        if (!stands) continue;
        if (worst >= 0 && (s < f->severity || (s == f->severity && y->dead <= k->layer[worst].dead))) continue;
        f->severity = s;
        worst = i;
    }
    if (worst < 0) return false;
    const sft_layer_look *y = &k->layer[worst];
    f->node = y->node;
    f->value = y->dead;
    f->limit = advice;
    f->evidence = sft__say(c, "%.0f of the %lld units of %s are dead: their slope is 0 at all %lld samples looked at; %s",
                           (double)y->units - live(y), (long long)y->units, y->node->label, (long long)k->samples,
                           history(c, worst));
    return true;
}

const sft_symptom sft_symptom_dead_units = {
    .name = "dead_units", .aliases = "dead_relu dying_relu dead_neurons",
    .doc = "units that never fire: they pass nothing on and learn nothing",
    .math = "f'(z_i(x)) = 0 for all samples x, for more than a fifth of a layer",
    .source = "Lu et al. 2019",
    .origin = SFT_FROM_SIGNAL, .explains = "vanishing_gradient frozen_layer underfits slow too_few_epochs", .judge = judge,
    .remedies = "lower_rate default_init leaky_units add_batchnorm wider_layers",
    .sick = "data: digits\nmodel: flatten | repeat 3 ( linear 64 | relu ) | linear\noptimizer: adam lr=0.3\n"
            "train: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 512 | relu | linear\ninit_layers: {\"1.bias\": constant value=-0.5}\n"
            "optimizer: adam lr=1e-3\ntrain: {epochs: 8, batch: 64}\n",
};
