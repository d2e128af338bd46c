/* SPDX-License-Identifier: MIT */
/* An augmentation: one record in one file. It changes one training sample as (seed, epoch, sample) say, or it mixes
 * the samples of a batch. */
#ifndef SFT_DATA_AUGMENT_AUGMENT_H
#define SFT_DATA_AUGMENT_AUGMENT_H

#include "base/fields.h"
#include "base/random.h"
#include "tensor/tensor.h"

/* What a sample is, by the rank of its shape. */
enum { SFT_IMAGES = 1, SFT_SEQUENCES = 2, SFT_TABLES = 4, SFT_ANY_SAMPLES = 7 };

/* A sample while it is changed. Images lie on the scale 0 (black) to 1: bytes are divided by 255 (digits: 16), floats are placed
 * between the least and the greatest training value. Sequences and tables are seen in deviations from the training
 * mean, of their channel or feature. A sequence is one row high; a table is as many channels of one number. */
typedef struct sft_canvas {
    unsigned     kind; /* one of SFT_IMAGES … */
    int64_t      channels, high, wide;
    float       *x;      /* channels x high x wide; the result is left here */
    float       *spare;  /* as large; may be swapped with x */
    float       *room;   /* 4 x high x wide, then SFT_TAPS_MOST x 2: scratch */
    const float *mean;   /* of the training samples on this scale, per channel */
    sft_stream  *random; /* of this epoch, sample and place in the list */
} sft_canvas;

/* A batch while it is mixed: rows in pairs, each row of a pair gets its share of the other. */
typedef struct sft_mixing {
    unsigned    kind;
    int64_t     channels, high, wide;
    sft_stream *random; /* of this epoch and step */
} sft_mixing;

typedef struct sft_box { /* rows top..bottom and columns left..right, the ends not included */
    int64_t top, bottom, left, right;
} sft_box;

enum { SFT_MIX_BATCH, SFT_MIX_PAIR };

typedef struct sft_mix_conf {
    double p, alpha, weight;
    int    mode; /* SFT_MIX_BATCH or SFT_MIX_PAIR */
} sft_mix_conf;

extern const sft_field sft__mix_fields[]; /* of mixup and cutmix */

typedef struct sft_augment {
    const char *name, *aliases, *doc, *math;
    size_t
        conf_size; /* the struct begins with `double p`, the probability, which the caller sees to */
    const sft_field *fields;
    unsigned         kinds;   /* of samples that it fits */
    bool             color;   /* wants three channels */
    bool             mean;    /* reads the canvas's mean */
    const char      *instead; /* advice where the kind does not fit; NULL: none */
    /* Is there something amiss with the options, for samples of this size? The answer, or NULL. May be NULL. */
    const char *(*amiss)(const void *conf, const sft_canvas *c);
    void (*apply)(const void *conf, sft_canvas *c);

    /* Instead of apply, for batches: draw gives the share of its own that a row keeps, once a batch or once a pair,
     * and mix changes both rows of a pair. The struct begins as an sft_mix_conf. */
    double (*draw)(const void *conf, const sft_mixing *m, sft_box *box);
    void (*mix)(const sft_mixing *m, double own, const sft_box *box, real *a, real *b);
} sft_augment;

const sft_augment *sft__augment_find(const char *name);
const sft_augment *sft__augment_at(int i);

/* One call of the recipe's list, bound. */
typedef struct sft_stage {
    const sft_augment *record;
    void              *conf;
    sft_pos            pos;
} sft_stage;

typedef struct sft_augments {
    int              n;
    const sft_stage *stage;
} sft_augments;

enum { SFT_STAGES_MOST = 64, SFT_TAPS_MOST = 1024 };

/* ---- what the files share ------------------------------------------------------------------- */

#define SFT_AUGMENT_P(type, usual)                                                                 \
    { .name = "p",                                                                                 \
      .kind = SFT_REAL,                                                                            \
      .offset = offsetof(type, p),                                                                 \
      .def = (usual),                                                                              \
      .low = 0,                                                                                    \
      .high = 1,                                                                                   \
      .doc = "probability",                                                                        \
      .aliases = "prob probability" }

/* `fill` of what is moved: for all channels or one each. */
#define SFT_FILL_ROW(type)                                                                         \
    { .name = "fill",                                                                              \
      .kind = SFT_REALS,                                                                           \
      .offset = offsetof(type, fill),                                                              \
      .text = "0",                                                                                 \
      .low = 0,                                                                                    \
      .high = 1,                                                                                   \
      .doc = "value beyond the border, 0 black to 1: for all channels or one each",                \
      .aliases = "fill_value fillcolor value" }

/* Options of what multiplies by a random factor: a range about 1. */
typedef struct sft_factor_conf {
    double    p;
    sft_reals factor;
} sft_factor_conf;

#define SFT_FACTOR_ROW(word, usual, also)                                                          \
    { .name = (word),                                                                              \
      .kind = SFT_REALS,                                                                           \
      .offset = offsetof(sft_factor_conf, factor),                                                 \
      .text = (usual),                                                                             \
      .low = 0,                                                                                    \
      .high = 100,                                                                                 \
      .doc = "the factor is from 1 - this to 1 + this, or, given two numbers, from the one to the other", \
      .aliases = (also),                                                                           \
      .flags = SFT_MAIN }

const char *sft__factor_amiss(const void *conf, const sft_canvas *c);
double      sft__draw_factor(const void *conf, const sft_canvas *c);

/* Uniform in [low, high); and with one number r for the limits, in [centre - r, centre + r), cut off at `least`. */
double sft__draw(sft_stream *s, double low, double high);
double sft__draw_range(sft_stream *s, const sft_reals *range, double centre, double least);
/* "2 numbers are wanted, low before high" and the like: is a range of one or two numbers well formed? NULL: it is. */
const char *sft__range_amiss(const sft_reals *range);
/* Fill of channel c: one number for all, or one each. */
float       sft__fill_of(const sft_reals *fill, int64_t c);
const char *sft__fill_amiss(const sft_reals *fill, const sft_canvas *c);

/* The result lies in spare: swap. */
void    sft__canvas_swap(sft_canvas *c);
int64_t sft__canvas_count(const sft_canvas *c);
/* x into 0..1, for images; others have no bounds. */
void sft__canvas_clamp(const sft_canvas *c, float *x, int64_t n);
/* -3 of 5 is 3 (reflected at the middle of the border pixel), any distance. */
int64_t sft__reflect(int64_t i, int64_t n);

#endif
