/* SPDX-License-Identifier: MIT */
/* The max-norm constraint (Srivastava et al., 2014, section 5.1): behind each update, the weights that come into a unit
 * are brought back into a ball. */
#include "optim/transforms/transforms.h"

static bool project(const void *conf, const sft_whole *t)
{
    const sft_max_norm *k = conf;
    bool                changed = false;
    for (int64_t r = 0; r < t->rows; r++) {
        real  *w = t->x + r * t->cols;
        double sum = 0;
        for (int64_t c = 0; c < t->cols; c++) sum += (double)w[c] * (double)w[c];
        if (!(sqrt(sum) > k->most)) continue;
        changed = true;
        real factor = (real)(k->most / sqrt(sum));
        for (int64_t c = 0; c < t->cols; c++) w[c] *= factor;
    }
    return changed;
}

const sft_transform sft_transform_max_norm = {
    .name = "max_norm",
    .doc = "keeps the weights of a unit in a ball",
    .math = "w *= min(1, c / |w|) for each unit, behind the update",
    .project = project,
};
