/* SPDX-License-Identifier: MIT */
/* What stands where in a network, and what the recipe makes of it: what several symptoms ask. */
#ifndef SFT_DOCTOR_ANATOMY_H
#define SFT_DOCTOR_ANATOMY_H

#include "doctor/doctor.h"

/* Layers that bring their values to mean 0 and deviation 1, or to length 1. */
bool sft__normalises(const sft_node *n);
/* An activation that is no straight line: its slope is not the same everywhere. */
bool sft__bends(const sft_node *n);
/* A layer with weights that mixes its inputs: linear, convolutions. */
bool sft__mixes_inputs(const sft_node *n);
/* The node that gives the outputs; reorders, dropout and what else changes nothing are passed by. */
const sft_node *sft__last_node(const sft_net *n);
/* A norm before the first activation makes the scale (and BatchNorm the mean) of the inputs indifferent. */
bool sft__norm_at_entry(const sft_net *n);
/* Steps follow the gradient's size: sgd, momentum, nesterov. Others divide by it. */
bool sft__plain_descent(const sft_recipe *r);
/* Did the short training bring the loss to less than a third of what an output gets that ignores its input? */
bool sft__learns(const sft_chart *c);
/* Steps in which the running averages of BatchNorm forget that they began at 0 and 1: evaluation before is of another network. 0: it
 * has none. */
double sft__steps_to_forget(const sft_net *n);
/* The look of a node at the start; NULL: it was left out. */
const sft_layer_look *sft__start_look(const sft_chart *c, const sft_node *n);

#endif
