/* SPDX-License-Identifier: MIT */
/* vgg_small: six 3x3 convolutions in three stages (Simonyan & Zisserman 2015, in the small form of Courbariaux et al. 2015 that
 * later work calls VGG-Small, with one linear layer at the end). */
#include "graph/presets/presets.h"

typedef struct vgg {
    int64_t     width;
    const char *act;
    int         norm;
    double      dropout;
} vgg;

static const sft_field fields[] = {
    { .name = "width", .kind = SFT_INT, .offset = offsetof(vgg, width), .def = 128, .low = 1, .high = 4096,
      .doc = "channels of the first stage; each later one has twice as many", .flags = SFT_MAIN | SFT_LOG },
    { .name = "act", .kind = SFT_TEXT, .offset = offsetof(vgg, act), .text = "relu",
      .doc = "activation behind each convolution: any op", .aliases = "activation" },
    { .name = "norm", .kind = SFT_WORD, .offset = offsetof(vgg, norm), .text = "batch", .words = sft__preset_norms,
      .doc = "normalisation between convolution and activation", .aliases = "normalization" },
    { .name = "dropout", .kind = SFT_REAL, .offset = offsetof(vgg, dropout), .def = 0, .low = 0, .high = 1,
      .doc = "share of numbers dropped behind each stage; 0: no dropout layer", .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END
};

static void expand(const void *conf, sft_string *text)
{
    const vgg *k = conf;
    for (long long stage = 0, width = k->width; stage < 3; stage++, width *= 2) {
        sft__string_add(text, "repeat 2 ( ");
        sft__preset_conv3(text, width, 1, k->norm == 0);
        sft__preset_norm(text, k->norm, width);
        sft__string_addf(text, " | %s ) | maxpool 2", k->act);
        sft__preset_dropout(text, k->dropout);
        sft__string_add(text, " | ");
    }
    sft__string_add(text, "flatten | linear");
}

const sft_preset sft_preset_vgg_small = {
    .name = "vgg_small",
    .aliases = "vgg",
    .doc = "six 3x3 convolutions in three stages, for images of 8x8 and up",
    .math = "3 stages of 2 x ( conv2d k3 | norm | act ) | maxpool 2, channels doubled; flatten | linear",
    .conf_size = sizeof(vgg),
    .fields = fields,
    .expand = expand,
};
