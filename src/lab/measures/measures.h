/* SPDX-License-Identifier: MIT */
/* The list of measures, and what several of them share. */
#ifndef SFT_LAB_MEASURES_H
#define SFT_LAB_MEASURES_H

#include "lab/lab.h"

#define SFT_GAUGES(X)                                                                                                        \
    X(result) X(curve) X(rate) X(signal) X(moved) X(weight_norm) X(unit_spread) X(finding) X(fate)

/* ---- options: options.c ------------------------------------------------------------------------------------ */

/* Rows that many measures have. `at` of a network is a word, an sft_moment. */
extern const char *const sft__moment_words[];
#define SFT_MOMENT_ROW(type, word)                                                                                                 \
    { .name = "at", .kind = SFT_WORD, .offset = offsetof(type, at), .text = word, .words = sft__moment_words,                      \
      .doc = "weights of: start, best (the best epoch's, which sweeps put back when they end), end (the last step's)" }
#define SFT_LAYER_ROW(type, of)                                                                                                    \
    { .name = "layer", .kind = SFT_TEXT, .offset = offsetof(type, layer), .text = "first",                                         \
      .doc = "of " of ": first, last, a number from 0 (-1: the last), or a layer's path" }

/* Which of n is meant by "first", "last", a number from 0, one below 0 from the end, or a path: *at, -1 where there are not so many.
 * E132 for a word that is none of these. */
sft_status sft__lab_pick(sft_ctx *c, const char *what, const char *word, int n, const char *const *path, int *at);
/* "start" 0, "end" INT64_MAX, or a step; E132 for another word. */
sft_status sft__lab_step(sft_ctx *c, const char *what, const char *word, int64_t *step);

/* ---- layers with weights: weights.c --------------------------------------------------------------------------- */

typedef struct sft_weight_list { /* layers with a weight, in order; biases and norms are none */
    int          n;
    const char **path;          /* of the layers */
    int         *tensor;        /* the weight among the network's tensors */
    int         *node;
} sft_weight_list;

sft_status sft__lab_weights(sft_arena *a, const sft_net *n, sft_weight_list *out);
/* Values of a tensor in PyTorch's order, in the arena. */
const real *sft__lab_values(sft_arena *a, const sft_net *n, int tensor);

#endif
