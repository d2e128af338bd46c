/* SPDX-License-Identifier: MIT */
/* How fast a recipe goes: what its optimiser makes of a gradient, how long it remembers, and what a course says of it. */
#ifndef SFT_DOCTOR_PACE_H
#define SFT_DOCTOR_PACE_H

#include "doctor/doctor.h"

typedef struct sft_pace {
    bool   known;               /* an optimiser whose stability limit is known */
    bool   adaptive;            /* it divides by the root of the running square of the gradient */
    double lr, momentum;        /* the recipe's; beta1 of Adam's kind */
    double beta2, eps;          /* of an adaptive one */
    double factor;              /* stable while rate x sharpness is below it */
} sft_pace;

sft_pace sft__pace_of(const sft_recipe *r);

/* A number among options; `other` where there is no such row, or it was left to `auto`. */
double sft__option(const sft_field *rows, const void *conf, const char *name, double other);

/* mean, square: room for as many elements as the network has weights; mean gradient, and per element the running square of an
 * optimiser that sees batches of the recipe's size here for long. `n` is left as it was but for its gradient. */
sft_status sft__measure_noise(sft_chart *c, sft_net *n, const sft_batch *b, real *mean, real *square, sft_gradient_noise *noise);

/* Loss of the training batch at the weights in `n`, its gradient in n->g; NaN when not finite, which is no failure here. */
double sft__loss_here(sft_chart *c, sft_net *n, const sft_batch *b);

/* One evaluation of validation into y's loss, accuracy, se, rise and rise_se. best: the lowest one's parts, kept between
 * calls, zeros at first. src/doctor/held_out.c */
enum { SFT_HELD_ROOM = 65 };
sft_status sft__hold_out(sft_trainer *t, double *best, sft_eval_point *y);

/* ---- what the course says -------------------------------------------------------------------- */

/* Mean batch loss of steps from..to-1, and its standard error. */
double sft__course_loss(const sft_course *k, int64_t from, int64_t to);
double sft__course_se(const sft_course *k, int64_t from, int64_t to);
/* Mean cosine of successive gradients over the second half. */
double sft__course_turn(const sft_course *k);
/* Mean batch loss of the last quarter of the steps, and of the first step the highest. */
double sft__course_late(const sft_course *k);
double sft__course_peak(const sft_course *k);
/* Share of it that the batch loss lost from the third quarter of the steps to the last one; se: standard error, may be NULL. */
double sft__course_fall(const sft_course *k, double *se);
/* Probe loss expected when all of the planned rate is spent, each unit of it worth what one is between the last two looks; never
 * above the loss now: falls slow down, so the end will hardly be below it. */
double sft__course_forecast(const sft_course *k);
/* The whole plan was carried out. */
bool   sft__course_whole(const sft_course *k);
/* A loss that an output that ignores its input reaches, or nearly; false where that is not known for this loss. */
bool   sft__loss_of_ignorance(const sft_chart *c, double loss);
/* Training accuracy with dropout off is below what the label of one of the five nearest samples would give by more than a
 * tenth and three standard errors. */
bool   sft__below_neighbours(const sft_chart *c);

#endif
