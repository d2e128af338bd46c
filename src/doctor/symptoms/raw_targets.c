/* SPDX-License-Identifier: MIT */
/* Targets on another scale than the outputs of a fresh network: training has to find the scale before it can find the curve. */
#include "base/text.h"
#include "doctor/anatomy.h"

#include <math.h>

/* An activation at the end would keep outputs from scaled targets as well: that it stands there comes first. */
static bool is_bent(const sft_node *last)
{
    const char *name = last->op->name;
    return sft__text_is(name, "softmax") || ((last->op->traits & SFT_ACTIVATION) && !sft__text_is(name, "identity"));
}

/* Outputs begin near 1 (or 0). A factor of ten is made up by a few weights each three times as large; beyond it the loss
 * begins a hundred times above, or its gradients a hundred times below, what the optimiser's usual rates are made for. From
 * thirty on, a step between habitual rates more, it is a fault. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look  *y = &c->samples;
    const sft_layer_look *out = sft__start_look(c, sft__last_node(c->net));
    if (c->data->facts.task != SFT_REGRESSION || !(y->target_std > 0) || !out) return false;
    const double rms = hypot(y->target_mean, y->target_std), own = fmax(out->rms, 1), ratio = rms / own;
    if (ratio < 10 && ratio > 0.01 && fabs(y->target_mean) < 10 * y->target_std) return false;
    f->severity = ratio >= 30 && !sft__learns(c) && !is_bent(sft__last_node(c->net)) ? SFT_FAULT : SFT_ADVISORY;
    f->value = ratio;
    f->limit = 10;
    f->evidence = sft__say(c, "targets run from %.3g to %.3g with mean %.3g and deviation %.3g, and the fresh network's outputs "
                              "are about %.2g: scale the targets to mean 0 and deviation 1", y->target_low, y->target_high,
                              y->target_mean, y->target_std,
                           out->rms);
    return true;
}

const sft_symptom sft_symptom_raw_targets = {
    .name = "raw_targets", .aliases = "unscaled_targets unnormalized_targets",
    .doc = "targets far from mean 0 and deviation 1",
    .math = "rms(t) / max(1, rms(y at the start)) >= 10 or <= 0.01, or |mean(t)| >= 10 sd(t)",
    .source = "LeCun, Bottou, Orr, Mueller 1998 (efficient backprop, section 4.5)",
    .origin = SFT_FROM_DATA, .explains = "*", .judge = judge,
    .remedies = "standardize_targets switch_to_adam higher_rate add_clipping",
    .sick = "data: regression-1d curve=cubic range=10\nmodel: linear 32 | tanh | linear\noptimizer: adam lr=0.001\n"
            "train: {epochs: 10, batch: 64}\n",
    .well = "data: regression-1d curve=cubic range=1.5\nmodel: linear 32 | tanh | linear\noptimizer: adam lr=0.01\n"
            "train: {epochs: 10, batch: 64}\n",
};
