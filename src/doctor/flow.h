/* SPDX-License-Identifier: MIT */
/* How the signal goes from the first weights to the last and its gradient back, read off a look. */
#ifndef SFT_DOCTOR_FLOW_H
#define SFT_DOCTOR_FLOW_H

#include "doctor/doctor.h"

typedef struct sft_flow {       /* numbers are NaN where there are less than two layers with weights */
    int                   depth;    /* layers with a weight */
    const sft_layer_look *in;       /* what the first of them gets */
    const sft_layer_look *first;    /* and gives */
    const sft_layer_look *features; /* what the last of them gets */
    const sft_layer_look *head;     /* and gives */
    double                forward;  /* log10 of rms: features / in */
    double                kept;     /* share of the second moment that differs between samples: features / in */
    double                back;     /* log10 of the gradient's rms: first / features */
    double                pull;     /* log10 of |output| |gradient|: first / features. What 1 % more of a layer's output does to
                                     * the loss: along ReLUs the same whatever the weights' scale, the widths and the pools; so
                                     * what it is off from 0 is the activations' doing */
} sft_flow;

sft_flow sft__flow(const sft_look *k);

#define SFT_LEAST_PULL (-1.5)   /* healthy between: see src/doctor/symptoms/vanishing_gradient.c and exploding_gradient.c */
#define SFT_MOST_PULL  2.0

/* The same node at a look; NULL: none. Of a reorder: what goes into it. */
const sft_layer_look *sft__look_at(const sft_look *k, const sft_node *node);
double                sft__by_layer(double log10_all, int layers); /* the factor of one of so many layers */

/* Flat at both ends and steep between, as tanh and sigmoid: it can saturate. */
bool sft__squashes(const sft_node *node);

/* The look, from 0, by which half of the units of a layer that are dead now were so; -1: before the first step; the number of looks where it
 * is not known. */
int    sft__half_dead(const sft_chart *c, int layer);

/* The loss of an output that knows nothing: of classes at least log(classes). NaN: there is no such figure for this loss. */
double sft__ignorance(const sft_chart *c);
/* The probe run has brought the loss far below ignorance: whatever a layer looks like, it is no obstacle. */
bool   sft__learned(const sft_chart *c);

#endif
