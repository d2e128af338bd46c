/* SPDX-License-Identifier: MIT */
/* mlp: a multilayer perceptron, equal hidden layers and a linear output. */
#include "graph/presets/presets.h"

typedef struct mlp {
    int64_t     depth, width;
    const char *act;
    int         norm;
    double      dropout;
} mlp;

static const sft_field fields[] = {
    { .name = "depth", .kind = SFT_INT, .offset = offsetof(mlp, depth), .def = 2, .low = 0, .high = 10000,
      .doc = "hidden layers", .flags = SFT_MAIN, .aliases = "layers num_layers" },
    { .name = "width", .kind = SFT_INT, .offset = offsetof(mlp, width), .def = 128, .low = 1, .high = 1 << 20,
      .doc = "units of each hidden layer", .flags = SFT_LOG, .aliases = "hidden hidden_size units" },
    { .name = "act", .kind = SFT_TEXT, .offset = offsetof(mlp, act), .text = "relu",
      .doc = "activation behind each hidden layer: any op", .aliases = "activation" },
    { .name = "norm", .kind = SFT_WORD, .offset = offsetof(mlp, norm), .text = "none", .words = sft__preset_norms,
      .doc = "normalisation between layer and activation", .aliases = "normalization" },
    { .name = "dropout", .kind = SFT_REAL, .offset = offsetof(mlp, dropout), .def = 0, .low = 0, .high = 1,
      .doc = "share of hidden units dropped; 0: no dropout layer", .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END
};

static void expand(const void *conf, sft_string *text)
{
    const mlp *k = conf;
    sft__string_add(text, "flatten | ");
    if (k->depth > 0) {
        sft__string_addf(text, "repeat %lld ( linear %lld", (long long)k->depth, (long long)k->width);
        sft__preset_norm(text, k->norm, k->width);
        sft__string_addf(text, " | %s", k->act);
        sft__preset_dropout(text, k->dropout);
        sft__string_add(text, " ) | ");
    }
    sft__string_add(text, "linear");
}

const sft_preset sft_preset_mlp = {
    .name = "mlp",
    .doc = "multilayer perceptron: equal hidden layers, linear output",
    .math = "flatten | repeat depth ( linear width | norm | act | dropout ) | linear",
    .conf_size = sizeof(mlp),
    .fields = fields,
    .expand = expand,
};
