/* SPDX-License-Identifier: MIT */
/* Values, or what tells samples apart in them, get lost on the way to the last layer. Hidden layers only: a last layer that
 * begins near zero is a common and healthy choice. */
#include "doctor/flow.h"

#include <math.h>

/* Two decades: ten layers at 0.63. Nets that begin well lie between -1.2 (PyTorch's default rule) and 0.3; three layers of
 * N(0, 0.01), which do not learn, at -3.7; a single one, which does, at -1.3. */
static const double least_gain = -2;
/* A thousandth of the second moment left that differs between samples. Fifty ReLU layers keep a tenth. */
static const double least_kept = 1e-3;

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_flow w = sft__flow(&c->start);
    /* A stack of sigmoids makes samples alike, too, and takes the gradient as well: vanishing_gradient tells of it. */
    /* Inputs above 1 lose nothing by coming down to 1: a squashing layer does that to raw ones. */
    const double gain = w.depth < 2 ? NAN : w.forward + log10(fmax(1, w.in->rms));
    const bool   small = isfinite(gain) && gain < least_gain;
    const bool   alike = isfinite(gain) && w.kept < least_kept && w.in->between > 1e-6 && w.pull > SFT_LEAST_PULL;
    if (!small && !alike) return false;
    f->node = w.features->node;
    f->value = small ? gain : w.kept;
    f->limit = small ? least_gain : least_kept;
    if (small)
        f->evidence = sft__say(c, "values shrink from rms %.2g at the input to %.2g at %s, by a factor of %.2g a layer, and the "
                                  "outputs are %.1e: all samples look the same",
                               w.in->rms, w.features->rms, f->node->label, sft__by_layer(w.forward, w.depth - 1), w.head->rms);
    else
        f->evidence = sft__say(c, "of the input's square %.2g %% differ between samples, of what %s gives only %.2g %% (cosine "
                                  "of two samples %.5f): the last layer cannot tell them apart",
                               100 * w.in->between, f->node->label, 100 * w.features->between, w.features->cosine);
    return true;
}

const sft_symptom sft_symptom_signal_shrinks = {
    .name = "signal_shrinks", .aliases = "init_too_small vanishing_signal",
    .doc = "values shrink from layer to layer, so that the outputs hardly depend on the input",
    .math = "sum over layers of log10 rms(h_l) / rms(h_l-1) < -2",
    .source = "Schoenholz et al. 2017; Mishkin and Matas 2016",
    /* Gradients shrink with the signal: next to them Adam's eps is large, and the rate seems low. */
    .origin = SFT_FROM_START,
    .explains = "vanishing_gradient dead_units frozen_layer rate_too_low bad_optimizer_setting underfits slow",
    .judge = judge,
    .remedies = "default_init add_batchnorm residual_blocks better_activation",
    .sick = "data: digits\nmodel: flatten | repeat 10 ( linear 64 | relu ) | linear\ninit: uniform low=-0.05 high=0.05\n"
            "optimizer: sgd lr=0.1\ntrain: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | repeat 10 ( linear 64 | relu ) | linear\noptimizer: sgd lr=0.03\n"
            "train: {epochs: 8, batch: 64}\n",
};
