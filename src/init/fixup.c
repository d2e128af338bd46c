/* SPDX-License-Identifier: MIT */
/* Deep residual nets without normalisation (Zhang et al., 2019): the branches begin as nothing and their sum grows as slowly as if
 * there were only one, however many they are.
 *
 * The paper's rules 1 and 2: zero for the layer that classifies and for the last layer of each branch; He's rule times
 * L^(-1 / (2 m - 2)) for the other layers of a branch, with L branches of m layers; He's rule elsewhere. Rule 3, a trained scale and
 * trained shifts in each branch, is a matter of the model. */
#include "init/fill.h"

#include <math.h>

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    const sft_branch *b = &call->branch;
    double            shrink = 1;
    (void)conf;
    if (b->inside && b->layers > 1) shrink = pow((double)b->branches, -1.0 / (2.0 * b->layers - 2));
    if (call->bias || b->output || b->last)
        sft__fill_constant(call, 0);
    else
        sft__fill_weights_normal(call, shrink * sft__kaiming_std(call->fan_in, call->gain));
}

const sft_init sft_init_fixup = {
    .name = "fixup",
    .aliases = "Fixup",
    .doc = "residual nets without norms: zero at the end of each branch and in the last layer, the rest of a branch scaled down",
    .math = "N(0, s^2), s = gain / sqrt(fan_in) L^(-1/(2m-2)) in L branches of m layers; Zhang et al. 2019, sec. 3",
    .fields = fields,
    .fill = fill,
};
