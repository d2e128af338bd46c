/* SPDX-License-Identifier: MIT */
/* lenet: LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) as it is built today, for images of 28 x 28 and up. */
#include "graph/presets/presets.h"

typedef struct lenet {
    const char *act;
    int         pool;
} lenet;

static const char *const pools[] = { "max", "avg", NULL };

static const sft_field fields[] = {
    { .name = "act", .kind = SFT_TEXT, .offset = offsetof(lenet, act), .text = "relu",
      .doc = "activation: any op; 1998 it was tanh", .aliases = "activation" },
    { .name = "pool", .kind = SFT_WORD, .offset = offsetof(lenet, pool), .text = "max", .words = pools,
      .doc = "pooling; 1998 it was avg", .aliases = "pooling" },
    SFT_FIELD_END
};

static void expand(const void *conf, sft_string *text)
{
    const lenet *k = conf;
    const char  *pool = pools[k->pool];
    sft__string_addf(text, "conv2d 6 kernel_size=5 padding=2 | %s | %spool 2 | ", k->act, pool);
    sft__string_addf(text, "conv2d 16 kernel_size=5 | %s | %spool 2 | ", k->act, pool);
    sft__string_addf(text, "flatten | linear 120 | %s | linear 84 | %s | linear", k->act, k->act);
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
