/* SPDX-License-Identifier: MIT */
/* flip: left becomes right, or up becomes down. */
#include "data/augment/augment.h"

#include <string.h>

enum { HORIZONTAL, VERTICAL };

typedef struct conf {
    double p;
    int    direction;
} conf;

static const char *const directions[] = { "horizontal", "vertical", NULL };

static const sft_field fields[] = {
    { .name = "direction",
      .kind = SFT_WORD,
      .offset = offsetof(conf, direction),
      .text = "horizontal",
      .words = directions,
      .doc = "horizontal: left and right change places; for both write two flips",
      .aliases = "mode",
      .flags = SFT_MAIN },
    SFT_AUGMENT_P(conf, 0.5),
    SFT_FIELD_END
};

static void reverse(float *row, int64_t n)
{
    for (int64_t i = 0; i < n / 2; i++) {
        float v = row[i];
        row[i] = row[n - 1 - i];
        row[n - 1 - i] = v;
    }
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    int64_t     rows = c->channels * c->high;
    if (k->direction == HORIZONTAL) {
        for (int64_t r = 0; r < rows; r++) reverse(c->x + r * c->wide, c->wide);
        return;
    }
    for (int64_t r = 0; r < rows; r++) {
        int64_t from = r / c->high * c->high + c->high - 1 - r % c->high;
        memcpy(c->spare + r * c->wide, c->x + from * c->wide, (size_t)c->wide * sizeof *c->x);
    }
    sft__canvas_swap(c);
}

const sft_augment sft__augment_flip = {
    .name = "flip",
    .aliases = "RandomHorizontalFlip hflip random_flip RandomFlip",
    .doc = "mirror the image",
    .math = "y[i,j] = x[i, W-1-j] (torchvision RandomHorizontalFlip, RandomVerticalFlip)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .apply = apply,
};
