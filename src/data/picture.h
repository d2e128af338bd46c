/* SPDX-License-Identifier: MIT */
/* Pictures from PNG and JPEG files: decoded within bounds, turned upright, fitted to a size. */
#ifndef SFT_DATA_PICTURE_H
#define SFT_DATA_PICTURE_H

#include "base/io.h"

#define SFT_PICTURE_SIDE_MOST  16384
#define SFT_PICTURE_BYTES_MOST ((int64_t)512 << 20)

typedef struct sft_picture {
    int64_t  width, height;
    int64_t  channels; /* 1: grey, 3: red, green, blue */
    uint8_t *pixel;    /* height x width x channels */
} sft_picture;

/* By the first bytes, whatever the name says. Cut off: E250, wrong sum: E251, too large: E252, no PNG and no JPEG: E253,
 * damaged: E254, JPEG for print: E255, JPEG of too many scans: E256, a format that this build lacks: E201. */
sft_status sft__picture_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                               sft_picture *p);
void       sft__picture_free(sft_ctx *c, sft_picture *p);
/* Room for width x height x channels, after a check of the bounds (E252). */
sft_status sft__picture_make(sft_ctx *c, const char *path, int64_t width, int64_t height,
                             int64_t channels, sft_picture *p);

/* For sft__picture_decode. */
sft_status sft__png_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           sft_picture *p);
sft_status sft__jpeg_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                            sft_picture *p);
/* Orientation of EXIF, 1 to 8, out of an APP1 segment; 1 where it says none. */
int sft__exif_orientation(const uint8_t *segment, size_t size);
/* Turns a picture upright that EXIF says lies so. */
sft_status sft__picture_turn(sft_ctx *c, const char *path, int orientation, sft_picture *p);

typedef enum sft_fitting { SFT_FIT_STRETCH, SFT_FIT_CROP, SFT_FIT_PAD } sft_fitting;

/* Writes the picture into to[channels][height][width] (1 or 3 channels), resampled by a triangle filter as wide as the
 * step, as Pillow's bilinear; crop cuts the longer side, pad adds black to the shorter one. */
sft_status sft__picture_fit(sft_ctx *c, const sft_picture *p, sft_fitting fit, int64_t channels,
                            int64_t height, int64_t width, uint8_t *to);

#endif
