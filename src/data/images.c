/* SPDX-License-Identifier: MIT */
/* Data source `images:DIR`: a folder a class, PNG and JPEG. */
#include "data/image_list.h"
#include "data/load.h"
#include "data/picture.h"
#include "data/samples.h"

#include <stddef.h>
#include <string.h>

typedef struct images_conf {
    sft_dims size;
    int      fit, color;
} images_conf;

enum { COLOR_AUTO, COLOR_GREY, COLOR_RGB };

static const char *const fit_words[] = { "stretch", "crop", "pad", NULL };
static const char *const color_words[] = { "auto", "grey", "rgb", "gray", NULL };

static const sft_field fields[] = {
    { .name = "size",
      .kind = SFT_DIMS,
      .offset = offsetof(images_conf, size),
      .low = 1,
      .high = 4096,
      .flags = SFT_MAIN | SFT_AUTO,
      .aliases = "resize image_size",
      .doc =
          "height and width that all are resized to, 32 or 32x48; auto: as they are, all alike" },
    { .name = "fit",
      .kind = SFT_WORD,
      .offset = offsetof(images_conf, fit),
      .text = "stretch",
      .words = fit_words,
      .doc =
          "where the sides are of another ratio: stretch, crop the longer side, or pad the shorter one with black" },
    { .name = "color",
      .kind = SFT_WORD,
      .offset = offsetof(images_conf, color),
      .text = "auto",
      .words = color_words,
      .aliases = "colour color_mode",
      .doc = "grey: one channel, rgb: three; auto: one where all images are grey" },
    SFT_FIELD_END,
};

typedef struct reader {
    sft_ctx              *ctx;
    const images_conf    *conf;
    const sft_image_list *list;
    sft_raw              *raw;
    int64_t               channels, height, width; /* height 0: not known before the first image */
    bool                  colored;                 /* an image with three channels came by */
} reader;

static sft_status start(reader *r, const sft_picture *first)
{
    const images_conf *k = r->conf;
    const int64_t     *count = r->list->count;
    r->height = k->size.n ? k->size.v[0] : first->height;
    r->width = k->size.n > 1 ? k->size.v[1] : k->size.n ? k->size.v[0] : first->width;
    r->channels = k->color == COLOR_AUTO || k->color == COLOR_RGB ? 3 : 1;
    r->raw->held = count[SFT_VALIDATION];
    sft_shape shape = sft__shape3(r->channels, r->height, r->width);
    int64_t   train = count[SFT_TRAIN] + count[SFT_VALIDATION], test = count[SFT_TEST];
    if (sft__samples_make(r->ctx, &r->raw->train, train, shape, SFT_BYTES, SFT_CLASSES, 1) ||
        (test && sft__samples_make(r->ctx, &r->raw->test, test, shape, SFT_BYTES, SFT_CLASSES, 1)))
        return sft_code(r->ctx);
    return SFT_OK;
}

static sft_status put(reader *r, const sft_image_file *f, const sft_picture *p, sft_samples *s,
                      int64_t at)
{
    if (!r->height && start(r, p)) return sft_code(r->ctx);
    if (!r->conf->size.n && (p->width != r->width || p->height != r->height))
        return sft__fail_at(
            r->ctx, (sft_pos){ .file = f->path }, SFT_E202,
            "the image is %lld x %lld pixels, others are %lld x %lld — give size=, to which all are resized",
            (long long)p->width, (long long)p->height, (long long)r->width, (long long)r->height);
    r->colored = r->colored || p->channels == 3;
    s->label[at] = f->label;
    return sft__picture_fit(r->ctx, p, (sft_fitting)r->conf->fit, r->channels, r->height, r->width,
                            s->bytes + at * r->channels * r->height * r->width);
}

static sft_status read_one(reader *r, sft_pos pos, const sft_image_file *f, int64_t at)
{
    sft_bytes   bytes = { 0 };
    sft_picture p = { 0 };
    if (sft__load(r->ctx, pos, f->path, &bytes) == SFT_OK &&
        sft__picture_decode(r->ctx, f->path, bytes.data, bytes.size, &p) == SFT_OK)
        put(r, f, &p, f->split == SFT_TEST ? &r->raw->test : &r->raw->train, at);
    sft__picture_free(r->ctx, &p);
    sft__bytes_free(r->ctx, &bytes);
    return sft_code(r->ctx);
}

/* Three equal channels become one. */
static sft_status make_grey(sft_ctx *c, sft_samples *s)
{
    sft_samples grey;
    sft_shape   shape = sft__shape3(1, s->shape.dim[1], s->shape.dim[2]);
    int64_t     size = sft__count(shape);
    if (!s->count) return SFT_OK;
    if (sft__samples_make(c, &grey, s->count, shape, SFT_BYTES, SFT_CLASSES, 1)) return sft_code(c);
    for (int64_t i = 0; i < s->count; i++)
        memcpy(grey.bytes + i * size, s->bytes + 3 * i * size, (size_t)size);
    memcpy(grey.label, s->label, (size_t)s->count * sizeof *grey.label);
    sft__samples_free(c, s, 1);
    *s = grey;
    return SFT_OK;
}

static sft_status read_all(reader *r, sft_pos pos)
{
    int64_t next[SFT_SPLITS] = { 0, r->list->count[SFT_TRAIN],
                                 0 }; /* validation lies behind training */
    for (int64_t i = 0; i < r->list->n; i++) {
        const sft_image_file *f = &r->list->file[i];
        if (read_one(r, pos, f, next[f->split]++)) return sft_code(r->ctx);
    }
    if (r->conf->color != COLOR_AUTO || r->colored) return SFT_OK;
    if (make_grey(r->ctx, &r->raw->train)) return sft_code(r->ctx);
    return make_grey(r->ctx, &r->raw->test);
}

static sft_status open_images(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                              sft_raw *raw)
{
    sft_image_list list = { 0 };
    reader         r = { .ctx = c, .conf = conf, .list = &list, .raw = raw };
    raw->source = sft__arena_printf(raw->arena, "images in %s", place);
    raw->task = SFT_CLASSES;
    raw->outputs = 1;
    if (r.conf->size.n > 2)
        return sft__fail_at(c, pos, SFT_E202,
                            "size takes a height and a width — write size=32 or size=32x48");
    if (raw->source && sft__images_find(c, raw->arena, pos, place, &list) == SFT_OK &&
        read_all(&r, pos) == SFT_OK) {
        raw->outputs = list.classes;
        raw->class_names = (const char *const *)list.class_names;
    }
    sft__images_free(c, &list);
    return sft_code(c);
}

const sft_source sft__source_images = {
    .name = "images",
    .aliases = "folder image_folder imagefolder",
    .doc =
        "PNG and JPEG images, a folder a class; folders train, val and test above them are optional",
    .conf_size = sizeof(images_conf),
    .fields = fields,
    .place = true,
    .open = open_images,
};
