/* SPDX-License-Identifier: MIT */
/* How the signal goes from the first weights to the last and its gradient back, read off a look. */
#ifndef SFT_DOCTOR_FLOW_H
#define SFT_DOCTOR_FLOW_H

#include "doctor/doctor.h"

typedef struct sft_flow {
    int                   depth;    /* layers with a weight */
    const sft_layer_look *in;       /* what the first of them gets */
    const sft_layer_look *first;    /* and gives */
    const sft_layer_look *features; /* what the last of them gets */
    const sft_layer_look *head;     /* and gives */
    double                forward;  /* log10 of rms: features / in */
    double                kept;     /* share of the second moment that differs between samples: features / in */
    double                back;     /* log10 of |gradient|: at `first` / at `features`, per element and so for any width */
    double                pull;     /* log10 of |output| |gradient|: at `first` / at `features`. What a change of 1 % in a layer does to
                                     * the loss is the same all along a stack of ReLUs, whatever the scale of its weights */
} sft_flow;

sft_flow              sft__flow(const sft_look *k);
const sft_layer_look *sft__look_at(const sft_look *k, const sft_node *node); /* NULL: none; of a reorder: what goes into it */

/* Flat at both ends and steep between, as tanh and sigmoid: it can saturate. */
bool sft__squashes(const sft_node *node);
/* The same in all layers of a look, 0 to 1: how many activations can be dead or saturated. */
int64_t sft__outputs(const sft_chart *c);

#endif
