/* SPDX-License-Identifier: MIT */
/* From a sample's shape to what augmentations see: an image, a sequence or a row. */
#ifndef SFT_DATA_AUGMENT_CANVAS_H
#define SFT_DATA_AUGMENT_CANVAS_H

#include "data/augment/augment.h"

/* Sizes and kind; no arrays yet. Kind 0: a rank that no augmentation changes. */
sft_canvas sft__canvas_of(sft_shape s);

#endif
