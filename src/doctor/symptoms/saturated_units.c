/* SPDX-License-Identifier: MIT */
/* Activations that are flat at both ends are at their ends: nearly all values give next to no gradient. */
#include "doctor/flow.h"

#include <math.h>

/* Three quarters of the values at less than a tenth of the steepest slope. Nets that have learned to be sure come to that and are
 * left alone; at the start healthy ones have at most 0.4 there (tanh after five narrow layers). */
static const double least_awake = 0.25;
/* And the gradient is less than a third behind it. */
static const double most_left = 0.3;

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_look       *k = sft__chart_now(c);
    const sft_layer_look *worst = NULL;
    for (int i = 0; i < k->n; i++) {
        const sft_layer_look *y = &k->layer[i];
        if (isnan(y->fires) || y->fires >= least_awake || !sft__squashes(y->node)) continue;
        const double left = sft__look_at(k, y->node->in[0])->grad / y->grad;
        if (left < most_left && (!worst || y->fires < worst->fires)) worst = y;
    }
    if (!worst || sft__learned(c)) return false;
    f->node = worst->node;
    f->value = worst->fires;
    f->limit = least_awake;
    const sft_layer_look *z = sft__look_at(k, worst->node->in[0]);
    f->evidence = sft__say(c, "%.0f %% of the values of %s are where it is flat, below a tenth of its largest slope (mean slope "
                              "%.2g of the largest); what goes in has rms %.3g, and the gradient falls there from rms %.2g to "
                              "%.2g",
                           100 * (1 - worst->fires), worst->node->label, worst->slope, z->rms, worst->grad, z->grad);
    return true;
}

const sft_symptom sft_symptom_saturated_units = {
    .name = "saturated_units", .aliases = "saturated_activation saturation",
    .doc = "activations sit where they are flat and pass no gradient",
    .math = "share of values with f'(z) > max f' / 10 below 1/4",
    .source = "Glorot and Bengio 2010",
    .origin = SFT_FROM_SIGNAL, .explains = "vanishing_gradient frozen_layer underfits slow too_few_epochs", .judge = judge,
    .remedies = "standardize_inputs default_init add_batchnorm better_activation lower_rate",
    .sick = "data: digits\nmodel: flatten | repeat 2 ( linear 64 | sigmoid ) | linear\noptimizer: sgd lr=30\n"
            "train: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 64 | sigmoid | linear\noptimizer: sgd lr=1\ntrain: {epochs: 8, batch: 64}\n",
};
