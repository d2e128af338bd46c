/* SPDX-License-Identifier: MIT */
/* Geometry: images seen through an affine map or a field of shifts. */
#ifndef SFT_DATA_AUGMENT_WARP_H
#define SFT_DATA_AUGMENT_WARP_H

#include "data/augment/augment.h"

enum { SFT_NEAREST, SFT_BILINEAR };
extern const char *const sft__interpolations[];

/* How an image is moved about its centre, in torchvision's order: shear, scale, rotate, translate. Angles in degrees,
 * clockwise as seen (rows count downwards); a shear to the right above the centre is positive. */
typedef struct sft_motion {
    double angle, dx, dy, scale, shear_x, shear_y;
    bool   corner; /* about the upper left corner instead */
} sft_motion;

typedef struct sft_sampling {
    int              how;  /* SFT_NEAREST or SFT_BILINEAR */
    const sft_reals *fill; /* beyond the border */
} sft_sampling;

/* The map from places in the result to places in the image, as torchvision's _get_inverse_affine_matrix:
 * (m0 x + m1 y + m2, m3 x + m4 y + m5), pixel centres at whole numbers. */
void sft__motion_map(const sft_motion *g, int64_t high, int64_t wide, double m[6]);
void sft__warp(sft_canvas *c, const sft_motion *g, const sft_sampling *k);
/* Pixel (x, y) of the result is taken from (at_x[i], at_y[i]); at holds high x wide x, then as many y. */
void sft__warp_to(sft_canvas *c, const float *at, const sft_sampling *k);

#define SFT_FILL_ROWS(type)                                                                        \
    { .name = "interpolation",                                                                     \
      .kind = SFT_WORD,                                                                            \
      .offset = offsetof(type, how),                                                               \
      .text = "bilinear",                                                                          \
      .words = sft__interpolations,                                                                \
      .doc = "how values between pixels are found" },                                              \
        SFT_FILL_ROW(type)

#endif
