/* SPDX-License-Identifier: MIT */
/* wide_resnet: WRN-depth-width for 32 x 32 images (Zagoruyko & Komodakis 2016).
 *
 * Depth 6n+4: a 3x3 convolution of 16 channels and three stages of n blocks of 16, 32 and 64 times `width` channels. Norm and
 * activation come before each convolution; the first block of a stage changes the channels, so its shortcut is a 1x1 convolution
 * and shares the first norm with its body. */
#include "graph/presets/presets.h"

typedef struct wide {
    int64_t     depth, width;
    const char *act;
    int         norm;
    double      dropout;
} wide;

static const sft_field fields[] = {
    { .name = "depth", .kind = SFT_INT, .offset = offsetof(wide, depth), .def = 16, .low = 10, .high = 1204,
      .doc = "weight layers, 6n+4; else the next smaller net of the family", .flags = SFT_MAIN },
    { .name = "width", .kind = SFT_INT, .offset = offsetof(wide, width), .def = 4, .low = 1, .high = 256,
      .doc = "channels are this many times those of a thin net", .aliases = "widen_factor k" },
    { .name = "act", .kind = SFT_TEXT, .offset = offsetof(wide, act), .text = "relu",
      .doc = "activation: any op", .aliases = "activation" },
    { .name = "norm", .kind = SFT_WORD, .offset = offsetof(wide, norm), .text = "batch", .words = sft__preset_norms,
      .doc = "normalisation before each activation", .aliases = "normalization" },
    { .name = "dropout", .kind = SFT_REAL, .offset = offsetof(wide, dropout), .def = 0, .low = 0, .high = 1,
      .doc = "share of numbers dropped between a block's convolutions; 0: no dropout layer", .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END
};

/* "norm | act | " on so many channels */
static void activation(sft_string *text, const wide *k, long long channels)
{
    if (k->norm) {
        sft__preset_norm_word(text, k->norm, channels);
        sft__string_add(text, " | ");
    }
    sft__string_addf(text, "%s | ", k->act);
}

/* conv | norm | act | dropout | conv */
static void body(sft_string *text, const wide *k, long long channels, int stride)
{
    sft__preset_conv3(text, channels, stride, k->norm == 0);
    sft__preset_norm(text, k->norm, channels);
    sft__string_addf(text, " | %s", k->act);
    sft__preset_dropout(text, k->dropout);
    sft__string_add(text, " | ");
    sft__preset_conv3(text, channels, 1, k->norm == 0);
}

/* Behind a layer of `from` channels; ends with " | ". The first block of stage one keeps the channels when width is 1. */
static void stage(sft_string *text, const wide *k, long long from, long long channels, int stride, long long blocks)
{
    if (from != channels || stride == 2) {
        activation(text, k, from);
        sft__string_add(text, "residual ( ");
        body(text, k, channels, stride);
        sft__string_addf(text, " ) shortcut ( conv2d %lld kernel_size=1%s%s ) | ", channels, stride == 2 ? " stride=2" : "",
                         k->norm == 0 ? "" : " bias=false");
        blocks--;
    }
    if (blocks < 1) return;
    sft__string_addf(text, "repeat %lld ( residual ( ", blocks);
    activation(text, k, channels);
    body(text, k, channels, 1);
    sft__string_add(text, " ) ) | ");
}

static void expand(const void *conf, sft_string *text)
{
    const wide     *k = conf;
    const long long n = (k->depth - 4) / 6, w = 16 * k->width;
    sft__preset_conv3(text, 16, 1, k->norm == 0);
    sft__string_add(text, " | ");
    stage(text, k, 16, w, 1, n);
    stage(text, k, w, 2 * w, 2, n);
    stage(text, k, 2 * w, 4 * w, 2, n);
    activation(text, k, 4 * w);
    sft__string_add(text, "global_avgpool | linear");
}

const sft_preset sft_preset_wide_resnet = {
    .name = "wide_resnet",
    .aliases = "wrn wideresnet",
    .doc = "wide residual net WRN-depth-width for images of 32x32",
    .math = "conv2d 16 | 3 stages of (depth-4)/6 x residual ( 2 x ( norm | act | conv2d k3 ) ) | norm | act | "
            "global_avgpool | linear",
    .conf_size = sizeof(wide),
    .fields = fields,
    .expand = expand,
};
