/* SPDX-License-Identifier: MIT */
/* Synthetic data sources: what they share. A sample is a pure function of (seed, its number). */
#ifndef SFT_DATA_SYNTHETIC_H
#define SFT_DATA_SYNTHETIC_H

#include "base/random.h"
#include "data/data.h"

#include <stddef.h>

#define SFT_TWO_PI 6.283185307179586477

typedef struct sft_synthetic { /* values of the rows below; the first member of each conf */
    int64_t n, test, seed;
    double  noise;
    double  imbalance; /* above 1: the first class is so many times as frequent as the last */
    bool    sorted;    /* the training samples lie class after class */
    double  label_noise; /* share of training labels that are another class */
} sft_synthetic;

/* Rows n, test and seed of a conf whose member `common` is an sft_synthetic. */
#define SFT_SYNTHETIC_ROWS(type)                                                                   \
    { .name = "n",                                                                                 \
      .kind = SFT_INT,                                                                             \
      .offset = offsetof(type, common.n),                                                          \
      .def = 1000,                                                                                 \
      .low = 2,                                                                                    \
      .high = 1e8,                                                                                 \
      .flags = SFT_MAIN,                                                                           \
      .aliases = "n_samples samples",                                                              \
      .doc = "samples to train and validate with" },                                               \
        { .name = "test",                                                                          \
          .kind = SFT_INT,                                                                         \
          .offset = offsetof(type, common.test),                                                   \
          .low = 0,                                                                                \
          .high = 1e8,                                                                             \
          .flags = SFT_AUTO,                                                                       \
          .aliases = "n_test",                                                                     \
          .doc = "test samples besides; auto: a quarter of n" },                                   \
    {                                                                                              \
        .name = "seed", .kind = SFT_INT, .offset = offsetof(type, common.seed), .low = 0,          \
        .high = 9007199254740992.0, .aliases = "random_state",                                     \
        .doc = "of the samples: another seed gives others"                                         \
    }

/* Row noise: its default, highest value and sentence. */
#define SFT_NOISE_ROW(type, usual, most, sentence)                                                 \
    {                                                                                              \
        .name = "noise", .kind = SFT_REAL, .offset = offsetof(type, common.noise), .def = (usual), \
        .low = 0, .high = (most), .doc = (sentence)                                                \
    }

/* Row label_noise, of sources of classes. */
#define SFT_LABEL_NOISE_ROW(type)                                                                  \
    {                                                                                              \
        .name = "label_noise", .kind = SFT_REAL, .offset = offsetof(type, common.label_noise),     \
        .def = 0, .low = 0, .high = 1,                                                             \
        .doc = "share of the samples to train and validate with that get another class, drawn "    \
               "evenly; test samples keep theirs"                                                  \
    }

/* Rows imbalance and sorted, of sources of classes. */
#define SFT_CLASS_ROWS(type)                                                                       \
    { .name = "imbalance",                                                                         \
      .kind = SFT_REAL,                                                                            \
      .offset = offsetof(type, common.imbalance),                                                  \
      .def = 1,                                                                                    \
      .low = 1,                                                                                    \
      .high = 1e9,                                                                                 \
      .aliases = "imbalance_ratio",                                                                \
      .doc = "the first class is so many times as frequent as the last, those between in equal "   \
             "ratios" },                                                                           \
    {                                                                                              \
        .name = "sorted", .kind = SFT_FLAG, .offset = offsetof(type, common.sorted), .def = 0,     \
        .doc = "the training samples lie class after class"                                        \
    }

typedef struct sft_synthetic_plan {
    const char *source; /* one line of origin */
    sft_task    task;
    int64_t     features, outputs;
    /* Sample i of `count`: its features into x; returns its class or its target. */
    double (*draw)(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x);
} sft_synthetic_plan;

/* Draws n + test samples, shuffles them and gives the first n to training. conf begins with an
 * sft_synthetic. */
sft_status sft__synthetic_fill(sft_ctx *c, const void *conf, const sft_synthetic_plan *plan,
                               sft_raw *raw);
/* A number of the data set as a whole, such as the place of a class: N(0,1)'s and uniform ones. */
sft_stream sft__synthetic_facts(const sft_synthetic *k, uint32_t which);
/* Uniform in [low, high). */
double sft__between(sft_stream *s, double low, double high);
/* Adds independent N(0, deviation) to the n features. */
void sft__add_noise(sft_stream *s, double deviation, int64_t n, double *x);

#endif
