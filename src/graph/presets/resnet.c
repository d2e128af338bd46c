/* SPDX-License-Identifier: MIT */
/* resnet20, resnet32, resnet56: residual nets for 32 x 32 images (He, Zhang, Ren & Sun 2016, section 4.2).
 *
 * Depth 6n+2: a 3x3 convolution, three stages of n blocks, global average pooling and the output layer. The first block of
 * stages two and three halves the sides and doubles the channels; its shortcut is a 1x1 convolution (the paper's option B), or
 * takes every second pixel and adds zero channels (option A, which the paper's counts of parameters are for). */
#include "graph/presets/presets.h"

typedef struct resnet {
    int64_t     depth, width, squeeze;
    const char *act;
    int         norm, shortcut;
} resnet;

enum { PROJECTION, PAD };
static const char *const shortcuts[] = { "projection", "pad", NULL };

/* A depth that is not 6n+2 builds the next smaller net of the family. */
#define ROWS(depth_of)                                                                             \
    {                                                                                              \
        { .name = "depth", .kind = SFT_INT, .offset = offsetof(resnet, depth), .def = depth_of,    \
          .low = 8, .high = 1202, .doc = "weight layers, 6n+2", .flags = SFT_MAIN },               \
        { .name = "width", .kind = SFT_INT, .offset = offsetof(resnet, width), .def = 16,          \
          .low = 1, .high = 4096, .doc = "channels of the first stage", .flags = SFT_LOG },        \
        { .name = "act", .kind = SFT_TEXT, .offset = offsetof(resnet, act), .text = "relu",        \
          .doc = "activation: any op", .aliases = "activation" },                                  \
        { .name = "norm", .kind = SFT_WORD, .offset = offsetof(resnet, norm), .text = "batch",     \
          .words = sft__preset_norms, .doc = "normalisation behind each convolution",              \
          .aliases = "normalization" },                                                            \
        { .name = "shortcut", .kind = SFT_WORD, .offset = offsetof(resnet, shortcut),              \
          .text = "projection", .words = shortcuts,                                                \
          .doc = "where sizes change: 1x1 convolution, or zero channels without parameters" },     \
        { .name = "squeeze_excite", .kind = SFT_INT, .offset = offsetof(resnet, squeeze),          \
          .low = 0, .high = 4096, .doc = "reduction of a gate behind each block; 0: no gates",     \
          .aliases = "se" },                                                                       \
        SFT_FIELD_END                                                                              \
    }

static const sft_field fields20[] = ROWS(20);
static const sft_field fields32[] = ROWS(32);
static const sft_field fields56[] = ROWS(56);

static void conv(sft_string *text, const resnet *k, long long width, int stride)
{
    sft__preset_conv3(text, width, stride, k->norm == 0);
    sft__preset_norm(text, k->norm, width);
}

static void shortcut(sft_string *text, const resnet *k, long long width)
{
    if (k->shortcut == PAD) {
        sft__string_addf(text, " shortcut ( subsample %lld )", width);
        return;
    }
    sft__string_addf(text, " shortcut ( conv2d %lld kernel_size=1 stride=2%s", width, k->norm == 0 ? "" : " bias=false");
    sft__preset_norm(text, k->norm, width);
    sft__string_add(text, " )");
}

static void block(sft_string *text, const resnet *k, long long width, int stride)
{
    sft__string_add(text, "residual ( ");
    conv(text, k, width, stride);
    sft__string_addf(text, " | %s | ", k->act);
    conv(text, k, width, 1);
    if (k->squeeze > 0) sft__string_addf(text, " | squeeze_excite %lld", (long long)k->squeeze);
    sft__string_add(text, " )");
    if (stride == 2) shortcut(text, k, width);
    sft__string_addf(text, " | %s", k->act);
}

static void stage(sft_string *text, const resnet *k, long long width, int stride, long long blocks)
{
    if (stride == 2) {
        block(text, k, width, stride);
        sft__string_add(text, " | ");
        blocks--;
    }
    if (blocks > 0) {
        sft__string_addf(text, "repeat %lld ( ", blocks);
        block(text, k, width, 1);
        sft__string_add(text, " ) | ");
    }
}

static void expand(const void *conf, sft_string *text)
{
    const resnet   *k = conf;
    const long long n = (k->depth - 2) / 6, w = k->width;
    conv(text, k, w, 1);
    sft__string_addf(text, " | %s | ", k->act);
    stage(text, k, w, 1, n);
    stage(text, k, 2 * w, 2, n);
    stage(text, k, 4 * w, 2, n);
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
