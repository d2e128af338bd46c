/* SPDX-License-Identifier: MIT */
/* Units of a layer that begin equal and get equal gradients stay equal: the layer is as wide as one unit. */
#include "doctor/doctor.h"

#include <math.h>

/* Rows of the weight equal to the bit, and no gradient that tells them apart (a convolution's or dropout's would). */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_layer_look *worst = NULL;
    for (int i = 0; i < c->start.n; i++) {
        const sft_layer_look *y = &c->start.layer[i];
        const bool same = y->rows > 1 && y->twins == y->rows - 1 && !(y->row_spread > 1e-6);
        if (same && (!worst || y->rows > worst->rows)) worst = y;
    }
    if (!worst) return false;
    f->severity = SFT_FATAL;
    f->node = worst->node;
    f->value = 1;
    f->limit = (double)worst->rows;
    f->evidence = sft__say(c, "all %lld units of %s begin with the same weights and get the same gradient: they stay equal, and the layer "
                              "is as wide as one unit", (long long)worst->rows, worst->node->label);
    return true;
}

const sft_symptom sft_symptom_symmetric_units = {
    .name = "symmetric_units", .aliases = "symmetry symmetric_init",
    .doc = "the units of a layer are equal and learn the same",
    .math = "w_i = w_j and dL/dw_i = dL/dw_j for all units i, j of a layer",
    .source = "Goodfellow, Bengio, Courville 2016, section 8.4",
    .origin = SFT_FROM_START, .explains = "*", .judge = judge,
    .remedies = "default_init",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\ninit: constant value=0.05\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 4, batch: 64}\n",
};
