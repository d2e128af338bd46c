/* SPDX-License-Identifier: MIT */
/* cutmix: a box of one image stands in another, and targets are mixed by area. */
#include "data/augment/mix.h"

#include <math.h>

/* Half of the box's side to each side of a centre that is uniform; cut off at the border. */
static void side(sft_stream *s, double cut, int64_t n, int64_t *from, int64_t *to)
{
    int64_t size = (int64_t)((double)n * cut), centre = (int64_t)sft__below(s, (uint64_t)n);
    *from = centre - size / 2 > 0 ? centre - size / 2 : 0;
    *to = centre + size / 2 < n ? centre + size / 2 : n;
}

/* The share is that of the area which is left after cutting off. A sequence is cut along its only side. */
static double draw(const void *options, const sft_mixing *m, sft_box *box)
{
    double other = 1 - sft__beta(m->random, ((const sft_mix_conf *)options)->alpha);
    bool   flat = m->high == 1;
    *box = (sft_box){ .bottom = 1 };
    if (!flat) side(m->random, sqrt(other), m->high, &box->top, &box->bottom);
    side(m->random, flat ? other : sqrt(other), m->wide, &box->left, &box->right);
    double area = (double)((box->bottom - box->top) * (box->right - box->left));
    return 1 - area / (double)(m->high * m->wide);
}

static void mix(const sft_mixing *m, double own, const sft_box *box, real *a, real *b)
{
    (void)own;
    for (int64_t r = 0; r < m->channels * m->high; r++) {
        int64_t y = r % m->high;
        for (int64_t x = box->left; y >= box->top && y < box->bottom && x < box->right; x++) {
            real v = a[r * m->wide + x];
            a[r * m->wide + x] = b[r * m->wide + x];
            b[r * m->wide + x] = v;
        }
    }
}

const sft_augment sft__augment_cutmix = {
    .name = "cutmix",
    .aliases = "CutMix",
    .doc = "put a box of one image into another, mix targets by area",
    .math =
        "sides sqrt(1 - l) of the image's, l ~ Beta(alpha, alpha), about a uniform centre (Yun et al. 2019)",
    .conf_size = sizeof(sft_mix_conf),
    .fields = sft__mix_fields,
    .kinds = SFT_IMAGES | SFT_SEQUENCES,
    .instead = "for tables there is `mixup`",
    .draw = draw,
    .mix = mix,
};
