/* SPDX-License-Identifier: MIT */
/* A third of the rate, or what curvature allows, if that is less. */
#include "doctor/surgery.h"

#include <math.h>

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const sft_curvature *k = &c->curvature;
    const double         third = c->recipe->lr / 3, safe = k->known && k->rate_limit > 0 ? k->rate_limit / 2 : third;
    return sft__edit_rate(c, out, fmin(third, safe));
}

const sft_remedy sft_remedy_lower_rate = {
    .name = "lower_rate", .doc = "a third of the learning rate, or half of what curvature allows if that is less",
    .math = "stable while rate < limit / sharpness",
    .edit = edit,
};
