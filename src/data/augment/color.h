/* SPDX-License-Identifier: MIT */
/* Colour: torchvision's adjust_* on images on the scale 0..1. */
#ifndef SFT_DATA_AUGMENT_COLOR_H
#define SFT_DATA_AUGMENT_COLOR_H

#include "data/augment/augment.h"

/* y = f x + (1 - f) z, kept in 0..1: z is black, the mean grey, the pixel's own grey. */
void sft__brighten(sft_canvas *c, double factor);
void sft__contrast(sft_canvas *c, double factor);
void sft__saturate(sft_canvas *c, double factor);
/* Turns the hue by `turn` circles. */
void sft__turn_hue(sft_canvas *c, double turn);
/* 0.2989 R + 0.587 G + 0.114 B into grey (high x wide); one channel is its own grey. */
void sft__grey(const sft_canvas *c, float *grey);

/* Blurs `planes` images of high x wide from x by way of spare back to x: a Gaussian of `size` (odd) taps a side,
 * reflected at the border. taps: room for twice as many numbers. */
void sft__gaussian_blur(float *x, float *spare, int64_t planes, int64_t high, int64_t wide,
                        int64_t size_y, int64_t size_x, double sigma, float *taps);

#endif
