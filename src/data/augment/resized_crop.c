/* SPDX-License-Identifier: MIT */
/* resized_crop: a piece of random size and shape, enlarged to the old size. */
#include "data/augment/warp.h"

#include <math.h>

typedef struct conf {
    double    p;
    sft_reals scale, ratio;
    int       how;
} conf;

static const sft_field fields[] = { { .name = "scale",
                                      .kind = SFT_REALS,
                                      .offset = offsetof(conf, scale),
                                      .text = "[0.08, 1]",
                                      .low = 0,
                                      .high = 1,
                                      .doc = "the piece's share of the area, from and to",
                                      .flags = SFT_MAIN | SFT_ABOVE_LOW },
                                    { .name = "ratio",
                                      .kind = SFT_REALS,
                                      .offset = offsetof(conf, ratio),
                                      .text = "[0.75, 1.3333333333333333]",
                                      .low = 0,
                                      .high = 100,
                                      .doc = "its width to its height, from and to",
                                      .flags = SFT_ABOVE_LOW },
                                    { .name = "interpolation",
                                      .kind = SFT_WORD,
                                      .offset = offsetof(conf, how),
                                      .text = "bilinear",
                                      .words = sft__interpolations,
                                      .doc = "how values between pixels are found" },
                                    SFT_AUGMENT_P(conf, 1),
                                    SFT_FIELD_END };

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    (void)c;
    if (k->scale.n != 2 || k->ratio.n != 2)
        return "`scale` and `ratio` are two numbers each, from and to";
    return k->scale.v[0] > k->scale.v[1] || k->ratio.v[0] > k->ratio.v[1]
               ? "a range begins above its end"
               : NULL;
}

/* Ten tries as torchvision's get_params; then the largest piece in the middle whose ratio is allowed. */
static void choose(const conf *k, sft_canvas *c, int64_t at[2], int64_t size[2])
{
    double area = (double)(c->high * c->wide), whole = (double)c->wide / (double)c->high;
    for (int i = 0; i < 10; i++) {
        double share = area * sft__draw(c->random, k->scale.v[0], k->scale.v[1]);
        double ratio = exp(sft__draw(c->random, log(k->ratio.v[0]), log(k->ratio.v[1])));
        size[0] = (int64_t)nearbyint(sqrt(share / ratio));
        size[1] = (int64_t)nearbyint(sqrt(share * ratio));
        if (size[0] < 1 || size[0] > c->high || size[1] < 1 || size[1] > c->wide) continue;
        at[0] = (int64_t)sft__below(c->random, (uint64_t)(c->high - size[0] + 1));
        at[1] = (int64_t)sft__below(c->random, (uint64_t)(c->wide - size[1] + 1));
        return;
    }
    size[0] = c->high;
    size[1] = c->wide;
    if (whole < k->ratio.v[0]) size[0] = (int64_t)nearbyint((double)c->wide / k->ratio.v[0]);
    if (whole > k->ratio.v[1]) size[1] = (int64_t)nearbyint((double)c->high * k->ratio.v[1]);
    at[0] = (c->high - size[0]) / 2;
    at[1] = (c->wide - size[1]) / 2;
}

/* Beyond the piece its border goes on: nothing outside of it is seen. Nearest takes pixel floor(i size / n). */
static float place(const conf *k, int64_t i, int64_t n, int64_t at, int64_t size)
{
    double v = ((double)i + 0.5) * (double)size / (double)n - 0.5;
    if (k->how == SFT_NEAREST) v = floor((double)i * (double)size / (double)n);
    double most = (double)(size - 1);
    return (float)((double)at + (v < 0 ? 0 : v > most ? most : v));
}

static void apply(const void *options, sft_canvas *c)
{
    const conf            *k = options;
    int64_t                at[2], size[2], plane = c->high * c->wide;
    static const sft_reals black = { 1, { 0 } };
    choose(k, c, at, size);
    for (int64_t y = 0; y < c->high; y++)
        for (int64_t x = 0; x < c->wide; x++) {
            c->room[y * c->wide + x] = place(k, x, c->wide, at[1], size[1]);
            c->room[plane + y * c->wide + x] = place(k, y, c->high, at[0], size[0]);
        }
    sft__warp_to(c, c->room, &(sft_sampling){ k->how, &black });
}

const sft_augment sft__augment_resized_crop = {
    .name = "resized_crop",
    .aliases = "RandomResizedCrop random_resized_crop",
    .doc = "cut a piece of random size and shape, enlarge it to the old size",
    .math =
        "area = U(scale) H W, width / height = exp U(log ratio) (Szegedy et al. 2015; torchvision RandomResizedCrop)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .amiss = amiss,
    .apply = apply,
};
