/* SPDX-License-Identifier: MIT */
/* shift: a sequence moved in time. */
#include "data/augment/augment.h"

enum { CONSTANT, EDGE, WRAP };

typedef struct conf {
    double  p, fill;
    int64_t most;
    int     mode;
} conf;

static const char *const modes[] = { "constant", "edge", "wrap", NULL };

static const sft_field fields[] = {
    { .name = "steps",
      .kind = SFT_INT,
      .offset = offsetof(conf, most),
      .def = 4,
      .low = 0,
      .high = 1e9,
      .doc = "largest move to either side",
      .aliases = "max_shift size",
      .flags = SFT_MAIN },
    { .name = "padding_mode",
      .kind = SFT_WORD,
      .offset = offsetof(conf, mode),
      .text = "constant",
      .words = modes,
      .doc = "what comes in: fill, the last value, or what left at the other end",
      .aliases = "mode fill_mode" },
    { .name = "fill",
      .kind = SFT_REAL,
      .offset = offsetof(conf, fill),
      .def = 0,
      .low = -1000,
      .high = 1000,
      .doc = "in deviations from the channel's training mean",
      .aliases = "fill_value value" },
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static const char *amiss(const void *options, const sft_canvas *c)
{
    return ((const conf *)options)->most < c->wide
               ? NULL
               : "the sequence is no longer than this: lower `steps`";
}

static float value(const conf *k, const float *x, int64_t i, int64_t n)
{
    if (i >= 0 && i < n) return x[i];
    if (k->mode == CONSTANT) return (float)k->fill;
    if (k->mode == EDGE) return x[i < 0 ? 0 : n - 1];
    return x[i < 0 ? i + n : i - n];
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    int64_t     by = (int64_t)sft__below(c->random, (uint64_t)(2 * k->most + 1)) - k->most;
    for (int64_t ch = 0; ch < c->channels; ch++)
        for (int64_t i = 0; i < c->wide; i++)
            c->spare[ch * c->wide + i] = value(k, c->x + ch * c->wide, i - by, c->wide);
    sft__canvas_swap(c);
}

const sft_augment sft__augment_shift = {
    .name = "shift",
    .aliases = "RandomShift random_shift time_shift",
    .doc = "move a sequence in time",
    .math = "y[t] = x[t - d], d uniform in -steps..steps",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_SEQUENCES,
    .instead = "for images there is `translate`",
    .amiss = amiss,
    .apply = apply,
};
