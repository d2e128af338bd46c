/* SPDX-License-Identifier: MIT */
/* Tones: what trivialaugment does to the values of an image on the scale 0..1, as torchvision does it to bytes. */
#ifndef SFT_DATA_AUGMENT_TONE_H
#define SFT_DATA_AUGMENT_TONE_H

#include "data/augment/augment.h"

void sft__sharpen(sft_canvas *c, double factor); /* 0: smoothed, 1: as it is, 2: sharper */
void sft__posterize(sft_canvas *c, int bits);    /* the upper bits of 8 stay */
void sft__solarize(sft_canvas *c, double from);  /* values from here on are turned over */
void sft__autocontrast(sft_canvas *c);           /* each channel is stretched to 0..1 */
void sft__equalize(sft_canvas *c);               /* each channel's histogram is made flat */

#endif
