/* SPDX-License-Identifier: MIT */
/* scale: a sequence made larger or smaller about its mean. */
#include "data/augment/augment.h"

typedef struct conf {
    double    p;
    sft_reals factor;
} conf;

static const sft_field fields[] = {
    { .name = "factor",
      .kind = SFT_REALS,
      .offset = offsetof(conf, factor),
      .text = "0.1",
      .low = 0,
      .high = 100,
      .doc =
          "the factor is from 1 - this to 1 + this, or, given two numbers, from the one to the other",
      .aliases = "scale",
      .flags = SFT_MAIN },
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    (void)c;
    return sft__range_amiss(&((const conf *)options)->factor);
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    float       f = (float)sft__draw_range(c->random, &k->factor, 1, 0);
    int64_t     n = sft__canvas_count(c);
    for (int64_t i = 0; i < n; i++) c->x[i] *= f;
}

const sft_augment sft__augment_scale = {
    .name = "scale",
    .aliases = "RandomScale random_scale magnitude",
    .doc = "make a sequence larger or smaller about its mean",
    .math =
        "y = m + f (x - m), f uniform, m the channel's training mean (Um et al. 2017, there f is normal)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_SEQUENCES,
    .instead = "for images there is `zoom`",
    .amiss = amiss,
    .apply = apply,
};
