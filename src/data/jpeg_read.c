/* SPDX-License-Identifier: MIT */
/* JPEG by libjpeg-turbo: grey and colour, baseline and progressive, turned upright by EXIF. */
#include "data/picture.h"

#include <stdio.h>
#include <string.h>

#ifdef SFT_HAVE_JPEG
#include <setjmp.h>

#include <jpeglib.h>

#include <jerror.h>

#define SCANS_MOST      100  /* encoders write ten; each costs a pass over all of the picture */
#define PIXELS_PER_BYTE 1024 /* what no real encoder reaches */

typedef struct reading {
    struct jpeg_error_mgr         error; /* first, so that libjpeg's pointer to it is one to all */
    struct jpeg_progress_mgr      progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf                       back;
    sft_ctx                      *ctx;
    const char                   *path;
    sft_picture                  *picture;
    bool                          open;
} reading;

static reading *reading_of(j_common_ptr info) { return (reading *)(void *)info->err; }

static void leave(j_common_ptr info, sft_ecode e, const char *what)
{
    reading *r = reading_of(info);
    sft__fail_at(r->ctx, (sft_pos){ .file = r->path }, e,
                 "the image is %s — fetch it again or remove it", what);
    longjmp(r->back, 1);
}

static bool is_end(int code)
{
    return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JERR_INPUT_EOF;
}

static void on_error(j_common_ptr info)
{
    char text[JMSG_LENGTH_MAX], what[JMSG_LENGTH_MAX + 16];
    if (is_end(info->err->msg_code)) leave(info, SFT_E250, "cut off");
    if (info->err->msg_code == JERR_OUT_OF_MEMORY) {
        reading *r = reading_of(info);
        sft__fail(r->ctx, SFT_E004, "out of memory while reading %s", r->path);
        longjmp(r->back, 1);
    }
    info->err->format_message(info, text);
    snprintf(what, sizeof what, "damaged (%s)", text);
    leave(info, info->err->msg_code == JERR_IMAGE_TOO_BIG ? SFT_E252 : SFT_E254, what);
}

/* libjpeg goes on after damage with grey; a training set should not. Harmless oddities between segments pass. */
static void on_message(j_common_ptr info, int level)
{
    if (level >= 0) return;
    if (is_end(info->err->msg_code)) leave(info, SFT_E250, "cut off");
    if (info->err->msg_code == JWRN_HUFF_BAD_CODE || info->err->msg_code == JWRN_MUST_RESYNC)
        leave(info, SFT_E254, "damaged (its code makes no sense)");
}

static void on_output(j_common_ptr info) { (void)info; }

static void on_progress(j_common_ptr info)
{
    if (((j_decompress_ptr)info)->input_scan_number > SCANS_MOST)
        leave(info, SFT_E256, "made of more than 100 scans, which is how a bomb is made");
}

static sft_status check_header(reading *r, size_t size)
{
    const struct jpeg_decompress_struct *j = &r->jpeg;
    sft_pos                              at = { .file = r->path };
    if (j->jpeg_color_space == JCS_CMYK || j->jpeg_color_space == JCS_YCCK || j->num_components > 3)
        return sft__fail_at(
            r->ctx, at, SFT_E255,
            "the image is made for print (CMYK) — its colours cannot be told without a profile — convert it "
            "to RGB");
    if ((int64_t)j->image_width * j->image_height / PIXELS_PER_BYTE > (int64_t)size)
        return sft__fail_at(
            r->ctx, at, SFT_E252,
            "the image is %u x %u pixels in %zu bytes — that is a bomb or cut off — fetch it again or remove "
            "it",
            j->image_width, j->image_height, size);
    return SFT_OK;
}

static int orientation_of(const struct jpeg_decompress_struct *j)
{
    for (jpeg_saved_marker_ptr m = j->marker_list; m; m = m->next)
        if (m->marker == JPEG_APP0 + 1) {
            int found = sft__exif_orientation(m->data, m->data_length);
            if (found > 1) return found;
        }
    return 1;
}

static void read_rows(reading *r)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    while (j->output_scanline < j->output_height) {
        JSAMPROW row = r->picture->pixel + (size_t)j->output_scanline *
                                               (size_t)(r->picture->width * r->picture->channels);
        jpeg_read_scanlines(j, &row, 1);
    }
}

/* Errors of libjpeg come back by longjmp; what has to be freed is in `r`. */
static void decode(reading *r, const uint8_t *bytes, size_t size)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    if (setjmp(r->back)) return;
    jpeg_create_decompress(j);
    r->open = true;
    r->progress.progress_monitor = on_progress;
    j->progress = &r->progress;
    jpeg_save_markers(j, JPEG_APP0 + 1, 65535);
    jpeg_mem_src(j, bytes, (unsigned long)size);
    jpeg_read_header(j, TRUE);
    if (check_header(r, size)) return;
    j->out_color_space = j->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    j->dct_method = JDCT_ISLOW;
    if (sft__picture_make(r->ctx, r->path, j->image_width, j->image_height,
                          j->num_components == 1 ? 1 : 3, r->picture))
        return;
    jpeg_start_decompress(j);
    read_rows(r);
    int orientation = orientation_of(j); /* what follows forgets it */
    jpeg_finish_decompress(j);
    sft__picture_turn(r->ctx, r->path, orientation, r->picture);
}

sft_status sft__jpeg_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                            sft_picture *p)
{
    reading r = { .ctx = c, .path = path, .picture = p };
    r.jpeg.err = jpeg_std_error(&r.error);
    r.error.error_exit = on_error;
    r.error.emit_message = on_message;
    r.error.output_message = on_output;
    decode(&r, bytes, size);
    if (r.open) jpeg_destroy_decompress(&r.jpeg);
    if (sft__failed(c)) sft__picture_free(c, p);
    return sft_code(c);
}

#else

sft_status sft__jpeg_decode(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                            sft_picture *p)
{
    (void)bytes, (void)size, (void)p;
    return sft__fail_at(
        c, (sft_pos){ .file = path }, SFT_E201,
        "this build reads no JPEG, as it was made without libjpeg-turbo (libjpeg-dev) — build it with that, "
        "or convert the images to PNG or to an .npz");
}

#endif
