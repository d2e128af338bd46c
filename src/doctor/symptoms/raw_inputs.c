/* SPDX-License-Identifier: MIT */
/* Inputs far from mean 0 and deviation 1: the rate that they allow is small, and squashing units are driven to their ends. */
#include "doctor/anatomy.h"

#include <math.h>

/* The values that a first squashing activation gets; NaN: the first activation squashes nothing. */
static double squashed(const sft_chart *c)
{
    for (int i = 1; i < c->net->n_nodes; i++) {
        const sft_node *n = c->net->node[i];
        if (!(n->op->traits & SFT_ACTIVATION)) continue;
        const sft_layer_look *y = sft__start_look(c, n->in[0]);
        return n->op->xavier && y ? y->rms : NAN;
    }
    return NAN;
}

/* The largest stable rate of plain descent falls by `pull`. Thirty is the way between two habitual rates (0.003, 0.1): worth
 * knowing. From a hundred on no habitual rate is right: a fault, where descent is plain. Squashing units get 1 at a good
 * start; at 10 nearly all sit at their ends whatever the optimiser. A norm at the entry undoes both, and a run that learns is
 * not to be mended. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const double         z = squashed(c);
    if (!(y->pull > 30) || sft__norm_at_entry(c->net)) return false;
    const bool harms = (sft__plain_descent(c->recipe) && y->pull > 100) || z > 10;
    f->severity = harms && !sft__learns(c) ? SFT_FAULT : SFT_ADVISORY;
    f->value = y->pull;
    f->limit = 30;
    f->evidence = sft__say(c, "inputs run from %.3g to %.3g with mean %.3g and deviation %.3g: plain descent has to take steps "
                              "%.0f times smaller than with standardised ones%s", y->low, y->high, y->mean, y->std, y->pull,
                           z > 10 ? ", and the first squashing units begin at their ends" : "");
    return true;
}

const sft_symptom sft_symptom_raw_inputs = {
    .name = "raw_inputs", .aliases = "unnormalized_inputs unscaled_inputs",
    .doc = "inputs that are not standardised",
    .math = "lambda_max(E[x x']) / lambda_max(of standardised x) > 30",
    .source = "LeCun, Bottou, Orr, Mueller 1998 (efficient backprop, section 4.3)",
    .origin = SFT_FROM_DATA, .explains = "*", .judge = judge,
    .remedies = "standardize_inputs lower_rate",
    .sick = "data: blobs box=300 noise=100\nsplit: {standardize: none}\nmodel: linear 32 | tanh | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64}\n",
    .well = "data: digits\nsplit: {standardize: none}\nmodel: conv2d 8 | batchnorm | relu | flatten | linear\n"
            "optimizer: sgd lr=0.1\ntrain: {epochs: 4, batch: 64}\n",
};
