/* SPDX-License-Identifier: MIT */
/* PNG by libpng: every colour type and depth becomes 8-bit grey or colour; transparency is left out, as Pillow does. */
#include "data/picture.h"

#include <stdio.h>
#include <string.h>

#ifdef SFT_HAVE_PNG
#include <png.h>
#include <setjmp.h>

#define RATIO_MOST 1032 /* what deflate can reach */

typedef struct reading {
    sft_ctx       *ctx;
    const char    *path;
    const uint8_t *at;
    size_t         left;
    bool           ended; /* more was asked for than there is */
    png_structp    png;
    png_infop      info;
    png_bytep     *row;
    size_t         rows;
    sft_picture   *picture;
    char           why[128];
} reading;

static void on_error(png_structp png, png_const_charp what)
{
    reading *r = png_get_error_ptr(png);
    snprintf(r->why, sizeof r->why, "%s", what);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp what) { (void)png, (void)what; }

static void give_bytes(png_structp png, png_bytep to, size_t n)
{
    reading *r = png_get_io_ptr(png);
    if (n > r->left) {
        r->ended = true;
        png_error(png, "the file ends");
    }
    memcpy(to, r->at, n);
    r->at += n;
    r->left -= n;
}

static void set_transformations(png_structp png, png_infop info)
{
    png_set_expand(png); /* palettes, 1, 2 and 4 bits, transparent colours */
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

/* Header, then bounds before memory is asked for, then pixels. Errors of libpng leave by longjmp; what has to be freed is
 * in `r`. */
static sft_status read_picture(reading *r, size_t size)
{
    png_read_info(r->png, r->info);
    png_uint_32 width = png_get_image_width(r->png, r->info),
                height = png_get_image_height(r->png, r->info);
    size_t stored = png_get_rowbytes(r->png, r->info);
    set_transformations(r->png, r->info);
    int64_t channels = png_get_channels(r->png, r->info);
    if (width <= SFT_PICTURE_SIDE_MOST && height <= SFT_PICTURE_SIDE_MOST &&
        (stored + 1) * height / RATIO_MOST > size) {
        r->ended = true; /* so much cannot come out of so little */
        png_error(r->png, "the file is too short");
    }
    if (sft__picture_make(r->ctx, r->path, width, height, channels, r->picture))
        return sft_code(r->ctx);
    r->rows = height * sizeof *r->row;
    r->row = sft__alloc(r->ctx, r->rows);
    if (!r->row) return sft_code(r->ctx);
    for (png_uint_32 y = 0; y < height; y++)
        r->row[y] = r->picture->pixel + (size_t)y * width * (size_t)channels;
    png_read_image(r->png, r->row);
    png_read_end(r->png, NULL);
    return SFT_OK;
}

static sft_status png_fail(const reading *r)
{
    sft_pos at = { .file = r->path };
    if (sft__failed(r->ctx)) return sft_code(r->ctx);
    if (r->ended || strstr(r->why, "Not enough") || strstr(r->why, "not enough"))
        return sft__fail_at(r->ctx, at, SFT_E250,
                            "the image is cut off — fetch it again or remove it");
    if (strstr(r->why, "CRC"))
        return sft__fail_at(
            r->ctx, at, SFT_E251,
            "the image is damaged: a sum is wrong (%s) — fetch it again or remove it", r->why);
    return sft__fail_at(r->ctx, at, SFT_E254,
                        "the image is damaged (%s) — fetch it again or remove it", r->why);
}

static void decode(reading *r, size_t size)
{
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, on_error, on_warning);
    r->info = r->png ? png_create_info_struct(r->png) : NULL;
    if (!r->info) {
        sft__fail(r->ctx, SFT_E004, "out of memory while reading %s", r->path);
        return;
    }
    if (setjmp(png_jmpbuf(r->png))) {
        png_fail(r);
        return;
    }
    png_set_read_fn(r->png, r, give_bytes);
    png_set_user_limits(r->png, 0x7FFFFFFF, 0x7FFFFFFF); /* ours come later, in words of ours */
    png_set_chunk_malloc_max(r->png, 8 << 20);
    png_set_chunk_cache_max(r->png, 128);
    png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    read_picture(r, size);
}

sft_status sft__png_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           sft_picture *p)
{
    reading r = { .ctx = c, .path = path, .at = bytes, .left = size, .picture = p };
    decode(&r, size);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    sft__free(c, r.row, r.rows);
    if (sft__failed(c)) sft__picture_free(c, p);
    return sft_code(c);
}

#else

sft_status sft__png_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           sft_picture *p)
{
    (void)bytes, (void)size, (void)p;
    return sft__fail_at(
        c, (sft_pos){ .file = path }, SFT_E201,
        "this build reads no PNG, as it was made without libpng (libpng-dev) — build it with that, or "
        "convert the images to JPEG or to an .npz");
}

#endif
