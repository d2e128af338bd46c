/* SPDX-License-Identifier: MIT */
/* Ten times the rate, or what curvature allows. */
#include "doctor/surgery.h"

#include <math.h>

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const sft_curvature *k = &c->curvature;
    const double         most = 10 * c->recipe->lr, least = 3 * c->recipe->lr;
    const double         safe = k->known && k->rate_limit > 0 ? k->rate_limit / 2 : most;
    return sft__edit_rate(c, out, fmax(least, fmin(most, safe)));
}

const sft_remedy sft_remedy_higher_rate = {
    .name = "higher_rate", .doc = "ten times the learning rate, or half of what curvature allows, but three times at least",
    .math = "stable while rate < limit / sharpness",
    .edit = edit,
};
