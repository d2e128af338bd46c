/* SPDX-License-Identifier: MIT */
/* For tests of images: PNG and JPEG files in memory, made by the libraries that read them. */
#ifndef SFT_TESTS_PICTURE_WRITE_H
#define SFT_TESTS_PICTURE_WRITE_H

#include "data_folder.h"

#if defined(SFT_HAVE_PNG) && defined(SFT_HAVE_JPEG)
#include <png.h>

#include <jpeglib.h>

typedef struct made_picture {
    size_t  n;
    uint8_t p[1 << 17];
} made_picture;

static inline void made_png_bytes(png_structp png, png_bytep bytes, size_t n)
{
    made_picture *m = png_get_io_ptr(png);
    assert_true(m->n + n <= sizeof m->p);
    memcpy(m->p + m->n, bytes, n);
    m->n += n;
}

static inline void made_png_flush(png_structp png) { (void)png; }

/* rows: height rows as the colour type and depth want them, `stride` bytes each. */
static inline void made_png(made_picture *m, int width, int height, int depth, int color,
                            bool interlaced, const uint8_t *rows, int stride)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop   info = png_create_info_struct(png);
    png_bytep   row[64];
    m->n = 0;
    assert_true(height <= 64);
    for (int y = 0; y < height; y++) row[y] = (png_bytep)(uintptr_t)(rows + y * stride);
    png_set_write_fn(png, m, made_png_bytes, made_png_flush);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, depth, color,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (color == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info,
                     (png_color[]){ { 1, 2, 3 }, { 40, 50, 60 }, { 255, 0, 7 }, { 9, 9, 9 } }, 4);
    png_write_info(png, info);
    png_set_interlace_handling(png);
    png_write_image(png, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

/* A big-endian EXIF segment that holds one entry, the orientation. */
static inline void made_exif(struct jpeg_compress_struct *j, int orientation)
{
    uint8_t exif[32] = "Exif\0\0MM\0\x2A\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0";
    exif[25] = (uint8_t)orientation;
    jpeg_write_marker(j, JPEG_APP0 + 1, exif, sizeof exif);
}

/* pixels: height x width x channels; 1: grey, 3: colour, 4: CMYK. orientation 0: no EXIF. scans above 0: progressive, about
 * so many. */
static inline void made_jpeg(made_picture *m, int width, int height, int channels, int orientation,
                             int scans, const uint8_t *pixels)
{
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr       error;
    unsigned char              *bytes = NULL;
    unsigned long               n = 0;
    static jpeg_scan_info       script[256];
    j.err = jpeg_std_error(&error);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &bytes, &n);
    j.image_width = (JDIMENSION)width;
    j.image_height = (JDIMENSION)height;
    j.input_components = channels;
    j.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&j);
    jpeg_set_quality(&j, 100, TRUE);
    if (scans > 0) { /* grey: DC, then each frequency at three precisions */
        int k = 0;
        script[k++] = (jpeg_scan_info){ 1, { 0 }, 0, 0, 0, 0 };
        for (int f = 1; f < 64 && k + 3 <= scans; f++)
            for (int bit = 2; bit >= 0; bit--)
                script[k++] = (jpeg_scan_info){ 1, { 0 }, f, f, bit == 2 ? 0 : bit + 1, bit };
        j.scan_info = script;
        j.num_scans = k;
    }
    jpeg_start_compress(&j, TRUE);
    if (orientation) made_exif(&j, orientation);
    for (int y = 0; y < height; y++) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + y * width * channels);
        jpeg_write_scanlines(&j, &row, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    assert_true(n <= sizeof m->p);
    memcpy(m->p, bytes, n);
    m->n = n;
    free(bytes);
}

#endif
#endif
