/* SPDX-License-Identifier: MIT */
/* Class weights, as several losses take them: `balanced`, or a number a class. */
#ifndef SFT_OPS_CLASS_WEIGHTS_H
#define SFT_OPS_CLASS_WEIGHTS_H

#include "ops/op.h"

/* Reads `text` into *weight, one number a class; "none": NULL. `balanced` is scikit-learn's: samples / (classes x samples of the
 * class), over the training samples. E113 when the text is neither. */
sft_status sft__class_weights(sft_ctx *c, sft_arena *a, const char *loss, const char *option, const char *text, const sft_loss_data *d,
                              const double **weight);
/* The same for outputs that say yes or no each: "none", one number for all, or a number an output. */
sft_status sft__output_weights(sft_ctx *c, sft_arena *a, const char *loss, const char *option, const char *text, const sft_loss_data *d,
                               const double **weight);
/* The sum over rows of their targets' weights; rows where weight is NULL. */
double     sft__weight_of_rows(const double *weight, const sft_loss_pass *p);

#endif
