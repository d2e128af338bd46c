/* SPDX-License-Identifier: MIT */
/* lenet: LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) as it is built today, for images of 28 x 28 and up. */
#include "graph/presets/presets.h"

typedef struct lenet {
    const char *act;
    int         pool, norm;
    double      dropout;
} lenet;

static const char *const pools[] = { "max", "avg", NULL };

static const sft_field fields[] = {
    { .name = "act", .kind = SFT_TEXT, .offset = offsetof(lenet, act), .text = "relu",
      .doc = "activation: any op; 1998 it was tanh", .aliases = "activation" },
    { .name = "pool", .kind = SFT_WORD, .offset = offsetof(lenet, pool), .text = "max", .words = pools,
      .doc = "pooling; 1998 it was avg", .aliases = "pooling" },
    { .name = "norm", .kind = SFT_WORD, .offset = offsetof(lenet, norm), .text = "none", .words = sft__preset_norms,
      .doc = "normalisation between convolution and activation", .aliases = "normalization" },
    { .name = "dropout", .kind = SFT_REAL, .offset = offsetof(lenet, dropout), .def = 0, .low = 0, .high = 1,
      .doc = "share of hidden units dropped; 0: no dropout layer", .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END
};

static void hidden(sft_string *text, const lenet *k, int width)
{
    sft__string_addf(text, "linear %d | %s", width, k->act);
    sft__preset_dropout(text, k->dropout);
    sft__string_add(text, " | ");
}

static void expand(const void *conf, sft_string *text)
{
    const lenet *k = conf;
    const char  *pool = pools[k->pool];
    sft__string_add(text, "conv2d 6 kernel_size=5 padding=2");
    sft__preset_norm(text, k->norm, 6);
    sft__string_addf(text, " | %s | %spool 2 | conv2d 16 kernel_size=5", k->act, pool);
    sft__preset_norm(text, k->norm, 16);
    sft__string_addf(text, " | %s | %spool 2 | flatten | ", k->act, pool);
    hidden(text, k, 120);
    hidden(text, k, 84);
    sft__string_add(text, "linear");
}

const sft_preset sft_preset_lenet = {
    .name = "lenet",
    .aliases = "lenet5",
    .doc = "LeNet-5 for images of 28x28 and up",
    .math = "2 x ( conv2d k5 | act | pool 2 ) | flatten | linear 120 | act | linear 84 | act | linear",
    .conf_size = sizeof(lenet),
    .fields = fields,
    .expand = expand,
};
