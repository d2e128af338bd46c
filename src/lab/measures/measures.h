/* SPDX-License-Identifier: MIT */
/* The list of measures, and what several of them share. */
#ifndef SFT_LAB_MEASURES_H
#define SFT_LAB_MEASURES_H

#include "lab/lab.h"

#define SFT_GAUGES(X)                                                                                                        \
    X(result) X(curve) X(rate) X(signal) X(moved) X(weight_norm) X(unit_spread) X(finding) X(fate)                \
    X(unit_correlation) X(dropout_mean) X(accuracy) X(sharpness) X(along_gradient) X(replay) X(path)                               \
    X(curve_bend) X(boundary_length) X(boundary_slope)

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

/* ---- networks that can be looked into: twin.c ------------------------------------------------------------------ */

/* A network of the trial with nothing fused, planned for `batch` samples, with the weights of a moment; to be freed. NULL without a
 * failure where the run has left none. */
sft_net *sft__lab_twin(sft_subject *s, sft_moment at, int64_t batch);
/* At most `most` samples of a split (0: all) in a fixed random order, in the arena; x may be changed. */
sft_status sft__lab_batch(sft_subject *s, sft_split split, int64_t most, sft_batch *out);

/* ---- the training again: trace.c -------------------------------------------------------------------------------- */

typedef struct sft_replay {     /* step by step, the same bits */
    int64_t n;                  /* steps done */
    bool    whole;              /* to the planned end, or to the failure */
    double *loss, *grad_norm, *update; /* of step i + 1; loss is that of its batch before the update; update: |change| / |weights| */
    double *at;                 /* of a network of two trained numbers: (n + 1) x 2, where it was; else NULL */
} sft_replay;

/* At least so many steps, fewer where the plan is shorter or training fails; 0: all. NULL after a failure. */
const sft_replay *sft__lab_replay(sft_subject *s, int64_t steps);
/* The trained numbers of a network, all of them; NULL where there are more than `most`. */
double     *sft__lab_numbers(sft_arena *a, const sft_net *n, const real *from, int most, int *count);
void        sft__lab_set_numbers(sft_arena *a, sft_net *n, const double *v);

/* ---- inputs that no sample has: inputs.c -------------------------------------------------------------------------- */

enum { SFT_LAB_FEATURES = 2 };

typedef struct sft_input_range { /* of training samples, as the data came */
    int    features;
    double low[SFT_LAB_FEATURES], high[SFT_LAB_FEATURES];
} sft_input_range;

/* E202 where samples do not have `features` numbers, or the targets are not of the kind (bits 1 << sft_task). */
sft_status sft__lab_range(sft_subject *s, const char *what, int features, unsigned tasks, sft_input_range *out);
/* Outputs at `rows` inputs as data would come (x is used up); of classes and yes-or-no targets the probabilities of all classes, a row
 * each. In the arena. */
const float *sft__lab_outputs(sft_subject *s, sft_net *n, float *x, int64_t rows);
int64_t      sft__lab_classes(const sft_net *n);
/* The same over a grid of points x points cells over the range, x fastest. */
const float *sft__lab_grid(sft_subject *s, sft_net *n, const sft_input_range *r, int64_t points);
/* What is measured of a border between classes: the probabilities over that grid. */
typedef struct sft_border {
    int64_t points;
    int     at;                 /* an sft_moment */
} sft_border;
extern const sft_field sft__border_fields[];
/* The grid's range and its probabilities; NULL where there is nothing to measure, or after a failure. */
const float *sft__lab_border(sft_subject *s, const char *what, const sft_border *k, sft_input_range *r, int64_t *classes);
/* Of a row of probabilities. */
int64_t      sft__lab_class(const float *p, int64_t classes);

#endif
