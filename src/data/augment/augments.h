/* SPDX-License-Identifier: MIT */
/* The list of augmentations: one word each, in the order of `surefoot list`. */
#ifndef SFT_DATA_AUGMENT_AUGMENTS_H
#define SFT_DATA_AUGMENT_AUGMENTS_H

#include "data/augment/augment.h"

#define SFT_AUGMENTS(X)                                                                            \
    X(crop)                                                                                        \
    X(resized_crop) X(flip) X(rotate) X(translate) X(shear) X(zoom) X(brightness) X(contrast)      \
        X(saturation) X(hue) X(grayscale) X(blur) X(noise) X(cutout) X(elastic) X(trivialaugment)  \
            X(shift) X(scale) X(mixup) X(cutmix)

#define X(word) extern const sft_augment sft__augment_##word;
SFT_AUGMENTS(X)
#undef X

#endif
