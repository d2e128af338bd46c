/* SPDX-License-Identifier: MIT */
/* Changing a recipe: edits as text, and its layers as a tree that may be cut and sewn. For remedies. */
#ifndef SFT_DOCTOR_SURGERY_H
#define SFT_DOCTOR_SURGERY_H

#include "doctor/doctor.h"

/* ---- edits ---------------------------------------------------------------------------------- */

/* One more edit, in the chart's arena; false: no memory. */
bool        sft__edit(const sft_chart *c, sft_edits *out, const char *format, ...) SFT_PRINTF(3, 4);
/* Two digits are enough for a remedy; as the recipe writes it, in buf. */
const char *sft__two_digits(double v, char *buf, size_t size);
/* Steps of a resolved recipe from beginning to end, and of an epoch. */
int64_t     sft__planned_steps(const sft_recipe *r, const sft_data *d);
int64_t     sft__epoch_steps(const sft_recipe *r, const sft_data *d);
/* "optimizer.lr=…"; false: it is no other rate than the recipe's, or none that it takes. */
bool        sft__edit_rate(const sft_chart *c, sft_edits *out, double rate);
/* "schedule=NAME", the warm-up kept; false: it has that name. */
bool        sft__edit_schedule(const sft_chart *c, sft_edits *out, const char *name);
double      sft__weight_decay(const sft_chart *c);  /* NaN: the optimiser has none */

/* ---- layers --------------------------------------------------------------------------------- */

/* The recipe's layers, presets written out, to be changed; NULL: no memory. */
sft_layer    *sft__open_model(const sft_chart *c);
/* "model=…" from what has become of them. */
bool          sft__close_model(const sft_chart *c, const sft_layer *first, sft_edits *out);
const sft_op *sft__layer_op(const sft_layer *l);    /* NULL: a block */
bool          sft__is_weighted(const sft_layer *l); /* linear, convolutions */
bool          sft__is_norm(const sft_layer *l);
bool          sft__is_bend(const sft_layer *l);     /* an activation that is not the identity, a gated unit */
bool          sft__is_op(const sft_layer *l, const char *name);
/* The last weighted layer of the sequence itself: the output layer. NULL: it stands inside a block. */
sft_layer    *sft__output_layer(sft_layer *first);
int           sft__count_layers(const sft_layer *l, bool (*which)(const sft_layer *l)); /* inside blocks, too */
/* Visits every layer, block or not, the outer ones first. */
void          sft__each_layer(sft_layer *l, void (*visit)(void *user, sft_layer *l), void *user);
/* A change of single layers: `visit` sees every layer and counts what it changes. */
typedef struct sft_operation {
    const sft_chart *chart;
    int64_t          width;     /* for visits: of the weights before; 0 at the start */
    int              changed;
} sft_operation;

/* "model=…" from what the visits make of the recipe's layers; false: they change nothing. */
bool          sft__operate(const sft_chart *c, void (*visit)(void *operation, sft_layer *l), sft_edits *out);
/* A layer from text, behind `after` (NULL: in front of nothing yet); NULL: no memory. */
sft_layer    *sft__insert_layer(const sft_chart *c, sft_layer *after, const char *text);
/* Another op in its place, without options; false: no memory. */
bool          sft__replace_layer(const sft_chart *c, sft_layer *l, const char *text);
/* An option by its name, given with it or as the main value; NULL: not given. */
const char   *sft__layer_value(const sft_layer *l, const char *option);
bool          sft__set_layer_value(const sft_chart *c, sft_layer *l, const char *option, const char *value);
/* Width of a weighted layer; 0: not given. */
int64_t       sft__layer_width(const sft_layer *l);

#endif
