/* SPDX-License-Identifier: MIT */
/* blur: a Gaussian blur of random width. */
#include "data/augment/color.h"

typedef struct conf {
    double    p;
    int64_t   size;
    sft_reals sigma;
} conf;

static const sft_field fields[] = { { .name = "kernel_size",
                                      .kind = SFT_INT,
                                      .offset = offsetof(conf, size),
                                      .def = 3,
                                      .low = 1,
                                      .high = 255,
                                      .doc = "taps on a side, odd",
                                      .flags = SFT_MAIN },
                                    { .name = "sigma",
                                      .kind = SFT_REALS,
                                      .offset = offsetof(conf, sigma),
                                      .text = "[0.1, 2]",
                                      .low = 0,
                                      .high = 100,
                                      .doc = "deviation in pixels, one number or from and to",
                                      .flags = SFT_ABOVE_LOW },
                                    SFT_AUGMENT_P(conf, 1),
                                    SFT_FIELD_END };

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    (void)c;
    if (k->size % 2 == 0) return "`kernel_size` must be odd";
    return k->sigma.n == 1 ? NULL : sft__range_amiss(&k->sigma);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    double      sigma = sft__draw(c->random, k->sigma.v[0], k->sigma.v[k->sigma.n - 1]);
    sft__gaussian_blur(c->x, c->room, c->channels, c->high, c->wide, k->size, k->size, sigma,
                       c->room + 4 * c->high * c->wide);
}

const sft_augment sft__augment_blur = {
    .name = "blur",
    .aliases = "GaussianBlur gaussian_blur RandomGaussianBlur",
    .doc = "blur the image a little, or much",
    .math =
        "y = w w' * x, w[i] ~ exp(-i^2 / (2 s^2)), s uniform, reflected at the border (torchvision GaussianBlur)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .amiss = amiss,
    .apply = apply,
};
