/* SPDX-License-Identifier: MIT */
/* Inputs so small that the first layer hardly learns: scaled down twice, or in units that are too large. */
#include "doctor/anatomy.h"

#include <math.h>

/* The first layer's gradient is as small as its inputs, and what its step does to the output is as their square: at 0.05 plain
 * descent learns it 400 times slower than the layers behind. Optimisers that divide by the gradient's size lose only one of
 * the two factors, so that 0.001 is as bad for them. A few values of 0.5 or more, as of one-hot words, are no tiny inputs. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const double         rms = hypot(y->mean, y->std), bad = sft__plain_descent(c->recipe) ? 0.05 : 0.001;
    if (!(rms < 0.05) || y->high > 0.5 || y->low < -0.5 || sft__norm_at_entry(c->net)) return false;
    f->severity = rms < bad && !sft__learns(c) ? SFT_FAULT : SFT_ADVISORY;
    f->value = rms;
    f->limit = 0.05;
    f->evidence = sft__say(c, "inputs run from %.3g to %.3g, %.3g in root mean square: the first layer learns from almost "
                              "nothing; were they scaled down twice?", y->low, y->high, rms);
    return true;
}

const sft_symptom sft_symptom_tiny_inputs = {
    .name = "tiny_inputs", .aliases = "small_inputs normalized_twice",
    .doc = "inputs far smaller than 1",
    .math = "rms(x) < 0.05",
    .source = "LeCun, Bottou, Orr, Mueller 1998 (efficient backprop, section 4.3)",
    .origin = SFT_FROM_DATA, .explains = "*", .judge = judge,
    .remedies = "standardize_inputs",
    .sick = "data: blobs box=0.01 noise=0.001\nsplit: {standardize: none}\nmodel: linear 32 | relu | linear\n"
            "optimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 64}\n",
    .well = "data: blobs box=1 noise=0.1\nsplit: {standardize: none}\nmodel: linear 32 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 10, batch: 64}\n",
};
