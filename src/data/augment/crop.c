/* SPDX-License-Identifier: MIT */
/* crop: the image padded on all sides, and a piece of its old size cut out anywhere. */
#include "data/augment/augment.h"

#include <string.h>

enum { CONSTANT, EDGE, REFLECT, SYMMETRIC };

typedef struct conf {
    double    p;
    sft_dims  padding;
    int       mode;
    sft_reals fill;
} conf;

static const char *const modes[] = { "constant", "edge", "reflect", "symmetric", NULL };

static const sft_field fields[] = {
    { .name = "padding",
      .kind = SFT_DIMS,
      .offset = offsetof(conf, padding),
      .text = "4",
      .low = 0,
      .high = 4096,
      .doc = "pixels added on each side; 4x2: rows above and below, columns at both sides",
      .aliases = "pad",
      .flags = SFT_MAIN },
    { .name = "padding_mode",
      .kind = SFT_WORD,
      .offset = offsetof(conf, mode),
      .text = "constant",
      .words = modes,
      .doc = "what is added: fill, the border, or a reflection without or with the border pixel",
      .aliases = "pad_mode fill_mode" },
    { .name = "fill",
      .kind = SFT_REALS,
      .offset = offsetof(conf, fill),
      .text = "0",
      .low = 0,
      .high = 1,
      .doc = "value of constant padding, 0 black to 1: for all channels or one each",
      .aliases = "fill_value value" },
    SFT_AUGMENT_P(conf, 1),
    SFT_FIELD_END
};

static void pads(const conf *k, int64_t *rows, int64_t *columns)
{
    *rows = k->padding.v[0];
    *columns = k->padding.v[k->padding.n == 1 ? 0 : 1];
}

static const char *amiss(const void *options, const sft_canvas *c)
{
    const conf *k = options;
    int64_t     rows, columns;
    if (k->padding.n > 2) return "`padding` is one number, or rows x columns";
    pads(k, &rows, &columns);
    if (k->mode == REFLECT && (rows >= c->high || columns >= c->wide))
        return "a reflection is narrower than the image: lower `padding`";
    if (k->mode == SYMMETRIC && (rows > c->high || columns > c->wide))
        return "a reflection is no wider than the image: lower `padding`";
    return sft__fill_amiss(&k->fill, c);
}

/* Where padding takes its value from; -1: fill. */
static int64_t source(int mode, int64_t i, int64_t n)
{
    if (i >= 0 && i < n) return i;
    switch (mode) {
    case EDGE: return i < 0 ? 0 : n - 1;
    case REFLECT: return sft__reflect(i, n);
    case SYMMETRIC: return i < 0 ? -1 - i : 2 * n - 1 - i;
    default: return -1;
    }
}

/* One row moved by `by` columns. */
static void move_row(int mode, const float *in, float *out, int64_t n, int64_t by, float fill)
{
    int64_t from = by < 0 ? -by : 0, to = by > 0 ? n - by : n;
    from = from < n ? from : n;
    to = to > from ? to : from;
    memcpy(out + from, in + from + by, (size_t)(to - from) * sizeof *out);
    for (int64_t i = from ? 0 : to; i < n; i = i + 1 == from ? to : i + 1) {
        int64_t at = source(mode, i + by, n);
        out[i] = at < 0 ? fill : in[at];
    }
}

static void apply(const void *options, sft_canvas *c)
{
    const conf *k = options;
    int64_t     rows, columns;
    pads(k, &rows, &columns);
    int64_t down = (int64_t)sft__below(c->random, (uint64_t)(2 * rows + 1)) - rows,
            right = (int64_t)sft__below(c->random, (uint64_t)(2 * columns + 1)) - columns;
    for (int64_t ch = 0; ch < c->channels; ch++)
        for (int64_t y = 0; y < c->high; y++) {
            int64_t from = source(k->mode, y + down, c->high);
            float *out = c->spare + (ch * c->high + y) * c->wide, fill = sft__fill_of(&k->fill, ch);
            if (from >= 0)
                move_row(k->mode, c->x + (ch * c->high + from) * c->wide, out, c->wide, right,
                         fill);
            else
                for (int64_t i = 0; i < c->wide; i++) out[i] = fill;
        }
    sft__canvas_swap(c);
}

const sft_augment sft__augment_crop = {
    .name = "crop",
    .aliases = "RandomCrop random_crop pad_crop",
    .doc = "pad, then cut the old size out anywhere",
    .math =
        "y[i,j] = pad(x)[i + a, j + b], a and b uniform in 0..2 padding (torchvision RandomCrop of the image's own size)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .kinds = SFT_IMAGES,
    .instead = "for sequences there is `shift`",
    .amiss = amiss,
    .apply = apply,
};
