/* SPDX-License-Identifier: MIT */
/* The gradient gets lost on its way to the first layers: more than values did on theirs, so that a small loss, a small rate and
 * a small scale of the weights are no reason, nor is a network that has learned. */
#include "doctor/flow.h"

#include <math.h>

/* A factor of 30. A layer of sigmoids costs one of 4: two of them learn, three do not move in 200 steps of SGD (-1.7). Among nets
 * that learn (50 ReLU layers, 20 of tanh, 20 of BatchNorm and sigmoid, residual and convolutional ones) the smallest was
 * -0.4. */
static const double least = SFT_LEAST_PULL;

/* Mean size of the last update over weights `from` to `to`, counted from the input. */
static double updates(const sft_look *k, int from, int to)
{
    double sum = 0;
    int    n = 0, at = 0;
    for (int i = 0; i < k->n; i++) {
        const sft_layer_look *y = &k->layer[i];
        if (isnan(y->weight) || at++ < from || at > to || isnan(y->update)) continue;
        sum += y->update;
        n++;
    }
    return n ? sum / n : NAN;
}

static const char *moves(const sft_chart *c, const sft_look *k, int depth)
{
    const int    third = depth > 3 ? depth / 3 : 1;
    const double first = updates(k, 0, third), last = updates(k, depth - third, depth);
    if (isnan(first) || isnan(last)) return "";
    return sft__say(c, "; a step changes the first weights by %.1e of their size, the last ones by %.1e", first, last);
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_look *k = c->course.failed ? &c->start : sft__chart_now(c); /* what blew up has no order left */
    const sft_flow  w = sft__flow(k);
    if (!isfinite(w.pull) || w.pull >= least || sft__learned(c)) return false;
    f->node = w.first->node;
    f->value = w.pull;
    f->limit = least;
    f->evidence = sft__say(c, "from %s back to %s the gradient falls from rms %.2g to %.2g, by a factor of %.2g a layer; "
                              "measured by the values there, %.1e of it arrives%s",
                           w.features->node->label, w.first->node->label, w.features->grad, w.first->grad,
                           sft__by_layer(w.back, w.depth - 1), pow(10, w.pull), moves(c, k, w.depth));
    return true;
}

const sft_symptom sft_symptom_vanishing_gradient = {
    .name = "vanishing_gradient", .aliases = "vanishing vanishing_gradients",
    .doc = "the gradient dies out on its way back: the first layers do not learn",
    .math = "|h_1| |dL/dh_1| < |h_L| |dL/dh_L| / 30, h_1 the first layer's output, h_L the last layer's input",
    .source = "Hochreiter 1991; Glorot and Bengio 2010; Schoenholz et al. 2017",
    .origin = SFT_FROM_SIGNAL, .explains = "frozen_layer underfits slow too_few_epochs", .judge = judge,
    .remedies = "better_activation default_init add_batchnorm residual_blocks switch_to_adam",
    .sick = "data: digits\nmodel: flatten | repeat 5 ( linear 64 | sigmoid ) | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | repeat 5 ( linear 64 | batchnorm | sigmoid ) | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 8, batch: 64}\n",
};
