/* SPDX-License-Identifier: MIT */
/* grayscale: a colour image without its colours. */
#include "data/augment/color.h"

#include <string.h>

typedef struct conf {
    double p;
} conf;

static const sft_field fields[] = { { .name = "p",
                                      .kind = SFT_REAL,
                                      .offset = offsetof(conf, p),
                                      .def = 0.1,
                                      .low = 0,
                                      .high = 1,
                                      .doc = "probability",
                                      .aliases = "prob probability",
                                      .flags = SFT_MAIN },
                                    SFT_FIELD_END };

static void apply(const void *options, sft_canvas *c)
{
    int64_t n = c->high * c->wide;
    (void)options;
    sft__grey(c, c->room);
    for (int64_t k = 0; k < c->channels; k++)
        memcpy(c->x + k * n, c->room, (size_t)n * sizeof *c->x);
}

const sft_augment sft__augment_grayscale = {
    .name = "grayscale",
    .aliases = "RandomGrayscale random_grayscale greyscale",
    .doc = "take the colours out",
    .math = "R, G, B = 0.2989 R + 0.587 G + 0.114 B (torchvision RandomGrayscale)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .color = true,
    .apply = apply,
};
