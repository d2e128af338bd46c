/* SPDX-License-Identifier: MIT */
/* trivialaugment: one of fourteen changes, at a strength drawn uniformly (Müller, Hutter 2021, the wide space). */
#include "data/augment/color.h"
#include "data/augment/tone.h"
#include "data/augment/warp.h"

#include <math.h>

typedef struct conf {
    double    p, translate;
    int64_t   bins;
    sft_reals fill;
    int       how;
} conf;

static const sft_field fields[] = {
    { .name = "num_magnitude_bins",
      .kind = SFT_INT,
      .offset = offsetof(conf, bins),
      .def = 31,
      .low = 2,
      .high = 1000,
      .doc = "strengths to choose from",
      .aliases = "bins magnitude_bins",
      .flags = SFT_MAIN },
    { .name = "translate",
      .kind = SFT_REAL,
      .offset = offsetof(conf, translate),
      .def = 32,
      .low = 0,
      .high = 4096,
      .doc = "largest move in pixels" },
    { .name = "interpolation",
      .kind = SFT_WORD,
      .offset = offsetof(conf, how),
      .text = "nearest",
      .words = sft__interpolations,
      .doc = "how values between pixels are found" },
    SFT_FILL_ROW(conf),
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

enum change {
    IDENTITY,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y,
    ROTATE,
    BRIGHTNESS,
    COLOR,
    CONTRAST,
    SHARPNESS,
    POSTERIZE,
    SOLARIZE,
    AUTOCONTRAST,
    EQUALIZE,
    CHANGES
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    return sft__fill_amiss(&((const conf *)options)->fill, c);
}

/* PIL's shear by tan a = m, about the upper left corner. */
static void move(const conf *k, sft_canvas *c, enum change what, double m)
{
    sft_motion g = { .scale = 1 };
    double     slant = atan(m) * (180 / 3.14159265358979323846);
    switch (what) {
    case SHEAR_X: g.shear_x = slant; break;
    case SHEAR_Y: g.shear_y = slant; break;
    case TRANSLATE_X: g.dx = trunc(m); break;
    case TRANSLATE_Y: g.dy = trunc(m); break;
    default: g.angle = -m; break;
    }
    g.corner = what == SHEAR_X || what == SHEAR_Y;
    sft__warp(c, &g, &(sft_sampling){ k->how, &k->fill });
}

/* Strength 1 of each change; signs are drawn for all up to SHARPNESS. */
static double strongest(const conf *k, enum change what)
{
    switch (what) {
    case TRANSLATE_X:
    case TRANSLATE_Y: return k->translate;
    case ROTATE: return 135;
    case POSTERIZE: return 6;
    case SOLARIZE: return 1;
    default: return 0.99;
    }
}

/* strength: 0 to 1 */
static void change(const conf *k, sft_canvas *c, enum change what, double strength, double sign)
{
    double m = strength * strongest(k, what);
    switch (what) {
    case SHEAR_X:
    case SHEAR_Y:
    case TRANSLATE_X:
    case TRANSLATE_Y:
    case ROTATE: move(k, c, what, sign * m); break;
    case BRIGHTNESS: sft__brighten(c, 1 + sign * m); break;
    case COLOR:
        if (c->channels == 3) sft__saturate(c, 1 + sign * m);
        break; /* grey has none */
    case CONTRAST: sft__contrast(c, 1 + sign * m); break;
    case SHARPNESS: sft__sharpen(c, 1 + sign * m); break;
    case POSTERIZE: sft__posterize(c, 8 - (int)nearbyint(m)); break;
    case SOLARIZE: sft__solarize(c, 1 - m); break;
    case AUTOCONTRAST: sft__autocontrast(c); break;
    case EQUALIZE: sft__equalize(c); break;
    case IDENTITY:
    case CHANGES: break;
    }
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    enum change what = (enum change)sft__below(c->random, CHANGES);
    double      strength = (double)sft__below(c->random, (uint64_t)k->bins) / (double)(k->bins - 1);
    double      sign = sft__below(c->random, 2) ? -1 : 1;
    change(k, c, what, strength, sign);
}

const sft_augment sft__augment_trivialaugment = {
    .name = "trivialaugment",
    .aliases = "TrivialAugmentWide trivial_augment ta_wide trivialaugmentwide",
    .doc = "one of fourteen changes at a random strength",
    .math =
        "y = f_k(x; m), k and m uniform: shear, translate, rotate, brightness, color, contrast, sharpness, posterize, "
        "solarize, autocontrast, equalize (Mueller, Hutter 2021; torchvision TrivialAugmentWide)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .amiss = amiss,
    .apply = apply,
};
