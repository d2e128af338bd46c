/* SPDX-License-Identifier: MIT */
/* resnet20, resnet32, resnet56: residual nets for 32 x 32 images (He, Zhang, Ren & Sun 2016, section 4.2).
 *
 * Depth 6n+2: a 3x3 convolution, three stages of n blocks, global average pooling and the output layer. The first block of
 * stages two and three halves the sides and doubles the channels; its shortcut is a 1x1 convolution (the paper's option B). */
#include "graph/presets/presets.h"

typedef struct resnet {
    int64_t depth, width;
} resnet;

/* A depth that is not 6n+2 builds the next smaller net of the family. */
#define ROWS(depth_of)                                                                             \
    {                                                                                              \
        { .name = "depth", .kind = SFT_INT, .offset = offsetof(resnet, depth), .def = depth_of,    \
          .low = 8, .high = 1202, .doc = "weight layers, 6n+2", .flags = SFT_MAIN },               \
        { .name = "width", .kind = SFT_INT, .offset = offsetof(resnet, width), .def = 16,          \
          .low = 1, .high = 4096, .doc = "channels of the first stage", .flags = SFT_LOG },        \
        SFT_FIELD_END                                                                              \
    }

static const sft_field fields20[] = ROWS(20);
static const sft_field fields32[] = ROWS(32);
static const sft_field fields56[] = ROWS(56);

static void block(sft_string *text, long long width, int stride)
{
    const char *down = stride == 2 ? " stride=2" : "";
    sft__string_addf(text, "residual ( conv2d %lld kernel_size=3%s padding=1 bias=false | batchnorm | relu | ", width, down);
    sft__string_addf(text, "conv2d %lld kernel_size=3 padding=1 bias=false | batchnorm )", width);
    if (stride == 2) {
        sft__string_addf(text, " shortcut ( conv2d %lld kernel_size=1 stride=2 bias=false | batchnorm )", width);
    }
    sft__string_add(text, " | relu");
}

static void stage(sft_string *text, long long width, int stride, long long blocks)
{
    if (stride == 2) {
        block(text, width, stride);
        sft__string_add(text, " | ");
        blocks--;
    }
    if (blocks > 0) {
        sft__string_addf(text, "repeat %lld ( ", blocks);
        block(text, width, 1);
        sft__string_add(text, " ) | ");
    }
}

static void expand(const void *conf, sft_string *text)
{
    const resnet   *k = conf;
    const long long n = (k->depth - 2) / 6, w = k->width;
    sft__string_addf(text, "conv2d %lld kernel_size=3 padding=1 bias=false | batchnorm | relu | ", w);
    stage(text, w, 1, n);
    stage(text, 2 * w, 2, n);
    stage(text, 4 * w, 2, n);
    sft__string_add(text, "global_avgpool | linear");
}

#define RECORD(depth_of)                                                                           \
    const sft_preset sft_preset_resnet##depth_of = {                                               \
        .name = "resnet" #depth_of,                                                                \
        .doc = "residual net of " #depth_of " layers for images of 32x32",                         \
        .math = "conv2d k3 | 3 stages of (depth-2)/6 x residual ( 2 x conv2d k3 ) | "              \
                "global_avgpool | linear",                                                         \
        .conf_size = sizeof(resnet),                                                               \
        .fields = fields##depth_of,                                                                \
        .expand = expand,                                                                          \
    }

RECORD(20);
RECORD(32);
RECORD(56);
