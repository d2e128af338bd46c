/* SPDX-License-Identifier: MIT */
/* Gradient noise (Neelakantan et al., 2015): normal, its variance eta / (1 + t)^gamma falling with the steps t from 0. A
 * function of seed, step, tensor and place in PyTorch's order, so no layout and no thread changes it. */
#include "base/random.h"
#include "optim/transforms/transforms.h"

static void prepare(const void *conf, int64_t step, double coef[SFT_MAX_COEFS])
{
    const sft_noise *k = conf;
    coef[0] = sqrt(k->eta / pow((double)step, k->gamma));
    coef[1] = (double)step;
}

/* Four numbers a call make two pairs (Box and Muller, 1958). */
static void whole(const void *conf, const sft_whole *t)
{
    const sft_noise *k = conf;
    const double     turn = 6.283185307179586477, unit = 1.0 / 4294967296.0;
    sft_key          key = sft__key(k->seed, SFT_FOR_NOISE);
    uint64_t         step = (uint64_t)t->coef[1];
    int64_t          count = t->rows * t->cols;
    for (int64_t i = 0; i < count; i += 4) {
        sft_random4 r = sft__philox(key, (uint32_t)step, (uint32_t)(step >> 32), (uint32_t)t->part,
                                    (uint32_t)(i / 4));
        for (int pair = 0; pair < 4; pair += 2) {
            double size = t->coef[0] * sqrt(-2 * log((r.v[pair] + 1.0) * unit)),
                   angle = turn * (r.v[pair + 1] * unit);
            if (i + pair < count) t->x[i + pair] += (real)(size * cos(angle));
            if (i + pair + 1 < count) t->x[i + pair + 1] += (real)(size * sin(angle));
        }
    }
}

const sft_transform sft_transform_noise = {
    .name = "noise",
    .doc = "normal noise that falls with the steps",
    .math = "u += N(0, eta / (1 + t)^gamma), t from 0",
    .prepare = prepare,
    .whole = whole,
};
