/* SPDX-License-Identifier: MIT */
/* Karpathy's check: before the first step the loss should be that of an output that knows nothing. */
#include "doctor/flow.h"

#include <math.h>

/* Default rules give up to 1.7 times the loss of ignorance: outputs of rms 1 are confidently wrong. Twice is worth knowing; at
 * five times (11 nats of ten classes) the first steps do nothing but undo it. Squared errors have the outputs' own square in
 * them, so that small targets alone make the ratio large. */
static const double advice = 2, fault = 5, advice_squared = 10, fault_squared = 100;

static bool judge(const sft_chart *c, sft_finding *f)
{
    const double know = sft__ignorance(c), ratio = c->start.loss / know;
    const bool   squared = !isnan(c->samples.target_std) && isnan(c->samples.entropy);
    const double low = squared ? advice_squared : advice, high = squared ? fault_squared : fault;
    if (!(ratio > low)) return false;
    f->severity = ratio > high ? SFT_FAULT : SFT_ADVISORY;
    f->value = ratio;
    f->limit = low;
    f->evidence = sft__say(c, "the loss begins at %.4g, an output that knows nothing has %.4g: the network is confidently wrong "
                              "before it has learned anything", c->start.loss, know);
    return true;
}

const sft_symptom sft_symptom_bad_start_loss = {
    .name = "bad_start_loss", .aliases = "initial_loss",
    .doc = "before the first step the loss is far above that of an output that knows nothing",
    .math = "L(0) > 5 log C; of squared errors L(0) > 100 mean(y^2)",
    .source = "Karpathy 2019, A Recipe for Training Neural Networks",
    .origin = SFT_FROM_START, .explains = "exploding_gradient not_finite rate_too_high rate_oscillates slow", .judge = judge,
    .remedies = "default_init",
    .sick = "data: digits\nmodel: flatten | linear 64 | relu | linear\ninit: normal std=1\noptimizer: adam lr=1e-3\n"
            "train: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 64 | relu | linear\noptimizer: adam lr=1e-3\ntrain: {epochs: 8, batch: 64}\n",
};
