/* SPDX-License-Identifier: MIT */
/* Pictures: bounds, which reader, and turning upright by EXIF. */
#include "data/picture.h"

#include <string.h>

sft_status sft__picture_make(sft_ctx *c, const char *path, int64_t width, int64_t height,
                             int64_t channels, sft_picture *p)
{
    if (width < 1 || height < 1 || width > SFT_PICTURE_SIDE_MOST ||
        height > SFT_PICTURE_SIDE_MOST || width * height * channels > SFT_PICTURE_BYTES_MOST)
        return sft__fail_at(
            c, (sft_pos){ .file = path }, SFT_E252,
            "the image is %lld x %lld pixels — at most %d a side and 512 MiB in all are read — make it "
            "smaller",
            (long long)width, (long long)height, SFT_PICTURE_SIDE_MOST);
    *p = (sft_picture){ width, height, channels,
                        sft__alloc(c, (size_t)(width * height * channels)) };
    return p->pixel ? SFT_OK : sft_code(c);
}

void sft__picture_free(sft_ctx *c, sft_picture *p)
{
    sft__free(c, p->pixel, (size_t)(p->width * p->height * p->channels));
    *p = (sft_picture){ 0 };
}

sft_status sft__picture_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                               sft_picture *p)
{
    *p = (sft_picture){ 0 };
    if (size >= 8 && !memcmp(bytes, "\x89PNG\r\n\x1A\n", 8))
        return sft__png_decode(c, path, bytes, size, p);
    if (size >= 3 && !memcmp(bytes, "\xFF\xD8\xFF", 3))
        return sft__jpeg_decode(c, path, bytes, size, p);
    if (size < 8)
        return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E250,
                            "the image is cut off after %zu bytes — fetch it again or remove it",
                            size);
    return sft__fail_at(
        c, (sft_pos){ .file = path }, SFT_E253,
        "the file is neither PNG nor JPEG, whatever its name says — convert it or remove it");
}

/* ---- EXIF ------------------------------------------------------------------------------------ */

static uint32_t number_at(const uint8_t *p, int bytes, bool little)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | p[little ? bytes - 1 - i : i];
    return value;
}

/* "Exif", then a TIFF header ("II" or "MM", 42, place of the first directory) and 12-byte entries; tag 0x0112. */
int sft__exif_orientation(const uint8_t *segment, size_t size)
{
    if (size < 14 || memcmp(segment, "Exif\0\0", 6) != 0) return 1;
    const uint8_t *tiff = segment + 6;
    size_t         n = size - 6;
    bool           little = tiff[0] == 'I';
    size_t         at = number_at(tiff + 4, 4, little);
    if (at > n - 2) return 1;
    uint32_t entries = number_at(tiff + at, 2, little);
    for (at += 2; entries > 0 && at + 12 <= n; entries--, at += 12)
        if (number_at(tiff + at, 2, little) == 0x0112) {
            uint32_t value = number_at(tiff + at + 8, 2, little);
            return value >= 1 && value <= 8 ? (int)value : 1;
        }
    return 1;
}

/* The pixel of the picture as it lies that belongs at (x, y) of the upright one. */
static const uint8_t *from(const sft_picture *p, int orientation, int64_t x, int64_t y)
{
    int64_t right = p->width - 1, down = p->height - 1, column = x, row = y;
    if (orientation >= 5) {
        column = y;
        row = x;
    }
    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = right - column;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        row = down - row;
    return p->pixel + (row * p->width + column) * p->channels;
}

sft_status sft__picture_turn(sft_ctx *c, const char *path, int orientation, sft_picture *p)
{
    sft_picture upright;
    bool        across = orientation >= 5;
    if (orientation == 1) return SFT_OK;
    if (sft__picture_make(c, path, across ? p->height : p->width, across ? p->width : p->height,
                          p->channels, &upright))
        return sft_code(c);
    uint8_t *to = upright.pixel;
    for (int64_t y = 0; y < upright.height; y++)
        for (int64_t x = 0; x < upright.width; x++, to += p->channels)
            memcpy(to, from(p, orientation, x, y), (size_t)p->channels);
    sft__picture_free(c, p);
    *p = upright;
    return SFT_OK;
}
