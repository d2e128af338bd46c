/* SPDX-License-Identifier: MIT */
/* The gradient is not longer than twice its usual length. */
#include "base/stats.h"
#include "doctor/surgery.h"

#include <math.h>

enum { FEW = 20 };

/* The median of the steps so far; of a course that is short or not finite, 1 as is usual. */
static double usual_norm(const sft_chart *c)
{
    double        norm[256];
    const int64_t n = c->course.steps;
    int           k = 0;
    for (int64_t i = 0; i < n; i += n / 256 + 1)
        if (isfinite(c->course.norm[i])) norm[k++] = c->course.norm[i];
    sft__sort(norm, k);
    return k >= FEW && norm[k / 2] > 0 ? 2 * norm[k / 2] : 1;
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    char text[40];
    if (c->recipe->train_conf.clip_norm > 0 || c->recipe->optimizer_record->method) return false;
    return sft__edit(c, out, "train.clip_norm=%s", sft__two_digits(usual_norm(c), text, sizeof text));
}

const sft_remedy sft_remedy_add_clipping = {
    .name = "add_clipping", .doc = "gradients are cut to twice their usual length", .math = "g = g min(1, clip / |g|)",
    .edit = edit,
};
