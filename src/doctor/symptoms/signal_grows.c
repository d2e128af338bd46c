/* SPDX-License-Identifier: MIT */
/* Values grow from layer to layer; where an activation bounds them, small differences and the gradient do. */
#include "doctor/flow.h"

#include <math.h>

/* Two decades: ten layers at 1.6. Nets that begin well lie below 0.3. */
static const double most_gain = 2;

static bool bounded(const sft_look *k)
{
    for (int i = 0; i < k->n; i++)
        if (sft__squashes(k->layer[i].node)) return true;
    return false;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_flow w = sft__flow(&c->start);
    if (w.depth < 2) return false;
    const double gain = log10(fmax(w.features->rms, w.head->rms) / w.in->rms);
    const bool   overflows = w.head->bad > 0 && w.in->bad == 0, large = overflows || (isfinite(gain) && gain > most_gain);
    const bool   chaos = isfinite(w.pull) && w.pull > SFT_MOST_PULL && bounded(&c->start);
    if (!large && !chaos) return false;
    f->node = w.head->node;
    f->value = large ? gain : w.pull;
    f->limit = large ? most_gain : SFT_MOST_PULL;
    if (large)
        f->evidence = sft__say(c, "values grow from rms %.2g at the input to %.2g at the outputs%s, by a factor of %.2g a layer; "
                                  "the loss begins at %.3g", w.in->rms, w.head->rms, overflows ? " and overflow" : "",
                               sft__by_layer(gain, w.depth), c->start.loss);
    else
        f->evidence = sft__say(c, "weights are so large that small differences grow: back to %s the gradient gains a factor of "
                                  "%.2g a layer, from rms %.2g to %.2g; two samples have cosine %.2f at the input and %.2f "
                                  "behind the last hidden layer", w.first->node->label, sft__by_layer(w.pull, w.depth - 1),
                               w.features->grad, w.first->grad, w.in->cosine, w.features->cosine);
    return true;
}

const sft_symptom sft_symptom_signal_grows = {
    .name = "signal_grows", .aliases = "init_too_large exploding_signal chaotic_init",
    .doc = "values or their differences grow from layer to layer",
    .math = "sum over layers of log10 rms(h_l) / rms(h_l-1) > 2, or with tanh and its kind |h_1| |dL/dh_1| > 100 |h_L| |dL/dh_L|",
    .source = "Poole et al. 2016; Schoenholz et al. 2017",
    .origin = SFT_FROM_START,
    /* The loss is as steep as the signal is large, so no usual rate is stable. */
    .explains = "bad_start_loss rate_too_high exploding_gradient vanishing_gradient saturated_units dead_units frozen_layer "
                "not_finite",
    .judge = judge,
    .remedies = "default_init add_batchnorm",
    .sick = "data: digits\nmodel: flatten | repeat 3 ( linear 64 | relu ) | linear\ninit: normal std=1\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | repeat 3 ( linear 64 | tanh ) | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 8, batch: 64}\n",
};
