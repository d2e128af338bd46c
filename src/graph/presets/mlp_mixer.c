/* SPDX-License-Identifier: MIT */
/* mlp_mixer: patches of an image as tokens, which perceptrons mix across tokens and across channels in turn (Tolstikhin et al. 2021).
 *
 * A sample is tokens x channels, each token a row. Its token-mixing perceptron is two 1x1 convolutions that take tokens for
 * channels; the channel-mixing one stands between two `transpose`. */
#include "graph/presets/presets.h"

typedef struct mixer {
    int64_t     depth, width, image, patch, tokens, channels;
    const char *act;
    double      dropout;
} mixer;

static const sft_field fields[] = {
    { .name = "depth", .kind = SFT_INT, .offset = offsetof(mixer, depth), .def = 8, .low = 1, .high = 1000,
      .doc = "mixer layers", .flags = SFT_MAIN, .aliases = "num_blocks layers" },
    { .name = "width", .kind = SFT_INT, .offset = offsetof(mixer, width), .def = 128, .low = 1, .high = 1 << 16,
      .doc = "channels of a token", .flags = SFT_LOG, .aliases = "embed_dim hidden_dim dim" },
    { .name = "image_size", .kind = SFT_INT, .offset = offsetof(mixer, image), .def = 32, .low = 1, .high = 1 << 14,
      .doc = "side of the square images; it decides the number of tokens", .aliases = "img_size" },
    { .name = "patch_size", .kind = SFT_INT, .offset = offsetof(mixer, patch), .def = 4, .low = 1, .high = 1 << 14,
      .doc = "side of a patch", .aliases = "patch" },
    { .name = "token_width", .kind = SFT_INT, .offset = offsetof(mixer, tokens), .def = 64, .low = 1, .high = 1 << 16,
      .doc = "hidden units of the token-mixing perceptron", .flags = SFT_LOG, .aliases = "tokens_mlp_dim" },
    { .name = "channel_width", .kind = SFT_INT, .offset = offsetof(mixer, channels), .def = 512, .low = 1, .high = 1 << 20,
      .doc = "hidden units of the channel-mixing perceptron", .flags = SFT_LOG, .aliases = "channels_mlp_dim" },
    { .name = "act", .kind = SFT_TEXT, .offset = offsetof(mixer, act), .text = "gelu",
      .doc = "activation of the perceptrons: any op", .aliases = "activation" },
    { .name = "dropout", .kind = SFT_REAL, .offset = offsetof(mixer, dropout), .def = 0, .low = 0, .high = 1,
      .doc = "share of hidden units dropped; 0: no dropout layer", .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END
};

/* A perceptron over the first axis, of `size` numbers. */
static void perceptron(sft_string *text, const mixer *k, long long hidden, long long size)
{
    sft__string_addf(text, "conv1d %lld kernel_size=1 | %s", hidden, k->act);
    sft__preset_dropout(text, k->dropout);
    sft__string_addf(text, " | conv1d %lld kernel_size=1", size);
}

static void expand(const void *conf, sft_string *text)
{
    const mixer    *k = conf;
    const long long side = k->image > k->patch ? k->image / k->patch : 1; /* larger patches: the convolution says so */
    const long long width = k->width, patch = k->patch;
    sft__string_addf(text, "conv2d %lld kernel_size=%lld stride=%lld | flatten start_dim=2 | transpose | ", width, patch, patch);
    sft__string_addf(text, "repeat %lld ( residual ( layernorm %lld eps=1e-6 | ", (long long)k->depth, width);
    perceptron(text, k, k->tokens, side * side);
    sft__string_addf(text, " ) | residual ( layernorm %lld eps=1e-6 | transpose | ", width);
    perceptron(text, k, k->channels, width);
    sft__string_addf(text, " | transpose ) ) | layernorm %lld eps=1e-6 | transpose | global_avgpool | linear", width);
}

const sft_preset sft_preset_mlp_mixer = {
    .name = "mlp_mixer",
    .aliases = "mixer",
    .doc = "patches mixed by perceptrons across tokens and across channels",
    .math = "patches | depth x ( residual ( norm | mlp over tokens ) | residual ( norm | mlp over channels ) ) | norm | "
            "global_avgpool | linear",
    .conf_size = sizeof(mixer),
    .fields = fields,
    .expand = expand,
};
