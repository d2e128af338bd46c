/* SPDX-License-Identifier: MIT */
/* mixup: two samples laid over each other, and their targets too. */
#include "data/augment/mix.h"

static double draw(const void *options, const sft_mixing *m, sft_box *box)
{
    *box = (sft_box){ 0 };
    return sft__beta(m->random, ((const sft_mix_conf *)options)->alpha);
}

static void mix(const sft_mixing *m, double own, const sft_box *box, real *a, real *b)
{
    int64_t n = m->channels * m->high * m->wide;
    real    keep = (real)own, other = (real)(1 - own);
    (void)box;
    for (int64_t i = 0; i < n; i++) {
        real x = a[i], y = b[i];
        a[i] = keep * x + other * y;
        b[i] = keep * y + other * x;
    }
}

const sft_augment sft__augment_mixup = {
    .name = "mixup",
    .aliases = "MixUp Mixup",
    .doc = "mix pairs of samples and their targets",
    .math =
        "x = l x_i + (1 - l) x_j, t likewise, l ~ Beta(alpha, alpha) (Zhang, Cisse, Dauphin, Lopez-Paz 2018)",
    .conf_size = sizeof(sft_mix_conf),
    .fields = sft__mix_fields,
    .kinds = SFT_ANY_SAMPLES,
    .draw = draw,
    .mix = mix,
};
